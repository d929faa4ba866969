"""One line of the journal -> the rows that it changes. The live database and a rebuilt one are
both written by this and nothing else, so they are equal."""

import hashlib
import json
from base64 import b32encode
from sqlite3 import Connection

from crawler import times
from crawler.lines import IncidentLine, MaintenanceLine, RunLine, SnapshotLine, SourceLine
from crawler.model import Level
from crawler.store import phases


def fold(db: Connection, run: RunLine) -> bool:
    """Apply one run inside the caller's transaction; False when it is known already."""
    if db.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)).fetchone():
        return False
    row = (run.id, run.end, run.version, run.v, run.blind, len(run.troubles))
    db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)", row)
    if run.blind:
        return True
    _services(db, run)
    _sources(db, run)
    _probes(db, run)
    for incident in run.incidents:
        _incident(db, run.id, incident)
    for maintenance in run.maintenances:
        _maintenance(db, run.id, maintenance)
    db.execute("DELETE FROM waits WHERE not_before <= ?", (run.id,))
    db.executemany("INSERT OR REPLACE INTO waits VALUES (?, ?)", run.waits.items())
    return True


def slug(provider: str, incident: str, first_seen: int) -> str:
    """The part of an incident's address that never changes: its first day and a short hash."""
    digest = hashlib.sha256(f"{provider}\0{incident}".encode()).digest()
    return f"{times.day(first_seen)}-{b32encode(digest).decode().lower()[:10]}"


def _services(db: Connection, run: RunLine) -> None:
    for service, provider in run.owners.items():
        db.execute(
            "INSERT INTO services VALUES (?, ?, ?, NULL, NULL, NULL)"
            " ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, gone = NULL",
            (service, provider, run.id),
        )
    for service, line in run.services.items():
        if line is None:
            db.execute("UPDATE services SET gone = ? WHERE id = ?", (run.id, service))
        else:
            _snapshot(db, run.id, service, line)
    db.execute(
        "UPDATE services SET last_seen = ? WHERE gone IS NULL AND current IS NOT NULL"
        " AND id NOT IN (SELECT value FROM json_each(?))",
        (run.id, json.dumps(run.carried)),
    )


def _snapshot(db: Connection, now: int, service: str, line: SnapshotLine) -> None:
    db.execute(
        "UPDATE snapshots SET last_seen = (SELECT last_seen FROM services WHERE id = ?)"
        " WHERE service = ? AND first_seen = (SELECT current FROM services WHERE id = ?)",
        (service, service, service),
    )
    db.execute("UPDATE services SET current = ? WHERE id = ?", (now, service))
    db.execute(
        "INSERT INTO snapshots VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            service,
            now,
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


def _sources(db: Connection, run: RunLine) -> None:
    for source, line in run.sources.items():
        if line is None:
            db.execute("DELETE FROM readings WHERE source = ?", (source,))
        else:
            _reading(db, source, line)
    read = "UPDATE readings SET at = ? WHERE source NOT IN (SELECT value FROM json_each(?))"
    db.execute(read, (run.id, json.dumps([*run.troubles])))
    for source, reason in run.troubles.items():
        good = db.execute("SELECT at FROM readings WHERE source = ?", (source,)).fetchone()
        extended = db.execute(
            "UPDATE troubles SET last_seen = ? WHERE source = ? AND reason = ? AND first_seen ="
            " (SELECT max(first_seen) FROM troubles WHERE source = ?) AND first_seen > ?",
            (run.id, source, reason, source, (good[0] if good else None) or 0),
        )
        if not extended.rowcount:
            row = (source, run.id, run.id, reason)
            db.execute("INSERT INTO troubles VALUES (?, ?, ?, ?)", row)


def _reading(db: Connection, source: str, line: SourceLine) -> None:
    old = db.execute("SELECT components FROM readings WHERE source = ?", (source,)).fetchone()
    known: dict[str, tuple[str, Level]] = json.loads(old[0]) if old and old[0] else {}
    for key, component in line.components.items():
        if component is None:
            known.pop(key, None)
        else:
            known[key] = component
    components = json.dumps(known, ensure_ascii=False) if line.listed else None
    db.execute(
        "INSERT INTO readings VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (source) DO UPDATE SET platform = excluded.platform,"
        " level = excluded.level, word = excluded.word,"
        " headline = excluded.headline, answered_by = excluded.answered_by, note = excluded.note,"
        " components = excluded.components",
        (
            source,
            line.platform,
            line.level,
            line.word,
            line.headline,
            line.answered_by,
            line.note,
            components,
        ),
    )


def _probes(db: Connection, run: RunLine) -> None:
    for service, line in run.probes.items():
        if line is None:
            db.execute("DELETE FROM probes WHERE service = ?", (service,))
            continue
        db.execute(
            "INSERT INTO probes VALUES (?, ?, NULL, NULL, ?, ?, ?) ON CONFLICT (service) DO UPDATE"
            " SET outcome = excluded.outcome, failing_since = excluded.failing_since,"
            " confirmed = excluded.confirmed, recovering_since = excluded.recovering_since",
            (service, line.outcome, line.failing_since, line.confirmed, line.recovering_since),
        )
    db.execute("UPDATE probes SET last = ? WHERE outcome IN ('ok', 'fail')", (run.id,))
    db.execute("UPDATE probes SET ok_at = ? WHERE outcome = 'ok'", (run.id,))


def _incident(db: Connection, now: int, line: IncidentLine) -> None:
    key = (line.provider, line.id)
    old = db.execute(
        "SELECT components, phases, title, open, resolved_seen, withdrawn_at, first_seen, slug,"
        " regions FROM incidents WHERE provider = ? AND id = ?",
        key,
    ).fetchone()
    components = sorted({*line.components, *(json.loads(old[0]) if old else ())})
    regions = sorted({*line.regions, *(json.loads(old[8]) if old else ())})
    first_seen = old[6] if old else now
    spans = phases.load(old[1] if old else None)
    began = line.started or line.created or first_seen
    phases.advance(spans, line, began=began, open_now=bool(old and old[3]), now=now)
    resolved = None if line.open else (old[4] if old and old[4] and not old[3] else now)
    withdrawn = (old[5] if old and old[5] else now) if line.withdrawn else None
    place = old[7] if old else slug(line.provider, line.id, now)
    db.execute(
        "INSERT OR REPLACE INTO incidents VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (*key, place, line.title, line.open, line.impact, line.phase, line.started, line.created,
         line.ended, line.url, json.dumps(components), json.dumps(regions), phases.dump(spans),
         first_seen, now, resolved, withdrawn, line.missing, line.digest),
    )  # fmt: skip
    revisions = [(*key, one.id, now, one.at, one.phase, one.text) for one in line.updates]
    if not old or old[2] != line.title:
        revisions.append((*key, "", now, None, line.phase, line.title))
    revise = "INSERT OR REPLACE INTO incident_revisions VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.executemany(revise, revisions)


def _maintenance(db: Connection, now: int, line: MaintenanceLine) -> None:
    db.execute(
        "INSERT INTO maintenances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (provider, id) DO UPDATE SET title = excluded.title, phase = excluded.phase,"
        " starts_at = excluded.starts_at, ends_at = excluded.ends_at, url = excluded.url,"
        " components = excluded.components, text = excluded.text",
        (line.provider, line.id, line.title, line.phase, line.starts, line.ends, line.url,
         json.dumps(line.components), line.text, now),
    )  # fmt: skip
    db.execute(
        "INSERT OR REPLACE INTO maintenance_revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (line.provider, line.id, now, line.title, line.phase, line.starts, line.ends, line.url,
         json.dumps(line.components), line.text),
    )  # fmt: skip
