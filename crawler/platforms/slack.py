"""Slack: `/api/v2.0.0/current` for now, `/api/v2.0.0/history` for the last 50.

slack-status.com alone (seen from 2020 to 2026). Traps. There is no list of components: incidents
name `services`. The page says only `ok` or `active`; the type of what is open is its severity.
Times carry -07:00 or -08:00 by season. Bodies are HTML. Notes have no state, and no entry says when
it was over: `date_updated` moves with a summary days later. Version 1 of the API has the one
incident at the top of the document. Planned work has an incident's type and is told by its status,
which is `completed` or `cancelled` when it is over.
Documentation: https://api.slack.com/docs/slack-status
"""

from collections.abc import Mapping
from typing import Any

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Incident, Level, Maintenance, Reading, Update, worst
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

TYPES = {"notice": Level.MINOR, "incident": Level.MAJOR, "outage": Level.CRITICAL}
OVER = frozenset({"completed", "cancelled", "canceled"})
CLOSED = OVER | {"resolved"}


def requests(source: Source) -> Mapping[str, Request]:
    """What is open now, and the last 50."""
    base = source.url.rstrip("/") + "/api/v2.0.0/"
    return {
        "current": Request(base + "current"),
        "history": Request(base + "history", extra=True),
    }


def recognises(reply: Reply) -> bool:
    """The current status, or a list of Slack's incidents."""
    document = reply.json(object)
    return _is_current(document) or _is_history(document)


def read(replies: Mapping[str, Reply]) -> Reading:
    """What is open with its severity, and the closed ones; a history alone has no word."""
    current, history = documents.parts(replies, _is_current, _is_history)
    rows = [*objects(history, vocabulary.MAX_INCIDENTS), *_rows(current)]
    once = {_key(row): row for row in rows}.values()
    incidents = tuple(_incident(row) for row in once if not _is_work(row))
    maintenances = tuple(_maintenance(row) for row in once if _is_work(row))
    return Reading(
        word=None if current is None else _word(current, incidents, maintenances),
        incidents=incidents,
        maintenances=maintenances,
        current=current is not None,
        history=history is not None,
        ends_stated=False,
        said_at=times.parse(current.get("date_updated")) if current else None,
    )


def _is_current(document: Any) -> bool:
    if not isinstance(document, dict) or not isinstance(document.get("status"), str):
        return False
    if "active_incidents" in document:
        return isinstance(document["active_incidents"], list) and "date_updated" in document
    dates = [times.parse(document.get(name)) for name in ("date_created", "date_updated")]
    return document["status"] in ("ok", "active") and None not in dates


def _is_history(document: Any) -> bool:
    return isinstance(document, list) and bool(document) and all(map(_is_entry, document))


def _is_entry(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and {"id", "title", "type", "status", "date_created"} <= row.keys()
        and isinstance(row.get("notes"), list)
    )


def _rows(current: Row | None) -> list[Row]:
    if current is None:
        return []
    if "active_incidents" in current:
        return objects(current["active_incidents"], vocabulary.MAX_INCIDENTS)
    return [current] if isinstance(current.get("title"), str) else []


def _word(
    current: Row, incidents: tuple[Incident, ...], maintenances: tuple[Maintenance, ...]
) -> Level:
    if current["status"] != "active":
        return Level.NONE if current["status"] == "ok" else Level.UNKNOWN
    weights = [one.weight for one in incidents if one.open]
    if not weights and any(one.phase == "in_progress" for one in maintenances):
        return Level.MAINTENANCE
    # `active` without an entry says that something is wrong, and nothing about how bad.
    announced = any(map(_is_work, _rows(current)))
    return worst([Level.NONE if announced else Level.MINOR, *weights])


def _key(row: Row) -> str:
    return vocabulary.key(row.get("id"), row.get("title"), row.get("date_created"))


def _is_work(row: Row) -> bool:
    planned = vocabulary.phase(row.get("status")) in OVER | {"scheduled"}
    return planned or row.get("type") == "maintenance"


def _updates(row: Row) -> tuple[Update, ...]:
    return vocabulary.updates(row.get("notes"), ("date_created",), "", "body")


def _named(row: Row) -> tuple[str, ...]:
    services = row.get("services")
    return vocabulary.names(*services[:100]) if isinstance(services, list) else ()


def _incident(row: Row) -> Incident:
    phase = vocabulary.phase(row.get("status"))
    created = times.parse(row.get("date_created"))
    return Incident(
        id=_key(row),
        title=text.plain(row.get("title")) or "Untitled incident",
        open=phase not in CLOSED,
        impact=vocabulary.stated(row.get("type"), TYPES),
        phase=phase,
        started_at=created,
        created_at=created,
        ended_at=times.parse(row.get("date_updated")) if phase in CLOSED else None,
        url=text.web_url(row.get("url")),
        components=_named(row),
        updates=_updates(row),
    )


def _maintenance(row: Row) -> Maintenance:
    status = vocabulary.phase(row.get("status"))
    phases = {"scheduled": "scheduled", "active": "in_progress"}
    return Maintenance(
        id=_key(row),
        title=text.plain(row.get("title")) or "Untitled maintenance",
        phase="completed" if status in CLOSED else phases.get(status, "scheduled"),
        starts_at=times.parse(row.get("date_created")) if status == "active" else None,
        url=text.web_url(row.get("url")),
        components=_named(row),
        updates=_updates(row),
    )
