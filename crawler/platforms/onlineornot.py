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
from crawler.platforms import phases
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
    return {"summary": Request(phases.address(source.url))}


def recognises(reply: Reply) -> bool:
    """A successful result that names its status page, with components and active incidents."""
    return phases.fits(reply, _ours)


def read(replies: Mapping[str, Reply]) -> Reading:
    """Components and what is open; the level is the worst of both."""
    result = phases.documents(replies, _ours)[0]["result"]
    components = phases.merged(
        phases.component(one.get("id"), one.get("name"), phases.level(WORDS, one.get("status")))
        for one in phases.rows(result, "components", phases.MAX_COMPONENTS)
    )
    incidents = tuple(_incident(one) for one in phases.rows(result, "active_incidents"))
    status = result.get("status")
    return Reading(
        headline=text.plain(status.get("description")) if isinstance(status, dict) else "",
        word=phases.worst_open(
            [*(one.level for one in components), *(one.weight for one in incidents)]
        ),
        components=components,
        incidents=incidents,
        maintenances=tuple(
            _maintenance(one) for one in phases.rows(result, "scheduled_maintenance")
        ),
    )


def _ours(document: phases.Document) -> bool:
    result = document.get("result")
    return (
        document.get("success") is True
        and isinstance(result, dict)
        and isinstance(result.get("status_page"), dict)
        and phases.listed(result, "components", "active_incidents")
        and bool(result["components"])
    )


def _incident(row: phases.Document) -> Incident:
    created = times.parse(row.get("created_at"))
    return Incident(
        id=phases.key(row.get("id"), row.get("title"), created),
        title=text.plain(row.get("title")) or "Untitled",
        open=True,
        impact=phases.impact([phases.level(WORDS, row.get("impact"))]),
        started_at=times.parse(row.get("started")) or created,
        created_at=created,
        components=phases.names(phases.rows(row, "components", 500)),
    )


def _maintenance(row: phases.Document) -> Maintenance:
    running = phases.phase(row.get("status")) in ("in_progress", "active", "started")
    return phases.maintenance(
        _incident(row),
        "in_progress" if running else "scheduled",
        phases.moment(row, "started", "starts_at", "scheduled_for", "start_date"),
        phases.moment(row, "ended", "ends_at", "scheduled_until", "end_date"),
    )
