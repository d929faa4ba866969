"""The tables, and the steps from each released schema to the next."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from crawler.store import alerts

APPLICATION_ID = 0x77686F73  # "whos"
VERSION = 2

migrations = Migrations("whosdown")

_TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,             -- its start, seconds UTC
    ended INTEGER NOT NULL,
    version TEXT NOT NULL,
    validity INTEGER NOT NULL,          -- V in force, seconds
    blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
    troubles INTEGER NOT NULL           -- sources that were not read
) STRICT;
CREATE TABLE services (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    first_seen INTEGER NOT NULL,        -- nothing before it counts in any figure
    current INTEGER,                    -- first_seen of its newest snapshot
    last_seen INTEGER,                  -- the freshest evidence for that
    gone INTEGER                        -- when it left the catalogue
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshots (                -- one row per unchanged stretch
    service TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER,                  -- the freshest evidence; NULL where current: see services
    since INTEGER NOT NULL,
    level TEXT NOT NULL,
    headline TEXT NOT NULL,
    basis TEXT NOT NULL,
    confidence TEXT,
    flags TEXT NOT NULL,                -- JSON list
    incidents TEXT NOT NULL,            -- JSON list of the provider's ids
    reason TEXT,
    official TEXT,
    shown TEXT,
    changes TEXT NOT NULL,              -- JSON list of [time, level]
    PRIMARY KEY (service, first_seen)
) STRICT, WITHOUT ROWID;
CREATE TABLE readings (                 -- the last good reading of each source
    source TEXT PRIMARY KEY,
    at INTEGER,
    platform TEXT NOT NULL,
    level TEXT,
    word TEXT,
    headline TEXT NOT NULL,
    answered_by TEXT NOT NULL,          -- the address that was read
    note TEXT NOT NULL,                 -- see model.Visit
    components TEXT                     -- JSON object id: [name, level]; NULL where none are listed
) STRICT, WITHOUT ROWID;
CREATE TABLE waits (source TEXT PRIMARY KEY, not_before INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE probes (
    service TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    last INTEGER,
    ok_at INTEGER,
    failing_since INTEGER,
    confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    recovering_since INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE troubles (                 -- one row per stretch of one reason
    source TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (source, first_seen)
) STRICT, WITHOUT ROWID;
CREATE TABLE incidents (
    provider TEXT NOT NULL,
    id TEXT NOT NULL,                   -- the provider's own
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    impact TEXT,                        -- NULL where the source states none
    phase TEXT NOT NULL,
    started_at INTEGER,
    created_at INTEGER,
    ended_at INTEGER,
    url TEXT,
    components TEXT NOT NULL,           -- JSON list: the union over its life
    regions TEXT NOT NULL,              -- JSON list: the same
    phases TEXT NOT NULL,               -- JSON list of [opened, resolved or null]
    first_seen INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    resolved_seen INTEGER,
    withdrawn_at INTEGER,
    missing INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_open ON incidents (open, provider);
CREATE TABLE incident_revisions (       -- every wording; the newest of a key is the present one
    provider TEXT NOT NULL,
    incident TEXT NOT NULL,
    key TEXT NOT NULL,                  -- an update's id, or '' for the title
    seen_at INTEGER NOT NULL,
    at INTEGER,
    phase TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (provider, incident, key, seen_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE maintenances (
    provider TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    phase TEXT NOT NULL,
    starts_at INTEGER,
    ends_at INTEGER,
    url TEXT,
    components TEXT NOT NULL,
    text TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE cache (                    -- never in the journal: validators and bodies
    url TEXT PRIMARY KEY,
    etag TEXT,
    last_modified TEXT,
    encoding TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE digests (source TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE timings (source TEXT PRIMARY KEY, elapsed_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE robots (
    host TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    rules TEXT                          -- NULL: nothing is forbidden
) STRICT, WITHOUT ROWID;
"""

CACHES = frozenset({"cache", "digests", "timings", "robots"})
"""Tables that a rebuild does not bring back; nothing is lost with them but time."""


@migrations()
def first(db: Database) -> None:
    """Schema 1."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)


@migrations()
def deliveries(db: Database) -> None:
    """Schema 2: what was told to whom."""
    alerts.create(db)
