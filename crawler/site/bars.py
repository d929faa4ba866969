"""Days as bars: one short path per level, and the same days in words.

A bar is a dash of a stroked line, so a run of equal days costs a few bytes, and each level has a
height of its own, so that bars read without colour. Heights and widths of the strokes are in the
style sheet; `_MIDDLES` are where their middles lie in a box of height 10.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from crawler import times
from crawler.model import WORST_FIRST, Level
from crawler.site.board import Row, Series
from crawler.times import DAY
from crawler.uptime import Tally, hundredths

_MIDDLES = {
    Level.NONE: (8.0,),
    Level.MINOR: (7.0,),
    Level.MAJOR: (6.0,),
    Level.CRITICAL: (5.0,),
    Level.MAINTENANCE: (5.0, 9.0),
    Level.UNKNOWN: (9.5,),
}
_NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawing of `length` bars: (level, path data) pairs, and what it shows in words."""

    length: int
    paths: tuple[tuple[Level, str], ...]
    said: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """`days` UTC days in a row of which the same is known; `first` is the first second of them."""

    first: int
    days: int
    level: Level
    said: str

    @property
    def last(self) -> int:
        """The first second of the last day."""
        return self.first + (self.days - 1) * DAY


def draw(levels: Sequence[Level], said: str) -> Strip:
    """One bar for each level, in order."""
    runs: dict[Level, list[str]] = {}
    start = 0
    for level, group in groupby(levels):
        length = len(list(group))
        runs.setdefault(level, []).extend(f"M{start} {at:g}h{length}" for at in _MIDDLES[level])
        start += length
    paths = tuple((level, "".join(runs[level])) for level in Level if level in runs)
    return Strip(len(levels), paths, said)


def recent(series: Series | None, at: int, length: int) -> Strip:
    """The last `length` UTC days, the day of the second before `at` (UTC) being the last."""
    levels = [tally.colour for _, tally in _days(series, at, length)]
    trouble = sum(level.trouble for level in levels)
    unknown = levels.count(Level.UNKNOWN)
    said = f"{length} days: {trouble or 'none'} with trouble"
    return draw(levels, f"{said}, {unknown} of which too little is known" if unknown else said)


def of_rows(rows: Iterable[Row], at: int, length: int) -> Mapping[str, Strip]:
    """The last `length` UTC days of each service that has a headline series, by its id."""
    return {
        row.service.id: recent(row.uptime.headline, at, length)
        for row in rows
        if row.uptime.headline
    }


def stretches(series: Series | None, at: int, length: int) -> tuple[Stretch, ...]:
    """The same days in words, oldest first; equal neighbours are told together."""
    told = ((first, tally.colour, _words(tally)) for first, tally in _days(series, at, length))
    groups = (list(group) for _, group in groupby(told, key=lambda day: day[1:]))
    return tuple(Stretch(days[0][0], len(days), *days[0][1:]) for days in groups)


def _days(series: Series | None, at: int, length: int) -> Iterator[tuple[int, Tally]]:
    days: Mapping[int, Tally] = series.days if series else {}
    today = (at - 1) - (at - 1) % DAY
    for first in range(today - (length - 1) * DAY, today + 1, DAY):
        yield first, days.get(first, _NOTHING)


@lru_cache(maxsize=4096)  # most services had the same good day
def _words(tally: Tally) -> str:
    """What happened on a day, the worst first, and how much of it is known where that is less."""
    parts = [
        f"{level.label} {times.span(seconds)}"
        for level, seconds in (
            (Level.CRITICAL, tally.critical),
            (Level.MAJOR, tally.major),
            (Level.MINOR, tally.minor),
            (Level.MAINTENANCE, tally.maintenance),
        )
        if seconds
    ]
    said = ", ".join(parts) or ("No trouble" if tally.known else "Nothing is known")
    if not tally.known or tally.known == tally.total:
        return said
    return f"{said}; {hundredths(10_000 * tally.known // tally.total)}% of the time is known"


def tick(levels: Iterable[Level], said: str) -> Strip:
    """One bar for each of many services, those in trouble first."""
    return draw(sorted(levels, key=WORST_FIRST.index), said)
