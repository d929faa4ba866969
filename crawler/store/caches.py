"""What makes the next run cheaper and is never history."""

import sqlite3

from crawler.store import latency


class Cache:
    """Collected in a run, written with it. `digests` are of the readings of the run by source."""

    def __init__(self) -> None:
        self.bodies: dict[str, tuple[str | None, str | None, str, bytes]] = {}
        self.digests: dict[str, str] = {}
        self.timings: dict[str, int] = {}
        self.robots: dict[str, tuple[int, str | None]] = {}

    def write(self, db: sqlite3.Connection, at: int) -> None:
        """Replace the rows that this run, begun at `at` (seconds UTC), knows better."""
        bodies = [(url, *row) for url, row in self.bodies.items()]
        db.executemany("INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?, ?)", bodies)
        latency.write(db, at, self.timings)
        robots = [(host, *row) for host, row in self.robots.items()]
        db.executemany("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", robots)

    def vouch(self, db: sqlite3.Connection) -> None:
        """Let the next run take the same bytes for the same news: only once what was read from
        them is remembered."""
        db.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?)", self.digests.items())


def bodies(db: sqlite3.Connection) -> dict[str, tuple[str | None, str | None, str, bytes]]:
    """Replies by address: ETag, Last-Modified, encoding, body as it came."""
    found = db.execute("SELECT * FROM cache")
    return {url: (etag, changed, encoding, body) for url, etag, changed, encoding, body in found}


def digests(db: sqlite3.Connection) -> dict[str, str]:
    """What each source's last good reading was read from."""
    return dict(db.execute("SELECT source, digest FROM digests").fetchall())


def robots(db: sqlite3.Connection) -> dict[str, tuple[int, str | None]]:
    """The rules of each host by name: when they were asked, and what they say."""
    return {host: (at, text) for host, at, text in db.execute("SELECT * FROM robots")}


def forget_digests(db: sqlite3.Connection) -> None:
    """Let the next run read every source anew."""
    db.execute("DELETE FROM digests")
