"""Google Cloud and Google Workspace: `/incidents.json`, the incidents of the last months.

status.cloud.google.com (seen 2022, 2026) and, experimental, www.google.com/appsstatus/dashboard. A
history, newest first: what has no `end` is open. Traps. The list is never empty in reality, so
an empty one is a failure. `service_name` may be "Multiple Products": `affected_products` tells,
by ids, because titles change. An update's text is Markdown, and Workspace's `external_desc` is one
too, whose first line is the title. A location `global` is everywhere.
A list without any severity is not the whole document and says nothing about now.
Schema: https://status.cloud.google.com/incidents.schema.json
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Level, Reading, Update, worst
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

SEVERITIES = {"low": Level.MINOR, "medium": Level.MAJOR, "high": Level.CRITICAL}
IMPACTS = {
    "service_information": Level.MINOR,
    "service_disruption": Level.MAJOR,
    "service_outage": Level.CRITICAL,
}
SEVERAL = ("Multiple Products", "zall")
_TITLE = re.compile(r"\s*\*\*Title:?\*\*:?\s*(\S[^\n]*)", re.IGNORECASE)


def requests(source: Source) -> Mapping[str, Request]:
    """The list of incidents, below either dashboard."""
    return {"incidents": Request(source.url.rstrip("/") + "/incidents.json")}


def recognises(reply: Reply) -> bool:
    """A list of incidents, each with an id, a begin and an `external_desc`."""
    return _is_list(reply.json(object))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Every incident; the page's word is the worst of the open ones."""
    if any(b"".join(reply.body[:64].split()) == b"[]" for reply in replies.values()):
        raise Unreadable("empty", "the list of incidents is never empty")
    (rows,) = documents.parts(replies, _is_list)
    base = next(reply.url for reply in replies.values() if reply.reason is None)
    incidents = tuple(_incident(row, base) for row in rows[: vocabulary.MAX_INCIDENTS])
    stated = any("severity" in row or "status_impact" in row for row in rows)
    return Reading(
        word=vocabulary.worst_open((), incidents) if stated else None,
        incidents=incidents,
        current=stated,
        history=True,
        said_at=max((times.parse(row.get("modified")) or 0 for row in rows), default=0) or None,
    )


def _is_list(document: Any) -> bool:
    return isinstance(document, list) and bool(document) and all(map(_is_incident, document))


def _is_incident(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and {"id", "begin", "external_desc"} <= row.keys()
        and times.parse(row["begin"]) is not None
    )


def _incident(row: Row, base: str) -> Incident:
    updates = _updates(row)
    begin, end = times.parse(row["begin"]), row.get("end")
    closed = times.parse(end) is not None  # "" is open, and so is what is no time
    # They always come in pairs (low with information, and so on); were they not, the worse counts.
    severity = vocabulary.stated(row.get("severity"), SEVERITIES)
    impact = vocabulary.stated(row.get("status_impact"), IMPACTS)
    levels = [one for one in (severity, impact) if one is not None]
    uri = row.get("uri")
    return Incident(
        id=vocabulary.key(row["id"], begin, row["external_desc"]),
        title=_title(row["external_desc"]),
        open=not closed,
        impact=worst(levels) if levels else None,
        phase="resolved" if closed else updates[0].phase if updates else "",
        started_at=begin,
        created_at=vocabulary.moment(row, "created", "begin"),
        ended_at=times.parse(end) if closed else None,
        url=text.web_url(urljoin(base, uri)) if isinstance(uri, str) and uri else None,
        components=_products(row),
        regions=_regions(row, closed=closed),
        updates=updates,
    )


def _title(raw: object) -> str:
    match = _TITLE.match(raw) if isinstance(raw, str) else None
    return text.plain(match[1] if match else raw) or "Untitled incident"


def _products(row: Row) -> tuple[str, ...]:
    rows = objects(row.get("affected_products"), vocabulary.MAX_COMPONENTS)
    service = [row.get(name) for name in ("service_key", "service_name")]
    own = (one for one in service if one not in SEVERAL)
    return vocabulary.names(*vocabulary.names_of(rows, "id", "title", "current_title"), *own)


def _regions(row: Row, *, closed: bool) -> tuple[str, ...]:
    """Where it is: where it is now, or was while it lasted. Empty for everywhere."""
    now, before = (
        [one.get("id") or one.get("title") for one in objects(row.get(f"{when}_locations"), 500)]
        for when in ("currently_affected", "previously_affected")
    )
    found = vocabulary.names(*(now + before if closed else now or before))
    return () if "global" in found or "Global" in found else found


def _updates(row: Row) -> tuple[Update, ...]:
    return vocabulary.updates(row.get("updates"), ("when", "created"), "status", "text")
