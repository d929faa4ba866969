"""Datadog Status Pages, experimental: OpenRouter since September 2026.

The page is a shell of 599 bytes; all of it is in the public static file `/config.json`:
`components` (a tree of ComponentGroup and Component), `incidents` (open and closed, each with its
`timeline`), `maintenances`. Undocumented, its words as in Datadog's API; no real reply held.

Traps. There is no overall word: the level is the worst component and open incident. Groups have no
state of their own. An incident's own `componentsAffected` is how its components are now, so a
closed one reads operational; the worst it was stands in its timeline. `createdAt` of an update is
when it was filed, `startedAt` when it happened. `maintenances` may be null.
https://docs.datadoghq.com/incident_response/status_pages/
"""

from collections.abc import Iterator, Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

WORDS = {
    "operational": Level.NONE,
    "degraded": Level.MINOR,
    "partial_outage": Level.MAJOR,
    "major_outage": Level.CRITICAL,
    "maintenance": Level.MAINTENANCE,
}
_RUNNING = frozenset({"in_progress", "ongoing", "started", "verifying"})
_OVER = frozenset({"completed", "canceled", "cancelled", "resolved"})


def requests(source: Source) -> Mapping[str, Request]:
    """The page's one document."""
    return {"config": Request(source.url.rstrip("/") + "/config.json")}


def recognises(reply: Reply) -> bool:
    """A tree of typed components beside incidents and maintenances."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Leaf components, every incident and maintenance; the level is the worst that is open."""
    page = documents.documents(replies, _ours)[0]
    components = vocabulary.merged(_leaves(page))
    if not components:
        raise Unreadable("unexpected_shape", "no component is listed")
    incidents = tuple(_incident(one) for one in vocabulary.rows(page, "incidents"))
    return Reading(
        headline=text.plain(page.get("description")),
        word=vocabulary.worst_open((one.level for one in components), incidents),
        components=components,
        incidents=incidents,
        maintenances=tuple(_maintenance(one) for one in vocabulary.rows(page, "maintenances")),
        history=True,
    )


def _ours(document: Row) -> bool:
    rows = document.get("components")
    kinds = ("Component", "ComponentGroup")
    return (
        isinstance(rows, list)
        and bool(rows)
        and all(isinstance(one, dict) and one.get("type") in kinds for one in rows)
        and vocabulary.listed(document, "incidents", "maintenances")
    )


def _leaves(parent: Row, depth: int = 0) -> Iterator[Component]:
    for row in objects(parent.get("components"), vocabulary.MAX_COMPONENTS):
        if row.get("type") == "ComponentGroup":
            if depth < 4:
                yield from _leaves(row, depth + 1)
        else:
            yield vocabulary.own_component(row, WORDS)


def _affected(row: Row) -> list[Row]:
    return objects(row.get("componentsAffected"), 500)


def _levels(row: Row) -> list[Level]:
    return [vocabulary.level(one.get("status"), WORDS) for one in _affected(row)]


def _stage(row: Row) -> str:
    return vocabulary.phase(row.get("currentStatus") or row.get("status"))


def _entries(row: Row) -> list[Row]:
    return objects(row.get("timeline"), 2_000)


def _updates(row: Row) -> tuple[Update, ...]:
    return vocabulary.updates(row.get("timeline"), ("startedAt",), "status", "description")


def _named(row: Row) -> tuple[str, ...]:
    return vocabulary.names_of([one for entry in [row, *_entries(row)] for one in _affected(entry)])


def _incident(row: Row) -> Incident:
    closed = row.get("resolved") is True or _stage(row) == "resolved"
    levels = [one for entry in _entries(row) for one in _levels(entry)] if closed else _levels(row)
    published = times.parse(row.get("publishedDate"))
    updates = _updates(row)
    last = max((one.at for one in updates if one.at is not None), default=None)
    ended = times.parse(row.get("resolvedDate")) or vocabulary.closed_at(updates) or last
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("title"), published),
        title=text.plain(row.get("title")) or "Untitled",
        open=not closed,
        impact=vocabulary.impact(levels),
        phase=_stage(row) or ("resolved" if closed else ""),
        started_at=published,
        ended_at=ended if closed else None,
        components=_named(row),
        updates=updates,
    )


def _maintenance(row: Row) -> Maintenance:
    stage = _stage(row)
    over = stage in _OVER or row.get("resolved") is True
    running = "in_progress" if stage in _RUNNING else "scheduled"
    return vocabulary.maintenance(
        _incident(row),
        "completed" if over else running,
        vocabulary.moment(row, "startDate", "scheduledStartDate", "publishedDate"),
        vocabulary.moment(row, "completedDate", "endDate", "scheduledEndDate"),
    )
