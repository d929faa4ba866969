"""How long a service was well: two series that are never mixed. Pure.

Observed is what our readings say, and what the provider later told of the time between them.
Reported is the provider's own list of incidents, as far back as it reaches. The days that are
over come counted; only those that an incident touches, and today, are looked at anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from statistics import median_low

from crawler.catalogue import Service
from crawler.lines import SourceLine
from crawler.memory import Memories
from crawler.model import LONGEST_WORK, Level, Maintenance
from crawler.records import Record
from crawler.scope import concerns
from crawler.site.board import Series, Uptime
from crawler.times import DAY
from crawler.uptime import Interval, Tally, by_day, figure, windows

_DAYS = 90


def measure(
    service: Service, provider: str, known: Memories, records: Sequence[Record], now: int
) -> Uptime:
    """Both series of a service at `now` (seconds UTC). `records` are the incidents about it."""
    horizon = now - (_DAYS + 1) * DAY
    covers, read_at = known.covers.get(provider), known.read_at.get(provider)
    # What the provider had not told when we last read it is not known.
    until = now if read_at is None else min(read_at, now)
    recent = [one for one in records if one.phases and (one.phases[-1][1] or until) > horizon]
    stretches = [one for record in recent for one in told(record, service, until)]
    cut = ((max(a, horizon), min(b, until), level) for a, b, level in stretches)
    outages = [(a, b, level) for a, b, level in cut if a < b]
    reported = None
    listed = _lists(known.sources.get(provider), service)
    if listed and covers is not None and read_at is not None and covers < now:
        work = [one for owner, one in known.maintenances if owner == provider]
        hidden = [interval for one in work for interval in _hides(one, service)]
        reported = _reported(covers, read_at, [*outages, *hidden], now)
    observed = _observed(service.id, known, outages, now)
    repairs = _repairs(records, now)
    return Uptime(
        reported=reported,
        observed=observed,
        basis=_basis(reported, observed),
        median_repair=median_low(repairs) if repairs else None,
        resolved=len(repairs),
    )


def told(record: Record, service: Service, until: int) -> list[Interval]:
    """The stretches of trouble that a provider tells of, at the level that they have for a service;
    what is not over is known `until` then.

    An incident that names no component of a service that is one of several counts as minor at most.
    """
    one = record.incident
    level = Level.MINOR if one.impact is None else one.impact
    if record.ours or not level.trouble or not concerns(service, one):
        return []
    if service.components and not one.components:
        level = Level.MINOR
    return [(start, end, level) for start, end in record.stretches(until)]


def _lists(line: SourceLine | None, service: Service) -> bool:
    """Whether a page's incidents can name a service: one that follows components of which the page
    lists none any more would look well for ever. A page that never listed any can, and of one that
    was read in part nobody knows."""
    called = {*chain.from_iterable(line.called)} if line and not line.partial else set()
    return not called or not service.components or not called.isdisjoint(service.components)


def _hides(one: Maintenance, service: Service) -> list[Interval]:
    """The window of work on all that a service is, a week at most."""
    whole = bool(service.components) and {*service.components} <= {*one.components}
    if one.phase == "scheduled" or not whole or one.starts_at is None or one.ends_at is None:
        return []
    end = min(one.ends_at, one.starts_at + LONGEST_WORK)
    return [(one.starts_at, end, Level.MAINTENANCE)] if one.starts_at < end else []


def _reported(covers: int, read_at: int, outages: Sequence[Interval], now: int) -> Series:
    seen = [(a, min(b, read_at), level) for a, b, level in outages]
    spans = [(covers, read_at, Level.NONE), *seen]
    days = dict.fromkeys(_days(covers, now), _FULL)
    # The last second before `now` is always in: at midnight that of `now` is in no day that counts.
    rest = (min(read_at, now - 1), now, Level.NONE)
    touched = _touched([*seen, (covers, covers, Level.NONE), rest])
    wanted = touched & days.keys()
    days.update(by_day(spans, max(covers, min(wanted)), now, wanted))
    return _series(covers, days, now)


def _observed(
    service: str, known: Memories, outages: Sequence[Interval], now: int
) -> Series | None:
    since = known.first_seen.get(service)
    if since is None or since >= now:
        return None
    finished = known.daily.get(service, {})
    monitored = _days(since, now)
    days = dict(zip(monitored, map(finished.get, monitored, repeat(_NOTHING)), strict=True))
    touched = _touched([*outages, (since, since, Level.NONE), (now - 1, now, Level.NONE)])
    wanted = touched & days.keys()
    spans = known.intervals(service, min(wanted), now)
    days.update(by_day([*spans, *outages], max(since, min(wanted)), now, wanted))
    return _series(since, days, now)


_FULL, _NOTHING = Tally(DAY, DAY), Tally(DAY)


def _days(since: int, now: int) -> range:
    last = (now - 1) - (now - 1) % DAY
    return range(max(since - since % DAY, last - (_DAYS - 1) * DAY), last + 1, DAY)


def _touched(intervals: Iterable[Interval]) -> set[int]:
    return {day for start, end, _ in intervals for day in range(start - start % DAY, end + 1, DAY)}


def _series(since: int, days: Mapping[int, Tally], now: int) -> Series:
    sums = windows(days, now)
    figures = {length: figure(one) for length, one in sums.items()}
    return Series(since=since, days=days, windows=sums, figures=figures)


def _basis(reported: Series | None, observed: Series | None) -> str:
    if reported and reported.figure(30):
        return "reported"
    return "observed" if observed else ""


def _repairs(records: Iterable[Record], now: int) -> list[int]:
    """How long the resolved incidents of 90 days lasted, as far as their times are known."""
    return [
        lasted
        for record in records
        if not record.ours and not record.incident.open
        if (record.incident.ended_at or 0) > now - 90 * DAY and (lasted := record.lasted(now))
    ]
