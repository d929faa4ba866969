"""Flashduty (Flashcat) status pages: DeepSeek since May 2026.

`/api/widget/v1/summary.json`: `schema_version`, `generated_at`, `overall.status`, and three lists
of events (`ongoing_incidents`, `in_progress_maintenances`, `scheduled_maintenances`) with `phase`,
`impact`, `last_update` and `affected_components`. It names only affected components, so there is
no list of them, and only what is open, so there is no history.

Traps. The page states how long a copy of it may be used (`max_stale_seconds`), which we note.
Errors come as `{"error": "status_page_not_found"}`, also with status 200. An open event whose
impact is `operational` is not classified yet, so it states none. Ids changed when DeepSeek moved.
https://docs.flashduty.com/zh/on-call/statuspage/widgets
"""

from collections.abc import Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Level, Maintenance, Reading, Update
from crawler.platforms import phases
from crawler.wire import Reply, Request, objects

WORDS = {
    "operational": Level.NONE,
    "degraded": Level.MINOR,
    "degraded_performance": Level.MINOR,
    "partial_outage": Level.MAJOR,
    "full_outage": Level.CRITICAL,
    "maintenance": Level.MAINTENANCE,
    "under_maintenance": Level.MAINTENANCE,
}
LISTS = ("ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances")


def requests(source: Source) -> Mapping[str, Request]:
    """The widget's summary."""
    return {"widget": Request(source.url.rstrip("/") + "/api/widget/v1/summary.json")}


def recognises(reply: Reply) -> bool:
    """An overall status with the three lists of events."""
    return phases.fits(reply, _ours)


def read(replies: Mapping[str, Reply]) -> Reading:
    """The overall word and every open event."""
    widget = phases.documents(_without_errors(replies), _ours)[0]
    overall = widget["overall"]["status"]
    if not isinstance(overall, str):
        raise Unreadable("unexpected_shape", "the overall status is not a word")
    running = phases.rows(widget, "in_progress_maintenances")
    planned = phases.rows(widget, "scheduled_maintenances")
    limit = widget.get("max_stale_seconds")
    return Reading(
        word=phases.level(WORDS, overall),
        incidents=tuple(_incident(one) for one in phases.rows(widget, "ongoing_incidents")),
        maintenances=(
            *(_maintenance(one, "in_progress") for one in running),
            *(_maintenance(one, "scheduled") for one in planned),
        ),
        said_at=times.parse(widget.get("generated_at")),
        notes=(f"max_stale_{limit}s",) if type(limit) is int and 0 < limit < 10**6 else (),
    )


def _without_errors(replies: Mapping[str, Reply]) -> Mapping[str, Reply]:
    """The replies as they are. Raises Unreadable where one is the platform's own error."""
    for reply in replies.values():
        if reply.reason is None:
            error = reply.json(dict).get("error")
            if isinstance(error, str):
                raise Unreadable("no_state", error)
    return replies


def _ours(document: phases.Document) -> bool:
    overall = document.get("overall")
    return isinstance(overall, dict) and "status" in overall and phases.listed(document, *LISTS)


def _incident(row: phases.Document) -> Incident:
    stage = phases.phase(row.get("phase"))
    impact = phases.level(WORDS, row.get("impact"))
    closed = stage in ("resolved", "completed")
    started = phases.moment(row, "started_at", "starts_at")
    return Incident(
        id=phases.key(row.get("id"), row.get("title"), started),
        title=text.plain(row.get("title")) or "Untitled incident",
        open=not closed,
        impact=None if impact is Level.NONE and not closed else phases.impact([impact]),
        phase=stage,
        started_at=started,
        ended_at=times.parse(row.get("updated_at")) if closed else None,
        url=text.https_url(row.get("url")),
        components=phases.names(objects(row.get("affected_components"), 500)),
        updates=_updates(row, stage),
    )


def _maintenance(row: phases.Document, stage: str) -> Maintenance:
    event = _incident(row)
    ends = phases.moment(row, "ends_at", "scheduled_end_at")
    return phases.maintenance(event, stage, event.started_at, ends)


def _updates(row: phases.Document, stage: str) -> tuple[Update, ...]:
    last = row.get("last_update")
    if not isinstance(last, dict) or not text.plain(last.get("message")):
        return ()
    return (phases.update(last, phases.moment(last, "at"), stage, last.get("message")),)
