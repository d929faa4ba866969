"""How long status pages took to answer: every sample of 7 days, and a row for each finished day."""

from collections.abc import Mapping
from sqlite3 import Connection

from crawler.memory import Latency
from crawler.times import DAY

_KEPT, _SHOWN = 7 * DAY, DAY


def write(db: Connection, at: int, timings: Mapping[str, int]) -> None:
    """Remember the milliseconds of a run that began at `at`; finished days are counted."""
    rows = [(at, source, ms) for source, ms in timings.items()]
    db.executemany("INSERT OR REPLACE INTO samples VALUES (?, ?, ?)", rows)
    today = at - at % DAY
    done = db.execute("SELECT max(day) FROM latency").fetchone()[0]
    found: dict[tuple[int, str], list[int]] = {}
    query = "SELECT at / ? * ?, source, ms FROM samples WHERE at >= ? AND at < ? ORDER BY ms"
    for day, source, ms in db.execute(query, (DAY, DAY, (done or 0) + DAY, today)):
        found.setdefault((day, source), []).append(ms)
    days = [(*key, len(ms), _rank(ms, 50), _rank(ms, 95)) for key, ms in found.items()]
    db.executemany("INSERT INTO latency VALUES (?, ?, ?, ?, ?)", days)
    db.execute("DELETE FROM samples WHERE at < ?", (today - _KEPT,))


def _rank(ordered: list[int], percent: int) -> int:
    """The value that `percent` of them do not exceed (nearest rank)."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def read(db: Connection, now: int) -> dict[str, Latency]:
    """The samples of the last day and the days of the last 90, by source."""
    recent: dict[str, list[tuple[int, int]]] = {}
    query = "SELECT source, at, ms FROM samples WHERE at > ? AND at <= ? ORDER BY at"
    for source, at, ms in db.execute(query, (now - _SHOWN, now)):
        recent.setdefault(source, []).append((at, ms))
    daily: dict[str, list[tuple[int, int, int, int]]] = {}
    query = "SELECT source, day, n, median, p95 FROM latency WHERE day >= ? ORDER BY day"
    for source, day, n, median, p95 in db.execute(query, (now - 90 * DAY,)):
        daily.setdefault(source, []).append((day, n, median, p95))
    return {
        one: Latency(recent=tuple(recent.get(one, ())), daily=tuple(daily.get(one, ())))
        for one in sorted({*recent, *daily})
    }
