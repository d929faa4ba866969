"""What several platforms read alike: words of level and phase, names, updates, and which document
is theirs. Each platform keeps its own table of words."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from crawler import text, times
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Maintenance, Update, worst
from crawler.platforms.statuspage import identifier
from crawler.wire import Reply, objects

MAX_COMPONENTS, MAX_INCIDENTS, MAX_UPDATES = 500, 500, 200
_MAX_READ = 2_000
_LONGEST_WORK = 7 * times.DAY
Document = dict[str, Any]


def level(words: Mapping[str, Level], raw: object) -> Level:
    """The level of a foreign word by a platform's table (lower case); any other is unknown."""
    return words.get(raw.strip().lower(), Level.UNKNOWN) if isinstance(raw, str) else Level.UNKNOWN


def worst_open(levels: Iterable[Level]) -> Level:
    """The level of a page that states no word: its worst trouble; else unknown where something
    could not be read; else none. Work under way is told by its own component."""
    every = list(levels)
    trouble = worst([Level.NONE, *(one for one in every if one is not Level.MAINTENANCE)])
    return Level.UNKNOWN if Level.UNKNOWN in every and not trouble.trouble else trouble


def impact(levels: Iterable[Level]) -> Level | None:
    """What an incident puts on what it names; None where a word cannot be read or none is stated,
    so that an open incident never looks like nothing by mistake."""
    told = [one for one in levels if one is not Level.MAINTENANCE]
    found = worst_open(told)
    return None if found is Level.UNKNOWN or not told else found


def phase(raw: object) -> str:
    """A foreign phase as we print it: lower case letters, digits and underscores."""
    return text.words(text.plain(raw)).replace("-", "_")


def key(raw: object, *parts: object) -> str:
    """An id, or where the source gives none, one made of what it says."""
    return identifier(raw) or hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def names(rows: Iterable[Document], *fields: str) -> tuple[str, ...]:
    """Ids and names of some rows, sorted, each once."""
    found = {identifier(row.get(name)) for row in rows for name in fields or ("id", "name")}
    return tuple(sorted(found - {""}))


def component(raw_id: object, raw_name: object, found: Level) -> Component:
    """A component whose id falls back to its name."""
    name = text.plain(raw_name) or "(unnamed)"
    return Component(identifier(raw_id) or text.words(name), name, found)


def merged(components: Iterable[Component]) -> tuple[Component, ...]:
    """Components by id, two of one id as the worse of them; the first so many rows."""
    by_id: dict[str, Component] = {}
    for one in islice(components, MAX_COMPONENTS):
        twin = by_id.get(one.id)
        by_id[one.id] = Component(one.id, one.name, worst([one.level, twin.level])) if twin else one
    return tuple(by_id.values())


def standing(
    every: Iterable[Document], now: Mapping[str, list[Level]], field: str = "id"
) -> tuple[Component, ...]:
    """Components of a page that lists them without their state: as told by id, else well."""
    return merged(
        component(
            one.get(field), one.get("name"), worst(now.get(str(one.get(field)), [Level.NONE]))
        )
        for one in every
    )


def moment(row: Document, *fields: str) -> int | None:
    """The time in the first of some fields that has one."""
    found = (times.parse(row.get(field)) for field in fields)
    return next((at for at in found if at is not None), None)


def update(row: Document, at: int | None, stage: object, body: object) -> Update:
    """One message; its id falls back to its time and phase."""
    said = phase(stage)
    name = identifier(row.get("id")) or text.words(f"{at}-{said}")
    return Update(name, at, said, text.plain(body, text.BODY))


def newest(updates: Iterable[Update]) -> tuple[Update, ...]:
    """Updates newest first, each id once, bounded."""
    found = {one.id: one for one in updates}
    ordered = sorted(found.values(), key=lambda one: (one.at or 0, one.id), reverse=True)
    return tuple(ordered[:MAX_UPDATES])


def updates(raw: object, at: Sequence[str], stage: str, *bodies: str) -> tuple[Update, ...]:
    """The messages of a JSON list, newest first, by the names of their fields."""
    return newest(
        update(
            one,
            moment(one, *at),
            one.get(stage),
            next((b for f in bodies if (b := one.get(f))), ""),
        )
        for one in objects(raw, _MAX_READ)
    )


def maintenance(
    event: Incident, stage: str, starts_at: int | None = None, ends_at: int | None = None
) -> Maintenance:
    """An event that is work, with its window, at most a week long."""
    if starts_at is not None and ends_at is not None:
        ends_at = None if ends_at < starts_at else min(ends_at, starts_at + _LONGEST_WORK)
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


def rows(document: Document, name: str, at_most: int = MAX_INCIDENTS) -> list[Document]:
    """The objects of a list that may be null. Raises Unreadable where it is anything else."""
    if document.get(name) is not None and not isinstance(document[name], list):
        raise Unreadable("unexpected_shape", f"{name} is not a list")
    return objects(document.get(name), at_most)


def listed(document: Document, *fields: str) -> bool:
    """Whether a document has all these keys, each a list of objects or null (some servers write
    an empty list so)."""
    return all(
        field in document
        and (
            document[field] is None
            or (
                isinstance(document[field], list)
                and all(isinstance(r, dict) for r in document[field])
            )
        )
        for field in fields
    )


def fits(reply: Reply, ours: Callable[[Document], bool]) -> bool:
    """Whether a reply is a JSON object of some shape. Raises Unreadable where it is no JSON."""
    return reply.reason is None and ours(reply.json(dict))


def documents(replies: Mapping[str, Reply], ours: Callable[[Document], bool]) -> list[Document]:
    """The JSON objects of some shape among the replies, in their order. Raises Unreadable, with
    the first reply's own reason, where there is none."""
    found, reason = [], None
    for reply in replies.values():
        try:
            document = reply.json(dict)
        except Unreadable as error:
            reason = reason or error
            continue
        if ours(document):
            found.append(document)
    if not found:
        raise reason or Unreadable("unexpected_shape", "no document of this platform")
    return found


def address(url: str) -> str:
    """A whole address from content, its path at least the root."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path or "/").geturl()
