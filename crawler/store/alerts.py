"""What alerts need of the memory: how each service went lately, and what was told to whom.

The table of deliveries is a copy of what the journal says of them.
"""

import json
from collections.abc import Collection
from sqlite3 import Connection

from sqlite_utils import Database

from crawler.lines import Delivery
from crawler.memory import Stretch
from crawler.model import Level
from crawler.store.fold import newest
from crawler.store.incidents import select

_TABLE = """
CREATE TABLE alerts (                   -- messages that have arrived; see lines.Delivery
    channel TEXT NOT NULL,
    service TEXT NOT NULL,
    began INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, service, began, kind, at)
) STRICT, WITHOUT ROWID
"""


def create(db: Database) -> None:
    """The step to the schema that knows deliveries."""
    db.execute(_TABLE)


def replace(db: Connection, journal: Collection[Delivery]) -> None:
    """Make the table say what the journal says, inside the caller's transaction."""
    db.execute("DELETE FROM alerts")
    rows = [(one.channel, one.service, one.began, one.kind, one.at) for one in journal]
    db.executemany("INSERT INTO alerts VALUES (?, ?, ?, ?, ?)", rows)


def told(db: Connection) -> set[Delivery]:
    """Every delivery that is known."""
    rows = db.execute("SELECT channel, service, began, kind, at FROM alerts")
    return {Delivery(*row) for row in rows}


def gone(db: Connection) -> dict[str, int]:
    """When each service left the catalogue that is not in it any more."""
    return dict(db.execute("SELECT id, gone FROM services WHERE gone IS NOT NULL"))


def stretches(db: Connection, since: int) -> dict[str, list[Stretch]]:
    """How each service of the catalogue went, in order, from before `since` (seconds UTC): from
    the last time at which it was well then, so that no trouble is cut in two."""
    query = (
        "SELECT s.*, coalesce(s.evidence, n.seen, ?) AS last_seen"
        " FROM snapshots s JOIN services n ON n.id = s.service WHERE n.gone IS NULL"
        " AND s.first_seen >= coalesce((SELECT max(first_seen) FROM snapshots"
        " WHERE service = s.service AND level = 'none' AND first_seen <= ?), 0)"
        " ORDER BY s.service, s.first_seen"
    )
    found: dict[str, list[Stretch]] = {}
    for row in select(db, query, newest(db), since):
        stretch = Stretch(
            level=Level(row["level"]),
            first_seen=row["first_seen"],
            last_seen=row["last_seen"],
            headline=row["headline"],
            basis=row["basis"],
            flags=tuple(json.loads(row["flags"])),
            incidents=tuple(json.loads(row["incidents"])),
        )
        found.setdefault(row["service"], []).append(stretch)
    return found
