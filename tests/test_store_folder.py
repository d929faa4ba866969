"""Opening a data folder: what is repaired, and what is refused."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crawler import journal, store
from crawler.errors import Busy, StorageError
from crawler.lines import RunLine
from lives import START, V, dump
from opening import Opener, folder, opened, said

__all__ = ["folder", "opened", "said"]  # fixtures


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


def test_a_packed_month_is_never_passed_over(folder: Path, opened: Opener) -> None:
    month = folder / "journal" / "2026" / "10.tar.xz"
    month.write_bytes(b"")

    for read in (opened, lambda data: store.rebuild(data, data / "new.db")):
        with pytest.raises(StorageError, match=r"10\.tar\.xz: a packed month; unpack it with `tar"):
            read(folder)
    (folder / "journal" / "2026" / "10").mkdir()
    (folder / "journal" / "2026" / "10" / "31.ndjson").touch()
    opened(folder)


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


def test_a_file_system_that_cannot_lock_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", without_locks)
    with pytest.raises(OSError, match="No locks available"), store.lock(tmp_path):
        pass


@pytest.mark.parametrize("holds", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_database_that_another_program_holds_is_busy_and_stays_where_it_is(
    holds: str, folder: Path, said: list[str]
) -> None:
    path = folder / "status.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"BEGIN {holds}")
        with (
            pytest.raises(Busy, match="another program holds the database"),
            store.opened(folder, said.append) as one,
        ):
            one.record(RunLine(START + 9_000, START + 9_001, "1", V))
        other.execute("ROLLBACK")

    assert said == []
    assert not path.with_name(".damaged.status.db").exists()
    with store.opened(folder, said.append) as again:
        runs = again.connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        assert runs == len(journal.ids(folder / "journal"))


def test_what_sqlite_cannot_do_is_one_sentence(folder: Path, said: list[str]) -> None:
    with closing(sqlite3.connect(folder / "status.db")) as other:
        other.execute("DROP TABLE runs")
    with (
        pytest.raises(StorageError, match=r"status\.db: no such table: runs"),
        store.opened(folder, said.append),
    ):
        pass


def test_rebuilding_without_a_journal_is_refused_and_leaves_the_database(folder: Path) -> None:
    shutil.rmtree(folder / "journal")
    before = (folder / "status.db").read_bytes()

    with pytest.raises(StorageError):
        store.rebuild(folder, folder / "status.db")
    assert (folder / "status.db").read_bytes() == before
