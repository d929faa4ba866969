"""Heroku: `/api/v4/current-status`, three systems by colour, what is open and what is planned.

status.heroku.com alone (seen 2019, 2026; being folded into Salesforce Trust). Traps. There is no
overall word: the worst system is it. An incident's colour stands on itself or on its updates, as
`status_prod` and `status_dev`; it names its `systems` since 2026, and none before. Blue is
maintenance. `scheduled` may hold work that is already `resolved`.
https://devcenter.heroku.com/articles/heroku-status
"""

from collections.abc import Mapping
from typing import Any

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Incident, Level, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

COLOURS = {
    "green": Level.NONE,
    "yellow": Level.MINOR,
    "red": Level.MAJOR,
    "blue": Level.MAINTENANCE,
}
PHASES = {"scheduled": "scheduled", "maintenance": "in_progress", "resolved": "completed"}


def requests(source: Source) -> Mapping[str, Request]:
    """The current status."""
    return {"status": Request(source.url.rstrip("/") + "/api/v4/current-status")}


def recognises(reply: Reply) -> bool:
    """A list of systems with their colours, beside lists of incidents and planned work."""
    return _is_status(reply.json(object))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The systems, the open incidents and the planned work."""
    (document,) = documents.parts(replies, _is_status)
    components = vocabulary.merged(
        vocabulary.component(
            row["system"], row["system"], vocabulary.level(row.get("status"), COLOURS)
        )
        for row in document["status"][: vocabulary.MAX_COMPONENTS]
    )
    return Reading(
        word=vocabulary.overall(one.level for one in components),
        components=components,
        incidents=tuple(map(_incident, objects(document["incidents"], vocabulary.MAX_INCIDENTS))),
        maintenances=tuple(
            map(_maintenance, objects(document["scheduled"], vocabulary.MAX_INCIDENTS))
        ),
    )


def _is_status(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    systems, others = document.get("status"), ("incidents", "scheduled")
    if not isinstance(systems, list) or not systems:
        return False
    if not all(isinstance(document.get(name), list) for name in others):
        return False
    return all(isinstance(row, dict) and text.plain(row.get("system")) for row in systems)


def _updates(row: Row) -> tuple[Update, ...]:
    return vocabulary.updates(row.get("updates"), ("created_at",), "update_type", "contents")


def _named(row: Row) -> tuple[str, ...]:
    return vocabulary.names_of(objects(row.get("systems"), vocabulary.MAX_COMPONENTS), "name")


def _impact(row: Row) -> Level | None:
    """The worse of the two colours, which the incident or else its newest update has."""
    told = objects(row.get("updates"), 2_000)
    newest = max(told, key=lambda one: times.parse(one.get("created_at")) or 0, default={})
    for one in (row, newest):
        found = [vocabulary.stated(one.get(f"status_{kind}"), COLOURS) for kind in ("prod", "dev")]
        if known := [level for level in found if level is not None]:
            return vocabulary.overall(known)
    return None


def _incident(row: Row) -> Incident:
    updates = _updates(row)
    created = times.parse(row.get("created_at"))
    closed = row.get("resolved") is True or row.get("state") in ("resolved", "closed")
    ended = vocabulary.moment(row, "resolved_at", "updated_at")
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("title"), created),
        title=text.plain(row.get("title")) or "Untitled incident",
        open=not closed,
        impact=_impact(row),
        phase="resolved" if closed else updates[0].phase if updates else "",
        started_at=created,
        created_at=created,
        ended_at=ended if closed else None,
        url=text.web_url(row.get("full_url")),
        components=_named(row),
        updates=updates,
    )


def _maintenance(row: Row) -> Maintenance:
    updates = _updates(row)
    said = PHASES.get(updates[0].phase, "scheduled") if updates else "scheduled"
    return Maintenance(
        id=vocabulary.key(row.get("id"), row.get("title"), row.get("created_at")),
        title=text.plain(row.get("title")) or "Untitled maintenance",
        phase="completed" if row.get("resolved") is True else said,
        url=text.web_url(row.get("full_url")),
        components=_named(row),
        updates=updates,
    )
