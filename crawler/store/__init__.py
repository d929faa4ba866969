"""The memory of whosdown: one SQLite file, derived from the journal and rebuilt from it at will.

This package is the only one that knows SQL. Protocol: journal first, then one IMMEDIATE
transaction per run; rollback journal and full sync, because the file is copied by people and
programs that know nothing of a write-ahead log.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from crawler import journal
from crawler.errors import Busy, StorageError
from crawler.lines import RunLine
from crawler.memory import Memories, Memory
from crawler.store import rows, schema
from crawler.store.fold import fold

_OURS = frozenset({"README.md"})


@contextmanager
def lock(data: Path) -> Iterator[None]:
    """Hold the data folder; the kernel frees it when the process ends. Raises Busy."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(f"{data}: another run holds the data folder") from None
        yield


class Store:
    """The database of a data folder, level with its journal. Use `open_store` to get one."""

    def __init__(self, data: Path, db: Database) -> None:
        self.data = data
        self.db = db

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for `rows` and for tests."""
        return self.db.conn

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def record(self, run: RunLine, cache: "Cache | None" = None) -> None:
        """Remember one run for good: a line of the journal, then one transaction."""
        journal.append(self.data / "journal", run)
        with transaction(self.connection):
            fold(self.connection, run)
            if cache is not None:
                cache.write(self.connection)

    def record_all(self, runs: Iterable[RunLine]) -> None:
        """Remember many runs at once: the journal day by day, then one transaction."""
        lines = list(runs)
        for run in lines:
            journal.append(self.data / "journal", run)
        _fold_all(self.connection, lines)

    def bodies(self) -> dict[str, tuple[str | None, str | None, str, bytes]]:
        """Cached replies by address: ETag, Last-Modified, encoding, body as it came."""
        found = self.connection.execute("SELECT * FROM cache").fetchall()
        return {
            url: (etag, modified, encoding, body) for url, etag, modified, encoding, body in found
        }

    def robots(self) -> dict[str, tuple[int, str | None]]:
        """The rules of each host by name: when they were asked, and what they say."""
        return {
            host: (at, text) for host, at, text in self.connection.execute("SELECT * FROM robots")
        }

    def memory(self) -> Memory:
        """What the next run must know."""
        return rows.memory(self.connection)

    def memories(self, now: int) -> Memories:
        """What the site is made of at `now` (seconds UTC)."""
        return rows.memories(self.connection, now)


class Cache:
    """What makes the next run cheaper and is never history. Collected in a run, written with it."""

    def __init__(self) -> None:
        self.bodies: dict[str, tuple[str | None, str | None, str, bytes]] = {}
        self.timings: dict[str, int] = {}
        self.robots: dict[str, tuple[int, str | None]] = {}

    def write(self, db: sqlite3.Connection) -> None:
        """Replace the rows that this run knows better."""
        bodies = [(url, *row) for url, row in self.bodies.items()]
        db.executemany("INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?, ?)", bodies)
        db.executemany("INSERT OR REPLACE INTO timings VALUES (?, ?)", self.timings.items())
        robots = [(host, *row) for host, row in self.robots.items()]
        db.executemany("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", robots)


def open_store(data: Path, say: Callable[[str], None], *, init: bool = False) -> Store:
    """Open the memory of a data folder, bring it level with the journal, repair it if need be.

    A missing or damaged database is rebuilt from the journal, and `say` hears of it. An absent or
    empty folder starts a history. Raises StorageError where a history may be lost: a folder that
    holds something but no readable journal (unless `init`), a journal that lacks runs which the
    database knows, a database of a newer program.
    """
    data.mkdir(parents=True, exist_ok=True)
    runs = list(journal.read(data / "journal"))
    path = data / "status.db"
    strange = [one.name for one in data.iterdir() if one.name not in _OURS and one.name[0] != "."]
    if not runs and strange not in ([], ["journal"]) and not init:
        raise StorageError(
            f"{data}: holds {', '.join(sorted(strange))} but no readable journal; restore"
            " journal/, or start a new history with --init"
        )
    if not runs and path.exists() and init:
        say(f"{path}: put aside, as the history starts anew")
        _put_aside(path)
    if not runs and not path.exists():
        say(f"{data}: no history yet, starting one")
    problem = _problem(path)
    if problem:
        _put_aside(path)
        if runs:
            say(f"{path}: {problem}; rebuilding it from {len(runs)} runs of the journal")
    db = _connect(path)
    store = Store(data, db)
    _migrate(store)
    _catch_up(store, runs, path)
    return store


def read_only(data: Path, say: Callable[[str], None]) -> Store:
    """The memory for a program that only looks. Needs the lock only where a rebuild is due."""
    with lock(data):
        return open_store(data, say)


def rebuild(data: Path, target: Path) -> int:
    """Fold the whole journal into a new database at `target`; the number of runs."""
    runs = list(journal.read(data / "journal"))
    if not runs:
        raise StorageError(f"{data}: no readable journal")
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    store = Store(data, _connect(part))
    _migrate(store)
    _fold_all(store.connection, runs)
    store.close()
    os.replace(part, target)
    return len(runs)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. IMMEDIATE, because a deferred transaction fails when it turns to writing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()


def _connect(path: Path) -> Database:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode = DELETE",
        "synchronous = FULL",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "busy_timeout = 5000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return Database(connection, execute_plugins=False)


def _problem(path: Path) -> str | None:
    """Why a database file cannot be used; None when it can. Raises StorageError if it is newer."""
    if not path.exists():
        return "missing"
    if path.stat().st_size == 0:
        return "empty"
    try:
        probe = sqlite3.connect(path)
        try:
            identity = probe.execute("PRAGMA application_id").fetchone()[0]
            version = probe.execute("PRAGMA user_version").fetchone()[0]
            check = probe.execute("PRAGMA quick_check").fetchone()[0]
        finally:
            probe.close()
    except sqlite3.DatabaseError as error:
        return f"damaged ({error})"
    if identity != schema.APPLICATION_ID:
        return "not a database of whosdown"
    if version > schema.VERSION:
        raise StorageError(f"{path}: written by a newer whosdown (schema {version}); update it")
    return None if check == "ok" else f"damaged ({check})"


def _put_aside(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.replace(path.with_name(f".damaged.{path.name}{suffix}"))


def _migrate(store: Store) -> None:
    schema.migrations.apply(store.db)
    store.db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    store.db.execute(f"PRAGMA user_version = {schema.VERSION}")


def _catch_up(store: Store, runs: list[RunLine], path: Path) -> None:
    known = {row[0] for row in store.connection.execute("SELECT id FROM runs")}
    lost = len(known - {run.id for run in runs})
    if lost:
        store.close()
        raise StorageError(
            f"{path}: knows {lost} runs that the journal lacks; restore journal/, or delete"
            f" {path.name} to accept the journal as it is"
        )
    missing = [run for run in runs if run.id not in known]
    # Lines fold in order only; one that is older than what is known means a merged journal.
    if missing and known and missing[0].id < max(known):
        store.close()
        _put_aside(path)
        store.db = _connect(path)
        _migrate(store)
        missing = runs
    _fold_all(store.connection, missing)


def _fold_all(db: sqlite3.Connection, runs: list[RunLine]) -> None:
    with transaction(db):
        for run in runs:
            fold(db, run)
