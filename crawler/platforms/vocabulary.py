"""What several kinds of status page share: level words, ids, small date shapes, bounded lists."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crawler import text, times
from crawler.errors import Unreadable
from crawler.model import Component, Level, Update, worst
from crawler.platforms.statuspage import identifier
from crawler.wire import Reply

MAX_COMPONENTS, MAX_INCIDENTS, MAX_UPDATES = 500, 500, 200
_LONGEST_WORK = 7 * times.DAY
_JS = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_GO = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4}) \S{1,8}")


def parts(replies: Mapping[str, Reply], *kinds: Callable[[Any], bool]) -> list[Any]:
    """The first JSON document of each kind among the replies, None for a kind that is not there.

    Raises Unreadable when there is none of any kind: the first failure's own reason, else
    unexpected_shape.
    """
    documents, failures = [], []
    for reply in replies.values():
        try:
            documents.append(reply.json(object))
        except Unreadable as error:
            failures.append(error)
    found = [next(filter(fits, documents), None) for fits in kinds]
    if all(one is None for one in found):
        raise failures[0] if failures else Unreadable("unexpected_shape", "no document of ours")
    return found


def level(raw: object, table: Mapping[str, Level]) -> Level:
    """The level that a table gives to a foreign word, whatever its case; else unknown."""
    return stated(raw, table) or Level.UNKNOWN


def stated(raw: object, table: Mapping[str, Level]) -> Level | None:
    """As `level`, but None for a word that the table does not know: nothing is stated."""
    return table.get(raw.strip().lower()) if isinstance(raw, str) else None


def overall(levels: Iterable[Level]) -> Level:
    """A page's level where only its components speak: work on some of them hides no other, and
    one that we cannot read keeps the rest from being good news."""
    every = set(levels)
    known = worst(every - {Level.MAINTENANCE})
    if known.trouble or not every:
        return known
    if every == {Level.MAINTENANCE}:
        return Level.MAINTENANCE
    return Level.UNKNOWN if Level.UNKNOWN in every else known


def outage(down: Iterable[str], watched: Iterable[str]) -> Level:
    """How bad it is that some of the watched parts are down: critical when it is all of them."""
    all_of_them = set(watched)
    return Level.CRITICAL if all_of_them and all_of_them <= set(down) else Level.MAJOR


def phase(raw: object) -> str:
    """A foreign state as a slug: lower case letters, digits and underscores."""
    return text.words(text.plain(raw)).replace("-", "_")


def key(raw: object, *otherwise: object) -> str:
    """A foreign id, or a hash of what stands for it where the source gives none."""
    spare = hashlib.sha256(repr(otherwise).encode("utf-8", "replace")).hexdigest()[:20]
    return identifier(raw) or spare


def names(*raws: object) -> tuple[str, ...]:
    """Ids and names, cleaned, each once, in order; what is empty is left out."""
    found = {identifier(raw) or text.plain(raw): None for raw in raws}
    return tuple(sorted(name for name in found if name))[: 2 * MAX_COMPONENTS]


def translated(raw: object) -> object:
    """A name that may be an object of translations, `{"default": ..., "en": ...}`."""
    return raw.get("default") or raw.get("en") if isinstance(raw, dict) else raw


def merged(components: Iterable[Component]) -> tuple[Component, ...]:
    """At most 500 components, two of one id made one, with the worse of their levels."""
    by_id: dict[str, Component] = {}
    for one in components:
        twin = by_id.get(one.id, one)
        by_id[one.id] = Component(one.id, one.name, worst([one.level, twin.level]))
        if len(by_id) == MAX_COMPONENTS:
            break
    return tuple(by_id.values())


def update(raw_id: object, at: int | None, phase: str, body: object) -> Update:
    """One message; where it has no id, its time and phase stand for it, so an edit keeps it."""
    return Update(key(raw_id, at, phase or body), at, phase, text.plain(body, text.BODY))


def newest_first(updates: Iterable[Update]) -> tuple[Update, ...]:
    """At most 200 updates, by time; one without a time is the oldest."""
    ordered = sorted(updates, key=lambda one: (one.at or 0, one.id), reverse=True)
    return tuple(ordered[:MAX_UPDATES])


def window(start: int | None, end: int | None) -> tuple[int | None, int | None]:
    """A maintenance's times: an end before its start is none, and no work takes over a week."""
    if start is None or end is None:
        return start, end
    return start, None if end < start else min(end, start + _LONGEST_WORK)


def epoch(raw: object) -> int | None:
    """Seconds since 1970 as a number or a text of digits; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    digits = str(raw) if isinstance(raw, str) or 0 <= raw < 10**12 else ""
    # Ten digits are 2001 to 2286 in seconds; milliseconds have thirteen.
    return int(digits) if re.fullmatch(r"[0-4][0-9]{9}|9[4-9][0-9]{7}", digits, re.ASCII) else None


def js_date(raw: object) -> int | None:
    """A JavaScript date, `Sat Jun 11 2022 18:55:50 GMT+0000 (...)`, or any form of `times`."""
    match = _JS.match(raw) if isinstance(raw, str) else None
    if match is None:
        return times.parse(raw)
    month, day, year, clock, zone = match.groups()
    return times.parse(f"{day} {month} {year} {clock} {zone}")


def go_date(raw: object) -> int | None:
    """Go's printed time, `2025-04-10 13:00:00 +0000 UTC`; `<no value>` and the zero time: None."""
    match = _GO.fullmatch(raw) if isinstance(raw, str) else None
    return times.parse(" ".join(match.groups())) if match else None
