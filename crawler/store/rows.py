"""Questions to the database, answered in our own types. Nothing here writes."""

import json
from functools import partial
from sqlite3 import Connection, Row

from crawler.lines import MISSED, MaintenanceLine, SourceLine
from crawler.memory import Head, Held, Memories, Memory, Own, ProbeState, Run, Snapshot, Trouble
from crawler.model import Level
from crawler.store import incidents, latency, spans, works
from crawler.store.fold import newest
from crawler.store.incidents import select
from crawler.times import DAY


def memory(db: Connection) -> Memory:
    """Everything that the next run needs."""
    watched = "SELECT DISTINCT provider FROM incidents WHERE missing > 0 AND missing < ?"
    blind = db.execute("SELECT id FROM runs WHERE blind ORDER BY id DESC LIMIT 1").fetchone()
    return Memory(
        owners=dict(db.execute("SELECT id, provider FROM services WHERE gone IS NULL")),
        snapshots=latest(db),
        sources={row["source"]: _source(row) for row in select(db, "SELECT * FROM readings")},
        read_at=dict(db.execute("SELECT source, coalesce(at, ?) FROM readings", (newest(db),))),
        probes=probes(db),
        heads=partial(_heads, db),
        opened=_opened(db),
        watched=frozenset(one for (one,) in db.execute(watched, (MISSED,))),
        own=_own(db),
        blind=blind[0] if blind else None,
        maintenances={
            (row["provider"], row["id"]): _maintenance_line(row)
            for row in select(db, "SELECT * FROM maintenances")
        },
        waits=dict(db.execute("SELECT source, not_before FROM waits")),
    )


def memories(db: Connection, now: int) -> Memories:
    """What the site is made of at `now` (seconds UTC)."""
    known = memory(db)
    since = min(now, works.changed(db)) - 365 * DAY
    ran = runs(db, now - 7 * DAY)
    seen, v = newest(db) or now, ran[-1].validity if ran else 0
    horizon = now - now % DAY - 90 * DAY
    holes = spans.gaps(db, horizon)
    return Memories(
        snapshots=known.snapshots,
        held=held(db),
        probes=known.probes,
        sources=known.sources,
        read_at=known.read_at,
        troubles=troubles(db),
        covers=dict(db.execute("SELECT source, covers FROM readings WHERE covers IS NOT NULL")),
        first_seen=dict(db.execute("SELECT id, first_seen FROM services WHERE gone IS NULL")),
        daily=spans.daily(db, horizon),
        intervals=lambda one, start, end: spans.intervals(db, one, start, end, seen, v, holes),
        latency=latency.read(db, now),
        records=incidents.records(db, since),
        maintenances=works.maintenances(db, now - 90 * DAY),
        works=works.works(db, since),
        runs=ran,
    )


def latest(db: Connection) -> dict[str, Snapshot]:
    """The newest snapshot of each service in the catalogue."""
    query = (
        "SELECT s.*, coalesce(n.seen, ?) AS seen FROM snapshots s JOIN services n"
        " ON n.id = s.service AND n.current = s.first_seen WHERE n.gone IS NULL"
    )
    return {row["service"]: _snapshot(row) for row in select(db, query, newest(db))}


def held(db: Connection) -> dict[str, Held]:
    """The newest level of each service in the catalogue that was not unknown."""
    query = (
        "SELECT n.id, s.level, coalesce(s.evidence, n.seen, ?) FROM services n JOIN snapshots s"
        " ON s.service = n.id AND s.first_seen = (SELECT max(first_seen) FROM snapshots"
        " WHERE service = n.id AND level <> 'unknown') WHERE n.gone IS NULL"
    )
    return {one: Held(Level(level), seen) for one, level, seen in db.execute(query, (newest(db),))}


def probes(db: Connection) -> dict[str, ProbeState]:
    """The streak of each probe by its service."""
    last = newest(db)
    return {
        row["service"]: ProbeState(
            outcome=row["outcome"],
            last=last if row["outcome"] in ("ok", "fail") else row["last"],
            ok_at=last if row["outcome"] == "ok" else row["ok_at"],
            failing_since=row["failing_since"],
            confirmed=bool(row["confirmed"]),
            recovering_since=row["recovering_since"],
        )
        for row in select(db, "SELECT * FROM probes")
    }


def troubles(db: Connection) -> dict[str, Trouble]:
    """The newest trouble of each source, over or not."""
    query = (
        "SELECT * FROM troubles t WHERE first_seen ="
        " (SELECT max(first_seen) FROM troubles WHERE source = t.source)"
    )
    last = newest(db) or 0
    return {
        row["source"]: Trouble(row["reason"], row["first_seen"], row["last_seen"] or last)
        for row in select(db, query)
    }


def runs(db: Connection, since: int) -> list[Run]:
    """The runs that began at or after `since`, in order."""
    query = "SELECT id, ended, validity, blind FROM runs WHERE id >= ? ORDER BY id"
    return [Run(one, ended, v, bool(blind)) for one, ended, v, blind in db.execute(query, (since,))]


def _level(value: str | None) -> Level | None:
    return None if value is None else Level(value)


def _snapshot(row: Row) -> Snapshot:
    return Snapshot(
        level=Level(row["level"]),
        headline=row["headline"],
        basis=row["basis"],
        confidence=row["confidence"],
        flags=tuple(json.loads(row["flags"])),
        incidents=tuple(json.loads(row["incidents"])),
        since=row["since"],
        reason=row["reason"],
        official=_level(row["official"]),
        shown=_level(row["shown"]),
        changes=tuple((at, Level(level)) for at, level in json.loads(row["changes"])),
        first_seen=row["first_seen"],
        last_seen=row["seen"],
    )


def _source(row: Row) -> SourceLine:
    components = row["components"]
    listed = json.loads(components) if components is not None else {}
    return SourceLine(
        platform=row["platform"],
        level=_level(row["level"]),
        word=_level(row["word"]),
        headline=row["headline"],
        answered_by=row["answered_by"],
        note=row["note"],
        listed=components is not None and all(level for _, level in listed.values()),
        partial=bool(row["partial"]),
        covers=row["covers"],
        components={
            key: (name, Level(level or "unknown")) for key, (name, level) in listed.items()
        },
    )


def _heads(db: Connection, provider: str) -> dict[str, Head]:
    query = (
        "SELECT id, digest, open, missing, withdrawn_at, coalesce(created_at, began_at) AS posted,"
        " first_seen, components, coalesce(ended_at, resolved_seen) AS ended FROM incidents"
        " WHERE provider = ? AND service IS NULL"
    )
    return {row["id"]: _head(row) for row in select(db, query, provider)}


def _opened(db: Connection) -> dict[str, list[str]]:
    # What is missing from the last reading is no part of what it said.
    query = (
        "SELECT provider, id FROM incidents WHERE open = 1 AND missing = 0 AND service IS NULL"
        " ORDER BY 1, 2"
    )
    found: dict[str, list[str]] = {}
    for provider, incident in db.execute(query):
        found.setdefault(provider, []).append(incident)
    return found


def _own(db: Connection) -> dict[str, Own]:
    query = (
        "SELECT service, id, provider, impact, failed_at, confirmed_at, ended_at, max(first_seen)"
        " FROM incidents WHERE service IS NOT NULL GROUP BY service"
    )
    return {
        service: Own(one, provider, Level(impact), *moments[:3])
        for service, one, provider, impact, *moments in db.execute(query)
    }


def _head(row: Row) -> Head:
    return Head(
        row["digest"],
        bool(row["open"]),
        row["ended"],
        row["missing"],
        row["withdrawn_at"] is not None,
        row["posted"],
        row["first_seen"],
        tuple(json.loads(row["components"])),
    )


def _maintenance_line(row: Row) -> MaintenanceLine:
    return MaintenanceLine(
        provider=row["provider"],
        id=row["id"],
        title=row["title"],
        phase=row["phase"],
        starts=row["starts_at"],
        ends=row["ends_at"],
        url=row["url"],
        components=tuple(json.loads(row["components"])),
        text=row["text"],
    )
