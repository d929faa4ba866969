"""Announced work as calendars: valid in RFC 5545, the same event for ever, a new number when it
changes."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from crawler import text
from crawler.catalogue import Catalogue
from crawler.model import Maintenance, Reading, Update
from crawler.site import feeds
from crawler.site.feeds import ics
from lives import HOUR, START, Life, provider, reading, service, world
from strange import PIECES, foreign

WORK = Maintenance(
    id="m1",
    title="Upgrade, and more; yes",
    phase="scheduled",
    starts_at=START + 24 * HOUR,
    ends_at=START + 25 * HOUR,
    components=("c1",),
    updates=(Update("", None, "", "We shall be quick.\nOr slow."),),
)


@pytest.fixture
def catalogue() -> Catalogue:
    parts = provider("acme", service("acme"), service("acme-chat", components=["c9"]))
    return world(parts, provider("cloud"))


def announced(*works: Maintenance) -> Reading:
    return replace(reading(), maintenances=works)


def calendar(life: Life, folder: str = "") -> bytes:
    return feeds.render(life.board(life.runs[-1].id))[f"{folder}maintenance.ics"]


def events(raw: bytes) -> list[Any]:
    """The events of a calendar, which must obey the rules for lines."""
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in lines)
    assert not [line for line in lines if any(byte < 32 and byte != 9 for byte in line)]
    [whole] = Calendar.from_ical(raw, multiple=True)
    assert isinstance(whole, Calendar)
    assert not [part.errors for part in whole.walk() if part.errors]
    assert whole["VERSION"] == "2.0"
    assert whole["PRODID"]
    assert str(whole["X-PUBLISHED-TTL"]) == "PT1H"
    assert whole.subcomponents, "a calendar holds at least one component"
    found = list(whole.walk("VEVENT"))
    uids = [str(one["UID"]) for one in found]
    assert len(uids) == len(set(uids))
    return found


def test_work_is_an_event_in_the_calendars_that_it_concerns(life: Life) -> None:
    life.run(START, {"acme": announced(WORK)})
    [event] = events(calendar(life))

    assert events(calendar(life, "category/gateway/")) == [event]
    assert events(calendar(life, "service/acme/")) == [event]
    assert events(calendar(life, "service/acme-chat/")) == []
    assert events(calendar(life, "service/cloud/")) == []
    assert event.start == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert event.end == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert str(event["SUMMARY"]) == "Acme: Upgrade, and more; yes"
    assert str(event["DESCRIPTION"]).startswith("Acme wrote:\nWe shall be quick.\nOr slow.\n\n")
    assert str(event["URL"]) == "https://example.test/base/service/acme/"
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CONFIRMED", 0)


def test_a_change_keeps_the_event_and_counts(life: Life) -> None:
    changes = (
        WORK,
        WORK,
        replace(WORK, starts_at=START + 30 * HOUR, ends_at=START + 31 * HOUR),
        replace(WORK, starts_at=START + 30 * HOUR, ends_at=START + 31 * HOUR, title="Other"),
    )
    seen = []
    for number, one in enumerate(changes):
        life.run(START + number * HOUR, {"acme": announced(one)})
        [event] = events(calendar(life))
        seen.append((str(event["UID"]), event["SEQUENCE"], event["DTSTAMP"].dt.hour))
    uid = seen[0][0]

    assert uid.endswith(".acme@example.test")
    assert seen == [(uid, 0, 11), (uid, 0, 11), (uid, 1, 13), (uid, 2, 14)]


def test_what_vanished_before_it_began_is_cancelled_and_what_took_place_stays(life: Life) -> None:
    soon = replace(WORK, id="m2", starts_at=START + HOUR, ends_at=START + 2 * HOUR)
    life.run(START, {"acme": announced(WORK, soon)})
    life.run(START + 3 * HOUR, {"acme": announced()})

    assert [str(one["STATUS"]) for one in events(calendar(life))] == ["CONFIRMED", "CANCELLED"]


def test_a_calendar_without_work_is_valid_too(life: Life) -> None:
    life.run(START)

    assert events(calendar(life)) == []


def test_work_without_a_start_is_no_event_and_an_impossible_end_is_left_out(life: Life) -> None:
    unknown = replace(WORK, id="m2", starts_at=None, ends_at=None)
    backwards = replace(WORK, id="m3", ends_at=START)
    life.run(START, {"acme": announced(unknown, backwards)})
    [event] = events(calendar(life))

    assert "DTEND" not in event


def test_what_is_over_is_kept_by_number_and_what_is_not_over_always(life: Life) -> None:
    many = [
        replace(WORK, id=f"m{n}", starts_at=START + n * 60, ends_at=None)
        for n in range(ics.OVER + 9)
    ]
    life.run(START, {"acme": announced(*many)})
    assert len(events(calendar(life))) == ics.OVER + 9
    life.run(START + 9 * HOUR, {"acme": announced(WORK)})
    found = events(calendar(life))

    assert len(found) == ics.OVER + 1
    assert found[0].start == datetime.fromtimestamp(START + 9 * 60, UTC)


def test_neither_a_failed_run_nor_the_clock_changes_a_byte(life: Life) -> None:
    life.run(START, {"acme": announced(WORK)})
    before = calendar(life)
    life.run(START + HOUR, {"acme": "timeout", "cloud": "timeout"})
    life.run(START + 2 * HOUR, blind=True)

    assert calendar(life) == before
    board = life.board(START + 400 * 24 * HOUR)
    assert feeds.render(board)["maintenance.ics"] == before


@settings(max_examples=40)
@given(st.lists(st.tuples(foreign, foreign), min_size=1, max_size=5))
def test_no_text_breaks_out_of_its_event(words: list[tuple[str, str]]) -> None:
    check([(a, b) for a, b in words])


def test_no_known_piece_breaks_out_of_its_event() -> None:
    lines = ["END:VEVENT", "a\r\nBEGIN:VALARM", "x\\nEND:VCALENDAR", "\\", "é" * 90, ";,:\"'", ""]
    check([(one, one) for one in (*PIECES, *lines)])


def check(words: list[tuple[str, str]]) -> None:
    clean = [(text.plain(a), text.plain(b, text.BODY)) for a, b in words]
    works = [
        replace(WORK, id=f"m{n}", title=a, updates=(Update("", None, "", b),) if b else ())
        for n, (a, b) in enumerate(clean)
    ]
    with tempfile.TemporaryDirectory() as folder, Life(Path(folder)) as life:
        life.run(START, {"acme": announced(*works)})
        found = events(calendar(life))
    assert len(found) == len(words)
    assert {str(one["SUMMARY"]) for one in found} == {
        f"Acme: {a.strip() or 'Maintenance'}" for a, _ in clean
    }
    said = {str(one["DESCRIPTION"]).rpartition("Services: ")[0] for one in found}
    assert said == {f"Acme wrote:\n{b}\n\n" if b else "" for _, b in clean}
    assert not [part.name for one in found for part in one.subcomponents]
