"""A fresh copy of the template knows its own address on GitHub; a named one keeps its name."""

from pathlib import Path

import pytest

from crawler.cli import options
from folders import SITE, write
from running import REPOSITORY


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
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/status")

    assert options.site(write(tmp_path, SITE)).url == "https://example.test/base"


def test_outside_of_github_the_file_has_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)

    assert options.site(REPOSITORY / "content").url == "https://example.github.io/whosdown"
