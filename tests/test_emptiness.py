"""Empty because all is well is told from empty because something failed."""

from collections.abc import Mapping

import pytest

from crawler.errors import Unreadable
from crawler.model import Level
from crawler.scope import page_level
from looking import CASES, read

EMPTY: Mapping[str, Mapping[str, Mapping[str, bytes]]] = {
    "healthy": {
        "aws": {"events": "[]".encode("utf-16")},
        "checkly": {"unresolved": b'{"incidents": []}'},
        "slack": {"current": (CASES / "slack/fine/current.json").read_bytes()},
    },
    "failed": {
        "aws": {"events": b"[]"},
        "gcp": {"incidents": b"[]"},
        "checkly": {"unresolved": b'{"incidents": [], "error": "x"}'},
        "feed": {"feed": b'<rss version="2.0"><channel><title>A</title></channel></rss>'},
        "upptime": {"summary": b"[]"},
        "prismix": {"statuses": b'{"services": []}'},
        "statuspage": {"summary": b"{}"},
        "betterstack": {"index": b'{"data": {}, "included": []}'},
    },
}


@pytest.mark.parametrize("platform", EMPTY["healthy"])
def test_empty_because_all_is_well_is_well(platform: str) -> None:
    assert page_level(read(platform, **EMPTY["healthy"][platform])) is Level.NONE


@pytest.mark.parametrize("platform", EMPTY["failed"])
def test_empty_because_something_failed_is_never_well(platform: str) -> None:
    try:
        found = read(platform, **EMPTY["failed"][platform])
    except Unreadable:
        return
    assert not found.current
