"""Atlassian Statuspage: `/api/v2/summary.json` for now, `/api/v2/incidents.json` for the last 50.

Traps. The page word may be `none` while an incident is open, and lags behind components. Groups
are rows of the component list. `affected_components` in updates name components that the incident
itself drops when it is resolved. Times carry the page's own offset. `postmortem` is resolved.
Old imported incidents have no duration. Endpoints: https://www.githubstatus.com/api
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Reading, Update, worst
from crawler.wire import Reply, Request, objects

WORDS = {
    "operational": Level.NONE,
    "degraded_performance": Level.MINOR,
    "partial_outage": Level.MAJOR,
    "major_outage": Level.CRITICAL,
    "full_outage": Level.CRITICAL,
    "under_maintenance": Level.MAINTENANCE,
}
INDICATORS = {level.value: level for level in Level if level is not Level.UNKNOWN}
CLOSED = frozenset({"resolved", "postmortem", "completed"})
_MAX_COMPONENTS, _MAX_INCIDENTS, _MAX_UPDATES = 500, 500, 200
_LONGEST_MAINTENANCE = 7 * times.DAY


def requests(source: Source) -> Mapping[str, Request]:
    """The summary, and the list of the last 50 incidents."""
    base = source.url.rstrip("/") + "/api/v2/"
    return {
        "summary": Request(base + "summary.json"),
        "incidents": Request(base + "incidents.json", extra=True),
    }


def recognises(reply: Reply) -> bool:
    """A Statuspage document with its short ids: a summary, a status, or a list of incidents."""
    return _document(reply) is not None and not has_ulids(reply)


def has_ulids(reply: Reply) -> bool:
    """Whether the page's ids are 26-character ULIDs, which only incident.io's copy has."""
    document = _document(reply) or {}
    page = document.get("page")
    rows = objects(document.get("components"), 1) + objects(document.get("incidents"), 1)
    ids = [row.get("id") for row in [page if isinstance(page, dict) else {}, *rows]]
    return any(isinstance(one, str) and len(one) == 26 and one.isalnum() for one in ids)


def read(replies: Mapping[str, Reply]) -> Reading:
    """The summary's state and everybody's incidents; a reply that is only a history has no word."""
    documents, failure = _documents(replies.values())
    state = next((document for document in documents if "status" in document), None)
    if state is None and failure is not None:
        raise failure
    incidents, notes = _incidents(documents)
    maintenances = [
        _maintenance(row)
        for document in documents
        for row in objects(document.get("scheduled_maintenances"), _MAX_INCIDENTS)
    ]
    history = any("status" not in one and "incidents" in one for one in documents)
    if state is None:
        return Reading(
            incidents=incidents, maintenances=tuple(maintenances), current=False, history=history
        )
    word, headline = _status(state["status"])
    rows = state.get("components")
    components, odd = components_of(rows), _odd(rows)
    page = state.get("page")
    return Reading(
        headline=headline,
        word=word,
        components=components,
        incidents=incidents,
        maintenances=tuple(maintenances),
        history=history,
        said_at=times.parse(page.get("updated_at")) if isinstance(page, dict) else None,
        notes=tuple(sorted({*notes, *odd})),
    )


def _documents(replies: Iterable[Reply]) -> tuple[list[dict[str, Any]], Unreadable | None]:
    """What could be understood, and the first reason why something could not."""
    documents, failure = [], None
    for reply in replies:
        try:
            reply.raise_for_reason()
            document = _document(reply)
            if document is None:
                raise Unreadable("unexpected_shape", "neither a status nor incidents")
            documents.append(document)
        except Unreadable as error:
            failure = failure or error
    if not documents and failure is None:
        failure = Unreadable("empty")
    return documents, failure


def _document(reply: Reply) -> dict[str, Any] | None:
    """The reply's object when it has a key of ours; the management API's bare list is wrapped."""
    if reply.reason is not None:
        return None
    try:
        document = reply.json(dict)
    except Unreadable as error:
        if error.reason != "unexpected_shape":
            raise
        rows = reply.json(list)
        if not rows or not all(isinstance(r, dict) and "incident_updates" in r for r in rows):
            return None
        document = {"incidents": rows}
    page = document["page"].keys() if isinstance(document.get("page"), dict) else set()
    # Rootly's copy of this shape has a page with a time zone and no id.
    if "time_zone" in page and "id" not in page:
        return None
    if isinstance(document.get("status"), dict) and "indicator" in document["status"]:
        return document
    # A summary that lost its status is broken; a list of incidents never had one.
    if "status" in document or {"components", "incidents"} <= document.keys():
        return None
    one = document.get("incident")
    if isinstance(one, dict) and isinstance(one.get("incident_updates"), list):
        return {**document, "incidents": [one]}
    lists = [document.get(key) for key in ("incidents", "scheduled_maintenances")]
    found = [rows for rows in lists if isinstance(rows, list)]
    if not found or not all(_is_incident(row) for rows in found for row in rows):
        return None
    # Other platforms have such lists: incident.io's own, and Checkly's, which may be empty.
    known = "ongoing_incidents" not in document and (any(found) or "id" in page)
    return document if known else None


def _is_incident(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("status"), str) and "name" in row


def _status(status: dict[str, Any]) -> tuple[Level, str]:
    indicator = status["indicator"]
    if not isinstance(indicator, str):
        raise Unreadable("unexpected_shape", "the indicator is not a word")
    word = INDICATORS.get(indicator.strip().lower(), Level.UNKNOWN)
    return word, text.plain(status.get("description"))


def _odd(rows: object) -> list[str]:
    if not isinstance(rows, list):
        return ["components_missing"]
    return ["components_cut"] if len(rows) > _MAX_COMPONENTS else []


def components_of(rows: object) -> tuple[Component, ...]:
    """The components of a JSON list, groups left out, two of one id merged to the worse."""
    by_id: dict[str, Component] = {}
    for row in objects(rows, _MAX_COMPONENTS):
        if row.get("group") is True:
            continue
        name = text.plain(row.get("name")) or "(unnamed)"
        one = Component(identifier(row.get("id")) or text.words(name), name, _level(row))
        twin = by_id.get(one.id)
        by_id[one.id] = Component(one.id, one.name, worst([one.level, twin.level])) if twin else one
    return tuple(by_id.values())


def _level(row: dict[str, Any]) -> Level:
    status = row.get("status")
    return (
        WORDS.get(status.strip().lower(), Level.UNKNOWN)
        if isinstance(status, str)
        else Level.UNKNOWN
    )


def identifier(raw: object) -> str:
    """A foreign id as bounded text; one that is too long keeps its hash, so it stays unique."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)[:40]
    clean = text.plain(raw)
    if len(clean) <= 80:
        return clean
    return clean[:40] + "-" + hashlib.sha256(clean.encode()).hexdigest()[:16]


def _incidents(documents: list[dict[str, Any]]) -> tuple[tuple[Incident, ...], list[str]]:
    """Every incident once; the summary comes first and is the newer of two that share an id."""
    by_id: dict[str, Incident] = {}
    notes = []
    for document in sorted(documents, key=lambda one: "status" not in one):
        for row in objects(document.get("incidents"), _MAX_INCIDENTS):
            incident = _incident(row)
            if incident.id in by_id:
                notes.append("incident_twice")
            else:
                by_id[incident.id] = incident
    return tuple(by_id.values()), notes if len(documents) == 1 else []


def _incident(row: dict[str, Any]) -> Incident:
    title = text.plain(row.get("name")) or "Untitled incident"
    phase = text.words(text.plain(row.get("status"))).replace("-", "_")
    created = times.parse(row.get("created_at"))
    key = identifier(row.get("id")) or hashlib.sha256(f"{created}{title}".encode()).hexdigest()[:20]
    closed = phase in CLOSED
    ended = times.parse(row.get("resolved_at")) or times.parse(row.get("updated_at"))
    impact = row.get("impact")
    return Incident(
        id=key,
        title=title,
        open=not closed,
        impact=INDICATORS.get(impact.strip().lower()) if isinstance(impact, str) else None,
        phase=phase,
        started_at=times.parse(row.get("started_at")) or created,
        created_at=created,
        ended_at=ended if closed else None,
        url=text.https_url(row.get("shortlink")),
        components=_named(row),
        updates=_updates(row),
    )


def _named(row: dict[str, Any]) -> tuple[str, ...]:
    """Ids and names of every component that the incident or any of its updates names."""
    rows = [(one.get("id"), one.get("name")) for one in objects(row.get("components"), 500)]
    for update in objects(row.get("incident_updates"), _MAX_UPDATES):
        affected = objects(update.get("affected_components"), 500)
        rows += [(one.get("code"), one.get("name")) for one in affected]
    names = {n for pair in rows for n in (identifier(pair[0]), text.plain(pair[1])) if n}
    return tuple(sorted(names))


def _updates(row: dict[str, Any]) -> tuple[Update, ...]:
    found: dict[str, Update] = {}
    for one in objects(row.get("incident_updates"), 2_000):
        at = times.parse(one.get("display_at")) or times.parse(one.get("created_at"))
        body = text.plain(one.get("body"), text.BODY)
        phase = text.words(text.plain(one.get("status"))).replace("-", "_")
        key = identifier(one.get("id")) or text.words(f"{at}-{phase}")
        found[key] = Update(key, at, phase, body)
    newest = sorted(found.values(), key=lambda one: (one.at or 0, one.id), reverse=True)
    return tuple(newest[:_MAX_UPDATES])


def _maintenance(row: dict[str, Any]) -> Maintenance:
    incident = _incident(row)
    phases = {"in_progress": "in_progress", "verifying": "in_progress"}
    start, end = times.parse(row.get("scheduled_for")), times.parse(row.get("scheduled_until"))
    if start is not None and end is not None:
        end = None if end < start else min(end, start + _LONGEST_MAINTENANCE)
    return Maintenance(
        id=incident.id,
        title=incident.title,
        phase=phases.get(incident.phase, "scheduled" if incident.open else "completed"),
        starts_at=start,
        ends_at=end,
        url=incident.url,
        components=incident.components,
        updates=incident.updates,
    )
