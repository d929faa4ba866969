"""A fresh copy of the template knows its own address on GitHub; a named one keeps its name."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from crawler.catalogue import Site
from crawler.cli import options
from folders import SITE, write
from running import REPOSITORY

EXAMPLE = {
    "url": "https://example.github.io/whosdown",
    "contact": "https://github.com/example/whosdown",
    "feed_authority": "example.github.io,2026",
    "repository": "example/whosdown",
}
OWN = {
    "url": "https://acme.github.io/status",
    "contact": "https://github.com/Acme/status",
    "feed_authority": "acme.github.io,2026",
    "repository": "Acme/status",
}
CHOSEN = {
    "url": "https://status.acme.test",
    "contact": "https://acme.test/contact",
    "feed_authority": "acme.test,2027",
    "repository": "acme/alerts",
}


def named(site: Site) -> dict[str, str]:
    """What says whose site it is."""
    return {
        "url": site.url,
        "contact": site.contact,
        "feed_authority": site.feed_authority,
        "repository": site.alerts.repository,
    }


@pytest.mark.parametrize(
    ("repository", "url", "authority"),
    [
        ("Acme/status", "https://acme.github.io/status", "acme.github.io,2026"),
        ("Acme/acme.github.io", "https://acme.github.io", "acme.github.io,2026"),
    ],
)
def test_the_example_address_becomes_that_of_the_repository(
    repository: str, url: str, authority: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    site = options.site(REPOSITORY / "content")

    assert (site.url, site.feed_authority) == (url, authority)
    assert site.contact == f"https://github.com/{repository}"
    assert options.catalogue(REPOSITORY / "content").site == site


def test_an_address_that_somebody_chose_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = SITE + '\n[alerts]\nrepository = "acme/elsewhere"\n'
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    written = options.site(write(tmp_path, chosen))
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/status")

    assert options.site(tmp_path) == written
    assert written.url == "https://example.test/base"


@pytest.mark.parametrize("key", EXAMPLE)
def test_a_key_that_is_written_leaves_the_others_as_they_were(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = (REPOSITORY / "content" / "site.toml").read_text("utf-8")
    before, after = f'{key} = "{EXAMPLE[key]}"', f'{key} = "{CHOSEN[key]}"'
    assert example.count(before) == 1
    monkeypatch.setenv("GITHUB_REPOSITORY", "Acme/status")
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    site = options.site(write(tmp_path, example.replace(before, after)))

    assert named(site) == {**OWN, key: CHOSEN[key]}


def test_issues_of_a_copy_are_linked_in_its_own_repository(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "Acme/status")
    alerts = replace(options.site(REPOSITORY / "content").alerts, github_issues=True)

    assert alerts.issue("openai").startswith("https://github.com/Acme/status/issues?")


@pytest.mark.parametrize("repository", ["Acme/status", ""])
def test_issues_are_linked_on_the_server_that_has_them(
    repository: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.acme.test")
    written = SITE + '\n[alerts]\ngithub_issues = true\nrepository = "acme/alerts"\n'
    alerts = options.site(write(tmp_path / "a", written)).alerts
    assert alerts.issue("acme").startswith("https://github.acme.test/acme/alerts/issues?q=")
    chosen = written + 'server = "https://git.acme.test/"\n'
    alerts = options.site(write(tmp_path / "b", chosen)).alerts

    assert alerts.issue("acme").startswith("https://git.acme.test/acme/alerts/issues?q=")


def test_outside_of_github_the_file_has_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)

    assert named(options.site(REPOSITORY / "content")) == EXAMPLE
