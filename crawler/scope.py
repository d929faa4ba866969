"""What a page says about one service: the rules of page level, component scope and incidents.

Pure: nothing here knows the time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.catalogue import Service
from crawler.model import Component, Incident, Level, Reading, worst

PARTIAL = "components_partial"
"""The note of a reading, and the reason of a service, where a page's list of components is known in
part, because the rest of it could not be read this time."""

UNREADABLE = "components_unreadable"
"""The flag of a service that is judged by a feed in the place of its page, and its reason where
the feed cannot tell whether what the page had said is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoped:
    """What a reading says about one service. `level` is None where it says nothing about it.

    `title` is of the incident to quote, which began at `quoted_at`. `started_at` is the earliest
    beginning among the incidents that are as grave as `level`; None where it rests on none.
    """

    level: Level | None
    incidents: tuple[str, ...] = ()
    title: str = ""
    quoted_at: int | None = None
    started_at: int | None = None
    flags: tuple[str, ...] = ()
    reason: str | None = None


def page_level(reading: Reading) -> Level | None:
    """The worst of the page's word, its components and its open incidents; None without a word.

    Work under way on some components does not hide trouble on others, and colours the page only
    where the page says so itself or nothing is left that is not under maintenance.
    """
    if reading.word is None:
        return None
    listed = reading.components or ()
    working = [one for one in listed if one.level is Level.MAINTENANCE]
    rest = [one.level for one in listed if one.level is not Level.MAINTENANCE]
    hidden = {name for one in working for name in (one.id, one.name)}
    weights = [
        one.weight
        for one in reading.incidents
        if one.weight is Level.CRITICAL or not (one.components and hidden >= {*one.components})
    ]
    trouble = worst([*rest, *(w for w in weights if w is not Level.MAINTENANCE)])
    if reading.word is Level.MAINTENANCE or (working and not rest):
        # Trouble on components that are not under work stands out; incidents alone may be about
        # the work itself, so of them only critical does.
        elsewhere = worst(rest) if working else Level.UNKNOWN
        told = elsewhere.trouble or trouble is Level.CRITICAL
        return trouble if told else Level.MAINTENANCE
    level = worst([reading.word, trouble])
    # A word that we do not know may hide anything, so the rest being well proves nothing.
    return level if level.trouble or reading.word is not Level.UNKNOWN else Level.UNKNOWN


def scope(components: Sequence[str], regions: Sequence[str], reading: Reading) -> Scoped:
    """What a reading says about a service that follows some components (ids or names) in some
    regions; empty means all. An incident that states no region counts everywhere."""
    opened = [one for one in reading.incidents if one.open and _here(one, regions)]
    if not components:
        # The page's word and its components speak of everywhere, so a region has its incidents.
        level = None if regions else page_level(reading)
        if level is None:
            weights = (one.weight for one in opened if one.weight is not Level.MAINTENANCE)
            level = worst([Level.NONE, *weights])
        flags = () if regions else _inconsistent(reading, level)
        return _scoped(level, opened, flags)
    wanted = frozenset(components)
    found = _matching(wanted, reading.components)
    missing = found is not None and not wanted <= {n for one in found for n in (one.id, one.name)}
    partial = missing and PARTIAL in reading.notes
    if missing and not found and not partial:
        return Scoped(level=None, flags=("components_missing",), reason="components_missing")
    named = [one for one in opened if wanted & {*one.components}]
    unstated = [one for one in opened if not one.components and one.weight.trouble]
    levels = [one.level for one in found or ()] or [Level.NONE]
    if set(levels) == {Level.MAINTENANCE}:
        levels = [worst([Level.MAINTENANCE, *(one.weight for one in named)])]
    else:
        levels = [level for level in levels if level is not Level.MAINTENANCE]
        # That an incident without impact names them makes none of them well.
        levels += [one.weight for one in named if one.weight.trouble]
        if unstated and not worst(levels).trouble:
            levels.append(Level.MINOR)
    level = worst(levels)
    if level is Level.NONE and Level.UNKNOWN in levels:
        level = Level.UNKNOWN  # that the others are well proves nothing of it
    if partial and not level.trouble:
        # What is well proves nothing of what could not be listed.
        return Scoped(level=None, flags=(PARTIAL,), reason=PARTIAL)
    flags = ("scope_unstated",) if unstated else ()
    if missing:
        flags = (PARTIAL if partial else "components_partly_missing", *flags)
    return _scoped(level, [*named, *unstated], flags)


def _here(incident: Incident, regions: Sequence[str]) -> bool:
    return not regions or not incident.regions or bool({*regions} & {*incident.regions})


def _matching(wanted: frozenset[str], listed: Iterable[Component] | None) -> list[Component] | None:
    if listed is None:
        return None
    return [one for one in listed if one.id in wanted or one.name in wanted]


def _inconsistent(reading: Reading, level: Level) -> tuple[str, ...]:
    known = reading.word not in (None, Level.UNKNOWN, Level.MAINTENANCE)
    return ("inconsistent_page",) if known and reading.word is not level else ()


def _scoped(level: Level, incidents: Iterable[Incident], flags: tuple[str, ...]) -> Scoped:
    heavy = sorted(
        (one for one in incidents if one.weight.trouble),
        key=lambda one: (one.weight is level, one.started_at or 0, one.id),
    )
    # A lesser notice may be open for months.
    starts = [one.started_at for one in heavy if worst([one.weight, level]) is one.weight]
    return Scoped(
        level=level,
        incidents=tuple(sorted(one.id for one in incidents)),
        title=heavy[-1].title if heavy else "",
        quoted_at=heavy[-1].started_at if heavy else None,
        started_at=min((start for start in starts if start is not None), default=None),
        flags=flags,
        reason="unexpected_shape" if level is Level.UNKNOWN else None,
    )


def concerns(service: Service, incident: Incident, only: str | None = None) -> bool:
    """Whether an incident is about a service: it names one of its components, or names none.

    `only` is the id of the one service that an incident of our own check is about.
    """
    if only is not None:
        return only == service.id
    if not _here(incident, service.regions):
        return False
    named = {*incident.components}
    return not service.components or not named or bool(named & {*service.components})
