"""Incidents that our own checks see before, or without, the provider. Pure.

Where a confirmed check is the only witness, an incident of ours opens, labelled so. When the
provider opens one on the same surface within 6 hours, ours goes on as theirs: same page, same feed
item. While our check goes on failing after theirs is over, no second one opens.
That we knew earlier is only claimed where nothing else can explain it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass

from msgspec import structs

from crawler.catalogue import Catalogue, Provider, Service
from crawler.lines import IncidentLine, UpdateLine
from crawler.memory import Memory, Own, ProbeState, Snapshot
from crawler.model import Incident, Reading
from crawler.records import BEGUN, OVER, Remembered
from crawler.scope import concerns
from crawler.times import SKEW, human

WITHIN, LEAST = 6 * 3_600, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What else was so when the provider's incident was first read, at `now`: when we last read
    the page before and it named none, the last blind run, the share of other sources that failed
    (0 to 1). Times are seconds UTC."""

    now: int
    clean_at: int | None
    blind: int | None
    failing: float


def ours(
    catalogue: Catalogue,
    memory: Memory,
    snapshots: Mapping[str, Snapshot],
    probes: Mapping[str, ProbeState],
    fresh: Mapping[str, Reading],
    remembered: Remembered,
    now: int,
) -> Iterator[IncidentLine]:
    """What begins and ends in this run of the incidents that only our checks see; `fresh` are the
    readings of this run, by provider."""
    for provider, service in catalogue.services():
        state, own = probes.get(service.id), memory.own.get(service.id)
        if own and own.ended_at is None:
            # After a pause that broke its streak, a check that fails or is refused has not passed.
            if state is None or state.word == "ok":
                yield _over(own, service, memory.probes.get(service.id), state, now)
        elif (
            state
            and state.word == "fail"
            and state.failing_since is not None
            and snapshots[service.id].basis == "probe"
        ):
            since = state.failing_since
            page = fresh.get(provider.id)
            if not _goes_on(service, _lately(provider.id, memory, page, remembered, now), since):
                yield _begun(provider.id, service, snapshots[service.id], since, now)


def _goes_on(service: Service, known: Iterable[tuple[Incident, int]], since: int) -> bool:
    """Whether a check that fails since then goes on where the provider's incident ended: that is
    one story, and no second incident."""
    return any(since <= ended and concerns(service, one) for one, ended in known)


def _lately(
    provider: str, memory: Memory, reading: Reading | None, remembered: Remembered, now: int
) -> Iterator[tuple[Incident, int]]:
    """The provider's incidents of the last 6 hours with their ends as they are known now; what is
    open or was so until this run, and has no stated end, ends now."""
    read = {one.id: one for one in reading.incidents} if reading else {}
    heads = memory.heads(provider)
    for key in {*read, *heads}:
        head, incident = heads.get(key), read.get(key)
        ended = (now if head.open else head.ended) if head else None
        if incident:
            ended = now if incident.open else incident.ended_at or ended
        if ended is not None and ended >= now - WITHIN:
            record = None if incident else remembered(provider, key)
            incident = record.incident if record else incident
            if incident:
                yield incident, ended


def _begun(
    provider: str, service: Service, snapshot: Snapshot, failed_at: int, now: int
) -> IncidentLine:
    text = f"Our checks fail since {human(failed_at)}, confirmed at {human(now)}."
    return IncidentLine(
        provider=provider,
        id=f"check:{service.id}:{now}",
        digest="begun",
        title=f"Our checks of {service.name} fail",
        open=True,
        impact=snapshot.level,
        started=failed_at,
        created=now,
        components=tuple(service.components),
        updates=(UpdateLine(BEGUN, f"{text} {snapshot.headline}", now),),
        service=service.id,
        confirmed=now,
    )


def _over(
    own: Own, service: Service, last: ProbeState | None, state: ProbeState | None, now: int
) -> IncidentLine:
    """The end of an incident of ours: the check passes, or nobody checks any more (no `state`)."""
    ended = (last.recovering_since if last and state else None) or now
    passes = f"Our checks pass again since {human(ended)}."
    words = passes if state else f"Our checks ended at {human(ended)}, and had not passed again."
    return IncidentLine(
        provider=own.provider,
        id=own.id,
        digest="over",
        title=f"Our checks of {service.name} fail",
        open=False,
        impact=own.impact,
        started=own.failed_at,
        created=own.confirmed_at,
        ended=ended,
        components=tuple(service.components),
        updates=(UpdateLine(OVER, words, now),),
        service=service.id,
    )


def waits(provider: Provider, memory: Memory) -> bool:
    """Whether an incident of ours may go on as one of the provider's: only then do we ask when the
    provider wrote the messages of those that are over."""
    return any(one.id in memory.own for one in provider.services)


Adoptions = Mapping[tuple[str, str], tuple[str, int | None]]
"""By (provider, id of its incident): the id of ours that it goes on, and the lead in seconds."""


def adoptions(
    catalogue: Catalogue,
    memory: Memory,
    fresh: Mapping[str, Reading],
    failed: Sized,
    now: int,
) -> Adoptions:
    """The incidents of fresh readings, by provider, that no earlier run knew and that go on one of
    ours; `failed` are the sources that were not read."""
    found: dict[tuple[str, str], tuple[str, int | None]] = {}
    others = sum(provider.source is not None for provider in catalogue.providers) - 1
    for provider, service in catalogue.services():
        own = memory.own.get(service.id)
        if own is None or provider.id not in fresh:
            continue
        around = Circumstances(
            now=now,
            clean_at=memory.read_at.get(provider.id),
            blind=memory.blind,
            failing=len(failed) / max(1, others),
        )
        known = memory.heads(provider.id)
        for incident in fresh[provider.id].incidents:
            key = (provider.id, incident.id)
            covers = incident.id not in known and concerns(service, incident)
            if covers and key not in found and _follows(incident, own, now):
                found[key] = (own.id, lead(own, incident, memory.probes.get(service.id), around))
                break
    return found


def continued(
    told: Iterable[IncidentLine], ours: Iterable[IncidentLine], found: Adoptions
) -> Iterator[IncidentLine]:
    """All lines of a run: the provider's, marked where they go on one of ours, and ours."""
    for line in told:
        own, lead = found.get((line.provider, line.id), (None, None))
        yield structs.replace(line, adopts=own, lead=lead) if own else line
    taken = {own for own, _ in found.values()}
    yield from (line for line in ours if line.id not in taken)


def _follows(incident: Incident, own: Own, now: int) -> bool:
    posted = _posted(incident)
    if now - own.confirmed_at > WITHIN or (posted or now) > own.confirmed_at + WITHIN:
        return False
    return incident.ended_at is None or incident.ended_at >= own.failed_at


def _posted(incident: Incident) -> int | None:
    """When the provider first wrote about it; never the start that it states, which it may date
    back."""
    first = [one.at for one in incident.updates if one.at is not None]
    return min([*first, *([incident.created_at] if incident.created_at else [])], default=None)


def lead(
    own: Own, incident: Incident, state: ProbeState | None, around: Circumstances
) -> int | None:
    """By how many seconds our confirmed check was before the provider's first message; None where
    that may not be said."""
    posted = _posted(incident)
    if posted is None:
        # It can have been posted at any time after the last reading that did not name it.
        posted = around.clean_at
    elif around.clean_at is not None and posted < around.clean_at - SKEW:
        return None  # Dated back, so nobody knows when it was posted.
    if posted is None or posted - own.confirmed_at < LEAST:
        return None
    if posted > own.confirmed_at + WITHIN or around.failing >= 0.2:
        return None
    recovered = own.ended_at
    if recovered is None and state is not None:
        recovered = state.recovering_since
    if recovered is not None and recovered < posted:
        return None
    if around.blind is not None and own.confirmed_at <= around.blind <= around.now:
        return None
    return posted - own.confirmed_at
