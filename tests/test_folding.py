"""Random lives: whatever a journal holds, it folds, and in any portions gives the same."""

import sqlite3
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler import store
from crawler.lines import (
    IncidentLine,
    MaintenanceLine,
    ProbeLine,
    RunLine,
    SnapshotLine,
    SourceLine,
    UpdateLine,
)
from crawler.model import Level
from crawler.store import Store, schema
from crawler.store.fold import fold
from lives import START, V, dump

LEVELS = st.sampled_from(Level)
MOMENTS = st.integers(START - 10_000, START + 10_000)
MAYBE = st.none() | MOMENTS
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SERVICES, SOURCES, KEYS = map(st.sampled_from, (["a", "b"], ["s", "t"], ["i", "j", ""]))
NAMED = st.lists(st.sampled_from(["c", "d"]), max_size=2).map(tuple)
SNAPSHOTS = st.builds(
    SnapshotLine,
    level=LEVELS,
    headline=WORDS,
    basis=st.just("official"),
    since=MOMENTS,
    flags=NAMED,
    official=st.none() | LEVELS,
    shown=st.none() | LEVELS,
    changes=st.lists(st.tuples(MOMENTS, LEVELS), max_size=3).map(tuple),
)
READINGS = st.builds(
    SourceLine,
    platform=st.just("statuspage"),
    level=st.none() | LEVELS,
    listed=st.booleans(),
    components=st.dictionaries(KEYS, st.none() | st.tuples(WORDS, LEVELS), max_size=2),
)
STREAKS = st.builds(
    ProbeLine,
    outcome=st.sampled_from(["ok", "fail", "inconclusive"]),
    failing_since=MAYBE,
    confirmed=st.booleans(),
)
UPDATES = st.builds(UpdateLine, id=KEYS.filter(bool), text=WORDS, at=MAYBE)
INCIDENTS = st.builds(
    IncidentLine,
    provider=SOURCES,
    id=KEYS,
    digest=WORDS,
    title=WORDS,
    open=st.booleans(),
    impact=st.none() | LEVELS,
    started=MAYBE,
    created=MAYBE,
    ended=MAYBE,
    components=NAMED,
    updates=st.lists(UPDATES, max_size=2).map(tuple),
    missing=st.integers(0, 3),
    withdrawn=st.booleans(),
    adopts=st.none() | KEYS,
    lead=st.none() | st.integers(300, 3_600),
)
WORK = st.builds(
    MaintenanceLine,
    provider=SOURCES,
    id=KEYS,
    title=WORDS,
    phase=st.sampled_from(["scheduled", "completed"]),
    starts=MAYBE,
    text=WORDS,
)
RUNS = st.builds(
    RunLine,
    id=st.integers(START, START + 3_600),
    end=MOMENTS,
    version=st.just("1"),
    v=st.just(V),
    blind=st.booleans(),
    troubles=st.dictionaries(SOURCES, st.sampled_from(["timeout", "tls"]), max_size=2),
    carried=st.lists(SERVICES, max_size=2).map(tuple),
    owners=st.dictionaries(SERVICES, SOURCES, max_size=2),
    services=st.dictionaries(SERVICES, st.none() | SNAPSHOTS, max_size=2),
    sources=st.dictionaries(SOURCES, st.none() | READINGS, max_size=2),
    probes=st.dictionaries(SERVICES, st.none() | STREAKS, max_size=2),
    incidents=st.lists(INCIDENTS, max_size=3).map(tuple),
    maintenances=st.lists(WORK, max_size=2).map(tuple),
    waits=st.dictionaries(SOURCES, MOMENTS, max_size=2),
)


def folded(*portions: list[RunLine]) -> dict[str, list[str]]:
    """The rows of a fresh database after some portions, each in one transaction."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    one = Store(Path(), Database(connection, execute_plugins=False))
    try:
        schema.create(one.db)
        for portion in portions:
            with store.transaction(connection):
                for run in portion:
                    fold(connection, run)
            one.memory()
            one.memories(START + 3_600)
        return dump(one)
    finally:
        one.close()


def test_what_goes_on_under_another_id_is_not_lost_when_the_first_id_is_told_of_again() -> None:
    first = IncidentLine("a", "i", "", "Ours", open=True)
    on = IncidentLine("a", "j", "", "Theirs", open=True, adopts="i")
    runs = [
        RunLine(START + number, START, "1", V, incidents=(line,))
        for number, line in enumerate((first, on, first))
    ]
    known = [row.split(", ")[:3] for row in folded(runs)["incidents"]]

    assert [row[1] for row in known] == ["'i'", "'j'"]
    assert len({row[2] for row in known}) == 2


@given(st.lists(RUNS, max_size=6, unique_by=lambda run: run.id))
def test_any_journal_folds_and_in_any_portions_gives_the_same(runs: list[RunLine]) -> None:
    ordered = sorted(runs, key=lambda run: run.id)
    live = folded(*([run] for run in ordered))

    assert folded(ordered) == live
    assert folded(ordered, ordered) == live


@given(st.lists(RUNS, max_size=3, unique_by=lambda run: run.id))
def test_any_line_reads_back_from_its_bytes_and_folds_to_the_same(runs: list[RunLine]) -> None:
    ordered = sorted(runs, key=lambda run: run.id)
    back = [msgspec.json.decode(msgspec.json.encode(one), type=RunLine) for one in ordered]

    assert back == ordered
    assert folded(back) == folded(ordered)
