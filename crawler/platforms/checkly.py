"""Checkly status pages: Mistral until September 2026.

`/api/status-page/<slug>/unresolved-incidents` (the path of `url` is the slug), unauthenticated and
undocumented, seen since June 2026: `{"incidents": [...]}` and nothing else. It lists what is not
resolved, so an empty list means that all is well; there is no overall word, no list of components
and no history.

Traps. The empty reply is 16 bytes that prove little, so it must have exactly that one key. Keys
are snake and camel case mixed. An open incident has `duration: 0`, which means nothing. Work under
way is an incident whose `lastUpdateStatus` is MAINTENANCE. The page stays up, green and stale
after its owner has moved away. https://www.checklyhq.com/docs/status-pages/
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Incident, Level, Maintenance, Reading
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

WORDS = {
    "minor": Level.MINOR,
    "medium": Level.MAJOR,
    "major": Level.MAJOR,
    "critical": Level.CRITICAL,
}


def requests(source: Source) -> Mapping[str, Request]:
    """What is not resolved on the page whose slug is the path."""
    parts = urlsplit(source.url)
    slug = parts.path.strip("/")
    path = f"/api/status-page/{slug}/unresolved-incidents"
    return {"unresolved": Request(f"{parts.scheme}://{parts.netloc}{path}")}


def recognises(reply: Reply) -> bool:
    """A list of incidents with Checkly's severities, or the exact empty list."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Every unresolved incident; the level is the worst of them."""
    found = documents.documents(replies, _ours)[0]["incidents"]
    events = found[: vocabulary.MAX_INCIDENTS]
    incidents = tuple(_incident(one) for one in events if not _is_work(one))
    strange = [Level.UNKNOWN for one in incidents if one.open and one.impact is None]
    return Reading(
        word=vocabulary.worst_open(strange, incidents),
        incidents=incidents,
        maintenances=tuple(_maintenance(one) for one in events if _is_work(one)),
    )


def _ours(document: Row) -> bool:
    found = document.get("incidents")
    return (
        document.keys() == {"incidents"}
        and isinstance(found, list)
        and all(isinstance(one, dict) and {"id", "name", "severity"} <= one.keys() for one in found)
    )


def _is_work(row: Row) -> bool:
    return vocabulary.phase(row.get("lastUpdateStatus")) == "maintenance"


def _incident(row: Row) -> Incident:
    started = times.parse(row.get("created_at"))
    fields = ("publicIncidentUpdateDate", "created_at")
    updates = vocabulary.updates(row.get("incidentUpdates"), fields, "status", "description")
    stage = vocabulary.phase(row.get("lastUpdateStatus")) or (updates[0].phase if updates else "")
    closed = stage == "resolved"
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("name"), started),
        title=text.plain(row.get("name")) or "Untitled incident",
        open=not closed,
        impact=vocabulary.impact([vocabulary.level(row.get("severity"), WORDS)]),
        phase=stage,
        started_at=min((one.at for one in updates if one.at is not None), default=started),
        created_at=started,
        ended_at=times.parse(row.get("updated_at")) if closed else None,
        components=vocabulary.names_of(objects(row.get("services"), 500)),
        updates=updates,
    )


def _maintenance(row: Row) -> Maintenance:
    event = _incident(row)
    return vocabulary.maintenance(event, "in_progress", event.started_at)
