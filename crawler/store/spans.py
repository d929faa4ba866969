"""The stretches in which a service was in one state, and the seconds of each finished day.

A stretch lasts from the reading that began it to the last one that confirmed it, and V beyond, but
never past the next stretch. Where the provider dates a change between the two readings around it,
that is the boundary. What nobody looked at for longer than V is a gap, in no stretch.
"""

import json
from collections.abc import Iterator, Mapping
from sqlite3 import Connection

from crawler.lines import RunLine, SnapshotLine
from crawler.memory import Days
from crawler.model import Level
from crawler.times import DAY
from crawler.uptime import Interval, Tally, by_day

Gaps = list[tuple[int, int]]


def fold(db: Connection, run: RunLine, before: int | None) -> None:
    """The snapshots of a run; `before` is the run before it that saw, None for the first."""
    if before is not None and run.id - before > run.v:
        db.execute("INSERT INTO gaps VALUES (?, ?)", (before + run.v, run.id))
    row = (run.id, run.id - run.id % DAY)
    for service, provider in run.owners.items():
        db.execute(
            "INSERT INTO services VALUES (?, ?, ?, NULL, NULL, ?, NULL)"
            " ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, gone = NULL",
            (service, provider, *row),
        )
    old = dict(db.execute("SELECT id, seen FROM services WHERE seen IS NOT NULL"))
    for service, line in run.services.items():
        evidence = old.get(service, before)
        if line is None:
            evidence = evidence or run.id
            _close(db, service, min(run.id, evidence + run.v), evidence)
            db.execute(
                "UPDATE services SET gone = ?, seen = NULL, current = NULL WHERE id = ?",
                (run.id, service),
            )
        else:
            _open(db, run, service, line, evidence)
    _carry(db, run, old)


def _open(
    db: Connection, run: RunLine, service: str, line: SnapshotLine, evidence: int | None
) -> None:
    begins = until = run.id
    if evidence is not None:
        boundary = line.since if evidence < line.since <= run.id else run.id
        until = min(evidence + run.v, boundary)
        begins = boundary if run.id - evidence <= run.v else run.id
    _close(db, service, until, evidence)
    if evidence is not None and begins < run.id:
        _cut(db, service, begins, evidence)
    first = min(begins, until)
    day = first - first % DAY
    db.execute(
        "UPDATE services SET current = ?, rolled = min(rolled, ?) WHERE id = ?",
        (run.id, day, service),
    )
    db.execute(
        "INSERT INTO snapshots VALUES (?, ?, ?, NULL, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            service,
            run.id,
            begins,
            line.since,
            line.level,
            line.headline,
            line.basis,
            line.confidence,
            json.dumps(line.flags),
            json.dumps(line.incidents),
            line.reason,
            line.official,
            line.shown,
            json.dumps(line.changes),
        ),
    )


def _close(db: Connection, service: str, until: int, evidence: int | None) -> None:
    db.execute(
        "UPDATE snapshots SET until = max(begins, ?), evidence = ? WHERE service = ? AND first_seen"
        " = (SELECT current FROM services WHERE id = ?)",
        (until, evidence, service, service),
    )


def _cut(db: Connection, service: str, boundary: int, evidence: int) -> None:
    """Let what came before end at a boundary that is dated back beyond a stretch that was concluded
    without a reading of its own."""
    db.execute(
        "UPDATE snapshots SET until = max(begins, ?) WHERE service = ? AND until > ?"
        " AND first_seen >= coalesce("
        "(SELECT max(first_seen) FROM snapshots WHERE service = ? AND first_seen <= ?), 0)",
        (boundary, service, boundary, service, evidence),
    )


def _carry(db: Connection, run: RunLine, old: Mapping[str, int]) -> None:
    """Keep the time of the evidence for those whose page was not read, or whose check did not tell
    where there is no page, and only for them."""
    back = old.keys() - {*run.carried}
    if back:
        wanted = json.dumps(sorted(back))
        db.execute(
            "UPDATE services SET seen = NULL WHERE id IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    for service in back - run.services.keys():
        if run.id - old[service] > run.v:
            _split(db, service, old[service], run)
    fresh = [one for one in run.carried if one not in old]
    if fresh:
        db.execute(
            "UPDATE services SET seen = coalesce("
            "(SELECT at FROM readings WHERE source = provider),"
            " (SELECT ok_at FROM probes WHERE service = id))"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(fresh),),
        )


def _split(db: Connection, service: str, evidence: int, run: RunLine) -> None:
    """End a stretch and begin the same one again, as nothing is known of the time between."""
    db.execute(
        "INSERT INTO snapshots SELECT service, ?, ?, NULL, NULL, since, level, headline, basis,"
        " confidence, flags, incidents, reason, official, shown, changes FROM snapshots"
        " WHERE service = ? AND first_seen = (SELECT current FROM services WHERE id = ?)",
        (run.id, run.id, service, service),
    )
    _close(db, service, evidence + run.v, evidence)
    db.execute("UPDATE services SET current = ? WHERE id = ?", (run.id, service))


def roll(db: Connection, run: RunLine, before: int | None) -> None:
    """Count the seconds of the days that are over, of each service that has any left to count."""
    today = run.id - run.id % DAY
    # Only a new day or a change that is dated back leaves any.
    if before is not None and before >= today and not run.services:
        return
    due = db.execute(
        "SELECT id, rolled, max(first_seen, rolled) FROM services WHERE rolled < ?", (today,)
    ).fetchall()
    holes = gaps(db, min((one[2] for one in due), default=today))
    for service, rolled, start in due:
        db.execute("DELETE FROM daily WHERE day >= ? AND service = ?", (rolled, service))
        known = intervals(db, service, start, today, run.id, run.v, holes)
        found = by_day(known, start, today)
        rows = [(day, service, *one[1:]) for day, one in found.items() if one.known]
        db.executemany("INSERT INTO daily VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    if due:
        db.execute("UPDATE services SET rolled = ? WHERE rolled < ?", (today, today))


def gaps(db: Connection, since: int) -> Gaps:
    """When nobody looked, as (start, stop), from `since` on, in order."""
    query = "SELECT start, stop FROM gaps WHERE stop > ? ORDER BY start"
    return db.execute(query, (since,)).fetchall()


def intervals(
    db: Connection, service: str, start: int, end: int, newest: int, v: int, holes: Gaps
) -> list[Interval]:
    """What was known of a service in [start, end), in order; `newest` is the last run that saw and
    `holes` the gaps, at least from `start` on."""
    query = (
        "SELECT s.begins, coalesce(s.until, coalesce(n.seen, ?) + ?), s.level FROM snapshots s"
        " JOIN services n ON n.id = s.service WHERE s.service = ? AND s.first_seen >= coalesce("
        "(SELECT max(first_seen) FROM snapshots WHERE service = ? AND first_seen <= ?), 0)"
        " AND s.begins < ? ORDER BY s.first_seen"
    )
    rows = db.execute(query, (newest, v, service, service, start, end))
    return [
        (a, b, Level(level))
        for begins, until, level in rows
        if level != Level.UNKNOWN
        for a, b in _without(begins, until, holes)
    ]


def _without(start: int, end: int, holes: Gaps) -> Iterator[tuple[int, int]]:
    for hole, over in holes:
        if start < hole < end:
            yield start, hole
        if hole < end:
            start = max(start, over)
    if start < end:
        yield start, end


def daily(db: Connection, since: int) -> dict[str, Days]:
    """The tally of each finished day from `since` on in which anything was known, by service."""
    # Nearly all days are whole and quiet; only the others are worth a row of their own.
    reach = (
        "SELECT service, min(day), max(day), count(*) FROM daily WHERE day >= ? GROUP BY service"
    )
    found: dict[str, dict[int, Tally]] = {}
    broken = []
    for service, first, last, count in db.execute(reach, (since,)):
        days = range(first, last + 1, DAY)
        if count == len(days):
            found[service] = dict.fromkeys(days, _QUIET)
        else:
            found[service] = {}
            broken.append(service)
    query = (
        "SELECT service, day, ?1, known, maintenance, minor, major, critical FROM daily"
        " WHERE day >= ?2 AND (known < ?1 OR maintenance + minor + major + critical"
        " OR service IN (SELECT value FROM json_each(?3)))"
    )
    for row in db.execute(query, (DAY, since, json.dumps(broken))):
        found[row[0]][row[1]] = Tally._make(row[2:])
    return {**found}


_QUIET = Tally(DAY, DAY)
