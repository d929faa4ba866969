"""Addresses in content files: one that cannot be is told by its file, line and key."""

from pathlib import Path

import pytest

from crawler import content
from crawler.platforms import PLATFORMS
from folders import ACME, OTHER, SITE, problem, write

WRONG = {
    "https://[x/": "is not a web address",
    "https://[::1/": "is not a web address",
    "https://[::1]x/": "names no host that can exist",
    "https://": "names no host",
    "https:///x": "names no host",
    "https://a..test/": "names no host",
    "https://*.test/": "names no host",
    "https://a b.test/": "has a blank or another character that stands in no address",
    "https://a.test/ b": "has a blank",
    "https://a.test/\\r\\nx": "has a blank",
    "https://a.test/\\u0000": "has a blank",
    "https://a.test/\\u200b": "has a blank",
    "https://a.test:99999/": "has a port that cannot exist; allowed: 1 to 65535",
    "https://a.test:abc/": "has a port",
    "https://a.test:0/": "has a port",
    "https://a.test:/": "has a port",
    "https://user:pw@a.test/": "the address of a.test has a user name or password",
}


@pytest.mark.parametrize(("wrong", "says"), WRONG.items())
@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("site.toml:2: url", "https://example.test/base"),
        ("site.toml:4: contact", "https://example.test/contact"),
        ("site.toml:6: control[0]", "https://a.test/"),
        ("site.toml:6: control[2]", "https://c.test/"),
        ("acme.toml:3: page.url", "https://status.acme.test"),
        ("acme.toml:4: page.feed", "https://feed.test"),
        ("acme.toml:5: page.also[0].url", "https://also.test"),
        ("acme.toml:11: service[0].homepage", "https://acme.test"),
        ("acme.toml:14: service[0].api_base", "https://base.test"),
        ("acme.toml:15: service[0].browser_check", "https://check.test"),
        ("acme.toml:17: service[0].probe", "https://api.acme.test/v1/models"),
        ("acme.toml:27: service[0].errors[0].source", "https://docs.acme.test/errors"),
    ],
)
def test_an_address_that_cannot_be_is_told_wherever_it_stands(
    tmp_path: Path, key: str, right: str, wrong: str, says: str
) -> None:
    more = 'feed = "https://feed.test"\nalso = [{ platform = "aws", url = "https://also.test" }]'
    links = 'api_base = "https://base.test"\nbrowser_check = "https://check.test"'
    acme = ACME.replace("\n\n[[service]]", f"\n{more}\n\n[[service]]", 1)
    acme = acme.replace("\n\n[service.probe]", f"\n{links}\n\n[service.probe]")
    assert (SITE + acme).count(f'"{right}"') == 1
    site, acme = (text.replace(f'"{right}"', f'"{wrong}"') for text in (SITE, acme))
    write(tmp_path, site, acme=acme, other=OTHER)

    sentence = problem(tmp_path)

    assert sentence.removeprefix("providers/").startswith(f"{key}: ")
    assert says in sentence
    assert "pw" not in sentence


@pytest.mark.parametrize(
    ("right", "key"),
    [
        ('"https://status.acme.test"', "page.url"),
        ('"https://acme.test"', "service[0].homepage"),
        ('"https://api.acme.test/v1/models"', "service[0].probe"),
        ('"https://docs.acme.test/errors"', "service[0].errors[0].source"),
    ],
)
def test_an_address_that_is_needed_is_not_empty(tmp_path: Path, right: str, key: str) -> None:
    write(tmp_path, acme=ACME.replace(right, '""'), other=OTHER)

    assert f": {key}: '' does not begin with https://" in problem(tmp_path)


@pytest.mark.parametrize(("letters", "fits"), [(33, True), (34, False)])
def test_a_topic_has_room_for_the_longest_id(tmp_path: Path, letters: int, fits: bool) -> None:
    topic = "m" * letters
    alerts = f'[alerts]\nntfy = "https://ntfy.sh/{topic}"\n\n[[category]]'
    long = "acme" + "-x" * 13
    write(tmp_path, SITE.replace("[[category]]", alerts), acme=ACME.replace('"acme"', f'"{long}"'))
    if fits:
        assert content.load(tmp_path, PLATFORMS).site.alerts.topic(long).endswith(long)
        return

    says = f"with '-{long}' it is longer than 64 letters, which ntfy refuses"
    assert problem(tmp_path) == f"site.toml:11: alerts.ntfy: {says}"


def test_a_topic_on_a_port_that_cannot_exist_is_told(tmp_path: Path) -> None:
    alerts = '[alerts]\nntfy = "https://ntfy.sh:99999/mine"\n\n[[category]]'
    write(tmp_path, SITE.replace("[[category]]", alerts))

    assert problem(tmp_path).startswith(
        "site.toml:11: alerts.ntfy: 'https://ntfy.sh:99999/mine' has"
    )
