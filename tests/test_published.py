"""The copy of the database that others get: whole, checked, described."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.store import Cache, published, transaction
from lives import START, Life, dump, reading

STEP = 600


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    with Life(tmp_path / "data") as one:
        for number in range(3):
            one.run(START + number * STEP, {"acme": reading()})
        yield one


def test_a_copy_has_all_of_the_history_and_none_of_the_caches(life: Life, tmp_path: Path) -> None:
    cache = Cache()
    cache.bodies["https://status.acme.test/"] = (None, None, "", b"secret of a cache" * 99)
    with transaction(life.store.connection):
        cache.write(life.store.connection, START)
    target = tmp_path / "copy.db"
    manifest = published.publish(life.store, target)

    body = target.read_bytes()
    assert manifest.sha256 == hashlib.sha256(body).hexdigest()
    assert manifest.size == len(body)
    assert (manifest.newest, manifest.rows["runs"]) == (START + 2 * STEP, 3)
    assert b"secret of a cache" not in body
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.db", "copy.db.json", "data"]
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table, rows in dump(life.store).items():
            found = db.execute(f"SELECT * FROM {table}")  # noqa: S608 (our names)
            assert sorted(map(repr, found)) == rows


def test_the_same_history_gives_the_same_bytes(life: Life, tmp_path: Path) -> None:
    first = published.publish(life.store, tmp_path / "a.db")
    again = published.publish(life.store, tmp_path / "b.db")

    assert first == again
