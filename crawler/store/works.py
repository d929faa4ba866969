"""Announced work: as it stands, and with every wording that it ever had."""

import json
from sqlite3 import Connection, Row

from crawler.model import Maintenance, Update
from crawler.records import Work
from crawler.store.incidents import NEWEST, select
from crawler.store.life import slug


def maintenances(db: Connection, since: int) -> list[tuple[str, Maintenance]]:
    """Announced work that was not over at `since`, as (provider, maintenance), by its start."""
    query = (
        "SELECT * FROM maintenances WHERE phase != 'completed' OR coalesce(ends_at, first_seen)"
        " >= ? ORDER BY starts_at, provider, id"
    )
    return [(row["provider"], _maintenance(row)) for row in select(db, query, since)]


def works(db: Connection, since: int) -> list[Work]:
    """Announced work that is not over or changed after `since`, and the newest of each provider,
    with every wording."""
    newest = (
        "SELECT provider, id, phase, first_seen, row_number() OVER (PARTITION BY provider"
        " ORDER BY first_seen DESC, id) AS place FROM maintenances"
    )
    query = (
        f"SELECT r.*, m.first_seen FROM maintenance_revisions r JOIN ({newest}) m"  # noqa: S608
        f" USING (provider, id) WHERE m.phase != 'completed' OR m.place <= {NEWEST}"
        " OR (SELECT max(seen_at) FROM maintenance_revisions"
        " WHERE provider = m.provider AND id = m.id) >= ? ORDER BY provider, id, seen_at"
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


def changed(db: Connection) -> int:
    """When an incident or announced work last changed, in seconds UTC; 0 before the first."""
    query = (
        "SELECT max(coalesce((SELECT max(changed_at) FROM incidents), 0),"
        " coalesce((SELECT max(seen_at) FROM maintenance_revisions), 0))"
    )
    found: int = db.execute(query).fetchone()[0]
    return found


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
