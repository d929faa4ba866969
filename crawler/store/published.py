"""A copy of the database for others: whole, checked, without caches, and with its SHA-256 told.

The live file is never copied as it lies there: a copy taken during a commit can be half of each.
"""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from crawler.errors import StorageError
from crawler.store import Store, schema

_COUNTED = ("runs", "snapshots", "incidents", "incident_revisions", "daily")


class Manifest(msgspec.Struct, frozen=True):
    """What a copy holds: SHA-256 and size in bytes of the file, its schema, the start of its last
    run (seconds UTC) and the rows of each table that only grows."""

    sha256: str
    size: int
    version: int
    newest: int
    rows: dict[str, int]


def publish(store: Store, target: Path) -> Manifest:
    """Write a copy to `target`, where nothing is yet, and its manifest to `target`.json.

    Raises StorageError if the copy is not sound.
    """
    store.connection.execute("VACUUM INTO ?", (str(target),))
    rows, newest = _stripped(target)
    body = target.read_bytes()
    sha = hashlib.sha256(body).hexdigest()
    manifest = Manifest(sha, len(body), schema.VERSION, newest, rows)
    told = json.dumps(msgspec.to_builtins(manifest), indent=1) + "\n"
    target.with_name(f"{target.name}.json").write_text(told, encoding="utf-8")
    return manifest


def _stripped(copy: Path) -> tuple[dict[str, int], int]:
    """Take the caches out of a copy and look it through; its row counts and its newest run."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        for table in sorted(schema.CACHES):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 (our names)
        db.execute("VACUUM")
        check = db.execute("PRAGMA integrity_check").fetchone()[0]
        if check != "ok":
            raise StorageError(f"{copy}: the copy is damaged ({check})")
        counts = {
            table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
            for table in _COUNTED
        }
        return counts, int(db.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0])
