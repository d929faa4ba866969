"""PagerDuty status pages: PagerDuty's own, seen 2023.

The page is HTML for people (466 KB); its whole state is JSON in `<script id="data"
type="application/json">`: `summary` with `open_incidents`, `resolved_incidents` (80), `posts` and
`post_status_page_services` (the components), and `layout`. That JSON saved alone is read too.

Traps. There is no overall word and the layout's headline is a fixed text: the level is the worst
service that an open incident names. Severities are each page's own words. Every update repeats the
services with their severity then: the newest is now, the worst a closed incident's impact.
https://support.pagerduty.com/main/docs/external-status-page
"""

import re
from collections.abc import Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Reading
from crawler.platforms import vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, challenged, objects

WORDS = {
    "all_good": Level.NONE,
    "operational": Level.NONE,
    "minor": Level.MINOR,
    "partial_outage": Level.MAJOR,
    "major": Level.MAJOR,
    "outage": Level.CRITICAL,
    "maintenance": Level.MAINTENANCE,
}
WORK = ("scheduled", "in_progress", "completed")
_SCRIPT = re.compile(r"<script\b[^<>]{0,200}\bid=[\"']data[\"'][^<>]{0,200}>")


def requests(source: Source) -> Mapping[str, Request]:
    """The page itself."""
    accept = "text/html, application/json;q=0.5"
    return {"page": Request(vocabulary.address(source.url), accept=accept, html=True)}


def recognises(reply: Reply) -> bool:
    """A page, or its data, with open and resolved incidents and the page's services."""
    return _ours(_embedded(reply))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Services as open incidents say, every incident, and maintenance posts."""
    found = next((page for one in replies.values() if _ours(page := _embedded(one))), None)
    if found is None:
        raise Unreadable("unexpected_shape", "the page's data are not in it")
    summary = found["summary"]
    opened, over = (vocabulary.rows(summary, n) for n in ("open_incidents", "resolved_incidents"))
    posts = [one for one in vocabulary.rows(summary, "posts") if _stage(one) != "resolved"]
    work = [one for one in posts if _is_work(one)]
    opened += [one for one in posts if not _is_work(one)]
    every = [_incident(one, closed=False) for one in opened]
    every += [_incident(one, closed=True) for one in over]
    incidents = tuple({one.id: one for one in reversed(every)}.values())[::-1]
    components = _components(summary, opened + [w for w in work if _stage(w) == "in_progress"])
    return Reading(
        word=vocabulary.worst_open((one.level for one in components), incidents),
        components=components,
        incidents=incidents[: vocabulary.MAX_INCIDENTS],
        maintenances=tuple(_maintenance(one) for one in work),
        history=True,
    )


def _embedded(reply: Reply) -> Row:
    """The data of the page, or {}; the reply itself where it is that JSON."""
    body = reply.text()
    if not body.lstrip().startswith("<"):
        return reply.json(dict)
    if challenged(reply.headers, body):
        raise Unreadable("challenge")
    start = _SCRIPT.search(body)
    end = body.find("</script", start.end()) if start else -1
    if start is None or end < 0:
        return {}
    inner = Reply(url=reply.url, status=reply.status, body=body[start.end() : end].encode())
    return inner.json(dict)


def _ours(document: Row) -> bool:
    summary = document.get("summary")
    needed = ("open_incidents", "resolved_incidents", "post_status_page_services")
    listed = isinstance(summary, dict) and vocabulary.listed(summary, *needed)
    return listed and bool(document["summary"]["post_status_page_services"])


def _word(raw: object) -> Level:
    return vocabulary.level(vocabulary.phase(raw), WORDS)


def _entries(row: Row) -> list[Row]:
    """The updates of a post, newest first."""
    rows = objects(row.get("updates"), 2_000)
    return sorted(rows, key=lambda one: times.parse(one.get("reported_at")) or 0, reverse=True)


def _impacts(entry: Row) -> list[Row]:
    return objects(entry.get("impacted_business_services"), 500)


def _stage(row: Row) -> str:
    newest = next(iter(_entries(row)), {})
    return vocabulary.phase(newest.get("status") or row.get("status"))


def _is_work(row: Row) -> bool:
    return row.get("post_type") == "maintenance" or _stage(row) in WORK


def _components(summary: Row, current: list[Row]) -> tuple[Component, ...]:
    """The page's services, each as the newest updates of what is open say."""
    now: dict[str, list[Level]] = {}
    for row in current:
        for one in _impacts(next(iter(_entries(row)), {})):
            now.setdefault(str(one.get("id")), []).append(_word(one.get("severity")))
    services = vocabulary.rows(summary, "post_status_page_services", vocabulary.MAX_COMPONENTS)
    return vocabulary.standing((one for one in services if one.get("is_active") is not False), now)


def _incident(row: Row, *, closed: bool) -> Incident:
    entries = _entries(row)
    told = entries if closed else entries[:1]
    levels = [_word(x.get("severity")) for one in told for x in [one, *_impacts(one)]]
    updates = vocabulary.updates(entries, ("reported_at",), "status", "message")
    moments = [one.at for one in updates if one.at is not None]
    ended = vocabulary.closed_at(updates) or max(moments, default=None)
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("title"), moments),
        title=text.plain(row.get("title")) or "Untitled incident",
        open=not closed,
        impact=vocabulary.impact(levels),
        phase=_stage(row),
        started_at=min(moments, default=None),
        ended_at=ended if closed else None,
        components=vocabulary.names_of([x for one in entries for x in _impacts(one)]),
        updates=updates,
    )


def _maintenance(row: Row) -> Maintenance:
    event = _incident(row, closed=False)
    stage = event.phase if event.phase in WORK else "scheduled"
    starts, ends = vocabulary.moment(row, "starts_at"), vocabulary.moment(row, "ends_at")
    return vocabulary.maintenance(event, stage, starts or event.started_at, ends)
