"""Flashduty (Flashcat) status pages: DeepSeek since May 2026.

`/api/widget/v1/summary.json`: `schema_version`, `generated_at`, `overall.status`, and three lists
of events (`ongoing_incidents`, `in_progress_maintenances`, `scheduled_maintenances`) with `phase`,
`impact`, `last_update` and `affected_components`. It names only affected components, so there is
no list of them, and only what is open, so there is no history.

Traps. The page states how long a copy of it may be used (`max_stale_seconds`): an older one says
nothing of now.
Errors come as `{"error": "status_page_not_found"}`, also with status 200. An open event whose
impact is `operational` is not classified yet, so it states none. Ids changed when DeepSeek moved.
https://docs.flashduty.com/zh/on-call/statuspage/widgets
"""

from collections.abc import Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Level, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
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
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The overall word and every open event."""
    widget = documents.documents(_without_errors(replies), _ours)[0]
    overall = widget["overall"]["status"]
    if not isinstance(overall, str):
        raise Unreadable("unexpected_shape", "the overall status is not a word")
    running = vocabulary.rows(widget, "in_progress_maintenances")
    planned = vocabulary.rows(widget, "scheduled_maintenances")
    said_at = times.parse(widget.get("generated_at"))
    limit = widget.get("max_stale_seconds")
    if type(limit) is not int or not 0 < limit < 10**6:
        limit = None
    return Reading(
        word=vocabulary.level(overall, WORDS),
        incidents=tuple(_incident(one) for one in vocabulary.rows(widget, "ongoing_incidents")),
        maintenances=(
            *(_maintenance(one, "in_progress") for one in running),
            *(_maintenance(one, "scheduled") for one in planned),
        ),
        said_at=said_at,
        usable_until=None if said_at is None or limit is None else said_at + limit,
        notes=() if limit is None else (f"max_stale_{limit}s",),
    )


def _without_errors(replies: Mapping[str, Reply]) -> Mapping[str, Reply]:
    """The replies as they are. Raises Unreadable where one is the platform's own error."""
    for reply in replies.values():
        if reply.reason is None:
            error = reply.json(dict).get("error")
            if isinstance(error, str):
                raise Unreadable("no_state", error)
    return replies


def _ours(document: Row) -> bool:
    overall = document.get("overall")
    return isinstance(overall, dict) and "status" in overall and vocabulary.listed(document, *LISTS)


def _incident(row: Row) -> Incident:
    stage = vocabulary.phase(row.get("phase"))
    impact = vocabulary.level(row.get("impact"), WORDS)
    closed = stage in ("resolved", "completed")
    started = vocabulary.moment(row, "started_at", "starts_at")
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("title"), started),
        title=text.plain(row.get("title")) or "Untitled incident",
        open=not closed,
        impact=None if impact is Level.NONE and not closed else vocabulary.impact([impact]),
        phase=stage,
        started_at=started,
        ended_at=times.parse(row.get("updated_at")) if closed else None,
        url=text.web_url(row.get("url")),
        components=vocabulary.names_of(objects(row.get("affected_components"), 500)),
        updates=_updates(row, stage),
    )


def _maintenance(row: Row, stage: str) -> Maintenance:
    event = _incident(row)
    ends = vocabulary.moment(row, "ends_at", "scheduled_end_at")
    return vocabulary.maintenance(event, stage, event.started_at, ends)


def _updates(row: Row, stage: str) -> tuple[Update, ...]:
    last = vocabulary.inner(row, "last_update")
    at, message = vocabulary.moment(last, "at"), last.get("message")
    return (vocabulary.update(last.get("id"), at, stage, message),) if text.plain(message) else ()
