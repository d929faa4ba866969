"""A database of every earlier schema opens, with its whole history and what it had cached."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler import store
from crawler.store import caches, rows, schema
from lives import START, dump

SCHEMAS = sorted(
    (one for one in (Path(__file__).parent / "old_schemas").iterdir() if one.is_dir()),
    key=lambda one: int(one.name),
)


def old(folder: Path, data: Path) -> Path:
    """A data folder as the program of a schema left it; its database."""
    place = data / "journal" / "2026" / "11"
    place.mkdir(parents=True)
    shutil.copy(folder / "journal.ndjson", place / "22.ndjson")
    path = data / "status.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((folder / "status.sql").read_text(encoding="utf-8"))
    return path


def test_every_schema_before_this_one_has_its_folder() -> None:
    assert [int(one.name) for one in SCHEMAS] == list(range(1, schema.VERSION))


@pytest.mark.parametrize("folder", SCHEMAS, ids=lambda one: one.name)
def test_an_older_database_is_brought_up_and_nothing_is_lost(folder: Path, tmp_path: Path) -> None:
    path = old(folder, tmp_path / "data")
    said: list[str] = []
    opened = store.open_store(path.parent, said.append)
    try:
        assert "of an older whosdown; rebuilding it from 5 runs" in said[0]
        db = opened.connection
        assert caches.bodies(db) == {"https://status.acme.test/": ('"tag"', None, "", b"kept")}
        assert caches.robots(db) == {"acme.test": (START, None)}
        # A digest says that a page was read by today's rules, and it was not.
        assert caches.digests(db) == {}
        known = dump(opened)
        assert [run.blind for run in rows.runs(opened.connection, 0)] == [
            False,
            False,
            False,
            True,
            False,
        ]
        (record,) = opened.memories(START + 3_000).records
        assert [one.text for one in record.incident.updates] == [
            "Fixed.",
            "We are looking into it.",
        ]
    finally:
        opened.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = tmp_path / "again.db"
    assert store.rebuild(path.parent, again) == 5
    fresh = store.Store(tmp_path, store._connect(again))
    try:
        assert dump(fresh) == known
    finally:
        fresh.close()


@pytest.mark.parametrize("folder", SCHEMAS, ids=lambda one: one.name)
def test_an_older_database_that_is_brought_up_once_is_left_alone_then(
    folder: Path, tmp_path: Path
) -> None:
    path = old(folder, tmp_path / "data")
    store.open_store(path.parent, lambda _: None).close()
    before = path.read_bytes()
    said: list[str] = []
    store.open_store(path.parent, said.append).close()

    assert said == []
    assert path.read_bytes() == before
