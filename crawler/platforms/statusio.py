"""Status.io: `https://api.status.io/1.0/status/<page id>`, everything in one document.

Docker, GitLab, Neon (seen from 2020 to 2026). Traps. Levels are numbers, and so are the stages of
messages, in a field called `state` beside `status`. 600 is a security event: major, with a note.
Only what is open is listed, until its last message says that it is resolved, in two shapes (the
older one has neither incidents nor maintenance). Messages are HTML.
Documentation: https://kb.status.io/developers/public-status-api/
"""

from collections.abc import Mapping
from typing import Any

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Component, Incident, Level, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

CODES = {
    100: Level.NONE,
    200: Level.MAINTENANCE,
    300: Level.MINOR,
    400: Level.MAJOR,
    500: Level.CRITICAL,
    600: Level.MAJOR,
}
SECURITY = 600
STAGES = {100: "investigating", 200: "identified", 300: "monitoring", 400: "resolved"}
WORK = {100: "scheduled", 200: "in_progress", 300: "verifying"}


def requests(source: Source) -> Mapping[str, Request]:
    """The one address, which holds the page's id."""
    return {"status": Request(source.url if source.url.count("/") > 2 else source.url + "/")}


def recognises(reply: Reply) -> bool:
    """A `result` with an overall code and a list of components."""
    return _is_status(reply.json(object))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The overall code, the components' codes, and what is open or planned."""
    (document,) = documents.parts(replies, _is_status)
    result = document["result"]
    said = result["status_overall"]
    planned = vocabulary.inner(result, "maintenance")
    rows = objects(result["status"], vocabulary.MAX_COMPONENTS)
    codes = {said["status_code"], *(_code(row.get("status_code")) for row in rows)}
    return Reading(
        headline=text.plain(said.get("status")),
        word=CODES.get(said["status_code"], Level.UNKNOWN),
        components=vocabulary.merged(map(_component, rows)),
        incidents=tuple(
            _incident(row) for row in objects(result.get("incidents"), vocabulary.MAX_INCIDENTS)
        ),
        maintenances=tuple(
            _maintenance(row, phase)
            for name, phase in (("active", "in_progress"), ("upcoming", "scheduled"))
            for row in objects(planned.get(name), vocabulary.MAX_INCIDENTS)
        ),
        said_at=times.parse(said.get("updated")),
        notes=("security_event",) if SECURITY in codes else (),
    )


def _is_status(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    result = vocabulary.inner(document, "result")
    code = _code(vocabulary.inner(result, "status_overall").get("status_code"))
    return code is not None and isinstance(result.get("status"), list)


def _code(raw: object) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else None


def _component(row: Row) -> Component:
    level = CODES.get(_code(row.get("status_code")) or 0, Level.UNKNOWN)
    return vocabulary.component(row.get("id"), row.get("name"), level)


def _messages(row: Row, stages: Mapping[int, str]) -> tuple[Update, ...]:
    return vocabulary.newest(
        vocabulary.update(
            one.get("_id"),
            times.parse(one.get("datetime")),
            stages.get(_code(one.get("state")) or 0, ""),
            one.get("details"),
        )
        for one in objects(row.get("messages"), 2_000)
    )


def _named(row: Row) -> tuple[str, ...]:
    affected = objects(row.get("components_affected"), vocabulary.MAX_COMPONENTS)
    return vocabulary.names_of(affected, "_id", "name")


def _incident(row: Row) -> Incident:
    title = text.plain(row.get("name")) or "Untitled incident"
    messages = objects(row.get("messages"), 2_000)
    newest = max(messages, key=lambda one: times.parse(one.get("datetime")) or 0, default={})
    severities = [CODES.get(_code(one.get("status")) or 0) for one in (*messages, newest)]
    updates = _messages(row, STAGES)
    phase = updates[0].phase if updates else ""
    closed = phase == "resolved"
    opened = times.parse(row.get("datetime_open"))
    return Incident(
        id=vocabulary.key(row.get("_id"), title, opened),
        title=title,
        open=not closed,
        # Once it is over its newest message says no more than that all is well.
        impact=vocabulary.impact(filter(None, severities)) if closed else severities[-1],
        phase=phase,
        started_at=opened,
        created_at=opened,
        ended_at=vocabulary.closed_at(updates) if closed else None,
        components=_named(row),
        updates=updates,
    )


def _maintenance(row: Row, phase: str) -> Maintenance:
    title = text.plain(row.get("name")) or "Untitled maintenance"
    start, end = vocabulary.window(
        times.parse(row.get("datetime_planned_start")),
        times.parse(row.get("datetime_planned_end")),
    )
    return Maintenance(
        id=vocabulary.key(row.get("_id"), title, start),
        title=title,
        phase=phase,
        starts_at=start,
        ends_at=end,
        components=_named(row),
        updates=_messages(row, WORK),
    )
