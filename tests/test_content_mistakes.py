"""Each kind of mistake in a content file is one sentence: file, line, key, what is allowed."""

from pathlib import Path

import pytest

from crawler.platforms import PLATFORMS
from folders import ACME, OTHER, SITE, problem, write


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        (
            '"https://example.test/base"',
            '"example.test"',
            "site.toml:2: url: 'example.test' is not",
        ),
        ('"https://example.test/contact"', '"mail me"', "site.toml:4: contact: 'mail me' is not"),
        ("example.test,2026", "tomorrow", "site.toml:5: feed_authority: write a domain and a year"),
        (', "https://c.test/"', "", "site.toml:6: control: name three https:// addresses"),
        ('"https://c.test/"', '"http://c.test/"', "site.toml:6: control: name three https://"),
        (
            '"documented"',
            '"maybe"',
            "site.toml:7: robots: 'maybe' is not one of documented, strict",
        ),
        ("= []", '= ["10.0.0.0/99"]', "site.toml:8: allow_private: '10.0.0.0/99' is not a network"),
        ('id = "gateway"', 'id = "Gate way"', "site.toml:11: category[0].id: 'Gate way' is not a"),
        (
            "[[category]]",
            "[alerts]\ngithub_issues = true\n\n[[category]]",
            "site.toml:11: alerts.github_issues: needs repository, written as owner/name",
        ),
        (
            "[[category]]",
            '[alerts]\nrepository = "whosdown"\n\n[[category]]',
            "site.toml:11: alerts.repository: 'whosdown' is not owner/name",
        ),
        (
            "[[category]]",
            '[alerts]\nntfy = "https://ntfy.sh/a/b"\n\n[[category]]',
            "site.toml:11: alerts.ntfy: write https://, a host and a topic",
        ),
        ('name = "whosdown"', "name = 5", "site.toml:1: name: Expected `str`, got `int`"),
        ('tagline = "Who?"\n', "", "site.toml:1: file: Object missing required field `tagline`"),
        ("robots =", "robot =", "site.toml:7: robot: Object contains unknown field `robot`; allow"),
        ('name = "whosdown"', 'name = "whosdown', "site.toml: not valid TOML: "),
    ],
)
def test_a_wrong_site_is_told_by_key_and_line(
    tmp_path: Path, right: str, wrong: str, says: str
) -> None:
    assert SITE.count(right) == 1
    write(tmp_path, SITE.replace(right, wrong))

    assert problem(tmp_path).startswith(says)


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        (
            '"statuspage"',
            '"statuspages"',
            ":2: page.platform: 'statuspages' is not one of " + ", ".join(sorted(PLATFORMS)),
        ),
        (
            '"https://status.acme.test"',
            '"http://status.acme.test"',
            ":3: page.url: 'http://status.acme.test' does not begin with https://",
        ),
        (
            'url = "https://status.acme.test"',
            'url = "https://b.test"\nalso = [{ platform = "x", url = "https://a.test" }]',
            "page.also[0].platform: 'x' is not one of aws, azure",
        ),
        (
            'url = "https://status.acme.test"',
            'url = "https://b.test"\nalso = [{ platform = "aws", url = "http://a.test" }]',
            "page.also[0].url: 'http://a.test' does not begin with https://",
        ),
        (
            'name = "Acme Cloud"',
            'name = "Acme Cloud"\naliases = ["acme ai"]',
            "service[1].aliases: 'acme ai' is taken by acme.toml",
        ),
        ('id = "acme"', 'id = "-acme"', ":6: service[0].id: '-acme' is not a slug (a-z, 0-9, -)"),
        ('id = "acme"', 'id = "acme\\n"', ":6: service[0].id: 'acme\\n' is not a slug"),
        ('"Acme Cloud"', '" "', ":27: service[1].name: a service needs a name"),
        (
            'category = "gateway"\nhomepage = "https://cloud',
            'category = "gate"\nhomepage = "https://cloud',
            ":28: service[1].category: 'gate' is not one of gateway",
        ),
        (
            '"https://cloud.acme.test"',
            '"javascript:alert(1)"',
            ":29: service[1].homepage: 'javascript:alert(1)' does not begin with https://",
        ),
        ("[401]", "[]", ":13: service[0].probe: expect names no status code; allowed: 100 to 599"),
        ("[401]", "[99]", ":15: service[0].probe.expect[0]: Expected `int` >= 100"),
        ("[401]", '["401"]', ":15: service[0].probe.expect[0]: Expected `int`, got `str`"),
        (
            '"https://api.acme.test/v1/models"',
            '"http://10.0.0.1/"',
            ":13: service[0].probe: 'http://10.0.0.1/' does not begin with https://",
        ),
        (
            'fault = "you"',
            'fault = "me"',
            ":20: service[0].errors[0].fault: 'me' is not one of you, them, upstream",
        ),
        (
            'wait = "yes"',
            'wait = "maybe"',
            ":21: service[0].errors[0].wait: 'maybe' is not one of yes, no",
        ),
        (
            '"https://docs.acme.test/errors"',
            '"docs"',
            ":23: service[0].errors[0].source: 'docs' does not begin with https://",
        ),
        (
            'upstreams = ["acme-cloud"]',
            'upstreams = ["azure"]',
            ":10: service[0].upstreams: 'azure' is not the id of another service",
        ),
        (
            'upstreams = ["acme-cloud"]',
            'upstreams = ["acme"]',
            ":10: service[0].upstreams: 'acme' is not the id of another service",
        ),
        (
            'id = "acme-cloud"',
            'id = "acme"',
            ":26: service[1].id: 'acme' is taken by acme.toml",
        ),
        (
            'aliases = ["ACME AI"]',
            'aliases = ["Acme-Cloud"]',
            ":26: service[1].id: 'acme-cloud' is taken by acme.toml",
        ),
        (
            'upstreams = ["acme-cloud"]',
            'upstreams = "acme-cloud"',
            ":10: service[0].upstreams: Expected `array`, got `str`",
        ),
        ('wait = "yes"\n', "", "service[0].errors[0]: Object missing required field `wait`"),
        ("[page]", "[pages]", ": Object contains unknown field `pages`; allowed: service, page"),
        ("[page]", "[page", ": not valid TOML: "),
    ],
)
def test_a_wrong_provider_is_told_by_key_and_line(
    tmp_path: Path, right: str, wrong: str, says: str
) -> None:
    assert ACME.count(right) == 1
    write(tmp_path, acme=ACME.replace(right, wrong), other=OTHER)

    sentence = problem(tmp_path)

    assert sentence.startswith("providers/acme.toml:")
    assert says in sentence


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("mentions", "mention", "name, category, homepage"),
        ("fault", "fautl", "allowed: code, name, fault, wait, meaning, source, when"),
        ("expect", "expects", "allowed: url, expect"),
        ("platform", "plattform", "allowed: platform, url, feed"),
    ],
)
def test_a_misspelt_key_is_told_with_the_keys_that_are_allowed(
    tmp_path: Path, right: str, wrong: str, says: str
) -> None:
    acme = ACME.replace("upstreams =", 'mentions = ["acme"]\nupstreams =')
    line = 1 + next(n for n, text in enumerate(acme.splitlines()) if text.startswith(right))
    write(tmp_path, acme=acme.replace(f"{right} =", f"{wrong} ="), other=OTHER)

    sentence = problem(tmp_path)

    assert f"acme.toml:{line}: " in sentence
    assert f"unknown field `{wrong}`" in sentence
    assert says in sentence
