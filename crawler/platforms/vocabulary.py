"""What platforms read alike: words of level and phase, ids and names, components, updates, work,
and which document is theirs. Each platform keeps its own table of words."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from crawler import text, times
from crawler.errors import Unreadable
from crawler.model import LONGEST_WORK, Component, Incident, Level, Maintenance, Update, worst
from crawler.wire import objects

MAX_COMPONENTS, MAX_INCIDENTS, MAX_UPDATES = 500, 500, 200
CLOSED = frozenset({"resolved", "postmortem", "completed"})
WORK = {
    "scheduled": "scheduled",
    "in_progress": "in_progress",
    "verifying": "in_progress",
    "completed": "completed",
}
_MAX_NAMES, _MAX_READ = 4 * MAX_COMPONENTS, 2_000

Row = dict[str, Any]  # a JSON object


def stated(raw: object, table: Mapping[str, Level]) -> Level | None:
    """The level that a table (lower case) gives to a foreign word, whatever its case; None for a
    word that the table does not know."""
    return table.get(raw.strip().lower()) if isinstance(raw, str) else None


def level(raw: object, table: Mapping[str, Level]) -> Level:
    """As `stated`, but unknown for a word that the table does not know."""
    return stated(raw, table) or Level.UNKNOWN


def overall(levels: Iterable[Level]) -> Level:
    """The level where only parts speak: work on some of them hides no other, and one that we
    cannot read keeps the rest from being good news. Of nothing it is unknown."""
    every = set(levels)
    known = worst(every - {Level.MAINTENANCE})
    if known.trouble or not every:
        return known
    if every == {Level.MAINTENANCE}:
        return Level.MAINTENANCE
    return Level.UNKNOWN if Level.UNKNOWN in every else known


def worst_open(levels: Iterable[Level], incidents: Iterable[Incident]) -> Level:
    """The level of a page that lists what is wrong: its worst component or open incident; none
    where it lists nothing. Work under way is told by its own component."""
    return overall([Level.NONE, *levels, *(one.weight for one in incidents)])


def impact(levels: Iterable[Level]) -> Level | None:
    """What an incident puts on what it names; None where a word cannot be read or none is stated,
    so that an open incident never looks like nothing by mistake."""
    found = overall(one for one in levels if one is not Level.MAINTENANCE)
    return None if found is Level.UNKNOWN else found


def outage(down: Iterable[str], watched: Iterable[str]) -> Level:
    """How bad it is that some of the watched parts are down: critical when it is all of them."""
    all_of_them = set(watched)
    return Level.CRITICAL if all_of_them and all_of_them <= set(down) else Level.MAJOR


def phase(raw: object) -> str:
    """A foreign phase as we print it: lower case letters, digits and underscores."""
    # Pages have a dozen words for it; what is long is none of them and not worth keeping.
    usual = isinstance(raw, str) and len(raw) <= 40
    return _usual_phase(raw) if usual else _phase(raw)


def _phase(raw: object) -> str:
    return text.words(text.plain(raw)).replace("-", "_")


_usual_phase = lru_cache(maxsize=512)(_phase)


def identifier(raw: object) -> str:
    """A foreign id as bounded text; one that is too long keeps its hash, so it stays unique."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)[:40]
    clean = text.plain(raw)
    if len(clean) <= 80:
        return clean
    return clean[:40] + "-" + hashlib.sha256(clean.encode()).hexdigest()[:16]


def key(raw: object, *otherwise: object) -> str:
    """A foreign id, or a hash of what stands for it where the source gives none."""
    return identifier(raw) or hashlib.sha256(repr(otherwise).encode()).hexdigest()[:20]


def names(*raws: object) -> tuple[str, ...]:
    """Ids and names, cleaned, sorted, each once; what is empty is left out. A long one stands as
    the id and as the name that it may be."""
    # Each update of an incident may name the same; a yes or no is no name.
    once = {raw for raw in raws if type(raw) is str or type(raw) is int}
    found = {form for raw in once for form in (identifier(raw), text.plain(raw)) if form}
    return tuple(sorted(found)[:_MAX_NAMES])


def names_of(rows: Iterable[Row], *fields: str) -> tuple[str, ...]:
    """The ids and names of some rows, by default those in `id` and `name`."""
    return names(*(row.get(field) for row in rows for field in fields or ("id", "name")))


def component(raw_id: object, raw_name: object, found: Level) -> Component:
    """A component whose id falls back to its name."""
    name = text.plain(raw_name) or "(unnamed)"
    return Component(identifier(raw_id) or text.words(name) or key("", name), name, found)


def own_component(row: Row, table: Mapping[str, Level]) -> Component:
    """A component that tells in `id`, `name` and `status` how it is."""
    return component(row.get("id"), row.get("name"), level(row.get("status"), table))


def merged(components: Iterable[Component]) -> tuple[Component, ...]:
    """At most 500 components, two of one id made one, with the worse of their levels."""
    by_id: dict[str, Component] = {}
    for one in components:
        twin = by_id.get(one.id, one)
        by_id[one.id] = Component(one.id, one.name, worst([one.level, twin.level]))
        if len(by_id) == MAX_COMPONENTS:
            break
    return tuple(by_id.values())


def standing(
    every: Iterable[Row], now: Mapping[str, list[Level]], field: str = "id"
) -> tuple[Component, ...]:
    """Components of a page that lists them without their state: as told by id, else well."""
    told = ((one, now.get(str(one.get(field)), [Level.NONE])) for one in every)
    return merged(component(one.get(field), one.get("name"), worst(levels)) for one, levels in told)


def moment(row: Row, *fields: str) -> int | None:
    """The time in the first of some fields that has one."""
    for field in fields:
        if (at := times.parse(row.get(field))) is not None:
            return at
    return None


def update(raw_id: object, at: int | None, stage: object, body: object) -> Update:
    """One message; where it has no id, its time and phase stand for it, so an edit keeps it."""
    said = phase(stage)
    own = identifier(raw_id) or (text.words(f"{at}-{said}") if said else key(None, at, body))
    return Update(own, at, said, text.plain(body, text.BODY))


def newest(updates: Iterable[Update]) -> tuple[Update, ...]:
    """At most 200 updates, each id once, newest first; one without a time is the oldest."""
    once = {one.id: one for one in updates}.values()
    ordered = sorted(once, key=lambda one: (one.at or 0, one.id), reverse=True)
    return tuple(ordered[:MAX_UPDATES])


def updates(raw: object, at: Sequence[str], stage: str, *bodies: str) -> tuple[Update, ...]:
    """The messages of a JSON list, newest first, by the names of their fields."""
    return newest(
        update(
            one.get("id"),
            moment(one, *at),
            one.get(stage),
            next((body for field in bodies if (body := one.get(field))), ""),
        )
        for one in objects(raw, _MAX_READ)
    )


def closed_at(told: Iterable[Update]) -> int | None:
    """When messages, newest first, say that it was over: the first of the last unbroken run of
    closing ones that has a time. What comes after it explains; "update", or no label, repeats the
    state before it."""
    found = None
    for one in told:
        if one.phase in CLOSED:
            found = found if one.at is None else one.at
        elif one.phase not in ("", "update"):
            break
    return found


def window(start: int | None, end: int | None) -> tuple[int | None, int | None]:
    """A maintenance's times: an end before its start is none, and no work takes over a week."""
    if start is None or end is None:
        return start, end
    return start, None if end < start else min(end, start + LONGEST_WORK)


def work_phase(event: Incident, otherwise: str = "scheduled") -> str:
    """Our phase of an event that is work; of an open one whose phase says nothing, `otherwise`."""
    return WORK.get(event.phase, otherwise if event.open else "completed")


def maintenance(
    event: Incident, stage: str, starts_at: int | None = None, ends_at: int | None = None
) -> Maintenance:
    """An event that is work, in its window."""
    starts_at, ends_at = window(starts_at, ends_at)
    return Maintenance(
        id=event.id,
        title=event.title,
        phase=stage,
        starts_at=starts_at,
        ends_at=ends_at,
        url=event.url,
        components=event.components,
        updates=event.updates,
    )


def inner(row: Row, field: str) -> Row:
    """The object in a field; {} where it is anything else."""
    found = row.get(field)
    return found if isinstance(found, dict) else {}


def rows(document: Row, field: str, at_most: int = MAX_INCIDENTS) -> list[Row]:
    """The objects of a list that may be null. Raises Unreadable where it is or holds anything
    else: what is passed over could be an open incident."""
    if field in document and not listed(document, field):
        raise Unreadable("unexpected_shape", f"{field} is not a list of objects")
    return objects(document.get(field), at_most)


def listed(document: Row, *fields: str) -> bool:
    """Whether a document has all these keys, each a list of objects or null (some servers write
    an empty list so)."""
    found = [document.get(field, "missing") for field in fields]
    lists = [[] if one is None else one for one in found]
    return all(isinstance(one, list) and all(isinstance(r, dict) for r in one) for one in lists)


def address(url: str) -> str:
    """A whole address from content, its path at least the root."""
    found = urlsplit(url)
    return found._replace(path=found.path or "/").geturl()
