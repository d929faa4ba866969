"""Nonsense is never good news, whichever platform reads it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler import platforms
from crawler.catalogue import Source
from crawler.errors import REASONS, Unreadable
from crawler.model import Level, Reading
from crawler.platforms import PLATFORMS
from crawler.wire import Reply
from shared import hostile, reply, requires_shared

CASES = Path(__file__).parent / "platforms"
SOURCE = Source("acme", "", "https://status.acme.test", "https://status.acme.test/feed.xml")


def said(body: bytes) -> Reply:
    return Reply(url="https://status.acme.test/", status=200, body=body)


def outcome(name: str, body: bytes) -> Reading | str:
    """What a platform makes of one body as the answer to its first request."""
    first = next(iter(PLATFORMS[name].requests(SOURCE)))
    try:
        return platforms.read(name, {first: said(body)})
    except Unreadable as error:
        return error.reason


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@pytest.mark.parametrize("name", PLATFORMS)
@given(body=st.binary() | NESTED.map(lambda value: json.dumps(value).encode()))
@example(body=b"OK")
@example(body=b"[]")
@example(body=b"{}")
@example(body=b'{"status": "operational"}')
@example(body=b'{"status": {"indicator": true}}')
@example(body=b'{"status": {"indicator": null}, "components": []}')
@example(body=b'{"components": [], "incidents": []}')
@example(body=b"<html><body>All systems operational</body></html>")
@example(body=b"<html><item>All systems operational</item></html>")
@example(body=b"All systems operational")
def test_nonsense_is_unreadable_and_never_a_word(name: str, body: bytes) -> None:
    assert outcome(name, body) in REASONS


def channel(link: str) -> bytes:
    title = "<title>Azure Status</title>"
    return f"<rss><channel>{title}<link>{escape(link)}</link></channel></rss>".encode()


@given(body=st.binary() | NESTED.map(lambda value: json.dumps(value).encode()))
@example(body=channel("https://[x/"))
def test_nothing_that_is_said_stops_the_question_whose_shape_it_has(body: bytes) -> None:
    assert platforms.recognise(said(body)) in {None, *PLATFORMS}


@pytest.mark.parametrize("link", ["https://[x/", "https://elsewhere.test/", ""])
def test_an_empty_channel_that_does_not_link_to_azure_is_not_its_own(link: str) -> None:
    assert not PLATFORMS["azure"].recognises(said(channel(link)))


KEYS = [
    *["page", "status", "indicator", "description", "components", "incidents", "id", "name"],
    *["incident_updates", "scheduled_maintenances", "impact", "affected_components", "updated_at"],
    *["created_at", "started_at", "resolved_at", "shortlink", "incident", "group", "body", "code"],
]
WORDS = st.sampled_from(["none", "critical", "resolved", "operational", "2026-11-22T10:00:00Z", ""])
NEAR: st.SearchStrategy[Any] = st.recursive(
    WORDS | SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("name", ["statuspage", "incidentio"])
@given(document=st.dictionaries(st.sampled_from(KEYS), NEAR, max_size=8))
def test_a_near_miss_is_good_news_only_if_the_page_says_so(
    name: str, document: dict[str, Any]
) -> None:
    read = outcome(name, json.dumps(document).encode())

    status = document.get("status")
    stated = status.get("indicator") if isinstance(status, Mapping) else None
    if isinstance(read, str):
        assert read in REASONS
    elif read.word is Level.NONE:
        assert str(stated).strip().lower() == "none"
    else:
        assert read.word is None or isinstance(stated, str)


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value inside a JSON document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inner:
        yield (*path, key)
        yield from leaves(one, (*path, key))


@pytest.mark.parametrize(
    "wrong", [None, True, 7, -1.5, "", "x", [], {}, [None], {"a": 1}], ids=repr
)
@pytest.mark.parametrize("folder", ["statuspage/incident", "incidentio/partial_summary"])
def test_no_single_wrong_value_breaks_more_than_its_source(folder: str, wrong: object) -> None:
    raw = (CASES / folder / "summary.json").read_text("utf-8")
    name = folder.partition("/")[0]

    results = []
    for path in leaves(json.loads(raw)):
        document = json.loads(raw)
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = wrong
        results.append(outcome(name, json.dumps(document).encode()))

    assert len(results) > 25
    assert not [one for one in results if isinstance(one, str) and one not in REASONS]
    assert not [one for one in results if isinstance(one, Reading) and one.word is Level.NONE]


@requires_shared
@pytest.mark.parametrize("name", PLATFORMS)
def test_no_hostile_body_that_must_be_rejected_is_a_word(name: str) -> None:
    kind = "feeds" if name == "feed" else "json"
    files = [one.file for one in hostile(kind) if one.expect.startswith("reject")]
    bodies = [(file, outcome(name, reply(file).body)) for file in files]

    assert len(files) >= 15
    assert [(file, read) for file, read in bodies if isinstance(read, Reading)] == []
