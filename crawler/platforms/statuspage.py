"""Atlassian Statuspage: `/api/v2/summary.json` for now, `/api/v2/incidents.json` for the last 50.

Traps. The page word may be `none` while an incident is open, and lags behind components. Groups
are rows of the component list. `affected_components` in updates name components that the incident
itself drops when it is resolved. Times carry the page's own offset. `postmortem` is resolved.
Old imported incidents have no duration. One that was entered after its end has the moment of that
in `started_at`. Endpoints: https://www.githubstatus.com/api
"""

from collections.abc import Iterable, Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Reading, Update
from crawler.platforms import vocabulary
from crawler.platforms.vocabulary import Row
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
    rows = objects(document.get("components"), 1) + objects(document.get("incidents"), 1)
    ids = [row.get("id") for row in [vocabulary.inner(document, "page"), *rows]]
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
        for row in objects(document.get("scheduled_maintenances"), vocabulary.MAX_INCIDENTS)
    ]
    history = any("status" not in one and "incidents" in one for one in documents)
    if state is None:
        return Reading(
            incidents=incidents, maintenances=tuple(maintenances), current=False, history=history
        )
    word, headline = _status(state["status"])
    rows = state.get("components")
    components, odd = components_of(rows), _odd(rows)
    return Reading(
        headline=headline,
        word=word,
        components=components,
        incidents=incidents,
        maintenances=tuple(maintenances),
        history=history,
        said_at=vocabulary.moment(vocabulary.inner(state, "page"), "updated_at"),
        notes=tuple(sorted({*notes, *odd})),
    )


def _documents(replies: Iterable[Reply]) -> tuple[list[Row], Unreadable | None]:
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


def _document(reply: Reply) -> Row | None:
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
    page = vocabulary.inner(document, "page")
    # Rootly's copy of this shape has a page with a time zone and no id.
    if "time_zone" in page and "id" not in page:
        return None
    if "indicator" in vocabulary.inner(document, "status"):
        return document
    # A summary that lost its status is broken; a list of incidents never had one.
    if "status" in document or {"components", "incidents"} <= document.keys():
        return None
    one = vocabulary.inner(document, "incident")
    if isinstance(one.get("incident_updates"), list):
        return {**document, "incidents": [one]}
    lists = [document.get(key) for key in ("incidents", "scheduled_maintenances")]
    found = [rows for rows in lists if rows is not None]
    listed = all(isinstance(rows, list) for rows in found)
    if not found or not listed or not all(_is_incident(row) for rows in found for row in rows):
        return None
    # Other platforms have such lists: incident.io's own, and Checkly's, which may be empty.
    known = "ongoing_incidents" not in document and (any(found) or "id" in page)
    return document if known else None


def _is_incident(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("status"), str) and "name" in row


def _status(status: Row) -> tuple[Level, str]:
    indicator = status["indicator"]
    if not isinstance(indicator, str):
        raise Unreadable("unexpected_shape", "the indicator is not a word")
    return vocabulary.level(indicator, INDICATORS), text.plain(status.get("description"))


def _odd(rows: object) -> list[str]:
    if not isinstance(rows, list):
        return ["components_missing"]
    return ["components_cut"] if len(rows) > vocabulary.MAX_COMPONENTS else []


def components_of(rows: object) -> tuple[Component, ...]:
    """The components of a JSON list, groups left out, two of one id merged to the worse."""
    return vocabulary.merged(
        vocabulary.own_component(row, WORDS)
        for row in objects(rows, vocabulary.MAX_COMPONENTS)
        if row.get("group") is not True
    )


def _incidents(documents: list[Row]) -> tuple[tuple[Incident, ...], list[str]]:
    """The incidents of all documents; the summary comes first and is the newer of two that share an
    id."""
    found: list[Incident] = []
    twice = False
    for document in sorted(documents, key=lambda one: "status" not in one):
        newer = {one.id for one in found}
        listed = vocabulary.rows(document, "incidents")
        own = [one for one in map(_incident, listed) if one.id not in newer]
        twice = twice or len(own) > len({one.id for one in own})
        found += own
    return tuple(found), ["incident_twice"] if twice and len(documents) == 1 else []


def _incident(row: Row) -> Incident:
    title = text.plain(row.get("name")) or "Untitled incident"
    phase = vocabulary.phase(row.get("status"))
    created = times.parse(row.get("created_at"))
    closed = phase in vocabulary.CLOSED
    ended = vocabulary.moment(row, "resolved_at", "updated_at") if closed else None
    fields = ("display_at", "created_at")
    updates = vocabulary.updates(row.get("incident_updates"), fields, "status", "body")
    return Incident(
        id=vocabulary.key(row.get("id"), created, title),
        title=title,
        open=not closed,
        impact=vocabulary.stated(row.get("impact"), INDICATORS),
        phase=phase,
        started_at=_began(row, ended, updates),
        created_at=created,
        ended_at=ended,
        url=text.web_url(row.get("shortlink")),
        components=_named(row),
        updates=updates,
    )


def _began(row: Row, ended: int | None, updates: Iterable[Update]) -> int | None:
    """When an incident began. One that was entered after its end has the moment of that in
    `started_at`, and its own times elsewhere."""
    stated = vocabulary.moment(row, "started_at", "created_at")
    if stated is None or ended is None or stated <= ended:
        return stated
    moments = [vocabulary.moment(row, "created_at"), *(one.at for one in updates)]
    return min((one for one in moments if one is not None and one <= ended), default=ended)


def _named(row: Row) -> tuple[str, ...]:
    """Ids and names of every component that the incident or any of its updates names."""
    own = objects(row.get("components"), vocabulary.MAX_COMPONENTS)
    told = [
        one
        for update in objects(row.get("incident_updates"), vocabulary.MAX_UPDATES)
        for one in objects(update.get("affected_components"), vocabulary.MAX_COMPONENTS)
    ]
    return vocabulary.names(
        *(row.get(field) for row in own for field in ("id", "name")),
        *(row.get(field) for row in told for field in ("code", "name")),
    )


def _maintenance(row: Row) -> Maintenance:
    event = _incident(row)
    start, end = (times.parse(row.get(name)) for name in ("scheduled_for", "scheduled_until"))
    return vocabulary.maintenance(event, vocabulary.work_phase(event), start, end)
