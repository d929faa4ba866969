"""The memory of whosdown: one SQLite file, derived from the journal and rebuilt from it at will.

This package is the only one that knows SQL. Protocol: journal first, then one IMMEDIATE
transaction per run; rollback journal and full sync, because the file is copied by people and
programs that know nothing of a write-ahead log.
"""

import fcntl
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from crawler import journal, times
from crawler.errors import Busy, StorageError
from crawler.lines import RunLine
from crawler.memory import Memories, Memory
from crawler.store import alerts, caches, files, latency, rows, schema
from crawler.store.caches import Cache
from crawler.store.fold import fold

__all__ = ["Cache", "Store", "lock", "open_store", "opened", "rebuild", "transaction"]

_OURS = frozenset({"README.md"})
_DATABASE = ("status.db", "status.db-journal")


@contextmanager
def lock(data: Path, name: str = ".lock") -> Iterator[None]:
    """Hold the data folder; the kernel frees it when the process ends. Raises Busy.

    Another `name` holds what only one process may do at a time beside the runs.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / name).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"{data}: another run holds the data folder") from None
        yield


@contextmanager
def opened(data: Path, say: Callable[[str], None], *, init: bool = False) -> Iterator["Store"]:
    """The memory of a data folder, while nobody else has it; see `open_store`. Raises Busy too."""
    with (
        lock(data),
        files.explained(data / "status.db"),
        closing(open_store(data, say, init=init)) as store,
    ):
        yield store


class Store:
    """The database of a data folder, level with its journal. Use `open_store` to get one."""

    def __init__(self, data: Path, db: Database) -> None:
        self.data = data
        self.db = db

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for the questions that stand in the modules of this package."""
        return self.db.conn

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def record(self, run: RunLine, cache: Cache | None = None) -> None:
        """Remember one run for good: a line of the journal, then one transaction."""
        newest = self.connection.execute("SELECT max(id) FROM runs").fetchone()[0]
        if newest is not None and run.id < newest:
            raise StorageError(
                f"{self.data}: the last run began at {times.iso(newest)}, after this one at"
                f" {times.iso(run.id)}; is the clock right?"
            )
        if run.id != newest:
            journal.append(self.data / "journal", run)
        with transaction(self.connection):
            taken = fold(self.connection, run)
            if cache is not None:
                cache.write(self.connection, run.id)
                if taken and not run.blind:
                    cache.vouch(self.connection)

    def record_all(self, runs: Iterable[RunLine]) -> None:
        """Remember many runs at once: the journal day by day, then one transaction."""
        lines = list(runs)
        journal.append_all(self.data / "journal", lines)
        _fold_all(self.connection, lines)

    def time(self, timings: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Remember how long sources took at some times, in milliseconds."""
        with transaction(self.connection):
            for at, taken in timings:
                latency.write(self.connection, at, taken)

    def memory(self) -> Memory:
        """What the next run must know."""
        return rows.memory(self.connection)

    def memories(self, now: int) -> Memories:
        """What the site is made of at `now` (seconds UTC)."""
        return rows.memories(self.connection, now)


def open_store(data: Path, say: Callable[[str], None], *, init: bool = False) -> Store:
    """Open the memory of a data folder, bring it level with the journal, repair it if need be.

    A missing or damaged database is rebuilt from the journal, and `say` hears of it. An absent or
    empty folder starts a history. Raises StorageError where a history may be lost: a folder that
    holds something but no readable journal (unless `init`, which puts it aside), a journal that
    lacks runs which the database knows, a database of a newer program.
    """
    runs = _history(data, say, init=init)
    path = data / "status.db"
    if problem := files.problem(path):
        files.put_aside(path)
        if runs:
            say(f"{path}: {problem}; rebuilding it from {len(runs)} runs of the journal")
        _make(path, data)
    elif files.older(path):
        say(f"{path}: of an older whosdown; rebuilding it from {len(runs)} runs of the journal")
        _make(path, data, caches=path)
    store = Store(data, _connect(path))
    try:
        _catch_up(store, runs, path)
        _tell(store, data)
    except BaseException:
        store.close()
        raise
    return store


def _history(data: Path, say: Callable[[str], None], *, init: bool) -> list[int]:
    """The ids of the runs in the journal, once it is sure that no other history is passed over."""
    data.mkdir(parents=True, exist_ok=True)
    if init and not journal.legible(data / "journal"):
        say(f"{data / 'journal'}: put aside, as no line of it can be read")
        files.put_folder_aside(data / "journal")
    runs = journal.ids(data / "journal")
    if runs:
        return runs
    path = data / "status.db"
    strange = {one.name for one in data.iterdir() if one.name not in _OURS and one.name[0] != "."}
    # A run that was killed before its first line leaves a database that knows nothing.
    holds = files.holds_runs(path)
    harmless = {"journal"} if holds else {"journal", *_DATABASE}
    if strange - harmless and not init:
        raise StorageError(
            f"{data}: holds {', '.join(sorted(strange))} but no readable journal; restore"
            " journal/, or start a new history with `whosdown run --init`"
        )
    say(f"{data}: no history yet, starting one")
    if holds:
        say(f"{path}: put aside, as the history starts anew")
        files.put_aside(path)
    return runs


def rebuild(data: Path, target: Path) -> int:
    """Fold the whole journal into a new database at `target`; the number of runs."""
    if not journal.ids(data / "journal"):
        raise StorageError(f"{data}: no readable journal")
    with files.explained(target):
        return _make(target, data)


def _make(target: Path, data: Path, caches: Path | None = None) -> int:
    """Write a new database beside `target` and put it there when it is whole; the number of runs.
    What another database has cached is taken over."""
    part = target.with_name(f".{target.name}.part")
    files.remove(part)
    with closing(Store(target.parent, _connect(part))) as store:
        schema.create(store.db)
        count = _fold_all(store.connection, journal.read(data / "journal"))
        _tell(store, data)
        if caches is not None:
            files.copy_caches(store.connection, caches)
    files.put_in_place(part, target)
    return count


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


def _catch_up(store: Store, runs: list[int], path: Path) -> None:
    known = {row[0] for row in store.connection.execute("SELECT id FROM runs")}
    lost = len(known.difference(runs))
    if lost:
        raise StorageError(
            f"{path}: knows {lost} runs that the journal lacks; restore journal/, or delete"
            f" {path.name} to accept the journal as it is"
        )
    missing = [run for run in runs if run not in known]
    # Lines fold in order only; one that is older than what is known means a merged journal.
    if missing and known and missing[0] < max(known):
        store.close()
        _make(path, store.data, caches=path)
        store.db = _connect(path)
    elif missing:
        # What these runs read, no digest tells.
        caches.forget_digests(store.connection)
        _fold_all(store.connection, journal.read(store.data / "journal", known))


def _tell(store: Store, data: Path) -> None:
    told = journal.deliveries(data / "journal")
    if told != alerts.told(store.connection):
        with transaction(store.connection):
            alerts.replace(store.connection, told)


def _fold_all(db: sqlite3.Connection, runs: Iterable[RunLine]) -> int:
    with transaction(db):
        return sum(fold(db, run) for run in runs)
