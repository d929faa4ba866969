"""The life of an incident: first seen, reworded, reopened, withdrawn, never forgotten."""

import hashlib
import json
from base64 import b32encode
from sqlite3 import Connection, Row

from crawler import times
from crawler.lines import IncidentLine
from crawler.store import phases


def fold(db: Connection, now: int, line: IncidentLine) -> None:
    """What one run, begun at `now`, learned about an incident."""
    key = (line.provider, line.id)
    old = _row(db, key)
    # Of two journals that were merged, one may know the provider's before the other adopts: then
    # ours stays beside it, and ends when our check passes.
    if line.adopts and not old:
        _adopt(db, line.provider, line.adopts, line.id)
        old = _row(db, key)
    # Or one ends ours, which went on as the provider's in the other.
    if line.service and line.confirmed is None and not old:
        return
    first_seen = old["first_seen"] if old else now
    failed_at = old["failed_at"] if old else line.started if line.service else None
    resolved = old["resolved_seen"] if old and not old["open"] else None
    confirmed = old["confirmed_at"] if old else line.confirmed
    lead = old["lead"] if old and line.lead is None else line.lead
    withdrawn = (old["withdrawn_at"] if old else None) or now
    revisions = [(*key, one.id, now, one.at, one.phase, one.text) for one in line.updates]
    if not old or old["title"] != line.title:
        revisions.append((*key, "", now, None, line.phase, line.title))
    revise = "INSERT OR REPLACE INTO incident_revisions VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.executemany(revise, revisions)
    began = line.started or line.created or _first_told(db, line, first_seen)
    spans = phases.load(old["phases"] if old else None)
    # What our check saw first was open from its first failure, whatever the provider says later.
    opened = began if failed_at is None else min(began, failed_at)
    phases.advance(spans, line, began=opened, open_now=bool(old and old["open"]), now=now)
    db.execute(
        "INSERT OR REPLACE INTO incidents"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (*key, old["slug"] if old else _free(db, key, now), line.title, line.open,
         line.impact, line.phase, line.started, line.created, line.ended, began, line.url,
         _union(line.components, old, "components"), _regions(line, old),
         phases.dump(spans), first_seen, now,
         None if line.open else resolved or now, withdrawn if line.withdrawn else None,
         line.missing, line.digest, line.service, failed_at,
         confirmed, None if confirmed is None else lead),
    )  # fmt: skip


def slug(provider: str, incident: str, first_seen: int) -> str:
    """The part of an incident's address that never changes: its first day and a short hash."""
    digest = hashlib.sha256(f"{provider}\0{incident}".encode()).digest()
    return f"{times.day(first_seen)}-{b32encode(digest[:10]).decode().lower()[:10]}"


def _free(db: Connection, key: tuple[str, str], now: int) -> str:
    """Its slug, or one beside it: what goes on under another id keeps its slug, and a journal may
    tell of the first id again."""
    while db.execute("SELECT 1 FROM incidents WHERE slug = ?", (slug(*key, now),)).fetchone():
        key = (key[0], f"{key[1]}\0")
    return slug(*key, now)


def _first_told(db: Connection, line: IncidentLine, first_seen: int) -> int:
    """When an incident that states no start was first heard of: by us, by one of its messages, or
    by its end, where it was over at first sight."""
    query = "SELECT min(at) FROM incident_revisions WHERE provider = ? AND incident = ?"
    (message,) = db.execute(query, (line.provider, line.id)).fetchone()
    return min(at for at in (first_seen, line.ended, message) if at is not None)


def _row(db: Connection, key: tuple[str, str]) -> Row | None:
    cursor = db.cursor()
    cursor.row_factory = Row
    query = "SELECT * FROM incidents WHERE provider = ? AND id = ?"
    found: Row | None = cursor.execute(query, key).fetchone()
    return found


def _adopt(db: Connection, provider: str, ours: str, theirs: str) -> None:
    """Let the incident that our check saw go on as the one that the provider now tells of."""
    names = (theirs, provider, ours)
    # What it is about they say; ours would narrow down what is about the whole page.
    db.execute(
        "UPDATE incidents SET id = ?, open = 1, service = NULL, components = '[]'"
        " WHERE provider = ? AND id = ?",
        names,
    )
    db.execute(
        "UPDATE incident_revisions SET incident = ? WHERE provider = ? AND incident = ?", names
    )


def _regions(line: IncidentLine, old: Row | None) -> str:
    """Where it is, which moves and may become everywhere; once it is over, also where it was."""
    return json.dumps(line.regions) if line.open else _union(line.regions, old, "regions")


def _union(new: tuple[str, ...], old: Row | None, column: str) -> str:
    return json.dumps(sorted({*new, *(json.loads(old[column]) if old else ())}))
