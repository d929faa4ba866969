"""RSS and Atom as a source: a list of incidents, whose newest label says whether each is over.

A feed tells history, so a document in which no item carries a state label, or without any item,
says nothing about now; nor does AWS's, where an item is one message. Known shapes: Statuspage's
history feeds (no year in the times of the updates, `published` is the last edit), incident.io's
(only the newest update, with the affected components), Instatus's (no year either, work by `Type:`
and published as of its start, updates that may begin with the oldest), Better Stack's (an item for
each update), and xAI's (`Status:`, `Severity:`, dated updates, component in the title; an incident
has an item for each component, all with one guid).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape
from itertools import chain

from lxml import etree

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import LONGEST_WORK, Incident, Level, Maintenance, Reading, Update
from crawler.platforms import azure, dates, states, vocabulary
from crawler.wire import Reply, Request

SEVERITIES = {
    **dict.fromkeys(("available", "operational", "none", "informational"), Level.NONE),
    **dict.fromkeys(("minor", "degraded", "degraded_performance"), Level.MINOR),
    **dict.fromkeys(("unavailable", "major", "partial_outage"), Level.MAJOR),
    **dict.fromkeys(("critical", "outage", "major_outage", "full_outage"), Level.CRITICAL),
}
_COMPONENT = re.compile(r"(.{1,100}) \((?:[A-Z][a-z]+)(?: [a-z]+)?\)")
_INCIDENT = re.compile(r"/(?:incidents?|maintenance)/([A-Za-z0-9]{10,40})/?$")
_MESSAGE = re.compile(r"https?://status\.aws\.amazon\.com/#")
_MAX_ITEMS, _MAX_ATTRIBUTES = 500, 64


def requests(source: Source) -> Mapping[str, Request]:
    """The feed itself."""
    accept = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
    return {"feed": Request(source.feed or source.url, accept=accept)}


def recognises(reply: Reply) -> bool:
    """XML whose root is an RSS, RDF or Atom feed, and none of a platform with rules of its own."""
    return _local(reply.xml()) in ("rss", "feed", "RDF") and not azure.recognises(reply)


def read(replies: Mapping[str, Reply]) -> Reading:
    """Every item as an incident or a maintenance, of one identifier only the newest items;
    `current` is false where no item has a label or an item is one message of many."""
    roots = [reply.xml() for reply in replies.values()]
    if not roots:
        raise Unreadable("empty")
    told: dict[str, list[Incident]] = {}
    announced, notes, labelled = set[str](), set[str](), False
    for root in roots:
        for one in map(_incident, _items(root, notes)):
            labelled = labelled or bool(one.phase)
            if one.phase == "scheduled":
                announced.add(one.id)
            twins = told.setdefault(one.id, [one])
            if _newest(one) > _newest(twins[0]):
                told[one.id] = [one]
            elif one is not twins[0] and _newest(one) == _newest(twins[0]):
                twins.append(one)  # they tell of the same for different components
    incidents: list[Incident] = []
    maintenances: dict[str, Maintenance] = {}
    for newest in chain.from_iterable(told.values()):
        one = states.begun(newest) if newest.id in announced else newest
        if states.is_work(one):
            stage = vocabulary.work_phase(one, "in_progress")
            maintenances.setdefault(one.id, vocabulary.maintenance(one, stage))
        else:
            incidents.append(one)
    return Reading(
        incidents=tuple(incidents),
        maintenances=tuple(maintenances.values()),
        current=labelled and not any(map(_MESSAGE.match, told)),
        history=True,
        said_at=max(filter(None, map(_said_at, roots)), default=None),
        notes=tuple(sorted(notes)),
    )


def _newest(one: Incident) -> int:
    moments = [one.started_at, one.ended_at, *(update.at for update in one.updates)]
    return max((moment for moment in moments if moment is not None), default=0)


def _items(root: etree._Element, notes: set[str]) -> list[etree._Element]:
    if _local(root) not in ("rss", "feed", "RDF"):
        raise Unreadable("unexpected_shape", f"the root is <{_local(root)}>")
    items = []
    for element in root.iter(etree.Element):
        if len(element.keys()) > _MAX_ATTRIBUTES:
            raise Unreadable("too_large", f"{len(element.keys())} attributes on one element")
        if _local(element) in ("item", "entry"):
            items.append(element)
    if len(items) > _MAX_ITEMS:
        notes.add("items_cut")
    return items[:_MAX_ITEMS]


def _local(element: etree._Element) -> str:
    tag: object = element.tag  # of a comment it is a function, whatever the stubs say
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _said_at(root: etree._Element) -> int | None:
    for element in root.iter(etree.Element):
        if _local(element) in ("item", "entry"):
            return None
        if _local(element) in ("updated", "lastBuildDate"):
            return times.parse(element.text)
    return None


def _fields(item: etree._Element) -> dict[str, str]:
    """The first text of each child by its name, links by their href."""
    found: dict[str, str] = {}
    for child in item.iterchildren(etree.Element):
        name = _local(child)
        href = child.get("href") if name == "link" else ""
        value = href or (_markup(child) if len(child) else child.text or "")
        if value.strip() and name not in found:
            found[name] = value
    return found


def _markup(field: etree._Element) -> str:
    """A text whose markup is elements, as it is written where it is escaped."""
    parts = [escape(field.text or "", quote=False)]
    for event, one in etree.iterwalk(field, events=("start", "end", "comment")):
        if one is not field:
            mark = {"start": f"<{_local(one)}>", "end": f"</{_local(one)}>"}.get(event, "")
            said = one.text if event == "start" else one.tail
            parts.append(mark + escape(said or "", quote=False))
    return "".join(parts)


def _incident(item: etree._Element) -> Incident:
    fields = _fields(item)
    title = text.plain(fields.get("title")) or "Untitled incident"
    posted = times.parse(fields.get("pubDate")) or times.parse(fields.get("published"))
    changed = times.parse(fields.get("updated")) or times.parse(fields.get("date")) or posted
    body = fields.get("content") or fields.get("encoded") or fields.get("description")
    lines = text.plain(body or fields.get("summary"), text.BODY).split("\n")
    stated = states.stated(lines)
    days = dict(_updates(lines, changed))
    until = max(posted or 0, changed or 0) + LONGEST_WORK
    updates = _newest_first(days, until if stated.get("type") else None)
    phase = states.phase(title, stated, updates)
    if stated.get("type") == "Maintenance" and phase not in vocabulary.CLOSED:
        phase = "scheduled" if (posted or 0) > (changed or 0) else "in_progress"
    over = vocabulary.closed_at(
        replace(one, at=dates.latest(days[one], changed) or one.at) for one in updates
    )
    ended = times.parse(stated.get("resolved")) or over or next((u.at for u in updates), changed)
    impact = SEVERITIES.get(vocabulary.phase(stated.get("severity")))
    closed = phase in vocabulary.CLOSED
    start = times.parse(stated.get("started")) or _start(updates, posted, closed=closed)
    link = fields.get("link", "").strip()
    guid = fields.get("guid", "").partition("#update-")[0]
    key = fields.get("id") or guid or f"{title} {posted}"
    if own := _INCIDENT.search(link):
        key = own[1]  # as in the JSON of the same page, so that it is one incident in both
    return Incident(
        id=vocabulary.identifier(key),
        title=states.bare(title),
        open=not closed,
        # What is over may be called "available" by now; that was not its impact.
        impact=None if closed and impact is Level.NONE else impact,
        phase=phase,
        started_at=start,
        created_at=start,
        ended_at=ended if closed else None,
        url=text.web_url(link),
        components=tuple(sorted(_components(title, lines))),
        updates=updates,
    )


def _newest_first(
    days: Mapping[Update, re.Match[str] | None], until: int | None
) -> tuple[Update, ...]:
    """The messages by their times where each has one; else as they stand, though Instatus's, none
    later than `until`, may stand the other way round."""
    updates = tuple(days)
    if all(one.at is not None for one in updates):
        return tuple(sorted(updates, key=lambda one: one.at or 0, reverse=True))
    if until is None:
        return updates
    first, last = (
        (dates.latest(days[one], until) or 0, one.phase in vocabulary.CLOSED)
        for one in (updates[0], updates[-1])
    )
    return updates[:: -1 if first < last else 1]


def _start(updates: tuple[Update, ...], posted: int | None, *, closed: bool) -> int | None:
    """The time of the oldest update, where the item is sure to carry the first one."""
    known = [update.at for update in updates if update.at is not None]
    if len(updates) > 1:
        return min(known) if len(known) == len(updates) else None
    first = not updates or updates[0].phase == "investigating"
    return posted if first and not closed else None


def _updates(
    lines: list[str], changed: int | None
) -> Iterator[tuple[Update, re.Match[str] | None]]:
    """The messages in a body as they stand: each begins at a line with a state label. With each
    comes its date, if that has no year."""
    unknown: tuple[int | None, re.Match[str] | None] = (None, None)
    label, words, first, at, moment, dated = "", list[str](), True, unknown, unknown, False
    for line in [*lines, "Jan 1, 00:00 UTC", "Update"]:
        own = not dated or (first and not any(words))  # it may follow the first label
        field = states.FIELD.fullmatch(line) if own and ":" in line else None
        match = None if field and field[1].lower() != "status" else states.LABEL.fullmatch(line)
        if match is None or (dated and at == unknown):  # without its date it is a writer's word
            if short := dates.YEARLESS.fullmatch(line):
                at = (at[0], short)
            elif date := times.parse(line):
                at = (date, None)
            elif not line or (label and not field and line != "Updates:"):
                words.append(line)
            continue
        if label and (said := "\n".join(words).strip()):
            known = moment[0] or (changed if first else None)
            key = hashlib.sha256(f"{label} {said}".encode()).hexdigest()[:16]
            yield Update(key, known, label, said), moment[1]
            first = False
        dated = dated or (first and not any(words) and at != unknown)
        label, words, moment, at = vocabulary.phase(match[1]), [match[2] or ""], at, unknown


def _components(title: str, lines: list[str]) -> Iterator[str]:
    match = re.match(r"\[([^\[\]]{1,100})\]", title)
    if match and not states.LABEL.fullmatch(match[1]):
        yield match[1]
        yield match[1].split(" (")[0]
    listing = False
    for line in lines:
        listing = listing or line == "Affected components"
        if listing and (match := _COMPONENT.fullmatch(line)):
            yield match[1]
