"""What one run learned -> the line that the journal keeps. Pure: it decides, crawl.py does.

Every service is judged from the fresh reading of its source or the last good one, upstreams are
weighed over all services, and only what differs from the memory goes into the line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from crawler import __version__, announced, changes, early, judge, streak, upstream
from crawler.catalogue import Catalogue, Provider, Service, Source
from crawler.facts import Facts, lasts
from crawler.lines import IncidentLine, RunLine, SourceLine
from crawler.memory import Memory, ProbeState, Snapshot
from crawler.model import Component, Level, Reading, Visit
from crawler.records import Remembered
from crawler.scope import PARTIAL, UNREADABLE, Scoped, scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answers of one run: visits by source, what their incidents tell anew (both as hear.py
    gives them), probe outcomes by service, and whether our own network failed. `platforms` maps
    each source that was asked to its platform."""

    visits: Mapping[str, Visit] = field(default_factory=dict)
    told: Mapping[str, Iterable[IncidentLine]] = field(default_factory=dict)
    probes: Mapping[str, str] = field(default_factory=dict)
    platforms: Mapping[str, str] = field(default_factory=dict)
    blind: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """A provider's page as it stands after this run; `at` is when it was read. `stand_in` says
    that its feed was read in its place; `before` is how it was read last, for the components that
    could not be read now."""

    reading: Reading | None
    at: int | None
    fresh: bool
    reason: str | None
    stand_in: bool = False
    before: "_Page | None" = None


def conclude(
    catalogue: Catalogue,
    memory: Memory,
    asked: Asked,
    remembered: Remembered,
    *,
    now: int,
    end: int,
    validity: int,
) -> RunLine:
    """One run as a line of the journal. `now` is its start, `validity` V; both in seconds."""
    if (visits := _trusted(asked)) is None:
        return RunLine(now, end, __version__, validity, blind=True)
    pages = {p.id: _page(p, visits, memory, remembered, now) for p in catalogue.providers}
    outcomes = streak.believable(asked.probes).items()
    probes = {one: streak.advance(memory.probes.get(one), word, now) for one, word in outcomes}
    snapshots = _snapshots(catalogue, memory, pages, probes, now=now, validity=validity)
    fresh = {k: p.reading for k, p in pages.items() if p.reading and visits[k].reading}
    troubles = {s: v.reason for s, v in sorted(visits.items()) if v.reason is not None}
    told = [asked.told[one] for one in fresh]
    begun = early.ours(catalogue, memory, snapshots, probes, fresh, remembered, now)
    adopted = early.adoptions(catalogue, memory, fresh, troubles, now)
    return RunLine(
        id=now,
        end=end,
        version=__version__,
        v=validity,
        troubles=troubles,
        carried=_carried(snapshots, now),
        owners=changes.owners(catalogue, memory),
        services=changes.services(snapshots, memory),
        sources=changes.sources(visits, memory, now, validity),
        probes=changes.probes(probes, memory),
        incidents=tuple(early.continued(chain.from_iterable(told), begun, adopted)),
        maintenances=tuple(announced.maintenances(catalogue, visits, memory, now)),
        waits={s: v.not_before for s, v in sorted(visits.items()) if v.not_before is not None},
    )


def _carried(snapshots: Mapping[str, Snapshot], now: int) -> tuple[str, ...]:
    """The services whose conclusion rests on an earlier reading."""
    known = {key: one for key, one in snapshots.items() if one.level is not Level.UNKNOWN}
    return tuple(key for key, one in known.items() if one.last_seen != now)


def _trusted(asked: Asked) -> dict[str, Visit] | None:
    """The visits, those of a platform that is down marked so; None when we were blind."""
    failed = {source for source, visit in asked.visits.items() if visit.reason is not None}
    down, lost = streak.quorum(dict(asked.platforms), failed & asked.platforms.keys())
    if asked.blind or lost:
        return None
    return {
        source: replace(visit, reason="platform_down")
        if visit.reason is not None and asked.platforms.get(source) in down
        else visit
        for source, visit in asked.visits.items()
    }


def _page(
    provider: Provider,
    visits: Mapping[str, Visit],
    memory: Memory,
    remembered: Remembered,
    now: int,
) -> _Page:
    visit = visits.get(provider.id)
    if provider.source is None or visit is None:
        return _Page(None, None, fresh=False, reason=None)
    if visit.reading is None:
        at = now if visit.unchanged else memory.read_at.get(provider.id)
        return _last(provider.source, memory, remembered, at, visit.reason)
    stand_in = provider.source.stands_in(visit.platform)
    page = _Page(visit.reading, now, fresh=True, reason=None, stand_in=stand_in)
    if PARTIAL not in visit.reading.notes:
        return page
    at = memory.read_at.get(provider.id)
    return replace(page, before=_last(provider.source, memory, remembered, at, PARTIAL))


def _last(
    source: Source, memory: Memory, remembered: Remembered, at: int | None, reason: str | None
) -> _Page:
    """A page as it was read last, at `at`; without a reason nothing has changed since."""
    line = memory.sources.get(source.id)
    if line is None or at is None:
        return _Page(None, None, fresh=False, reason=reason)
    keys = memory.opened.get(source.id, ())
    records = [record for key in keys if (record := remembered(source.id, key))]
    components = tuple(Component(key, *one) for key, one in line.components.items() if one)
    reading = Reading(
        headline=line.headline,
        word=line.word,
        components=components if line.listed else None,
        incidents=tuple(record.incident for record in records),
        # What was not listed then either is as little known.
        notes=(PARTIAL,) if reason == PARTIAL else (),
    )
    stand_in = source.stands_in(line.platform)
    return _Page(reading, at, fresh=reason is None, reason=reason, stand_in=stand_in)


def _snapshots(
    catalogue: Catalogue,
    memory: Memory,
    pages: Mapping[str, _Page],
    probes: Mapping[str, ProbeState],
    *,
    now: int,
    validity: int,
) -> dict[str, Snapshot]:
    found: dict[str, Snapshot] = {}
    states: dict[str, upstream.State] = {}
    for provider, service in catalogue.services():
        page = pages[provider.id]
        # What was concluded from another page is not what this one said.
        same = memory.owners.get(service.id) == provider.id
        previous = memory.snapshots.get(service.id) if same else None
        seen, scoped = page, _scoped(service, page)
        if scoped and scoped.reason == PARTIAL and page.before:
            seen, scoped = page.before, _scoped(service, page.before)
        resolved = _resolved(previous, seen.reading, now)
        if scoped and seen.stand_in:
            before = previous if resolved is None else None
            scoped = _stood_in(scoped, service, memory.sources.get(provider.id), before, now)
        facts = Facts(
            scoped=scoped,
            read_at=seen.at,
            fresh=seen.fresh,
            resolved=resolved,
            probe=probes.get(service.id),
            has_page=provider.source is not None,
            reason=seen.reason,
        )
        found[service.id] = judge.judge(facts, previous, now, validity)
        states[service.id] = _state(found[service.id], page, now - validity)
    mentions = {service.id: service.mentions for _, service in catalogue.services()}
    owners = {service.id: provider.id for provider, service in catalogue.services()}
    return {
        service.id: _weighed(service, found[service.id], states, mentions, owners)
        for _, service in catalogue.services()
    }


def _scoped(service: Service, page: _Page) -> Scoped | None:
    return scope(service.components, service.regions, page.reading) if page.reading else None


def _stood_in(
    scoped: Scoped, service: Service, line: SourceLine | None, before: Snapshot | None, now: int
) -> Scoped:
    """What a feed says of a service. It cannot tell that the page lists none of its components any
    more, which `line` remembers, nor that trouble `before` is over which no incident explains."""
    known = set(chain.from_iterable(line.called)) if line else set()
    if known and service.components and not known & {*service.components}:
        return Scoped(level=None, flags=("components_missing",), reason="components_missing")
    if scoped.level is Level.NONE and before and lasts(before, now):
        return Scoped(level=None, flags=(UNREADABLE,), reason=UNREADABLE)
    return replace(scoped, flags=(*scoped.flags, UNREADABLE))


def _resolved(previous: Snapshot | None, reading: Reading | None, now: int) -> int | None:
    """When the last of the incidents that were known as open was over; None while one is not."""
    if previous is None or reading is None or not previous.incidents:
        return None
    closed = {one.id: one.ended_at for one in reading.incidents if not one.open}
    if not {*previous.incidents} <= closed.keys():
        return None
    return max((end for one in previous.incidents if (end := closed[one])), default=now)


def _state(snapshot: Snapshot, page: _Page, since: int) -> upstream.State:
    """What bears on other services; of a page that was read at `since` or later, as one failure to
    read it again is no news of it."""
    opened = [one for one in page.reading.incidents if one.open] if page.reading else []
    own = [one for one in opened if one.id in snapshot.incidents]
    holds = page.at is not None and page.at >= since
    level = scope((), (), page.reading).level if page.reading and holds else None
    return upstream.State(snapshot.level, own, level or Level.UNKNOWN, opened)


def _weighed(
    service: Service,
    snapshot: Snapshot,
    states: Mapping[str, upstream.State],
    mentions: Mapping[str, list[str]],
    owners: Mapping[str, str],
) -> Snapshot:
    own = owners[service.id]
    links = {
        # Two services of one page have one provider: naming each other blames nobody else.
        one: upstream.link(
            states[service.id], states[one], mentions[one] if owners[one] != own else ()
        )
        for one in service.upstreams
    }
    return replace(snapshot, flags=(*snapshot.flags, *upstream.flags(links)))
