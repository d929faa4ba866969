"""One line of the journal -> the rows that it changes. The live database and a rebuilt one are
both written by this and nothing else, so they are equal.

A run that finds what the one before it found writes one row: what was seen "by the newest run" is
NULL, and gets a time when that is no longer so. `before` is always the run before that saw.
"""

import json
from sqlite3 import Connection

from crawler.lines import MaintenanceLine, RunLine, SourceLine
from crawler.model import Level
from crawler.store import life, spans

_Listing = dict[str, tuple[str, Level | None]]


def fold(db: Connection, run: RunLine) -> bool:
    """Apply one run inside the caller's transaction; False when it is known already."""
    if db.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)).fetchone():
        return False
    before = newest(db)
    row = (run.id, run.end, run.version, run.v, run.blind, len(run.troubles))
    db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)", row)
    if run.blind:
        return True
    _sources(db, run, before)
    _probes(db, run, before)
    spans.fold(db, run, before)
    for incident in run.incidents:
        life.fold(db, run.id, incident)
    for maintenance in run.maintenances:
        _maintenance(db, run.id, maintenance)
    db.execute("DELETE FROM waits WHERE not_before <= ?", (run.id,))
    db.executemany("INSERT OR REPLACE INTO waits VALUES (?, ?)", run.waits.items())
    spans.roll(db, run, before)
    return True


def newest(db: Connection) -> int | None:
    """The last run that was not blind."""
    row = db.execute("SELECT id FROM runs WHERE NOT blind ORDER BY id DESC LIMIT 1").fetchone()
    return int(row[0]) if row else None


def _sources(db: Connection, run: RunLine, before: int | None) -> None:
    for source, line in run.sources.items():
        if line is None:
            db.execute("DELETE FROM readings WHERE source = ?", (source,))
        else:
            _reading(db, source, line)
    now = dict(db.execute("SELECT source, reason FROM troubles WHERE last_seen IS NULL"))
    over = [source for source, reason in now.items() if run.troubles.get(source) != reason]
    for source in over:
        end = "UPDATE troubles SET last_seen = ? WHERE source = ? AND last_seen IS NULL"
        db.execute(end, (before, source))
        if source not in run.troubles:
            db.execute("UPDATE readings SET at = NULL WHERE source = ?", (source,))
    for source, reason in run.troubles.items():
        if now.get(source) != reason:
            db.execute("INSERT INTO troubles VALUES (?, ?, NULL, ?)", (source, run.id, reason))
            good = "UPDATE readings SET at = ? WHERE source = ? AND at IS NULL"
            db.execute(good, (before, source))


def _reading(db: Connection, source: str, line: SourceLine) -> None:
    old = db.execute("SELECT components FROM readings WHERE source = ?", (source,)).fetchone()
    components = _listing(json.loads(old[0]) if old and old[0] else {}, line)
    db.execute(
        "INSERT INTO readings VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (source) DO UPDATE SET covers = excluded.covers,"
        " platform = excluded.platform, level = excluded.level, word = excluded.word,"
        " headline = excluded.headline, answered_by = excluded.answered_by, note = excluded.note,"
        " components = excluded.components, partial = excluded.partial",
        (
            source,
            line.covers,
            line.platform,
            line.level,
            line.word,
            line.headline,
            line.answered_by,
            line.note,
            json.dumps(components, ensure_ascii=False) if line.listed or components else None,
            line.partial,
        ),
    )


def _listing(known: _Listing, line: SourceLine) -> _Listing:
    """The components after a reading. Those of an earlier one keep their names, not their levels,
    where it lists none."""
    for key, component in line.components.items():
        if component is None:
            known.pop(key, None)
        else:
            known[key] = component
    if line.listed:
        return {key: (name, level or Level.UNKNOWN) for key, (name, level) in known.items()}
    return {key: (name, None) for key, (name, _) in known.items()}


def _probes(db: Connection, run: RunLine, before: int | None) -> None:
    for service, line in run.probes.items():
        if line is None:
            db.execute("DELETE FROM probes WHERE service = ?", (service,))
            continue
        query = "SELECT outcome, last, ok_at FROM probes WHERE service = ?"
        outcome, last, ok_at = db.execute(query, (service,)).fetchone() or ("", None, None)
        row = (
            service,
            line.outcome,
            before if outcome in ("ok", "fail") else last,
            before if outcome == "ok" else ok_at,
            line.failing_since,
            line.confirmed,
            line.recovering_since,
        )
        db.execute("INSERT OR REPLACE INTO probes VALUES (?, ?, ?, ?, ?, ?, ?)", row)


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
