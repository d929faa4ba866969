"""What a feed has told it tells for ever: no edit, failure or move changes a byte of it."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from msgspec import structs
from sqlite_utils import Database

from crawler.catalogue import Catalogue
from crawler.model import Incident, Level, Maintenance, Update
from crawler.site import feeds
from crawler.site.gather import gather
from crawler.store import Store, rebuild
from crawler.times import iso
from items import OLD, OPEN, OVER, STEP, after, catalogue, entries, files, of_incidents, said, xml
from lives import HOUR, START, Life, reading, update

__all__ = ["catalogue"]  # fixtures


def test_what_a_reader_has_seen_of_an_incident_never_changes(life: Life) -> None:
    late = START + 2 * HOUR
    seen: dict[str, bytes] = {}
    for number, one in enumerate((OPEN, OVER, OPEN, replace(OVER, ended_at=late + 20 * STEP))):
        life.run(late + number * STEP, {"acme": reading(OLD, one)})
        for path, body in xml(life).items():
            for entry in entries(body):
                key = path + said(entry, "a:id")
                raw = etree.tostring(entry).strip()
                assert seen.setdefault(key, raw) == raw


@pytest.mark.parametrize(
    "edited",
    [
        replace(OPEN, title="Trouble with keys"),
        replace(OPEN, updates=(update("u1", "Another word"),)),
        replace(OPEN, updates=(update("u2", "News", START + 600), *OPEN.updates)),
        replace(OPEN, impact=Level.CRITICAL),
        replace(OPEN, phase="monitoring"),
        replace(OPEN, components=("c2",)),
        replace(OPEN, url="https://acme.test/i1"),
        replace(OPEN, started_at=START - HOUR),
        replace(OPEN, started_at=None, created_at=START - 2 * HOUR),
        replace(OPEN, updates=(replace(OPEN.updates[0], at=START - 7),)),
    ],
    ids=[
        *("title", "update edited", "update", "impact", "phase", "components", "link"),
        *("start", "no start", "time of an update"),
    ],
)
def test_an_update_or_an_edit_changes_no_byte(edited: Incident, life: Life) -> None:
    life.run(START, {"acme": reading(OLD, OPEN)})
    before = of_incidents(life)
    line = life.run(START + STEP, {"acme": reading(OLD, edited)})

    assert line.incidents
    assert of_incidents(life) == before


@pytest.mark.parametrize(
    "edited",
    [
        replace(OVER, ended_at=START + 3 * HOUR),
        replace(OVER, ended_at=None),
        replace(OVER, started_at=START - HOUR),
        replace(OVER, title="A postmortem", updates=(update("u9", "What happened", START + HOUR),)),
    ],
    ids=["end", "no end", "start", "title and text"],
)
def test_an_edit_of_what_is_over_changes_no_byte(edited: Incident, life: Life) -> None:
    late = START + 4 * HOUR
    life.run(late, {"acme": reading(OLD, OPEN)})
    life.run(late + STEP, {"acme": reading(OLD, OVER)})
    before = of_incidents(life)
    for number in (2, 3):
        line = life.run(late + number * STEP, {"acme": reading(OLD, edited)})
        assert bool(line.incidents) == (number == 2)
        assert of_incidents(life) == before


def test_the_duration_is_the_one_that_was_known_at_the_end(life: Life) -> None:
    late = START + 4 * HOUR
    life.run(late, {"acme": reading(OPEN)})
    life.run(late + STEP, {"acme": reading(replace(OVER, started_at=START - HOUR))})
    life.run(late + 2 * STEP, {"acme": reading(replace(OVER, started_at=START - 5 * HOUR))})
    newest, oldest = entries(files(life)["feed.atom"])

    assert "Resolved after 2 h." in said(newest, "a:content")
    assert said(oldest, "a:published") == "2026-11-22T15:00:00+00:00"


def test_news_are_dated_by_the_run_that_saw_them_and_history_by_the_provider(life: Life) -> None:
    late = START + 4 * HOUR
    life.run(late, {"acme": reading(OLD)})
    life.run(late + STEP, {"acme": reading(OLD, OPEN)})
    life.run(late + 2 * STEP, {"acme": reading(OLD, OVER)})
    dates = [said(one, "a:published") for one in entries(files(life)["feed.atom"])]

    # An item that is older than the newest one is passed over by readers such as Slack's.
    ours = [f"{iso(late + n * STEP).removesuffix('Z')}+00:00" for n in (2, 1)]
    assert dates[:2] == ours
    assert dates == sorted(dates, reverse=True)
    assert all(one < ours[-1] for one in dates[2:])


def test_history_that_states_no_start_is_dated_by_its_end(life: Life) -> None:
    # As the feeds of most status pages have it: what they list is over, and has at most the last
    # of its messages dated.
    said_then = (update("u2", "Fixed", START - 9 * HOUR, "resolved"), Update("u1", None, "", "Odd"))
    bare = replace(OVER, started_at=None, created_at=None, ended_at=START - 9 * HOUR)
    life.run(START, {"acme": reading(replace(bare, updates=said_then))})
    told = files(life)
    dates = [
        said(one, "a:published")
        for path in ("feed", "updates")
        for one in entries(told[f"{path}.atom"])
    ]

    assert dates == ["2026-11-22T02:00:00+00:00"] * 4


def test_a_rebuilt_memory_tells_the_same_to_the_byte(life: Life, tmp_path: Path) -> None:
    late = START + 4 * HOUR
    edited = replace(OVER, ended_at=START + 2 * HOUR, title="Edited", started_at=START - HOUR)
    after(life, (OPEN,), (OVER,), (edited,), (OPEN,), (), (), (), (edited,), start=late)
    work = Maintenance(id="m1", title="Upgrade", phase="scheduled", starts_at=late + 9 * HOUR)
    life.run(late + HOUR, {"acme": replace(reading(OLD), maintenances=(work,))})
    moved = replace(work, starts_at=late + 10 * HOUR)
    life.run(late + 2 * HOUR, {"acme": replace(reading(OLD), maintenances=(moved,))})
    before = files(life)
    rebuild(life.store.data, tmp_path / "again.db")
    again = Store(tmp_path, Database(sqlite3.connect(tmp_path / "again.db")))
    try:
        board = gather(life.catalogue, again.memories(late + 3 * HOUR), late + 3 * HOUR)
    finally:
        again.close()

    assert feeds.render(board) == before


def test_a_move_to_another_address_changes_no_id_and_no_date(life: Life) -> None:
    life.run(START + 2 * HOUR, {"acme": reading(OVER, OLD)})
    here = files(life)["feed.atom"]
    moved = structs.replace(life.catalogue.site, url="https://elsewhere.example/deep/er")
    life.catalogue = Catalogue(moved, life.catalogue.providers)
    there = files(life)["feed.atom"]

    assert b"example.test/base" not in there
    for name in ("a:id", "a:published", "a:updated", "a:title", "a:content"):
        assert [said(e, name) for e in entries(there)] == [said(e, name) for e in entries(here)]


@pytest.mark.parametrize("failure", ["blind", "unreadable", "silent"])
def test_a_run_that_failed_changes_no_byte(failure: str, life: Life) -> None:
    life.run(START, {"acme": reading(OLD, OPEN)})
    before = files(life)
    for number in range(1, 40):
        now = START + number * STEP
        if failure == "blind":
            life.run(now, blind=True)
        elif failure == "unreadable":
            life.run(now, {"acme": "timeout", "cloud": "timeout"})

    assert len(entries(before["feed.atom"])) == 3
    assert files(life) == before
    assert feeds.render(life.board(START + 90 * HOUR)) == before
    assert feeds.render(life.board(START + 3 * 365 * 24 * HOUR)) == before


def test_an_incident_that_was_withdrawn_after_its_end_changes_no_byte(life: Life) -> None:
    late = START + 2 * HOUR
    after(life, (OPEN,), (OVER,), start=late)
    before = files(life)
    after(life, (), (), (), (), start=late + HOUR)
    [record] = [one for one in life.store.memories(late).records if one.incident.id == "i1"]

    assert record.withdrawn_at is not None
    assert files(life) == before


def test_an_opening_without_a_message_is_never_filled_in_later(life: Life) -> None:
    life.run(START, {"acme": reading(replace(OPEN, updates=()))})
    before = of_incidents(life)
    life.run(START + STEP, {"acme": reading(OPEN)})

    assert of_incidents(life) == before
    assert b"No text was given." in before["feed.atom"]
