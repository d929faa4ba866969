"""The tables. A database of an older version is folded anew from the journal, so there is one way
only to come by its rows; its caches are taken over."""

from sqlite_utils import Database

from crawler.store import alerts

APPLICATION_ID = 0x77686F73  # "whos"
VERSION = 4

_TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,             -- its start, seconds UTC
    ended INTEGER NOT NULL,
    version TEXT NOT NULL,
    validity INTEGER NOT NULL,          -- V in force, seconds
    blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
    troubles INTEGER NOT NULL           -- sources that were not read
) STRICT;
CREATE TABLE gaps (                     -- when nobody looked: after V had passed, until a run
    start INTEGER PRIMARY KEY,
    stop INTEGER NOT NULL
) STRICT;
CREATE TABLE services (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    first_seen INTEGER NOT NULL,        -- nothing before it counts in any figure
    current INTEGER,                    -- first_seen of its newest snapshot
    seen INTEGER,                       -- the evidence for that; NULL: the newest run that saw
    rolled INTEGER NOT NULL,            -- days before this second are in daily
    gone INTEGER                        -- when it left the catalogue
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshots (                -- one row per unchanged stretch
    service TEXT NOT NULL,
    first_seen INTEGER NOT NULL,        -- the run that concluded it
    begins INTEGER NOT NULL,            -- from when on it counts
    until INTEGER,                      -- to when; NULL where current: see services
    evidence INTEGER,                   -- the freshest for it; NULL where current: see services
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
CREATE TABLE daily (                    -- seconds of each finished UTC day in which any was known
    day INTEGER NOT NULL,               -- its first second
    service TEXT NOT NULL,
    known INTEGER NOT NULL,
    maintenance INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    major INTEGER NOT NULL,
    critical INTEGER NOT NULL,
    PRIMARY KEY (day, service)
) STRICT, WITHOUT ROWID;
CREATE TABLE readings (                 -- the last good reading of each source
    source TEXT PRIMARY KEY,
    at INTEGER,                         -- NULL: the newest run that saw
    covers INTEGER,                     -- its incidents are known from here on; NULL: no history
    platform TEXT NOT NULL,
    level TEXT,
    word TEXT,
    headline TEXT NOT NULL,
    answered_by TEXT NOT NULL,          -- the address that was read
    note TEXT NOT NULL,                 -- see model.Visit
    components TEXT,                    -- JSON object id: [name, level], level null where it lists
                                        -- none but an earlier one did; NULL where none ever did
    partial INTEGER NOT NULL CHECK (partial IN (0, 1))  -- it lists more than could be read
) STRICT, WITHOUT ROWID;
CREATE TABLE waits (source TEXT PRIMARY KEY, not_before INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE probes (
    service TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    last INTEGER,                       -- the last conclusive run before this outcome
    ok_at INTEGER,                      -- the last good one before it
    failing_since INTEGER,
    confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    recovering_since INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE troubles (                 -- one row per stretch of one reason
    source TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER,                  -- NULL: it goes on
    reason TEXT NOT NULL,
    PRIMARY KEY (source, first_seen)
) STRICT, WITHOUT ROWID;
CREATE INDEX troubles_now ON troubles (source) WHERE last_seen IS NULL;
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
    began_at INTEGER NOT NULL,          -- its start, else when created, else the first told of it
    url TEXT,
    components TEXT NOT NULL,           -- JSON list: the union over its life
    regions TEXT NOT NULL,              -- JSON list: where it is, at the end also was
    phases TEXT NOT NULL,               -- JSON list: see store.phases.Phase
    first_seen INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    resolved_seen INTEGER,
    withdrawn_at INTEGER,
    missing INTEGER NOT NULL,
    digest TEXT NOT NULL,
    service TEXT,                       -- set while only our own check of this service saw it
    failed_at INTEGER,                  -- our first failing check; NULL where ours did not see it
    confirmed_at INTEGER,               -- when two runs agreed
    lead INTEGER,                       -- seconds from then to the provider's first message
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_open ON incidents (open, provider);
CREATE INDEX incidents_ours ON incidents (service) WHERE service IS NOT NULL;
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
CREATE TABLE maintenance_revisions (    -- every wording
    provider TEXT NOT NULL,
    id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    title TEXT NOT NULL,
    phase TEXT NOT NULL,
    starts_at INTEGER,
    ends_at INTEGER,
    url TEXT,
    components TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (provider, id, seen_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE cache (                    -- never in the journal: validators and bodies
    url TEXT PRIMARY KEY,
    etag TEXT,
    last_modified TEXT,
    encoding TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE digests (source TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE samples (                  -- how long each source took, the last 7 days
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    ms INTEGER NOT NULL,
    PRIMARY KEY (at, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE latency (                  -- the same of each finished day
    day INTEGER NOT NULL,               -- its first second
    source TEXT NOT NULL,
    n INTEGER NOT NULL,
    median INTEGER NOT NULL,
    p95 INTEGER NOT NULL,
    PRIMARY KEY (day, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE robots (
    host TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    rules TEXT                          -- NULL: nothing is forbidden
) STRICT, WITHOUT ROWID;
"""

CACHES = frozenset({"cache", "digests", "samples", "latency", "robots"})
"""Tables that a rebuild does not bring back; nothing is lost with them but time."""


def create(db: Database) -> None:
    """Make the tables in an empty database."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    alerts.create(db)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")
