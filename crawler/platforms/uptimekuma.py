"""Uptime Kuma: `/api/status-page/<slug>` for names, `/api/status-page/heartbeat/<slug>` for beats.

Self-hosted pages (seen 2026, one small instance). `url` in the content file is the page's own,
`https://host/status/<slug>`. Traps. Times are UTC without saying so; planned work may be in a zone
of its own. Neither document is enough: the page has no state, the beats have no names. A posted
notice changes no monitor; its style is all the severity it has. 2 is "pending", which is unknown,
like a monitor without beats. Old versions have one `incident`, newer ones a list.
https://github.com/louislam/uptime-kuma/wiki
"""

from collections.abc import Mapping
from typing import Any

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

DOWN, PENDING, NEVER, STRANGE = 0, 2, -1, -2
SILENT = (PENDING, NEVER)
BEATS = {DOWN: Level.MAJOR, 1: Level.NONE, PENDING: Level.UNKNOWN, 3: Level.MAINTENANCE}
STYLES = {
    "danger": Level.MAJOR,
    "warning": Level.MINOR,
    **dict.fromkeys(("info", "primary", "light", "dark"), Level.NONE),
}
PHASES = {"scheduled": "scheduled", "ended": "completed", "inactive": "completed"}


def requests(source: Source) -> Mapping[str, Request]:
    """The page's names and notices, and the newest beats of its monitors."""
    host, found, slug = source.url.rstrip("/").rpartition("/status/")
    base = f"{host if found else source.url.rstrip('/')}/api/status-page/"
    name = slug if found else "default"
    return {"page": Request(base + name), "heartbeat": Request(f"{base}heartbeat/{name}")}


def recognises(reply: Reply) -> bool:
    """Either of the two documents."""
    document = reply.json(object)
    return _is_page(document) or _is_beats(document)


def read(replies: Mapping[str, Reply]) -> Reading:
    """The newest beat of each monitor, with the names, notices and work of the page."""
    page, beats = documents.parts(replies, _is_page, _is_beats)
    newest = {key: _newest(rows) for key, rows in _lists(beats).items()}
    monitors = _monitors(page) if page else {key: key for key in newest}
    nameless = page is None and "page" in replies
    if nameless or not monitors:
        raise Unreadable("unexpected_shape" if nameless else "empty", "no monitors")
    codes = {key: _code(newest.get(key, {})) for key in monitors}
    # Pending and never beaten are documented states; any other code may hide anything.
    watched = [key for key, code in codes.items() if code not in SILENT]
    total = vocabulary.outage([key for key, code in codes.items() if code == DOWN], watched)
    table = {**BEATS, DOWN: total}
    levels = {key: table.get(code, Level.UNKNOWN) for key, code in codes.items()}
    return Reading(
        word=vocabulary.overall(levels[key] for key in watched),
        components=vocabulary.merged(Component(k, n, levels[k]) for k, n in monitors.items()),
        incidents=tuple(map(_incident, _notices(page or {}))),
        maintenances=tuple(map(_maintenance, objects((page or {}).get("maintenanceList"), 500))),
        said_at=max((_time(one.get("time")) or 0 for one in newest.values()), default=0) or None,
    )


def _is_page(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(vocabulary.inner(document, "config").get("slug"), str)
        and isinstance(document.get("publicGroupList"), list)
    )


def _is_beats(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("heartbeatList"), dict)
        and isinstance(document.get("uptimeList"), dict)
    )


def _code(beat: Row) -> int:
    code = beat.get("status", STRANGE) if beat else NEVER
    return code if isinstance(code, int) and not isinstance(code, bool) else STRANGE


def _lists(beats: Row | None) -> dict[str, object]:
    found = (beats or {}).get("heartbeatList", {})
    return dict(list(found.items())[: vocabulary.MAX_COMPONENTS])


def _time(raw: object, zone: object = None) -> int | None:
    return times.parse(f"{raw}{zone}") or times.parse(raw, naive_is_utc=True)


def _newest(rows: object) -> Row:
    # The order is oldest first; the time decides, and of two equal ones the later row.
    ordered = sorted(objects(rows, 10_000), key=lambda one: _time(one.get("time")) or 0)
    return ordered[-1] if ordered else {}


def _monitors(page: Row) -> dict[str, str]:
    return {
        vocabulary.key(row.get("id"), row.get("name")): text.plain(row.get("name")) or "(unnamed)"
        for group in objects(page["publicGroupList"], vocabulary.MAX_COMPONENTS)
        for row in objects(group.get("monitorList"), vocabulary.MAX_COMPONENTS)
    }


def _notices(page: Row) -> list[Row]:
    rows = objects(page.get("incidents"), vocabulary.MAX_INCIDENTS)
    return rows or objects([page.get("incident")], 1)


def _incident(row: Row) -> Incident:
    title = text.plain(row.get("title")) or "Untitled notice"
    created = _time(row.get("createdDate"))
    changed = _time(row.get("lastUpdatedDate")) or created
    body = text.plain(row.get("content"), text.BODY)
    closed = row.get("active") in (False, 0)
    key = vocabulary.key(row.get("id"), title, created)
    return Incident(
        id=key,
        title=title,
        open=not closed,
        impact=vocabulary.stated(row.get("style"), STYLES),
        phase="resolved" if closed else "",
        started_at=created,
        created_at=created,
        ended_at=changed if closed else None,
        updates=(Update(key, changed, "", body),) if body else (),
    )


def _maintenance(row: Row) -> Maintenance:
    title = text.plain(row.get("title")) or "Untitled maintenance"
    slot = next(iter(objects(row.get("timeslotList"), 1)), {})
    zone = row.get("timezoneOffset")  # only times of work that recurs have their own
    start, end = vocabulary.window(*(_time(slot.get(n), zone) for n in ("startDate", "endDate")))
    return Maintenance(
        id=vocabulary.key(row.get("id"), title, start),
        title=title,
        phase=PHASES.get(str(row.get("status")), "in_progress"),  # older versions list no other
        starts_at=start,
        ends_at=end,
    )
