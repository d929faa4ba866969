"""Questions to the database, answered in our own types. Nothing here writes."""

import json
from functools import partial
from sqlite3 import Connection, Row

from crawler.lines import MaintenanceLine, SourceLine
from crawler.memory import Head, Memories, Memory, ProbeState, Run, Snapshot, Trouble
from crawler.model import Level, Maintenance, Update, Work
from crawler.store import incidents
from crawler.store.fold import slug
from crawler.store.incidents import select
from crawler.times import DAY


def memory(db: Connection) -> Memory:
    """Everything that the next run needs."""
    watched = "SELECT DISTINCT provider FROM incidents WHERE missing AND withdrawn_at IS NULL"
    return Memory(
        owners=dict(db.execute("SELECT id, provider FROM services WHERE gone IS NULL")),
        snapshots=latest(db),
        sources={row["source"]: _source(row) for row in select(db, "SELECT * FROM readings")},
        read_at=dict(db.execute("SELECT source, at FROM readings WHERE at IS NOT NULL")),
        probes=probes(db),
        heads=partial(_heads, db),
        watched=frozenset(one for (one,) in db.execute(watched)),
        maintenances={
            (row["provider"], row["id"]): _maintenance_line(row)
            for row in select(db, "SELECT * FROM maintenances")
        },
        waits=dict(db.execute("SELECT source, not_before FROM waits")),
    )


def memories(db: Connection, now: int) -> Memories:
    """What the site is made of at `now` (seconds UTC)."""
    known = memory(db)
    since = min(now, newest(db)) - 365 * DAY
    return Memories(
        snapshots=known.snapshots,
        probes=known.probes,
        sources=known.sources,
        read_at=known.read_at,
        troubles=troubles(db),
        timings=dict(db.execute("SELECT source, elapsed_ms FROM timings")),
        records=incidents.records(db, since),
        maintenances=maintenances(db),
        works=works(db, since),
        runs=runs(db, now - 7 * DAY),
    )


def latest(db: Connection) -> dict[str, Snapshot]:
    """The newest snapshot of each service in the catalogue."""
    query = (
        "SELECT s.*, n.last_seen AS seen FROM snapshots s JOIN services n"
        " ON n.id = s.service AND n.current = s.first_seen WHERE n.gone IS NULL"
    )
    return {row["service"]: _snapshot(row) for row in select(db, query)}


def probes(db: Connection) -> dict[str, ProbeState]:
    """The streak of each probe by its service."""
    return {
        row["service"]: ProbeState(
            outcome=row["outcome"],
            last=row["last"],
            ok_at=row["ok_at"],
            failing_since=row["failing_since"],
            confirmed=bool(row["confirmed"]),
            recovering_since=row["recovering_since"],
        )
        for row in select(db, "SELECT * FROM probes")
    }


def maintenances(db: Connection) -> list[tuple[str, Maintenance]]:
    """Announced work that is not over, as (provider, maintenance), by its start."""
    query = "SELECT * FROM maintenances WHERE phase != 'completed' ORDER BY starts_at, provider, id"
    return [(row["provider"], _maintenance(row)) for row in select(db, query)]


def newest(db: Connection) -> int:
    """When an incident or announced work last changed, in seconds UTC; 0 before the first."""
    query = "SELECT max(coalesce((SELECT max(changed_at) FROM incidents), 0), coalesce((SELECT"
    found: int = db.execute(f"{query} max(seen_at) FROM maintenance_revisions), 0))").fetchone()[0]
    return found


def works(db: Connection, since: int) -> list[Work]:
    """Announced work that is not over or changed after `since`, with every wording."""
    query = (
        "SELECT r.*, m.first_seen FROM maintenance_revisions r JOIN maintenances m"
        " USING (provider, id) WHERE m.phase != 'completed' OR (SELECT max(seen_at) FROM"
        " maintenance_revisions WHERE provider = m.provider AND id = m.id) >= ?"
        " ORDER BY provider, id, seen_at"
    )
    found: dict[tuple[str, str], list[tuple[int, Maintenance]]] = {}
    first: dict[tuple[str, str], int] = {}
    for row in select(db, query, since):
        key = (row["provider"], row["id"])
        found.setdefault(key, []).append((row["seen_at"], _maintenance(row)))
        first[key] = row["first_seen"]
    return [
        Work(provider=key[0], slug=slug(*key, first[key]), versions=tuple(versions))
        for key, versions in found.items()
    ]


def troubles(db: Connection) -> dict[str, Trouble]:
    """The newest trouble of each source, over or not."""
    query = (
        "SELECT * FROM troubles t WHERE first_seen ="
        " (SELECT max(first_seen) FROM troubles WHERE source = t.source)"
    )
    return {
        row["source"]: Trouble(row["reason"], row["first_seen"], row["last_seen"])
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
        listed=components is not None,
        components={key: (name, Level(level)) for key, (name, level) in listed.items()},
    )


def _heads(db: Connection, provider: str) -> dict[str, Head]:
    query = (
        "SELECT id, digest, open, missing, withdrawn_at, created_at, started_at, first_seen,"
        " components FROM incidents WHERE provider = ?"
    )
    return {row["id"]: _head(row) for row in select(db, query, provider)}


def _head(row: Row) -> Head:
    began = row["created_at"] or row["started_at"] or row["first_seen"]
    return Head(
        row["digest"],
        bool(row["open"]),
        row["missing"],
        row["withdrawn_at"] is not None,
        began,
        row["first_seen"],
        tuple(json.loads(row["components"])),
    )


def _maintenance(row: Row) -> Maintenance:
    return Maintenance(
        id=row["id"],
        title=row["title"],
        phase=row["phase"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        url=row["url"],
        components=tuple(json.loads(row["components"])),
        updates=(Update("", None, "", row["text"]),) if row["text"] else (),
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
