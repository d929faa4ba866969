"""Instatus: `/summary.json` for the page, `/components.json` for its parts.

fal, Chroma, Leonardo (seen from 2022 to 2026). Traps. The page's word is not only UP, HASISSUES
or UNDERMAINTENANCE but any of ONE, SOME, ALL + a component's word. Keys are left out when their
list is empty. `started` is ISO or a JavaScript date. Ids may be missing, names may be objects of
translations. HASISSUES says no more than "at least minor". Groups are rows of the component list.
The summary has no texts of updates. Endpoints: https://instatus.com/help/api
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawler import text
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Reading
from crawler.platforms import dates, documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.scope import PARTIAL
from crawler.wire import Reply, Request, objects

WORDS = {
    "operational": Level.NONE,
    "degradedperformance": Level.MINOR,
    "minoroutage": Level.MINOR,
    "partialoutage": Level.MAJOR,
    "majoroutage": Level.CRITICAL,
    "undermaintenance": Level.MAINTENANCE,
}
PAGES = {
    "up": Level.NONE,
    "hasissues": Level.MINOR,
    "undermaintenance": Level.MAINTENANCE,
    **{f"{many}{word}": WORDS[word] for many in ("one", "some", "all") for word in WORDS},
    "onemajoroutage": Level.MAJOR,
    "somemajoroutage": Level.MAJOR,
}
PHASES = {"notstartedyet": "scheduled", "inprogress": "in_progress", "completed": "completed"}


def requests(source: Source) -> Mapping[str, Request]:
    """The summary, and the list of components."""
    base = source.url.rstrip("/")
    return {
        "summary": Request(base + "/summary.json"),
        "components": Request(base + "/components.json", extra=True),
    }


def recognises(reply: Reply) -> bool:
    """A summary: a `page` whose status is one word in capitals."""
    return _is_summary(reply.json(object))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The page's word, its components, and what is open; closed incidents are not listed."""
    summary, listed = documents.parts(replies, _is_summary, _is_list)
    if summary is None:
        raise Unreadable("no_state", "components without a page")
    rows = [*vocabulary.rows(summary, "components"), *vocabulary.rows(listed or {}, "components")]
    components = vocabulary.merged(_components(rows))
    lost = [PARTIAL] if listed is None and "components" in replies else []
    return Reading(
        word=vocabulary.level(summary["page"]["status"], PAGES),
        components=components,
        incidents=tuple(_incident(row) for row in vocabulary.rows(summary, "activeIncidents")),
        maintenances=tuple(
            _maintenance(row) for row in vocabulary.rows(summary, "activeMaintenances")
        ),
        notes=(*lost, *([] if components else ["components_missing"])),
    )


def _is_summary(document: Any) -> bool:
    if not isinstance(document, dict) or "status" in document:
        return False
    page = document.get("page")
    if not isinstance(page, dict) or not {"name", "url"} & page.keys():
        return False
    status = page.get("status")
    return isinstance(status, str) and re.fullmatch("[A-Z]{2,40}", status) is not None


def _is_list(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and "page" not in document
        and isinstance(document.get("components"), list)
    )


def _called(row: Row) -> object:
    """A name that may be an object of translations, `{"default": ..., "en": ...}`."""
    raw = row.get("name")
    return raw.get("default") or raw.get("en") if isinstance(raw, dict) else raw


def _components(rows: list[Row]) -> Iterator[Component]:
    groups = {str(row["group"].get("id")) for row in rows if isinstance(row.get("group"), dict)}
    for row in rows:
        children = objects(row.get("children"), vocabulary.MAX_COMPONENTS)
        if children or row.get("isParent") is True or str(row.get("id", "")) in groups:
            yield from _components(children)
            continue
        found = vocabulary.level(row.get("status"), WORDS)
        yield vocabulary.component(row.get("id"), _called(row), found)


def _named(row: Row) -> tuple[str, ...]:
    affected = objects(row.get("components"), vocabulary.MAX_COMPONENTS)
    return vocabulary.names(*(raw for one in affected for raw in (one.get("id"), _called(one))))


def _incident(row: Row) -> Incident:
    title = text.plain(_called(row)) or "Untitled incident"
    phase = vocabulary.phase(row.get("status"))
    started = dates.js_date(row.get("started"))
    changed = dates.js_date(row.get("updatedAt"))
    return Incident(
        id=vocabulary.key(row.get("id"), title, started),
        title=title,
        open=phase != "resolved",
        impact=vocabulary.stated(row.get("impact"), WORDS),
        phase=phase,
        started_at=started,
        created_at=started,
        ended_at=changed if phase == "resolved" else None,
        url=text.web_url(row.get("url")),
        components=_named(row),
    )


def _maintenance(row: Row) -> Maintenance:
    title = text.plain(_called(row)) or "Untitled maintenance"
    start = dates.js_date(row.get("start"))
    minutes = str(row.get("duration"))
    length = int(minutes) * 60 if re.fullmatch("[0-9]{1,5}", minutes, re.ASCII) else None
    end = start + length if start is not None and length else None
    starts_at, ends_at = vocabulary.window(start, end)
    return Maintenance(
        id=vocabulary.key(row.get("id"), title, start),
        title=title,
        phase=PHASES.get(vocabulary.phase(row.get("status")), "scheduled"),
        starts_at=starts_at,
        ends_at=ends_at,
        url=text.web_url(row.get("url")),
        components=_named(row),
    )
