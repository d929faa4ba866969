"""Amazon Web Services: `/public/currentevents`, the events of the public Health Dashboard.

health.aws.amazon.com alone (seen 2026). Traps. The document is UTF-16, big endian with a byte
order mark; other readers saw it without one. Levels are digits, as texts or numbers, and so are
times. A region stands in the event's ARN; an event may stay open for months in one of them, so a
service should say its `regions`. A service whose `current` is 0 has recovered, and so has the
event when all have. `[]` means that all is well, but only when it is AWS who says so: in UTF-16,
or from this address. Undocumented; shape as seen by its readers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from crawler import text
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Level, Reading, Update
from crawler.platforms import dates, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

STATUSES = {"1": Level.MINOR, "2": Level.MAJOR, "3": Level.CRITICAL}
PHASES = {"0": "resolved", "1": "informational", "2": "degraded", "3": "disrupted"}
SEVERAL = re.compile("multiple ?services.*", re.IGNORECASE)
_PATH = "/public/currentevents"
_PAGE = "https://health.aws.amazon.com/health/status?eventID="


def requests(source: Source) -> Mapping[str, Request]:
    """The events that are open or recently over; they stand beside the page, at the root."""
    return {"events": Request(urljoin(source.url, _PATH))}


def recognises(reply: Reply) -> bool:
    """A list of events with ARNs, or AWS's own empty list."""
    return _events(reply) is not None


def read(replies: Mapping[str, Reply]) -> Reading:
    """Every event; the page's word is the worst of the open ones."""
    found = [events for reply in replies.values() if (events := _events(reply)) is not None]
    if not found:
        raise Unreadable("unexpected_shape", "no list of AWS events")
    incidents = tuple(map(_incident, found[0][: vocabulary.MAX_INCIDENTS]))
    return Reading(word=vocabulary.worst_open((), incidents), incidents=incidents)


def _events(reply: Reply) -> list[Row] | None:
    reply.raise_for_reason()
    plain, encoding = _decoded(reply.body)
    rows = replace(reply, body=plain).json(object)
    if rows == []:
        if encoding.startswith("utf-16") or reply.url.partition("?")[0].endswith(_PATH):
            return []
        raise Unreadable("empty", "an empty list, but not AWS's")
    return rows if isinstance(rows, list) and all(map(_is_event, rows)) else None


def _decoded(body: bytes) -> tuple[bytes, str]:
    """The body as UTF-8 and what it was. JSON begins with ASCII, so a zero byte tells the order."""
    if body[:2] in (b"\xfe\xff", b"\xff\xfe"):
        encoding = "utf-16"
    elif body[:1] == b"\0":
        encoding = "utf-16-be"
    elif body[1:2] == b"\0":
        encoding = "utf-16-le"
    else:
        return body, "utf-8"
    try:
        return body.decode(encoding).encode(), encoding
    except UnicodeError as error:
        raise Unreadable("encoding", str(error)) from None


def _is_event(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("arn"), str)
        and row["arn"].startswith("arn:")
        and {"service", "status", "summary"} <= row.keys()
    )


def _digit(raw: object) -> str:
    return str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""


def _impacted(row: Row) -> dict[str, Row]:
    found = row.get("impacted_services")
    rows = found.items() if isinstance(found, dict) else ()
    return {key: one for key, one in list(rows)[:500] if isinstance(one, dict)}


def _incident(row: Row) -> Incident:
    impacted = _impacted(row)
    recovered = bool(impacted) and all(_digit(o.get("current")) == "0" for o in impacted.values())
    status = _digit(row.get("status"))
    closed = status == "0" or bool(row.get("end_time")) or recovered
    log = [_digit(one.get("status")) for one in objects(row.get("event_log"), 2_000)]
    updates = _updates(row)
    service, where = text.plain(row.get("service_name")), text.plain(row.get("region_name"))
    place = f"{service} ({where})" if service and where else service or where or "AWS"
    last = updates[0].at if updates else None
    ended = dates.epoch(row.get("end_time")) or vocabulary.closed_at(updates) or last
    started = dates.epoch(row.get("date"))
    return Incident(
        id=vocabulary.key(row["arn"].rpartition("/")[2] or row["arn"]),
        title=text.plain(f"{place}: {text.plain(row['summary']) or 'Untitled event'}"),
        open=not closed,
        impact=STATUSES.get(max([status, *log]) if closed else status),
        phase="resolved" if closed else PHASES.get(status, ""),
        started_at=started,
        created_at=started,
        ended_at=ended if closed else None,
        url=text.web_url(_PAGE + row["arn"]),
        components=vocabulary.names(*_services(row, impacted, closed=closed)),
        regions=_regions(row),
        updates=updates,
    )


def _services(row: Row, impacted: dict[str, Row], *, closed: bool) -> Iterator[object]:
    """Ids and names of the services that are hit: of an open event, those that still are."""
    for key, one in impacted.items():
        if closed or _digit(one.get("current")) != "0":
            yield from (key, one.get("service_name"))
    own = (row.get("service"), row.get("service_name"))
    if closed or str(own[0]) not in impacted:
        yield from (raw for raw in own if isinstance(raw, str) and not SEVERAL.fullmatch(raw))


def _regions(row: Row) -> tuple[str, ...]:
    """The region of the ARN, `arn:aws:health:<region>::event/...`; empty for everywhere."""
    region = (row["arn"].split(":") + [""] * 4)[3]
    return () if region == "global" else vocabulary.names(region)


def _updates(row: Row) -> tuple[Update, ...]:
    return vocabulary.newest(
        vocabulary.update(
            None,
            dates.epoch(one.get("timestamp")),
            PHASES.get(_digit(one.get("status")), ""),
            one.get("message"),
        )
        for one in objects(row.get("event_log"), 2_000)
    )
