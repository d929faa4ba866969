"""What differs between the memory and a new run, in the shape of the journal. Pure."""

import hashlib
from collections.abc import Callable, Iterator, Mapping

import msgspec
from msgspec import structs

from crawler import messages
from crawler.catalogue import Catalogue, Provider
from crawler.lines import MISSED, IncidentLine, ProbeLine, SnapshotLine, SourceLine
from crawler.memory import Head, Memory, ProbeState, Snapshot
from crawler.model import Incident, Reading, Visit
from crawler.records import Record, Remembered
from crawler.scope import PARTIAL, page_level


def owners(catalogue: Catalogue, memory: Memory) -> dict[str, str]:
    """The provider of each service that is new or has moved."""
    owners = {service.id: provider.id for provider, service in catalogue.services()}
    return {one: owner for one, owner in owners.items() if memory.owners.get(one) != owner}


def _snapshot_line(snapshot: Snapshot) -> SnapshotLine:
    return SnapshotLine(
        level=snapshot.level,
        headline=snapshot.headline,
        basis=snapshot.basis,
        since=snapshot.since or 0,
        confidence=snapshot.confidence,
        flags=snapshot.flags,
        incidents=snapshot.incidents,
        reason=snapshot.reason,
        official=snapshot.official,
        shown=snapshot.shown,
        changes=snapshot.changes,
    )


def services(snapshots: Mapping[str, Snapshot], memory: Memory) -> dict[str, SnapshotLine | None]:
    """The snapshots that differ; None for a service that left the catalogue."""
    changed: dict[str, SnapshotLine | None] = {}
    for service, snapshot in snapshots.items():
        line = _snapshot_line(snapshot)
        old = memory.snapshots.get(service)
        if old is None or _snapshot_line(old) != line:
            changed[service] = line
    changed.update({one: None for one in memory.owners if one not in snapshots})
    return changed


def sources(
    visits: Mapping[str, Visit], memory: Memory, now: int, validity: int
) -> dict[str, SourceLine | None]:
    """What sources say that differs; None for a source that left the catalogue. `validity` is V in
    seconds."""
    changed: dict[str, SourceLine | None] = {}
    for source, visit in visits.items():
        reading = visit.reading
        if reading is None:
            continue
        old = memory.sources.get(source)
        listed = dict(old.components) if old else {}
        if reading.components is not None:
            listed = {one.id: (one.name, one.level) for one in reading.components}
        new = SourceLine(
            platform=visit.platform,
            level=page_level(reading),
            word=reading.word,
            headline=reading.headline,
            answered_by=visit.answered_by,
            note=visit.note,
            listed=reading.components is not None,
            partial=PARTIAL in reading.notes,
            covers=_covers(reading, old, memory.read_at.get(source), now, validity),
            components=dict(listed),
        )
        if old is None or old != new:
            before = old.components if old else {}
            gone = {key: None for key in before if key not in listed}
            different = {key: one for key, one in listed.items() if before.get(key) != one}
            changed[source] = structs.replace(new, components={**different, **gone})
    changed.update({one: None for one in memory.sources if one not in visits})
    return changed


def _covers(
    reading: Reading, old: SourceLine | None, read_at: int | None, now: int, validity: int
) -> int | None:
    """From when on the provider's list tells of every incident. A list that does not reach back
    to the reading before it has left out an unknown time, and so has a pause after which no list
    was read."""
    began = old.covers if old else None
    if not reading.history:
        return began if read_at is not None and read_at >= now - validity else None
    oldest = _oldest(reading)
    if oldest is None:
        return now if began is None else began
    if "incidents_cut" in reading.notes:  # of those that were over earlier it names none
        oldest = max(oldest, _quietest(reading))
    if began is not None and read_at is not None and oldest <= read_at:
        return min(began, oldest)
    return min(oldest, now)


def _oldest(reading: Reading) -> int | None:
    """How far back a list of incidents reaches. What is open may be listed beside it, however old
    it is."""
    closed = (one for one in reading.incidents if not one.open)
    starts = (one.created_at or one.started_at for one in closed)
    return min((start for start in starts if start is not None), default=None)


def probes(probes: Mapping[str, ProbeState], memory: Memory) -> dict[str, ProbeLine | None]:
    """The streaks that differ; None for a probe that left the catalogue."""
    changed: dict[str, ProbeLine | None] = {
        service: _probe_line(state)
        for service, state in probes.items()
        if service not in memory.probes or _probe_line(memory.probes[service]) != _probe_line(state)
    }
    changed.update({one: None for one in memory.probes if one not in probes})
    return changed


def _probe_line(state: ProbeState) -> ProbeLine:
    return ProbeLine(state.outcome, state.failing_since, state.confirmed, state.recovering_since)


def incidents(
    provider: Provider,
    visit: Visit,
    reading: Reading,
    heads: Mapping[str, Head],
    remembered: Remembered,
    now: int,
) -> Iterator[IncidentLine]:
    """New and changed incidents of a reading, and those that it should name and does not; `reading`
    is that of the visit with what is remembered, `heads` are all of the provider's that are
    known."""
    for incident in reading.incidents:
        head = heads.get(incident.id)
        digest = _digest(incident)
        if head is None or head.digest != digest or head.missing or head.open != incident.open:
            known = remembered(provider.id, incident.id) if head else None
            yield _incident_line(provider.id, incident, digest, known)
    listed = {one.id for one in reading.incidents}
    # A start that is remembered says nothing of how far this list reaches.
    whole = visit.reading or reading
    covers = _reaches(whole, heads, now)
    # What tells how things are now, and no longer of an incident, says that it is over.
    tells = (reading.word is not None or reading.history) and not provider.only_by_feed(visit)
    for key, head in heads.items():
        if key in listed or head.withdrawn:
            continue
        deleted = covers(head)
        counts = deleted or (head.open and tells)
        unseen = head.open and not head.missing
        # A list that has moved on since it left one out says nothing of it any more.
        passed = whole.history and not head.open and 0 < head.missing < MISSED
        if not (counts or unseen or passed) or not (record := remembered(provider.id, key)):
            continue
        if counts:
            yield _missing(record, head, now, deleted=deleted)
        else:
            yield _unseen(record, head)


def _reaches(reading: Reading, heads: Mapping[str, Head], now: int) -> Callable[[Head], bool]:
    """Whether the list should name an incident, which was deleted if it does not. One list drops
    what began first, another what was over first or what nobody wrote of for the longest time."""
    oldest = _oldest(reading) if reading.history else None
    if oldest is None:
        return lambda _: False
    # A list that names nothing which we knew as long as this one is another list: the page moved,
    # and what it does not name was not deleted.
    known = [heads[one.id].first_seen for one in reading.incidents if one.id in heads]
    anchor = min(known, default=now + 1)
    quiet = _quietest(reading)
    return lambda head: (
        head.posted > oldest
        and anchor <= head.first_seen
        and (head.open or head.ended is None or head.ended > quiet)
    )


def _quietest(reading: Reading) -> int:
    """When something happened last in the closed incident in which nothing did for the longest."""
    return min(_last(one) for one in reading.incidents if not one.open)


def _last(incident: Incident) -> int:
    moments = (incident.started_at, incident.ended_at, *(one.at for one in incident.updates))
    return max((moment for moment in moments if moment is not None), default=0)


def _digest(incident: Incident) -> str:
    return hashlib.sha256(msgspec.json.encode(incident)).hexdigest()[:16]


def _incident_line(
    provider: str, incident: Incident, digest: str, known: Record | None
) -> IncidentLine:
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
        regions=incident.regions,
        updates=tuple(messages.news(incident.updates, known)),
    )


def _missing(record: Record, head: Head, now: int, *, deleted: bool) -> IncidentLine:
    ended = record.incident.ended_at
    missing = min(head.missing + 1, MISSED)
    if head.open:
        # A stand-in that did not name it has no say in when it ended.
        missing = missing if head.missing and head.ended is not None else 1
        ended = now if missing == 1 else head.ended
    gone = missing == MISSED
    return structs.replace(
        _incident_line(record.provider, record.incident, head.digest, record),
        open=head.open and not gone,
        ended=ended,
        missing=missing,
        withdrawn=gone and deleted,
    )


def _unseen(record: Record, head: Head) -> IncidentLine:
    """An incident that the newest reading does not name, whatever that means. While it is open that
    is remembered."""
    line = _incident_line(record.provider, record.incident, head.digest, record)
    return structs.replace(line, missing=int(head.open))
