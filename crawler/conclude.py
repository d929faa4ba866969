"""What one run learned -> the line that the journal keeps. Pure: it decides, crawl.py does.

Every service is judged from the fresh reading of its source or the last good one, upstreams are
weighed over all services, and only what differs from the memory goes into the line.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from crawler import __version__, judge, upstream
from crawler.catalogue import Catalogue, Provider, Service
from crawler.lines import (
    IncidentLine,
    MaintenanceLine,
    ProbeLine,
    RunLine,
    SnapshotLine,
    SourceLine,
    UpdateLine,
)
from crawler.memory import Head, Memory, ProbeState, Snapshot
from crawler.model import (
    Component,
    Incident,
    Level,
    Maintenance,
    Reading,
    Record,
    Visit,
)

Remembered = Callable[[str, str], Record | None]
_CLOCK_SKEW = 300
_MISSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answers of one run: visits by source, probe outcomes by service, and whether our own
    network failed. `platforms` maps each source that was asked to its platform."""

    visits: Mapping[str, Visit] = field(default_factory=dict)
    probes: Mapping[str, str] = field(default_factory=dict)
    platforms: Mapping[str, str] = field(default_factory=dict)
    blind: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """A provider's page as it stands after this run; `at` is when it was read."""

    reading: Reading | None
    at: int | None
    fresh: bool
    reason: str | None


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
    """One run as a line of the journal. `now` is its start, `validity` the V in force, seconds."""
    failed = {source for source, visit in asked.visits.items() if visit.reading is None}
    down, lost = judge.quorum(dict(asked.platforms), failed & asked.platforms.keys())
    if asked.blind or lost:
        return RunLine(now, end, __version__, validity, blind=True)
    visits = {
        source: replace(visit, reason="platform_down")
        if visit.reading is None and asked.platforms.get(source) in down
        else visit
        for source, visit in asked.visits.items()
    }
    pages = {p.id: _page(p, visits, memory, remembered, now) for p in catalogue.providers}
    probes = {
        service.id: judge.advance(memory.probes.get(service.id), asked.probes[service.id], now)
        for _, service in catalogue.services()
        if service.id in asked.probes
    }
    snapshots = _snapshots(catalogue, memory, pages, probes, now=now, validity=validity)
    fresh = [(p.id, pages[p.id].reading) for p in catalogue.providers if pages[p.id].fresh]
    readings = [(provider, reading) for provider, reading in fresh if reading is not None]
    return RunLine(
        id=now,
        end=end,
        version=__version__,
        v=validity,
        troubles={s: v.reason for s, v in sorted(visits.items()) if v.reason is not None},
        carried=tuple(
            service
            for service, snapshot in snapshots.items()
            if snapshot.level is not Level.UNKNOWN and snapshot.last_seen != now
        ),
        owners=_owners(catalogue, memory),
        services=_changed_services(snapshots, memory),
        sources=_changed_sources(visits, memory),
        probes=_changed_probes(probes, memory),
        incidents=tuple(
            line
            for provider, reading in readings
            for line in _incidents(provider, reading, memory, remembered, now)
        ),
        maintenances=tuple(
            line
            for provider, reading in readings
            for line in _maintenances(provider, reading, memory)
        ),
        waits={s: v.not_before for s, v in sorted(visits.items()) if v.not_before is not None},
    )


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
    if visit.reading is not None:
        incidents = tuple(
            _united(one, memory.heads.get((provider.id, one.id)), now)
            for one in visit.reading.incidents
        )
        reading = replace(visit.reading, incidents=incidents)
        return _Page(reading, now, fresh=True, reason=None)
    line = memory.sources.get(provider.id)
    at = memory.read_at.get(provider.id)
    if line is None or at is None:
        return _Page(None, None, fresh=False, reason=visit.reason)
    keys = [key for key, head in memory.heads.items() if head.open and key[0] == provider.id]
    records = [record for key in keys if (record := remembered(*key))]
    components = tuple(Component(key, *one) for key, one in line.components.items() if one)
    reading = Reading(
        headline=line.headline,
        word=line.word,
        components=components if line.listed else None,
        incidents=tuple(record.incident for record in records),
    )
    return _Page(reading, at, fresh=False, reason=visit.reason)


def _united(incident: Incident, head: Head | None, now: int) -> Incident:
    """An incident with every component it ever named and with times that can be true."""
    components = {*incident.components, *(head.components if head else ())}
    start, end = _possible(incident.started_at, now), incident.ended_at
    if end is not None:
        # A resolution that lies ahead of us has not happened later than now.
        end = max(min(end, now), start or 0)
    return replace(
        incident,
        components=tuple(sorted(components)),
        started_at=start,
        created_at=_possible(incident.created_at, now),
        ended_at=end,
    )


def _possible(moment: int | None, now: int) -> int | None:
    if moment is None or moment > now + _CLOCK_SKEW:
        return None
    return min(moment, now)


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
        previous = memory.snapshots.get(service.id)
        scoped = judge.scope(service.components, page.reading) if page.reading else None
        facts = judge.Facts(
            scoped=scoped,
            read_at=page.at,
            fresh=page.fresh,
            resolved=_resolved(previous, page.reading),
            probe=probes.get(service.id),
            has_page=provider.source is not None,
            reason=page.reason,
        )
        found[service.id] = judge.judge(facts, previous, now, validity)
        states[service.id] = _state(found[service.id], page)
    mentions = {service.id: service.mentions for _, service in catalogue.services()}
    return {
        service.id: _weighed(service, found[service.id], states, mentions)
        for _, service in catalogue.services()
    }


def _resolved(previous: Snapshot | None, reading: Reading | None) -> bool:
    if previous is None or reading is None or not previous.incidents:
        return False
    closed = {one.id for one in reading.incidents if not one.open}
    return {*previous.incidents} <= closed


def _state(snapshot: Snapshot, page: _Page) -> upstream.State:
    opened = [one for one in page.reading.incidents if one.open] if page.reading else []
    own = [one for one in opened if one.id in snapshot.incidents]
    level = judge.scope((), page.reading).level if page.reading and page.fresh else None
    return upstream.State(snapshot.level, own, level or Level.UNKNOWN, opened)


def _weighed(
    service: Service,
    snapshot: Snapshot,
    states: Mapping[str, upstream.State],
    mentions: Mapping[str, list[str]],
) -> Snapshot:
    links = {
        one: upstream.link(states[service.id], states[one], mentions[one])
        for one in service.upstreams
    }
    return replace(snapshot, flags=(*snapshot.flags, *upstream.flags(links)))


def _owners(catalogue: Catalogue, memory: Memory) -> dict[str, str]:
    owners = {service.id: provider.id for provider, service in catalogue.services()}
    return {one: owner for one, owner in owners.items() if memory.owners.get(one) != owner}


def snapshot_line(snapshot: Snapshot, now: int) -> SnapshotLine:
    """A snapshot in the shape of the journal."""
    return SnapshotLine(
        level=snapshot.level,
        headline=snapshot.headline,
        basis=snapshot.basis,
        since=now if snapshot.since is None else snapshot.since,
        confidence=snapshot.confidence,
        flags=snapshot.flags,
        incidents=snapshot.incidents,
        reason=snapshot.reason,
        official=snapshot.official,
        shown=snapshot.shown,
        changes=snapshot.changes,
    )


def _changed_services(
    snapshots: Mapping[str, Snapshot], memory: Memory
) -> dict[str, SnapshotLine | None]:
    changed: dict[str, SnapshotLine | None] = {}
    for service, snapshot in snapshots.items():
        line = snapshot_line(snapshot, 0)
        old = memory.snapshots.get(service)
        if old is None or snapshot_line(old, 0) != line:
            changed[service] = line
    changed.update({one: None for one in memory.owners if one not in snapshots})
    return changed


def _changed_sources(visits: Mapping[str, Visit], memory: Memory) -> dict[str, SourceLine | None]:
    changed: dict[str, SourceLine | None] = {}
    for source, visit in visits.items():
        reading = visit.reading
        if reading is None:
            continue
        old = memory.sources.get(source)
        listed = {one.id: (one.name, one.level) for one in reading.components or ()}
        new = SourceLine(
            platform=visit.platform,
            level=judge.page_level(reading),
            word=reading.word,
            headline=reading.headline,
            answered_by=visit.answered_by,
            listed=reading.components is not None,
            components=dict(listed),
        )
        if old is None or old != new:
            before = old.components if old else {}
            gone = {key: None for key in before if key not in listed}
            different = {key: one for key, one in listed.items() if before.get(key) != one}
            changed[source] = SourceLine(
                new.platform,
                new.level,
                new.word,
                new.headline,
                new.answered_by,
                new.listed,
                {**different, **gone},
            )
    changed.update({one: None for one in memory.sources if one not in visits})
    return changed


def _changed_probes(
    probes: Mapping[str, ProbeState], memory: Memory
) -> dict[str, ProbeLine | None]:
    changed: dict[str, ProbeLine | None] = {
        service: _probe_line(state)
        for service, state in probes.items()
        if service not in memory.probes or _probe_line(memory.probes[service]) != _probe_line(state)
    }
    changed.update({one: None for one in memory.probes if one not in probes})
    return changed


def _probe_line(state: ProbeState) -> ProbeLine:
    return ProbeLine(state.outcome, state.failing_since, state.confirmed, state.recovering_since)


def _incidents(
    provider: str, reading: Reading, memory: Memory, remembered: Remembered, now: int
) -> Iterator[IncidentLine]:
    """New and changed incidents, and those that the provider's list should name and does not."""
    for incident in reading.incidents:
        head = memory.heads.get((provider, incident.id))
        digest = _digest(incident)
        if head is None or head.digest != digest or head.missing or head.open != incident.open:
            known = remembered(provider, incident.id) if head else None
            yield _incident_line(provider, incident, digest, known)
    if not reading.history:
        return
    listed = {one.id for one in reading.incidents}
    heads = {key[1]: head for key, head in memory.heads.items() if key[0] == provider}
    starts = [one.created_at or one.started_at for one in reading.incidents]
    oldest = min((start for start in starts if start is not None), default=now)
    # A list without one known name is another list (a page that moved), not a list of deletions.
    if not listed & heads.keys():
        return
    for key, head in heads.items():
        if key in listed or head.withdrawn or head.began <= oldest:
            continue
        if record := remembered(provider, key):
            yield _missing(record, head, now)


def _digest(incident: Incident) -> str:
    return hashlib.sha256(repr(incident).encode("utf-8", "replace")).hexdigest()[:16]


def _incident_line(
    provider: str, incident: Incident, digest: str, known: Record | None
) -> IncidentLine:
    had = {one.id: (one.phase, one.text) for one in known.incident.updates} if known else {}
    return IncidentLine(
        provider=provider,
        id=incident.id,
        digest=digest,
        title=incident.title,
        open=incident.open,
        impact=incident.impact,
        phase=incident.phase,
        started=incident.started_at,
        created=incident.created_at,
        ended=incident.ended_at,
        url=incident.url,
        components=incident.components,
        updates=tuple(
            UpdateLine(one.id, one.text, one.at, one.phase)
            for one in incident.updates
            if had.get(one.id) != (one.phase, one.text)
        ),
    )


def _missing(record: Record, head: Head, now: int) -> IncidentLine:
    missing = min(head.missing + 1, _MISSED)
    withdrawn = missing == _MISSED
    line = _incident_line(record.provider, record.incident, head.digest, record)
    ended = now if withdrawn and head.open else record.incident.ended_at
    return IncidentLine(
        **{name: getattr(line, name) for name in ("provider", "id", "digest", "title", "impact")},
        **{name: getattr(line, name) for name in ("phase", "started", "created", "url")},
        components=line.components,
        open=head.open and not withdrawn,
        ended=ended,
        missing=missing,
        withdrawn=withdrawn,
    )


def _maintenances(provider: str, reading: Reading, memory: Memory) -> Iterator[MaintenanceLine]:
    new = {one.id: _maintenance_line(provider, one) for one in reading.maintenances}
    for key, line in new.items():
        if memory.maintenances.get((provider, key)) != line:
            yield line
    for (owner, key), old in memory.maintenances.items():
        if owner == provider and key not in new and old.phase != "completed":
            yield _completed(old)


def _completed(old: MaintenanceLine) -> MaintenanceLine:
    return MaintenanceLine(
        old.provider,
        old.id,
        old.title,
        "completed",
        old.starts,
        old.ends,
        old.url,
        old.components,
        old.text,
    )


def _maintenance_line(provider: str, one: Maintenance) -> MaintenanceLine:
    return MaintenanceLine(
        provider=provider,
        id=one.id,
        title=one.title,
        phase=one.phase,
        starts=one.starts_at,
        ends=one.ends_at,
        url=one.url,
        components=one.components,
        text=next((update.text for update in one.updates), ""),
    )


def validity(starts: Iterable[int]) -> int:
    """V in seconds from the starts of the runs of the last 7 days: 2.5 times their median gap,
    between 45 min and 3 h; 45 min until ten gaps are known."""
    ordered = sorted(starts)
    gaps = sorted(b - a for a, b in zip(ordered, ordered[1:], strict=False))
    if len(gaps) < 10:
        return 2_700
    middle = len(gaps) // 2
    median = gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) / 2
    return min(10_800, max(2_700, int(2.5 * median)))
