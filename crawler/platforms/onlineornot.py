"""OnlineOrNot status pages, experimental: OpenRouter until September 2026.

`url` is the whole address `https://api.onlineornot.com/v1/status_pages/<domain or slug>/summary`,
public and without a key, seen since 2026, no real reply held: `{"success": true, "result":
{"status": {"description"}, "status_page", "components", "active_incidents",
"scheduled_maintenance"}}`. Words of level are upper case.

Traps. The overall state is a sentence, which we show and do not interpret: the level is the worst
component and open incident. Resolved incidents vanish, and open ones have no phase and no
messages. Lists may be null. Errors are `{"success": false, "errors": [...]}`.
https://developers.onlineornot.com/
"""

from collections.abc import Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Incident, Level, Maintenance, Reading
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request

WORDS = {
    "operational": Level.NONE,
    "no_impact": Level.NONE,
    "degraded_performance": Level.MINOR,
    "minor": Level.MINOR,
    "partial_outage": Level.MAJOR,
    "major": Level.MAJOR,
    "major_outage": Level.CRITICAL,
    "critical": Level.CRITICAL,
    "maintenance": Level.MAINTENANCE,
    "under_maintenance": Level.MAINTENANCE,
}


def requests(source: Source) -> Mapping[str, Request]:
    """The summary's address as it stands."""
    return {"summary": Request(vocabulary.address(source.url))}


def recognises(reply: Reply) -> bool:
    """A successful result that names its status page, with components and active incidents."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Components and what is open; the level is the worst of both."""
    result = documents.documents(replies, _ours)[0]["result"]
    components = vocabulary.merged(
        vocabulary.own_component(one, WORDS)
        for one in vocabulary.rows(result, "components", vocabulary.MAX_COMPONENTS)
    )
    incidents = tuple(_incident(one) for one in vocabulary.rows(result, "active_incidents"))
    return Reading(
        headline=text.plain(vocabulary.inner(result, "status").get("description")),
        word=vocabulary.worst_open((one.level for one in components), incidents),
        components=components,
        incidents=incidents,
        maintenances=tuple(
            _maintenance(one) for one in vocabulary.rows(result, "scheduled_maintenance")
        ),
    )


def _ours(document: Row) -> bool:
    result = document.get("result")
    return (
        document.get("success") is True
        and isinstance(result, dict)
        and isinstance(result.get("status_page"), dict)
        and vocabulary.listed(result, "components", "active_incidents")
        and bool(result["components"])
    )


def _incident(row: Row) -> Incident:
    created = times.parse(row.get("created_at"))
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("title"), created),
        title=text.plain(row.get("title")) or "Untitled",
        open=True,
        impact=vocabulary.impact([vocabulary.level(row.get("impact"), WORDS)]),
        started_at=vocabulary.moment(row, "started", "created_at"),
        created_at=created,
        components=vocabulary.names_of(vocabulary.rows(row, "components", 500)),
    )


def _maintenance(row: Row) -> Maintenance:
    running = vocabulary.phase(row.get("status")) in ("in_progress", "active", "started")
    return vocabulary.maintenance(
        _incident(row),
        "in_progress" if running else "scheduled",
        vocabulary.moment(row, "started", "starts_at", "scheduled_for", "start_date"),
        vocabulary.moment(row, "ended", "ends_at", "scheduled_until", "end_date"),
    )
