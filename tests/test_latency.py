"""How long pages took: all samples of a week, one row for each day that is over."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlite_utils import Database

from crawler.store import latency, schema
from crawler.times import DAY

MONDAY = 1_795_392_000  # 2026-11-23T00:00:00Z


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.create(Database(connection))
        yield connection


def test_the_samples_of_a_day_are_all_there(db: sqlite3.Connection) -> None:
    for number in range(5):
        latency.write(db, MONDAY + number * 300, {"acme": 100 + number, "other": 7})
    found = latency.read(db, MONDAY + 1500)

    assert found["acme"].recent == tuple((MONDAY + n * 300, 100 + n) for n in range(5))
    assert found["acme"].last == 104
    assert found["acme"].daily == ()


def test_a_day_that_is_over_has_its_number_median_and_95th_percentile(
    db: sqlite3.Connection,
) -> None:
    for number in range(100):
        latency.write(db, MONDAY + number * 600, {"acme": 100 - number})
    latency.write(db, MONDAY + DAY, {"acme": 5})
    found = latency.read(db, MONDAY + DAY)

    assert found["acme"].daily == ((MONDAY, 100, 50, 95),)


def test_after_a_week_only_the_days_are_kept(db: sqlite3.Connection) -> None:
    for number in range(12):
        latency.write(db, MONDAY + number * DAY + 60, {"acme": 10 + number})
    kept = [at for (at,) in db.execute("SELECT at FROM samples ORDER BY at")]

    assert kept == [MONDAY + number * DAY + 60 for number in range(4, 12)]
    days = latency.read(db, MONDAY + 12 * DAY)["acme"].daily
    assert [(day - MONDAY) // DAY for day, *_ in days] == list(range(11))
    assert days[0] == (MONDAY, 1, 10, 10)
