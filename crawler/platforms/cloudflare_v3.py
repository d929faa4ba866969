"""Cloudflare's own status page, experimental: Cloudflare since August 2026, Replicate since
September (component `fvgfcmy66tdr`).

`/api/v3/summary` gives `{"success": true, "result": {"components", "active_incidents",
"recent_incidents"}}`, `/api/v3/components` the list of components; public, words as on Statuspage,
no real reply held. Incidents name their components by id and carry only the last message.

Traps. The page is about everything that Cloudflare sells: a service must follow its components,
and a title that mentions it proves nothing. Work is listed among incidents by its `type`, `impact`
or phase. A component that the summary has not is taken from the list.
https://developers.cloudflare.com/support/cloudflare-status/
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Reading, Update
from crawler.platforms import phases
from crawler.platforms.statuspage import INDICATORS, WORDS
from crawler.wire import Reply, Request, objects

COMPONENT_WORDS = {**WORDS, "critical": Level.CRITICAL}
WORK = {"scheduled": "scheduled", "in_progress": "in_progress", "verifying": "in_progress"}
_CLOSED = frozenset({"resolved", "postmortem", "completed"})
_LISTS = (
    *("active_incidents", "recent_incidents"),
    *("active_maintenances", "upcoming_maintenances", "scheduled_maintenances"),
)


def requests(source: Source) -> Mapping[str, Request]:
    """The summary, and the complete list of components."""
    base = source.url.rstrip("/") + "/api/v3/"
    return {
        "summary": Request(base + "summary"),
        "components": Request(base + "components", extra=True),
    }


def recognises(reply: Reply) -> bool:
    """A successful result with components and active incidents, which names no status page."""
    return phases.fits(reply, _ours)


def read(replies: Mapping[str, Reply]) -> Reading:
    """Components of both replies, and the summary's incidents and work."""
    result = phases.documents(replies, _ours)[0]["result"]
    status = result.get("status")
    status = status if isinstance(status, dict) else {}
    components = _components([*objects(result["components"], 500), *_extra(replies)])
    events = {phases.key(one.get("id"), one.get("name")): one for one in _events(result)}
    incidents = tuple(_incident(key, one) for key, one in events.items() if not _is_work(one))
    levels = [*(one.level for one in components), *(one.weight for one in incidents)]
    return Reading(
        headline=text.plain(status.get("description")),
        word=phases.level(INDICATORS, status["indicator"])
        if "indicator" in status
        else phases.worst_open(levels),
        components=components,
        incidents=incidents,
        maintenances=tuple(_maintenance(k, one) for k, one in events.items() if _is_work(one)),
        history="recent_incidents" in result,
        notes=("components_cut",) if len(result["components"]) > phases.MAX_COMPONENTS else (),
    )


def _ours(document: phases.Document) -> bool:
    result = document.get("result")
    return (
        document.get("success") is True
        and isinstance(result, dict)
        and "status_page" not in result
        and phases.listed(result, "components", "active_incidents")
        and bool(result["components"])
    )


def _extra(replies: Mapping[str, Reply]) -> list[phases.Document]:
    """The rows of the list of components, where it came."""
    with suppress(Unreadable):
        for document in phases.documents(replies, lambda one: not _ours(one)):
            result = document.get("result")
            inner = result.get("components") if isinstance(result, dict) else result
            rows = objects(inner, phases.MAX_COMPONENTS)
            return [row for row in rows if "status" in row and "impact" not in row]
    return []


def _components(rows: list[phases.Document]) -> tuple[Component, ...]:
    """Each component once, as its first row says, which is the summary's."""
    found = (
        phases.component(
            one.get("id"), one.get("name"), phases.level(COMPONENT_WORDS, one.get("status"))
        )
        for one in rows
        if one.get("group") is not True
    )
    by_id: dict[str, Component] = {}
    for one in found:
        by_id.setdefault(one.id, one)
    return tuple(by_id.values())[: phases.MAX_COMPONENTS]


def _events(result: phases.Document) -> Iterator[phases.Document]:
    for name in reversed(_LISTS):
        yield from phases.rows(result, name)


def _is_work(row: phases.Document) -> bool:
    kinds = (row.get("type"), row.get("impact"))
    return "maintenance" in kinds or phases.phase(row.get("status")) in WORK


def _updates(row: phases.Document) -> tuple[Update, ...]:
    last = row.get("last_update")
    fields = ("display_at", "created_at")
    return phases.updates(row.get("updates") or [last], fields, "status", "message", "body")


def _incident(key: str, row: phases.Document) -> Incident:
    stage = phases.phase(row.get("status"))
    closed = stage in _CLOSED
    created = times.parse(row.get("created_at"))
    ended = phases.moment(row, "resolved_at", "ends_at", "updated_at")
    return Incident(
        id=key,
        title=text.plain(row.get("name")) or "Untitled incident",
        open=not closed,
        impact=phases.impact([phases.level(INDICATORS, row.get("impact"))]),
        phase=stage,
        started_at=times.parse(row.get("starts_at")) or created,
        created_at=created,
        ended_at=ended if closed else None,
        url=text.https_url(row.get("url") or row.get("shortlink")),
        components=phases.names(objects(row.get("components"), 500)),
        updates=_updates(row),
    )


def _maintenance(key: str, row: phases.Document) -> Maintenance:
    event = _incident(key, row)
    return phases.maintenance(
        event,
        WORK.get(event.phase, "scheduled" if event.open else "completed"),
        phases.moment(row, "scheduled_for") or event.started_at,
        phases.moment(row, "scheduled_until", "ends_at"),
    )
