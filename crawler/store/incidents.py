"""Incidents with every wording that they ever had, from the rows that remember them."""

import json
from sqlite3 import Connection, Row

from crawler.model import Incident, Level, Update
from crawler.records import Record, Revision
from crawler.store import phases

NEWEST = 50
"""How many of a provider's incidents, and of its works, are kept on the site however old they are:
news of others take away none of them."""


def records(db: Connection, since: int) -> list[Record]:
    """Incidents that are open, began or ended after `since`, and the newest of each provider; the
    newest first."""
    query = (
        "WITH placed AS (SELECT *, row_number() OVER"  # noqa: S608 (our own words)
        " (PARTITION BY provider ORDER BY began_at DESC, id) AS place FROM incidents)"
        f" SELECT * FROM placed WHERE open OR place <= {NEWEST}"
        " OR max(began_at, coalesce(ended_at, 0)) >= ? ORDER BY began_at DESC, provider, id"
    )
    texts: dict[tuple[str, str], list[Row]] = {}
    found = select(db, query, since)
    wanted = json.dumps([[row["provider"], row["id"]] for row in found])
    revisions = (
        "SELECT r.* FROM json_each(?) w JOIN incident_revisions r"
        " ON r.provider = json_extract(w.value, '$[0]')"
        " AND r.incident = json_extract(w.value, '$[1]')"
        " ORDER BY r.provider, r.incident, r.seen_at, r.key"
    )
    for row in select(db, revisions, wanted):
        texts.setdefault((row["provider"], row["incident"]), []).append(row)
    return [_record(row, texts.get((row["provider"], row["id"]), [])) for row in found]


def record(db: Connection, provider: str, incident: str) -> Record | None:
    """One incident with every wording, None when it is not known."""
    rows = select(db, "SELECT * FROM incidents WHERE provider = ? AND id = ?", provider, incident)
    texts = select(
        db,
        "SELECT * FROM incident_revisions WHERE provider = ? AND incident = ?"
        " ORDER BY seen_at, key",
        provider,
        incident,
    )
    return _record(rows[0], texts) if rows else None


def select(db: Connection, query: str, *values: object) -> list[Row]:
    """The rows of a query, their columns by name."""
    cursor = db.cursor()
    cursor.row_factory = Row
    return cursor.execute(query, values).fetchall()


def _record(row: Row, texts: list[Row]) -> Record:
    present = {text["key"]: text for text in texts}
    updates = [Update(key, t["at"], t["phase"], t["text"]) for key, t in present.items() if key]
    first = {text["key"]: text["seen_at"] for text in reversed(texts)}
    spans = phases.load(row["phases"])
    updates.sort(key=lambda one: (one.at or first[one.id], one.id), reverse=True)
    return Record(
        provider=row["provider"],
        slug=row["slug"],
        began_at=row["began_at"],
        first_seen=row["first_seen"],
        changed_at=row["changed_at"],
        resolved_seen=row["resolved_seen"],
        withdrawn_at=row["withdrawn_at"],
        ours=row["service"] is not None,
        service=row["service"],
        failed_at=row["failed_at"],
        confirmed_at=row["confirmed_at"],
        lead=row["lead"],
        phases=tuple(one.pair for one in spans),
        told=tuple(one.news for one in spans),
        revisions=tuple(
            Revision(t["key"], t["seen_at"], t["phase"], t["text"], t["at"]) for t in texts
        ),
        incident=Incident(
            id=row["id"],
            title=row["title"],
            open=bool(row["open"]),
            impact=None if row["impact"] is None else Level(row["impact"]),
            phase=row["phase"],
            started_at=row["started_at"],
            created_at=row["created_at"],
            ended_at=None if row["open"] and row["missing"] else row["ended_at"],
            url=row["url"],
            components=tuple(json.loads(row["components"])),
            regions=tuple(json.loads(row["regions"])),
            updates=tuple(updates),
        ),
    )
