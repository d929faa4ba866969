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


def forget_digests(db: sqlite3.Connection) -> None:
    """Let the next run read every source anew."""
    db.execute("DELETE FROM digests")
