"""content/ is checked as a whole, and a mistake is one sentence that says where and what."""

from pathlib import Path

import pytest

from crawler import catalogue
from crawler.errors import ContentError
from crawler.platforms import PLATFORMS

CONTENT = Path(__file__).parent.parent / "content"
SITE = """\
name = "whosdown"
url = "https://example.test/base"
tagline = "Who?"
contact = "https://example.test/contact"
feed_authority = "example.test,2026"
control = ["https://a.test/", "https://b.test/", "https://c.test/"]
robots = "documented"
allow_private = []

[[category]]
id = "gateway"
name = "Gateways"
"""
ACME = """\
[page]
platform = "statuspage"
url = "https://status.acme.test"

[[service]]
id = "acme"
name = "Acme"
category = "gateway"
homepage = "https://acme.test"
upstreams = ["acme-cloud"]
aliases = ["ACME AI"]

[service.probe]
url = "https://api.acme.test/v1/models"
expect = [401]

[[service.errors]]
code = "429"
name = "Too many"
fault = "you"
wait = "yes"
meaning = "Slow down."
source = "https://docs.acme.test/errors"

[[service]]
id = "acme-cloud"
name = "Acme Cloud"
category = "gateway"
homepage = "https://cloud.acme.test"
"""
OTHER = """\
[[service]]
id = "other"
name = "Other"
category = "gateway"
homepage = "https://other.test"
"""


def write(folder: Path, site: str = SITE, **providers: str) -> Path:
    (folder / "providers").mkdir()
    (folder / "site.toml").write_text(site, encoding="utf-8")
    for name, text in (providers or {"acme": ACME, "other": OTHER}).items():
        (folder / "providers" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def problem(folder: Path) -> str:
    """The sentence, with the folder cut from its path."""
    with pytest.raises(ContentError) as caught:
        catalogue.load(folder, PLATFORMS)
    sentence = str(caught.value).replace(f"{folder}/", "")
    assert "\n" not in sentence
    return sentence


def test_a_folder_becomes_a_catalogue(tmp_path: Path) -> None:
    write(tmp_path)

    made = catalogue.load(tmp_path, PLATFORMS)

    assert [provider.id for provider in made.providers] == ["acme", "other"]
    assert made.providers[0].source == catalogue.Source(
        "acme", "statuspage", "https://status.acme.test"
    )
    assert made.providers[1].source is None
    assert [(p.id, s.id) for p, s in made.services()] == [
        ("acme", "acme"),
        ("acme", "acme-cloud"),
        ("other", "other"),
    ]
    probe = made.providers[0].services[0].probe
    assert probe is not None
    assert probe.expect == [401]


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('"https://example.test/base"', '"example.test"', "site.toml:2: url: 'example.test' is not"),
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
        ("[401]", "[99]", ":15: service[0].probe.expect: Expected `int` >= 100"),
        ("[401]", '["401"]', ":15: service[0].probe.expect: Expected `int`, got `str`"),
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


def test_two_files_do_not_share_a_page_an_id_or_an_alias(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "id").mkdir()
    page = '[page]\nplatform = "statuspage"\nurl = "https://status.acme.test"\n'
    write(tmp_path / "page", acme=ACME, other=page + OTHER)
    write(tmp_path / "id", acme=ACME, other=OTHER.replace('id = "other"', 'id = "acme-cloud"'))

    assert problem(tmp_path / "page") == (
        "providers/other.toml:3: page.url: acme.toml reads this page too; "
        "put the services in one file"
    )
    assert problem(tmp_path / "id") == (
        "providers/other.toml:2: service[0].id: 'acme-cloud' is taken by acme.toml"
    )


def test_a_missing_or_empty_folder_is_told(tmp_path: Path) -> None:
    missing = problem(tmp_path)
    write(tmp_path)
    for file in (tmp_path / "providers").iterdir():
        file.unlink()
    empty = problem(tmp_path)

    assert missing == "site.toml: the file is missing; it names the site"
    assert empty == "providers: no provider file; the site would be empty"


def test_a_file_that_is_no_text_or_has_no_service_or_no_name_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    file = tmp_path / "providers" / "other.toml"

    file.write_bytes(b'id = "\xff"')
    encoded = problem(tmp_path)
    file.write_text("service = []\n", encoding="utf-8")
    bare = problem(tmp_path)
    file.rename(file.with_name("Other One.toml"))
    file.with_name("Other One.toml").write_text(OTHER, encoding="utf-8")
    named = problem(tmp_path)

    assert encoded == "providers/other.toml: not UTF-8 at byte 6"
    assert bare == "providers/other.toml: service: a provider needs at least one [[service]]"
    assert named.startswith("providers/Other One.toml: the file name is not a slug")


def test_private_networks_are_opened_by_the_operator_alone(tmp_path: Path) -> None:
    write(tmp_path, SITE.replace("= []", '= ["10.0.0.0/8", "fd00::/8"]'))

    networks = catalogue.load(tmp_path, PLATFORMS).site.networks

    assert [str(one) for one in networks] == ["10.0.0.0/8", "fd00::/8"]


HAS_PROVIDERS = any((CONTENT / "providers").glob("*.toml"))


@pytest.mark.skipif(not HAS_PROVIDERS, reason="content/providers/ has no file yet")
def test_the_real_content_loads_and_its_names_hold_together() -> None:
    made = catalogue.load(CONTENT, PLATFORMS)

    services = [service for _, service in made.services()]
    ids = [service.id for service in services]
    assert len(set(ids)) == len(ids) > 0
    assert {up for service in services for up in service.upstreams} <= set(ids)
    assert {service.category for service in services} <= {one.id for one in made.site.category}
    assert {p.source.platform for p in made.providers if p.source} <= PLATFORMS.keys()
