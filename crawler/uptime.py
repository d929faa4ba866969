"""Intervals -> seconds, percentages, coverage. Pure, in whole seconds and UTC days.

A gap is neither up nor down. Overlaps count once, the worst level wins; announced maintenance
replaces everything but critical and leaves numerator and denominator. A partial outage (major)
weighs 3/10, minor weighs nothing and is told beside as incident-free. Digits are floored, so
100% means not one weighted second of downtime.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from crawler.model import Level
from crawler.times import DAY

DAY_COVERAGE, WINDOW_COVERAGE = 50, 80
WINDOWS = (7, 30, 90)
_VISIBLE = 60
_WEIGHT = {Level.MAJOR: 3, Level.CRITICAL: 10}
_ORDER = (Level.CRITICAL, Level.MAINTENANCE, Level.MAJOR, Level.MINOR, Level.NONE)
Interval = tuple[int, int, Level]
"""Half open, [start, end) in seconds UTC; unknown needs no interval."""


class Tally(NamedTuple):
    """Seconds of a window by what was known of them. `known` includes maintenance."""

    total: int = 0
    known: int = 0
    maintenance: int = 0
    minor: int = 0
    major: int = 0
    critical: int = 0

    @property
    def base(self) -> int:
        """The seconds that an uptime is about."""
        return self.known - self.maintenance

    @property
    def weighted_down(self) -> int:
        """Downtime in tenths of a second."""
        return 10 * self.critical + 3 * self.major

    @property
    def worst(self) -> Level | None:
        """The worst that was known; None for a window without a second."""
        for level, seconds in (
            (Level.CRITICAL, self.critical),
            (Level.MAJOR, self.major),
            (Level.MINOR, self.minor),
        ):
            if seconds:
                return level
        if not self.total:
            return None
        if not self.known:
            return Level.UNKNOWN
        return Level.MAINTENANCE if self.maintenance else Level.NONE

    @property
    def colour(self) -> Level:
        """The worst that lasted a minute; no good news where less than half was known."""
        # Asked of every day of every service, many times a build: no loop, no tuple.
        if self.critical >= _VISIBLE:
            return Level.CRITICAL
        if self.major >= _VISIBLE:
            return Level.MAJOR
        if self.minor >= _VISIBLE:
            return Level.MINOR
        if self.maintenance >= _VISIBLE:
            return Level.MAINTENANCE
        enough = self.known and 100 * self.known >= DAY_COVERAGE * self.total
        return Level.NONE if enough else Level.UNKNOWN


@dataclass(frozen=True, slots=True)
class Figure:
    """A tally in words: percentages as text with two digits ("100" alone has none), or None where
    too little is known. `coverage` is in hundredths of a percent."""

    uptime: str | None
    incident_free: str | None
    low: str | None
    high: str | None
    coverage: int | None
    shown: str


def tally(intervals: Iterable[Interval], start: int, end: int) -> Tally:
    """The seconds of [start, end) by level; intervals without length count nothing."""
    seconds = dict.fromkeys(_ORDER, 0)
    for begin, stop, level in stretches(intervals, start, end):
        seconds[level] += stop - begin
    return _tally(max(0, end - start), seconds)


def _tally(length: int, seconds: Mapping[Level, int]) -> Tally:
    return Tally(
        length,
        sum(seconds.values()),
        seconds[Level.MAINTENANCE],
        seconds[Level.MINOR],
        seconds[Level.MAJOR],
        seconds[Level.CRITICAL],
    )


def stretches(intervals: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """What counts in [start, end), in order and without overlaps."""
    edges: list[tuple[int, int, int]] = []
    for first, last, level in intervals:
        begin, stop = max(first, start), min(last, end)
        if begin < stop and level is not Level.UNKNOWN:
            rank = _ORDER.index(level)
            edges += [(begin, 1, rank), (stop, -1, rank)]
    edges.sort()
    found: list[Interval] = []
    running = [0] * len(_ORDER)
    at = start
    for moment, change, rank in edges:
        if moment > at:
            for winner, count in zip(_ORDER, running, strict=True):
                if count:
                    found.append((at, moment, winner))
                    break
            at = moment
        running[rank] += change
    return found


def by_day(
    intervals: Iterable[Interval], start: int, end: int, wanted: Container[int] | None = None
) -> dict[int, Tally]:
    """The tally of each UTC day (by its first second) that [start, end) touches; of the `wanted`
    ones alone where these are given."""
    touched = range(start - start % DAY, max(start, end), DAY)
    days = {
        first: dict.fromkeys(_ORDER, 0) for first in touched if wanted is None or first in wanted
    }
    for begin, stop, level in stretches(intervals, start, end):
        for first in range(begin - begin % DAY, stop, DAY):
            if first in days:
                days[first][level] += min(stop, first + DAY) - max(begin, first)
    return {
        first: _tally(min(first + DAY, end) - max(first, start), seconds)
        for first, seconds in days.items()
    }


def windows(days: Mapping[int, Tally], now: int) -> dict[int, Tally]:
    """The sum of the last 7, 30 and 90 UTC days, the day of `now - 1` being the last."""
    last = (now - 1) - (now - 1) % DAY
    found: dict[int, Tally] = {}
    one, before = Tally(), 0
    for length in WINDOWS:
        wanted = range(last - before * DAY, last - length * DAY, -DAY)
        one = total([one, *filter(None, map(days.get, wanted))])
        found[length], before = one, length
    return found


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of some tallies."""
    return Tally(*map(sum, zip(*tallies, strict=True)))


@lru_cache(4096)  # most services have the same quiet week
def figure(one: Tally, min_coverage: int = WINDOW_COVERAGE) -> Figure:
    """A tally as it may be shown; below `min_coverage` (percent) no percentage is."""
    if not one.total:
        return Figure(None, None, None, None, None, "no data")
    coverage = 10_000 * one.known // one.total
    if not one.known:
        return Figure(None, None, None, None, coverage, "no data")
    if 100 * one.known < min_coverage * one.total:
        return Figure(None, None, None, None, coverage, "insufficient data")
    if not one.base:
        return Figure(None, None, None, None, coverage, "maintenance")
    good = 10 * one.base - one.weighted_down
    clean = one.base - one.minor - one.major - one.critical
    whole = 10 * (one.total - one.maintenance)
    unknown = 10 * (one.total - one.known)
    uptime = percent(good, 10 * one.base)
    covered = f" (coverage {hundredths(coverage)}%)" if coverage < 10_000 else ""
    return Figure(
        uptime=uptime,
        incident_free=percent(clean, one.base),
        low=percent(good, whole),
        high=percent(good + unknown, whole),
        coverage=coverage,
        shown=f"{uptime}%{covered}",
    )


def percent(good: int, whole: int) -> str:
    """Floored to two digits: "100" only for all of it, "0.00" only for nothing."""
    share = 10_000 * good // whole
    if share >= 10_000:
        return "100"
    return hundredths(max(share, 1) if good > 0 else 0)


def hundredths(value: int) -> str:
    """Hundredths as text with two digits."""
    return f"{value // 100}.{value % 100:02d}"
