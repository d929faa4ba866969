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
from crawler.platforms import documents, vocabulary
from crawler.platforms.statuspage import INDICATORS, WORDS
from crawler.platforms.vocabulary import Row
from crawler.scope import PARTIAL
from crawler.wire import Reply, Request, objects

COMPONENT_WORDS = {**WORDS, "critical": Level.CRITICAL}
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
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Components of both replies, and the summary's incidents and work."""
    result = documents.documents(replies, _ours)[0]["result"]
    status = vocabulary.inner(result, "status")
    extra = _extra(replies)
    components = _components([*objects(result["components"], 500), *extra])
    cut = ["components_cut"] if len(result["components"]) > vocabulary.MAX_COMPONENTS else []
    lost = [] if extra or "components" not in replies else [PARTIAL]
    events = {vocabulary.key(one.get("id"), one.get("name")): one for one in _events(result)}
    incidents = tuple(_incident(key, one) for key, one in events.items() if not _is_work(one))
    return Reading(
        headline=text.plain(status.get("description")),
        word=vocabulary.level(status["indicator"], INDICATORS)
        if "indicator" in status
        else vocabulary.worst_open((one.level for one in components), incidents),
        components=components,
        incidents=incidents,
        maintenances=tuple(_maintenance(k, one) for k, one in events.items() if _is_work(one)),
        history="recent_incidents" in result,
        notes=(*cut, *lost),
    )


def _ours(document: Row) -> bool:
    result = document.get("result")
    return (
        document.get("success") is True
        and isinstance(result, dict)
        and "status_page" not in result
        and vocabulary.listed(result, "components", "active_incidents")
        and bool(result["components"])
    )


def _extra(replies: Mapping[str, Reply]) -> list[Row]:
    """The rows of the list of components, where it came."""
    with suppress(Unreadable):
        for document in documents.documents(replies, lambda one: not _ours(one)):
            result = document.get("result")
            inner = result.get("components") if isinstance(result, dict) else result
            rows = objects(inner, vocabulary.MAX_COMPONENTS)
            return [row for row in rows if "status" in row and "impact" not in row]
    return []


def _components(rows: list[Row]) -> tuple[Component, ...]:
    """Each component once, as its first row says, which is the summary's."""
    by_id: dict[str, Component] = {}
    for row in rows:
        if row.get("group") is not True:
            one = vocabulary.own_component(row, COMPONENT_WORDS)
            by_id.setdefault(one.id, one)
    return tuple(by_id.values())[: vocabulary.MAX_COMPONENTS]


def _events(result: Row) -> Iterator[Row]:
    for name in reversed(_LISTS):
        yield from vocabulary.rows(result, name)


def _is_work(row: Row) -> bool:
    kinds = (row.get("type"), row.get("impact"))
    return "maintenance" in kinds or vocabulary.phase(row.get("status")) in vocabulary.WORK


def _updates(row: Row) -> tuple[Update, ...]:
    last = row.get("last_update")
    fields = ("display_at", "created_at")
    return vocabulary.updates(row.get("updates") or [last], fields, "status", "message", "body")


def _incident(key: str, row: Row) -> Incident:
    stage = vocabulary.phase(row.get("status"))
    closed = stage in vocabulary.CLOSED
    created = times.parse(row.get("created_at"))
    ended = vocabulary.moment(row, "resolved_at", "ends_at", "updated_at")
    return Incident(
        id=key,
        title=text.plain(row.get("name")) or "Untitled incident",
        open=not closed,
        impact=vocabulary.impact([vocabulary.level(row.get("impact"), INDICATORS)]),
        phase=stage,
        started_at=vocabulary.moment(row, "starts_at", "created_at"),
        created_at=created,
        ended_at=ended if closed else None,
        url=text.web_url(row.get("url") or row.get("shortlink")),
        components=vocabulary.names_of(objects(row.get("components"), 500)),
        updates=_updates(row),
    )


def _maintenance(key: str, row: Row) -> Maintenance:
    event = _incident(key, row)
    return vocabulary.maintenance(
        event,
        vocabulary.work_phase(event),
        vocabulary.moment(row, "scheduled_for") or event.started_at,
        vocabulary.moment(row, "scheduled_until", "ends_at"),
    )
