"""cState, the static generator: `/index.json`, the systems and their unresolved issues.

The Tor Project and others (seen 2025). Traps. Times are printed by Go, `2025-04-10 13:00:00 +0000
UTC` or `+0200 +0200`; what is missing is the text `<no value>`. An issue stands once below each
system that it affects. The summary may say `disrupted` while every system is `ok`. The build's
time tells how old the page is, not how old its news are. https://cstate.mnts.lt/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Component, Incident, Level, Reading
from crawler.platforms import dates, documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

WORDS = {
    "ok": Level.NONE,
    "notice": Level.NONE,
    "disrupted": Level.MINOR,
    "down": Level.CRITICAL,
}


def requests(source: Source) -> Mapping[str, Request]:
    """The whole site as one document."""
    return {"index": Request(source.url.rstrip("/") + "/index.json")}


def recognises(reply: Reply) -> bool:
    """The index, which says itself that it is one of cState."""
    return _is_index(reply.json(object))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The summary's word, the systems, and the issues that are not resolved."""
    (document,) = documents.parts(replies, _is_index)
    systems = objects(document["systems"], vocabulary.MAX_COMPONENTS)
    issues = {one.id: one for one in map(_incident, _issues(document, systems))}
    built = [document.get(name) for name in ("buildDate", "buildTime", "buildTimezone")]
    return Reading(
        word=vocabulary.level(document["summaryStatus"], WORDS),
        components=vocabulary.merged(map(_component, systems)),
        incidents=tuple(issues.values())[: vocabulary.MAX_INCIDENTS],
        said_at=times.parse("{}T{} {}".format(*built)),
    )


def _is_index(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and document.get("is") == "index"
        and "cStateVersion" in document
        and isinstance(document.get("summaryStatus"), str)
        and isinstance(document.get("systems"), list)
    )


def _component(row: Row) -> Component:
    name = text.plain(row.get("name")) or "(unnamed)"
    return vocabulary.component(name, name, vocabulary.level(row.get("status"), WORDS))


def _issues(document: Row, systems: list[Row]) -> Iterator[Row]:
    yield from objects(document.get("pinnedIssues"), vocabulary.MAX_INCIDENTS)
    for system in systems:
        yield from objects(system.get("unresolvedIssues"), vocabulary.MAX_INCIDENTS)


def _incident(row: Row) -> Incident:
    title = text.plain(row.get("title")) or "Untitled incident"
    created = dates.go_date(row.get("createdAt"))
    closed = row.get("resolved") is True
    ended = dates.go_date(row.get("resolvedAt")) or dates.go_date(row.get("lastMod"))
    affected = row.get("affected")
    informational = row.get("informational") is True
    link = text.web_url(row.get("permalink"))
    return Incident(
        id=vocabulary.key(row.get("filename"), link, title, created),
        title=title,
        open=not closed,
        impact=Level.NONE if informational else vocabulary.stated(row.get("severity"), WORDS),
        phase="resolved" if closed else "",
        started_at=created,
        created_at=created,
        ended_at=ended if closed else None,
        url=link,
        components=vocabulary.names(*affected[:500]) if isinstance(affected, list) else (),
    )
