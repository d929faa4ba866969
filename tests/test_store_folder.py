"""Opening a data folder: what is repaired, what is refused, and what no column accepts."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler import journal, store
from crawler.errors import Busy, StorageError
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
from lives import MINUTE, START, Life, V, dump, incident, reading

Opener = Callable[..., Store]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with three runs in it."""
    data = tmp_path / "data"
    with Life(data) as life:
        for number in range(3):
            said = reading(incident()) if number else reading()
            life.run(START + number * 5 * MINUTE, {"acme": said})
    return data


@pytest.fixture
def said() -> list[str]:
    """What was said while opening."""
    return []


@pytest.fixture
def opened(said: list[str]) -> Iterator[Opener]:
    """Opens stores and closes them in the end."""
    stores: list[Store] = []

    def opener(data: Path, *, init: bool = False) -> Store:
        stores.append(store.open_store(data, said.append, init=init))
        return stores[-1]

    yield opener
    for one in stores:
        one.close()


def test_an_absent_folder_starts_a_history_and_says_so(
    tmp_path: Path,
    opened: Opener,
    said: list[str],
) -> None:
    opened(tmp_path / "new" / "data")

    assert [words for words in said if "no history yet" in words]


def test_a_folder_with_only_its_readme_is_empty(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "README.md").write_text("Data.", encoding="utf-8")

    assert opened(tmp_path).memory().owners == {}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")

    with pytest.raises(StorageError, match=r"holds holiday\.jpg but no readable journal"):
        opened(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["holiday.jpg"]
    opened(tmp_path, init=True)
    assert (tmp_path / "holiday.jpg").is_file()


def test_a_journal_of_which_no_line_can_be_read_is_put_aside_when_told_so(
    folder: Path, opened: Opener, said: list[str]
) -> None:
    [path] = journal.files(folder / "journal")
    path.write_bytes(b"garbage\n")
    with pytest.raises(StorageError, match="not a line of the journal"):
        opened(folder)

    assert opened(folder, init=True).memory().owners == {}
    assert [words for words in said if "put aside, as no line of it can be read" in words]
    [aside] = journal.files(folder / ".damaged.journal")
    assert aside.read_bytes() == b"garbage\n"


def test_a_journal_with_one_readable_line_is_never_put_aside(folder: Path, opened: Opener) -> None:
    [path] = journal.files(folder / "journal")
    path.write_bytes(b"garbage\n" + path.read_bytes())

    with pytest.raises(StorageError, match="not a line of the journal"):
        opened(folder, init=True)
    assert journal.files(folder / "journal") == [path]


def test_a_second_journal_is_not_put_aside_over_the_first(folder: Path, opened: Opener) -> None:
    (folder / ".damaged.journal").mkdir()
    [path] = journal.files(folder / "journal")
    path.write_bytes(b"garbage\n")

    with pytest.raises(StorageError, match="was put aside earlier"):
        opened(folder, init=True)
    assert path.read_bytes() == b"garbage\n"


def test_a_database_without_its_journal_is_not_taken_for_a_history(
    folder: Path,
    opened: Opener,
) -> None:
    shutil.rmtree(folder / "journal")
    before = (folder / "status.db").read_bytes()

    with pytest.raises(StorageError, match=r"holds status\.db but no readable journal"):
        opened(folder)
    assert (folder / "status.db").read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not a database at all" * 400),
        lambda path: path.write_bytes(path.read_bytes()[: 3 * 4096 // 2]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192),
    ],
    ids=["missing", "empty", "nonsense", "cut off", "overwritten"],
)
def test_a_missing_or_damaged_database_is_rebuilt_and_said_so(
    damage: Callable[[Path], object],
    folder: Path,
    opened: Opener,
    said: list[str],
) -> None:
    first = opened(folder)
    known = dump(first)
    first.close()
    damage(folder / "status.db")
    again = opened(folder)

    assert dump(again) == known
    assert [words for words in said if "rebuilding it from 3 runs" in words]
    assert again.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_that_lost_runs_catches_up_with_the_journal(
    folder: Path,
    opened: Opener,
) -> None:
    first = opened(folder)
    late = RunLine(START + 3_600, START + 3_620, "1", V, troubles={"acme": "timeout"})
    journal.append(folder / "journal", late)
    again = opened(folder)

    assert len(dump(again)["runs"]) == 4
    first.close()


def test_a_run_of_another_machine_between_ours_rebuilds_the_database(
    folder: Path,
    opened: Opener,
    tmp_path: Path,
) -> None:
    runs = list(journal.read(folder / "journal"))
    between = RunLine(START + 60, START + 80, "1", V, troubles={"acme": "timeout"})
    shutil.rmtree(folder / "journal")
    for run in sorted([*runs, between], key=lambda run: run.id):
        journal.append(folder / "journal", run)
    found = dump(opened(folder))

    store.rebuild(folder, tmp_path / "again.db")
    shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
    shutil.copytree(folder / "journal", tmp_path / "fresh" / "journal")
    assert found == dump(opened(tmp_path / "fresh"))
    assert len(found["runs"]) == 4


def test_a_journal_that_lacks_runs_of_the_database_is_refused(folder: Path, opened: Opener) -> None:
    [path] = journal.files(folder / "journal")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))

    with pytest.raises(StorageError, match="knows 1 runs that the journal lacks"):
        opened(folder)


def test_a_database_of_a_newer_program_is_refused(folder: Path, opened: Opener) -> None:
    connection = sqlite3.connect(folder / "status.db")
    connection.execute("PRAGMA user_version = 9999")
    connection.close()

    with pytest.raises(StorageError, match="written by a newer whosdown"):
        opened(folder)


def test_one_folder_has_one_holder(tmp_path: Path) -> None:
    with store.lock(tmp_path), pytest.raises(Busy), store.lock(tmp_path):
        pass
    with store.lock(tmp_path):
        pass


def test_rebuilding_without_a_journal_is_refused_and_leaves_the_database(folder: Path) -> None:
    shutil.rmtree(folder / "journal")
    before = (folder / "status.db").read_bytes()

    with pytest.raises(StorageError):
        store.rebuild(folder, folder / "status.db")
    assert (folder / "status.db").read_bytes() == before


def test_every_table_of_ours_is_strict(folder: Path, opened: Opener) -> None:
    listed = opened(folder).connection.execute("PRAGMA table_list").fetchall()
    ours = {name: strict for space, name, kind, _, _, strict in listed if kind == "table"}
    loose = {name for name, strict in ours.items() if not strict}

    assert {"runs", "snapshots", "incidents"} <= ours.keys()
    assert {name for name in loose if not name.startswith(("sqlite_", "_sqlite"))} == set()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO runs VALUES ('soon', 1, '1', 1, 0, 0)",
        "INSERT INTO runs VALUES (1, 'later', '1', 1, 0, 0)",
        "INSERT INTO runs VALUES (1, 1, '1', 1, 2, 0)",
        "INSERT INTO runs VALUES (1, 1, NULL, 1, 0, 0)",
        "INSERT INTO waits VALUES ('acme', 1.5)",
        "INSERT INTO cache VALUES ('u', NULL, NULL, '', 'text is no blob')",
        "UPDATE incidents SET open = 2",
        "UPDATE incidents SET slug = NULL",
    ],
)
def test_no_column_accepts_another_kind_of_value(
    statement: str,
    folder: Path,
    opened: Opener,
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        opened(folder).connection.execute(statement)


def test_the_file_is_kept_safe_rather_than_fast(folder: Path, opened: Opener) -> None:
    connection = opened(folder).connection

    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_transaction_is_all_or_nothing(folder: Path, opened: Opener) -> None:
    one = opened(folder)
    before = dump(one)
    with contextlib.suppress(KeyError), store.transaction(one.connection):
        one.connection.execute("DELETE FROM runs")
        raise KeyError

    assert dump(one) == before


# Random lives: whatever a journal holds, it folds, and in any portions gives the same.

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


FULL = """
import resource, signal, sys
from pathlib import Path
from crawler import store
from crawler.lines import RunLine, SnapshotLine
from crawler.model import Level

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
data, allowed = Path(sys.argv[1]), int(sys.argv[2])
memory = store.open_store(data, lambda _: None)
resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, allowed))
names = [f"s{n}" for n in range(400)]
told = SnapshotLine(Level.MINOR, "As told " * 9, "official", 1)
memory.record(RunLine(int(sys.argv[3]), 1, "1", 2700, owners=dict.fromkeys(names, "p"),
                      services=dict.fromkeys(names, told)))
"""


@pytest.mark.parametrize("room", [0, 1_000, 20_000, 80_000])
def test_a_full_disk_costs_the_run_and_nothing_that_was_known(
    room: int, tmp_path: Path, opened: Opener
) -> None:
    with Life(tmp_path) as life:
        for number in range(3):
            life.run(START + number * 600)
        known = life.dump()
    path = tmp_path / "status.db"
    allowed = room or 1
    command = [sys.executable, "-c", FULL, str(tmp_path), str(allowed), str(START + 9_000)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode != 0
    assert "OSError" in ran.stderr or "sqlite3." in ran.stderr
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = opened(tmp_path)
    runs = [one for (one,) in again.connection.execute("SELECT id FROM runs ORDER BY id")]
    assert runs[:3] == [START, START + 600, START + 1_200]
    if len(runs) == 3:
        assert dump(again) == known
    # What the journal has in whole is there; what was cut off is not half there.
    written = again.connection.execute("SELECT count(*) FROM services").fetchone()[0]
    assert written == (1 if len(runs) == 3 else 401)
    assert runs == journal.ids(tmp_path / "journal")
    with Life(tmp_path) as life:
        life.run(START + 20_000)
