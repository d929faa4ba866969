"""The database as a file: whether it can be used, and how another one takes its place.

A journal of SQLite belongs to the file that it was written for. It must never lie beside another
one, into which SQLite would roll it back; so it moves after its database, and before the next.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from crawler import journal
from crawler.errors import Busy, StorageError
from crawler.store import schema

_SIDECARS = ("-journal", "-wal", "-shm")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Tell what SQLite cannot do with a database as Busy or StorageError."""
    try:
        yield
    except sqlite3.Error as error:
        if _held(error):
            raise Busy(f"{path}: another program holds the database; try again") from None
        raise StorageError(f"{path}: {error}") from None


def _held(error: sqlite3.Error) -> bool:
    """Whether another program has the file, which is no fault of it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def problem(path: Path) -> str | None:
    """Why a database file cannot be used; None when it can. Raises StorageError if it is newer,
    sqlite3.Error while another program holds it."""
    if not path.exists():
        return "missing"
    if path.stat().st_size == 0:
        return "empty"
    try:
        with closing(sqlite3.connect(path)) as probe:
            identity = probe.execute("PRAGMA application_id").fetchone()[0]
            version = probe.execute("PRAGMA user_version").fetchone()[0]
            check = probe.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if _held(error):
            raise
        return f"damaged ({error})"
    if identity != schema.APPLICATION_ID:
        return "not a database of whosdown"
    if version > schema.VERSION:
        raise StorageError(f"{path}: written by a newer whosdown (schema {version}); update it")
    return None if check == "ok" else f"damaged ({check})"


def older(path: Path) -> bool:
    """Whether a database has an earlier schema, whose rows are to be folded anew."""
    with closing(sqlite3.connect(path)) as probe:
        return bool(probe.execute("PRAGMA user_version").fetchone()[0] < schema.VERSION)


def copy_caches(db: sqlite3.Connection, old: Path) -> None:
    """Take over what another database has cached, as far as it has the same tables."""
    db.execute("ATTACH ? AS old", (str(old),))
    db.execute("BEGIN IMMEDIATE")
    for table in sorted(schema.CACHES - {"digests"}):
        # A digest says that a reading is in the journal; the next run must see for itself.
        columns = [
            [row[1:3] for row in db.execute(f"PRAGMA {name}.table_info({table})")]
            for name in ("main", "old")
        ]
        if columns[0] == columns[1]:
            db.execute(f"INSERT INTO {table} SELECT * FROM old.{table}")  # noqa: S608 (our names)
    db.execute("COMMIT")
    db.execute("DETACH old")


def holds_runs(path: Path) -> bool:
    """Whether a database may hold history: it knows runs, or cannot be asked."""
    if not path.exists():
        return False
    if problem(path) is not None:
        return True
    with closing(sqlite3.connect(path)) as probe:
        return bool(probe.execute("SELECT EXISTS (SELECT 1 FROM runs)").fetchone()[0])


def put_aside(path: Path) -> None:
    """Rename a database and what belongs to it, so that people can still look at it."""
    for suffix in ("", *_SIDECARS):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.replace(path.with_name(f".damaged.{path.name}{suffix}"))


def put_folder_aside(folder: Path) -> None:
    """Rename a folder, so that people can still look at it. Raises StorageError where an earlier
    one is in the way."""
    aside = folder.with_name(f".damaged.{folder.name}")
    if aside.exists():
        raise StorageError(f"{aside}: was put aside earlier; move it away, then try again")
    folder.replace(aside)


def remove(path: Path) -> None:
    """Delete a database and what belongs to it."""
    for suffix in ("", *_SIDECARS):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def put_in_place(part: Path, target: Path) -> None:
    """Let a finished database take the place of another one, in one step."""
    if any(target.with_name(target.name + suffix).exists() for suffix in _SIDECARS):
        put_aside(target)
    part.replace(target)
    journal.sync(target.parent)
