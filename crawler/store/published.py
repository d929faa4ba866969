"""A copy of the database for others: whole, checked, without caches, and with its SHA-256 told.

The live file is never copied as it lies there: a copy taken during a commit can be half of each.
"""

import hashlib
import json
import os
import sqlite3
from pathlib import Path

import msgspec

from crawler import journal
from crawler.errors import StorageError
from crawler.store import Store, files, schema

COUNTED = ("runs", "snapshots", "incidents", "incident_revisions", "daily")
"""Tables of which a later copy never has fewer rows than an earlier one."""


class Manifest(msgspec.Struct, frozen=True):
    """What a copy holds: SHA-256 and size in bytes of the file, its schema, the start of its last
    run (seconds UTC) and the rows of each table that only grows."""

    sha256: str
    size: int
    version: int
    newest: int
    rows: dict[str, int]


def publish(store: Store, target: Path) -> Manifest:
    """Write a copy to `target` and its manifest to `target`.json, each in one step.

    Raises StorageError, and leaves what was there, if the copy is not sound or has less history
    than the one that it would replace.
    """
    part = target.with_name(f".{target.name}.part")
    files.remove(part)
    try:
        store.connection.execute("VACUUM INTO ?", (str(part),))
        rows, newest = _stripped(part)
        _not_shorter(rows, target)
        body = part.read_bytes()
        sha = hashlib.sha256(body).hexdigest()
        manifest = Manifest(sha, len(body), schema.VERSION, newest, rows)
        _sync(part)
        files.put_in_place(part, target)
    finally:
        files.remove(part)
    _write(_manifest_of(target), json.dumps(msgspec.to_builtins(manifest), indent=1) + "\n")
    return manifest


def verify(target: Path) -> Manifest:
    """The manifest of a copy that is what its manifest says. Raises StorageError."""
    try:
        manifest = msgspec.json.decode(_manifest_of(target).read_bytes(), type=Manifest)
        sha = hashlib.sha256(target.read_bytes()).hexdigest()
    except (OSError, msgspec.DecodeError) as error:
        raise StorageError(f"{target}: no copy with a manifest: {error}") from None
    if sha != manifest.sha256:
        raise StorageError(f"{target}: is not the file that its manifest describes")
    return manifest


def _stripped(part: Path) -> tuple[dict[str, int], int]:
    """Take the caches out of a copy and look it through; its row counts and its newest run."""
    db = sqlite3.connect(part, isolation_level=None)
    try:
        for table in sorted(schema.CACHES):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 (our names)
        db.execute("VACUUM")
        check = db.execute("PRAGMA integrity_check").fetchone()[0]
        if check != "ok":
            raise StorageError(f"{part}: the copy is damaged ({check})")
        counts = {
            table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
            for table in COUNTED
        }
        return counts, int(db.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0])
    finally:
        db.close()


def _not_shorter(rows: dict[str, int], target: Path) -> None:
    if not _manifest_of(target).exists():
        return
    for table, before in verify(target).rows.items():
        if rows.get(table, 0) < before:
            raise StorageError(
                f"{target}: has {before} rows of {table}, the new copy {rows.get(table, 0)};"
                " a history never shrinks: restore journal/, or delete the copy to accept it"
            )


def _manifest_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.json")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    _sync(part)
    part.replace(path)
    journal.sync(path.parent)
