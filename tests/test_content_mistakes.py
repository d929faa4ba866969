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
            "site.toml:2: url: 'example.test' does not begin with https:// or http://",
        ),
        ('"https://example.test/contact"', '"mail me"', "site.toml:4: contact: 'mail me' does not"),
        ("example.test,2026", "tomorrow", "site.toml:5: feed_authority: write a domain and a year"),
        ("example.test,", "Example.test,", "a year, in lower case and without a blank: "),
        ("= []", '= ["10.0.0.1/8"]', "'10.0.0.1/8' is not a network; write 10.0.0.0/8"),
        ("[[category]]", "[category]", "site.toml:10: category: Expected `array`, got `object`; "),
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
        (
            "[[category]]",
            '[alerts]\nserver = "github.acme.test"\n\n[[category]]',
            "site.toml:11: alerts.server: 'github.acme.test' does not begin with https://",
        ),
        ('name = "whosdown"', "name = 5", "site.toml:1: name: Expected `str`, got `int`"),
        ('tagline = "Who?"\n', "", "site.toml:1: file: Object missing required field `tagline`"),
        ("robots =", "robot =", "site.toml:7: robot: Object contains unknown field `robot`; allow"),
        ('name = "whosdown"', 'name = "whosdown', "site.toml: not valid TOML: "),
        ('name = "whosdown"', 'name = ""', "site.toml:1: name: '' is not a name; write letters"),
        ('"documented"', "true", "robots: Expected `str`, got `bool`; allowed: documented, strict"),
        ('/base"', '/base?a=b"', "site.toml:2: url: 'https://example.test/base?a=b' has a query"),
        ('/base"', '/base#c"', "site.toml:2: url: 'https://example.test/base#c' has a query or a"),
        ("https://example.test/b", "https://bücher.test/b", "site.toml:2: url: 'https://bücher.t"),
        ("/base", "/straße", "site.toml:2: url: 'https://example.test/straße' is not ASCII; write"),
        ("/contact", "/köln", "site.toml:4: contact: 'https://example.test/köln' is not ASCII"),
        (
            '"https://c.test/"',
            '"https://A.test:443/x"',
            "site.toml:6: control[2]: 'https://A.test:443/x' is on a host named before; name three",
        ),
        ('"Gateways"', '"\\t"', "site.toml:12: category[0].name: '\\t' is not a name"),
        (
            "[[category]]",
            '[[category]]\nid = "gateway"\nname = "The same"\n\n[[category]]',
            "site.toml:15: category[1].id: 'gateway' is taken by an earlier category",
        ),
    ],
)
def test_a_wrong_site_is_told_by_key_and_line(
    tmp_path: Path, right: str, wrong: str, says: str
) -> None:
    assert SITE.count(right) == 1
    write(tmp_path, SITE.replace(right, wrong))

    sentence = problem(tmp_path)

    assert sentence.startswith("site.toml:")
    assert says in sentence


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
        ('"Acme Cloud"', '" "', ":27: service[1].name: ' ' is not a name"),
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
            'upstreams = ["acme-cloud"]',
            'upstreams = ["acme-cloud", "other", "acme-cloud"]',
            ":10: service[0].upstreams: 'acme-cloud' stands here twice",
        ),
        ('"Slow down."', '" "', ":22: service[0].errors[0].meaning: says nothing; write what"),
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
        ("[[service.errors]]", "[service.errors]", "got `object`; write [[service.errors]]"),
        ("[page]", "[pages]", ": Object contains unknown field `pages`; allowed: service, page"),
        ("[page]", "[page", ": not valid TOML: "),
        ("[401]", f"[{'4' * 5000}]", ": not valid TOML: "),
        ("[401]", "[" * 9999, ": not valid TOML: "),
        ("[page]", 'name = ""\n[page]', ":1: name: '' is not a name; write letters or digits"),
        ("[page]", "name = 5\n[page]", ":1: name: Expected `str`, got `int`"),
        ('"Acme Cloud"', '"Acme\\u0000"', ":27: service[1].name: 'Acme\\x00' is not a name"),
        ('"Acme Cloud"', '"Acme\\ufffe"', ":27: service[1].name: 'Acme\\ufffe' is not a name"),
        ('"Too many"', '"\\u200b"', ":19: service[0].errors[0].name: '\\u200b' is not a name"),
        ('"ACME AI"', '"x", ""', ":11: service[0].aliases[1]: '' is not a name"),
        ('"ACME AI"]', '"x"]\nmentions = [""]', ":12: service[0].mentions[0]: '' is not a name"),
        ('"ACME AI"]', '"x"]\nmentions = ["-"]', ":12: service[0].mentions[0]: '-' is not a name"),
        ('"ACME AI"]', '"x"]\ncomponents = [" "]', ":12: service[0].components[0]: ' ' is not a"),
        ('"ACME AI"]', '"x"]\nregions = ["a", ""]', ":12: service[0].regions[1]: '' is not a name"),
        (
            '"yes"',
            "false",
            ":21: service[0].errors[0].wait: Expected `str`, got `bool`; allowed: yes, no",
        ),
        ('"you"', "1", "errors[0].fault: Expected `str`, got `int`; allowed: you, them, upstream"),
        (
            '"statuspage"',
            "1",
            ":2: page.platform: Expected `str`, got `int`; allowed: aws, azure, ",
        ),
        (
            'category = "gateway"\nhomepage = "https://cloud',
            'category = 1\nhomepage = "https://cloud',
            ":28: service[1].category: Expected `str`, got `int`; allowed: gateway",
        ),
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


_TABLE = """\

[service.probe]
url = "https://api.acme.test/v1/models"
expect = [401]
"""
_INLINE = 'probe = {{ url = "https://api.acme.test/v1/models", {} }}\n'


@pytest.mark.parametrize("wrong", ["expect = 401", 'expect = ["401"]', "expects = [401]"])
def test_a_mistake_within_braces_is_told_by_the_line_where_they_begin(
    tmp_path: Path, wrong: str
) -> None:
    write(tmp_path, acme=ACME.replace(_TABLE, _INLINE.format(wrong)), other=OTHER)

    assert problem(tmp_path).startswith("providers/acme.toml:12: service[0].probe.expect")


def test_a_key_is_found_in_its_own_table(tmp_path: Path) -> None:
    page, services = ACME.split("\n\n", 1)
    write(tmp_path, acme=f"{services}\n{page.replace('https', 'http')}\n", other=OTHER)

    assert problem(tmp_path).startswith("providers/acme.toml:29: page.url: 'http://status.acme")
