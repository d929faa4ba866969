"""incident.io's own data behind its pages: OpenAI, Linear, LangSmith and others.

`/proxy/<host>` gives `{"summary": {...}}`: `structure` (the components in their groups),
`affected_components` (those that are not well now), `ongoing_incidents` and
`scheduled_maintenances`. Undocumented, seen since 2025; the only complete list of components
(the Statuspage copy of a large page shows 25). A summary alone, as pages embed it, is read too.

Traps. An incident's `affected_components[].status` is its worst, `current_status` is now: an open
incident in `monitoring` may be `operational` already, as the page itself then says. Undefined
values are the text "$undefined", empty lists may be null, and uptimes are texts. Running and
future work stand in one list. A page without its lists of trouble says nothing about now.
https://help.incident.io/en/articles/9951011-embed-your-status-page-s-data-into-your-own-product
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Level, Maintenance, Reading
from crawler.platforms import documents, vocabulary
from crawler.platforms.statuspage import WORDS
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

PHASES = {
    "maintenance_scheduled": "scheduled",
    "maintenance_in_progress": "in_progress",
    "maintenance_verifying": "in_progress",
    "maintenance_complete": "completed",
}


def requests(source: Source) -> Mapping[str, Request]:
    """The page's own data."""
    host = urlsplit(source.url).netloc
    return {"page": Request(f"https://{host}/proxy/{host}")}


def recognises(reply: Reply) -> bool:
    """A summary with the structure of an incident.io page."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Components of the structure, and what is wrong with them now."""
    page = _summary(documents.documents(replies, _ours)[0])
    if not vocabulary.listed(page, "affected_components", "ongoing_incidents"):
        raise Unreadable("no_state", "the page's structure without what is wrong now")
    items = list(islice(_items(page), vocabulary.MAX_COMPONENTS))
    called = {str(one.get("component_id")): text.plain(one.get("name")) for one in items}
    affected = vocabulary.rows(page, "affected_components")
    now: dict[str, list[Level]] = {}
    for one in affected:
        now.setdefault(str(one.get("component_id")), []).append(_now(one))
    events = [
        *vocabulary.rows(page, "ongoing_incidents"),
        *objects(page.get("scheduled_maintenances"), vocabulary.MAX_INCIDENTS),
    ]
    base = text.web_url(page.get("public_url")) or ""
    incidents = tuple(_incident(one, called, base) for one in events if not _is_work(one))
    return Reading(
        word=vocabulary.worst_open(map(_now, affected), incidents),
        components=vocabulary.standing(items, now, "component_id"),
        incidents=incidents,
        maintenances=tuple(_maintenance(one, called, base) for one in events if _is_work(one)),
    )


def _summary(document: Row) -> Row:
    return vocabulary.inner(document, "summary") or document


def _ours(document: Row) -> bool:
    items = vocabulary.inner(_summary(document), "structure").get("items")
    kinds = {"component", "group", "sub_page"}
    if not items or not isinstance(items, list):
        return False
    return all(isinstance(one, dict) and kinds & one.keys() for one in items)


def _items(page: Row) -> Iterator[Row]:
    """Each visible component of the structure, those of groups in their place."""
    for item in objects(page["structure"]["items"], vocabulary.MAX_COMPONENTS):
        group = item.get("group")
        inner = group.get("components") if isinstance(group, dict) else [item.get("component")]
        for one in objects(inner, vocabulary.MAX_COMPONENTS):
            if one.get("hidden") is not True and "component_id" in one:
                yield one


def _now(row: Row) -> Level:
    current = row.get("current_status")
    told = isinstance(current, str) and not current.startswith("$")
    return vocabulary.level(current if told else row.get("status"), WORDS)


def _is_work(row: Row) -> bool:
    return row.get("type") == "maintenance" or vocabulary.phase(row.get("status")) in PHASES


def _affected(row: Row, called: Mapping[str, str]) -> tuple[str, ...]:
    ids = [str(one.get("component_id")) for one in objects(row.get("affected_components"), 500)]
    return vocabulary.names(*ids, *(called.get(one) for one in ids))


def _incident(row: Row, called: Mapping[str, str], base: str) -> Incident:
    stage = vocabulary.phase(row.get("status"))
    affected = objects(row.get("affected_components"), 500)
    closed = stage in ("resolved", "postmortem")
    levels = [
        vocabulary.level(one.get("status"), WORDS) if closed else _now(one) for one in affected
    ]
    updates = vocabulary.updates(
        row.get("updates"), ("published_at",), "to_status", "message_string"
    )
    moments = [one.at for one in updates if one.at is not None]
    published = times.parse(row.get("published_at"))
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("name"), published),
        title=text.plain(row.get("name")) or "Untitled incident",
        open=not closed,
        impact=vocabulary.impact(levels),
        phase=stage,
        started_at=min([*moments, *([published] if published else [])], default=None),
        created_at=published,
        ended_at=(vocabulary.closed_at(updates) or max(moments, default=None)) if closed else None,
        url=_url(row, base),
        components=_affected(row, called),
        updates=updates,
    )


def _maintenance(row: Row, called: Mapping[str, str], base: str) -> Maintenance:
    incident = _incident(row, called, base)
    impacts = objects(row.get("component_impacts"), 500)
    spans = [(times.parse(one.get("start_at")), times.parse(one.get("end_at"))) for one in impacts]
    return vocabulary.maintenance(
        incident,
        PHASES.get(incident.phase, "scheduled"),
        min((start for start, _ in spans if start is not None), default=None),
        max((end for _, end in spans if end is not None), default=None),
    )


def _url(row: Row, base: str) -> str | None:
    word = vocabulary.identifier(row.get("id"))
    return text.web_url(f"{base.rstrip('/')}/incidents/{word}") if base and word else None
