"""What templates compute from the board: sentences, orders, groups. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from crawler import times
from crawler.model import WORST_FIRST, Level, Upstream, worst
from crawler.site import bars
from crawler.site.bars import Strip
from crawler.site.board import Board, Row, Story, newest_first

# What providers use as ids of components: Statuspage, incident.io, Better Stack and the like.
_MACHINE_ID = re.compile(r"[0-9a-z]{10,16}|[0-9A-Z]{26}|[0-9a-f-]{32,36}|\d+")
_AT_ONCE = 6
_CAUSES = 2
_HEAVY = tuple(level for level in WORST_FIRST if level.trouble)


@dataclass(frozen=True, slots=True)
class Overall:
    """The state of everything: the shape to show, one sentence, what must be added to it, how many
    services there are of each level, and a bar for each of them."""

    level: Level
    sentence: str
    more: str
    counts: tuple[tuple[Level, int], ...]
    strip: Strip


def overall(board: Board) -> Overall:
    """The state of everything. All is never called well while something is unknown."""
    count = dict.fromkeys(Level, 0)
    for row in board.rows:
        count[row.verdict.level] += 1
    unknown, work = count[Level.UNKNOWN], count[Level.MAINTENANCE]
    rest = [
        *_blamed(board.troubled),
        f"{work} under maintenance" if work else "",
        f"{unknown} unknown: no claim either way" if unknown else "",
    ]
    more = "; ".join(part for part in rest if part)
    level, sentence = _sentence(board, count)
    counts = tuple((one, count[one]) for one in WORST_FIRST if count[one])
    said = ", ".join(f"{number} {one.label.lower()}" for one, number in counts)
    told = more if level.trouble or (unknown and unknown < len(board.rows)) else ""
    strip = bars.tick((row.verdict.level for row in board.rows), said)
    return Overall(level, sentence, told, counts, strip)


def _sentence(board: Board, count: Mapping[Level, int]) -> tuple[Level, str]:
    total = len(board.rows)
    unknown, work = count[Level.UNKNOWN], count[Level.MAINTENANCE]
    trouble = len(board.troubled)
    if not total:
        return Level.UNKNOWN, "No services are listed yet"
    if trouble:
        verb = "has" if trouble == 1 else "have"
        return board.troubled[0].verdict.level, f"{trouble} of {_services(total)} {verb} trouble"
    if unknown == total:
        return Level.UNKNOWN, f"We cannot tell: none of {_services(total)} could be read"
    if unknown:
        return Level.UNKNOWN, f"No trouble at the {_services(total - unknown)} that we can read"
    if work:
        return Level.MAINTENANCE, f"No trouble at {_services(total)}, {work} under maintenance"
    all_are = f"All {total} services are" if total > 1 else "The one service is"
    return Level.NONE, f"{all_are} operational"


def _blamed(troubled: Sequence[Row]) -> Iterator[str]:
    """The two upstreams that most services in trouble name as the cause, where several do."""
    named = Counter(
        one.name
        for row in troubled
        if row.verdict.who == "upstream"
        for one in row.verdict.upstreams
        if one.link == "named"
    )
    for name, count in sorted(named.items(), key=lambda one: (-one[1], one[0]))[:_CAUSES]:
        if count > 1:
            yield f"{count} of them name {name}, which had trouble first"


def _services(count: int) -> str:
    return f"{count} service{'s' * (count != 1)}"


def component_names(rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """Provider -> component id -> name, as far as any service shows the component."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.provider, {}).update((one.id, one.name) for one in row.components)
    return found


def named(ids: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """The names among ids and names of components, each once; ids that nobody can read go."""
    found = (names.get(one, "" if _MACHINE_ID.fullmatch(one) else one) for one in ids)
    return tuple(dict.fromkeys(one for one in found if one.strip()))


def short(moment: int, now: int) -> str:
    """A time for a narrow column: `22 Nov, 10:41 UTC`; with its year where that is not the year of
    `now`."""
    at = datetime.fromtimestamp(moment, UTC)
    if at.year != datetime.fromtimestamp(now, UTC).year:
        return times.human(moment)
    return f"{at.day} {at:%b, %H:%M} UTC"


def date(moment: int) -> str:
    """A UTC day for people: `22 Nov 2026`."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%b %Y}"


def worst_first(stories: Iterable[Story]) -> tuple[Story, ...]:
    """Open incidents by the weight of what they say; among equals those that an upstream is named
    for come after the others, and the newest first."""
    rank = {level: place for place, level in enumerate(_HEAVY)}

    def place(one: Story) -> tuple[int, bool]:
        return rank.get(one.record.incident.weight, len(rank)), bool(one.upstreams)

    return tuple(sorted(stories, key=place))


def nearest(upstreams: Sequence[Upstream]) -> tuple[Sequence[Upstream], Sequence[Upstream]]:
    """The upstreams to show at once, the troubled ones first, and those that can wait."""
    troubled = [one for one in upstreams if one.level.trouble or one.link]
    rest = [one for one in upstreams if one not in troubled]
    if len(upstreams) <= _AT_ONCE:
        return (*troubled, *rest), ()
    return troubled, rest


def gathered(upstreams: Sequence[Upstream]) -> Level:
    """One level for many services: their worst trouble, else the best that is known of them."""
    levels = {one.level for one in upstreams}
    order = (*_HEAVY, Level.NONE, Level.MAINTENANCE)
    return next((level for level in order if level in levels), Level.UNKNOWN)


def by_region(row: Row) -> tuple[tuple[str, Level], ...]:
    """The regions of a service with what its open incidents say of them.

    An incident that names no region counts everywhere. Where the service is unknown, so are they.
    """
    if row.verdict.level is Level.UNKNOWN:
        return tuple((region, Level.UNKNOWN) for region in row.service.regions)
    found = []
    for region in row.service.regions:
        incidents = (story.record.incident for story in row.open)
        here = [one.weight for one in incidents if not one.regions or region in one.regions]
        found.append((region, worst([Level.NONE, *here])))
    return tuple(found)


def by_day(stories: Iterable[Story]) -> tuple[tuple[int, tuple[Story, ...]], ...]:
    """(a moment of the UTC day, its incidents), newest first."""
    groups = groupby(newest_first(stories), key=lambda story: times.day(story.began))
    days = (tuple(group) for _, group in groups)
    return tuple((group[0].began, group) for group in days)
