"""What one page says beside what is remembered of it, worked out as soon as it is read. Pure.

A page may list a thousand messages of incidents that are long over. What is new of them goes into
the lines for the journal and nobody asks for the rest, so it is not held until all are read.
"""

from collections.abc import Sequence
from dataclasses import replace

from crawler import changes, early
from crawler.catalogue import Provider
from crawler.lines import IncidentLine, SourceLine
from crawler.memory import Head, Memory
from crawler.model import Incident, Visit
from crawler.records import Record, Remembered
from crawler.times import SKEW


def hear(
    provider: Provider, visit: Visit, memory: Memory, remembered: Remembered, now: int
) -> tuple[Visit, tuple[IncidentLine, ...]]:
    """A visit to a provider's page as conclude.py wants it, and the new and changed incidents.

    Its incidents have every component that they ever named and times that can be true at `now`
    (seconds UTC). Those that are open have every message that is remembered; those that are over
    have none, unless they may go on one of ours.
    """
    visit = _placed(provider, visit, memory.sources.get(provider.id))
    if visit.reading is None:
        return visit, ()
    heads = memory.heads(provider.id)
    listed = visit.reading.incidents
    if visit.fallback:
        listed = tuple(_filled(one, heads.get(one.id), provider.id, remembered) for one in listed)
    if not visit.reading.ends_stated:
        listed = tuple(_first_end(one, heads.get(one.id)) for one in listed)
    united = tuple(_united(one, heads.get(one.id), now) for one in listed)
    whole = replace(visit.reading, incidents=united)
    told = tuple(changes.incidents(provider, visit, whole, heads, remembered, now))
    if not early.waits(provider, memory):
        united = tuple(one if one.open else replace(one, updates=()) for one in united)
    known = {one.id for one in united if one.open} & heads.keys()
    united = tuple(
        _recalled(one, remembered(provider.id, one.id)) if one.id in known else one
        for one in united
    )
    return replace(visit, reading=replace(whole, incidents=united)), told


def _placed(provider: Provider, visit: Visit, line: SourceLine | None) -> Visit:
    """A visit in which what stands in for the page calls components as the page does: a feed has
    names, and services may follow ids. `line` knows what the page listed last. Whoever names one
    that nobody knows may mean any service, and so counts as naming none."""
    reading, source = visit.reading, provider.source
    if reading is None or source is None or reading.components is not None:
        return visit
    if source.platform == visit.platform:
        return visit
    called = {one: {one} for service in provider.services for one in service.components}
    for key, name in line.called if line else ():
        for one in (key, name):
            called[one] = called.get(one, set()) | {key, one}

    def known(named: Sequence[str]) -> tuple[str, ...]:
        if not called.keys() >= {*named}:
            return ()
        return tuple(sorted(set().union(*(called[one] for one in named))))

    incidents = (replace(one, components=known(one.components)) for one in reading.incidents)
    works = (replace(one, components=known(one.components)) for one in reading.maintenances)
    return replace(
        visit, reading=replace(reading, incidents=tuple(incidents), maintenances=tuple(works))
    )


def _filled(incident: Incident, head: Head | None, provider: str, known: Remembered) -> Incident:
    """An incident, read where the page could not be, with what the page had said of it and this
    leaves out: a feed states hardly any impact or start. It dates the end by its newest message,
    which may be a report of days later, so an end that was told stays."""
    record = known(provider, incident.id) if head else None
    if record is None or head is None:
        return incident
    had = record.incident
    told = not (incident.open or head.open or head.missing)
    return replace(
        incident,
        impact=had.impact if incident.impact is None else incident.impact,
        started_at=had.started_at if incident.started_at is None else incident.started_at,
        created_at=had.created_at if incident.created_at is None else incident.created_at,
        ended_at=had.ended_at if told and had.ended_at is not None else incident.ended_at,
        url=incident.url or had.url,
        regions=incident.regions or had.regions,
    )


def _first_end(incident: Incident, head: Head | None) -> Incident:
    """An incident with the end that was known first, as long as it stays over: what is written of
    it later moves its last change, and it was over by then."""
    if incident.ended_at is None or head is None or head.open or head.ended is None:
        return incident
    return replace(incident, ended_at=min(incident.ended_at, head.ended))


def _united(incident: Incident, head: Head | None, now: int) -> Incident:
    """An incident with every component it ever named and with times that can be true."""
    components = tuple(sorted({*incident.components, *(head.components if head else ())}))
    start, end = _possible(incident.started_at, now), incident.ended_at
    created = _possible(incident.created_at, now)
    if end is not None:
        if end > now:
            # It has not happened later than when we first saw it over, which does not move on.
            end = head.ended if head and not head.open and head.ended is not None else now
        end = max(end, start or created or 0)
    as_read = (incident.components, incident.started_at, incident.created_at, incident.ended_at)
    if (components, start, created, end) == as_read:
        return incident
    return replace(
        incident, components=components, started_at=start, created_at=created, ended_at=end
    )


def _recalled(incident: Incident, record: Record | None) -> Incident:
    """An incident with the messages that its page no longer lists: many pages list the last one
    alone, and the one before it is what named the cause."""
    told = {one.id for one in incident.updates}
    dropped = [one for one in record.incident.updates if one.id not in told] if record else []
    return replace(incident, updates=(*incident.updates, *dropped)) if dropped else incident


def _possible(moment: int | None, now: int) -> int | None:
    if moment is None or moment > now + SKEW:
        return None
    return min(moment, now)
