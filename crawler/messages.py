"""Which messages of an incident are news, whichever way they were read. Pure."""

from collections.abc import Iterator, Sequence

from crawler.lines import UpdateLine
from crawler.model import Update
from crawler.records import Record
from crawler.times import SKEW

_CLOSE = 60
"""Seconds: a page and its feed may date a message by its writing and by its last change."""


def news(said: Sequence[Update], known: Record | None) -> Iterator[UpdateLine]:
    """The messages that are new or reworded. One that was read in another way before, as a feed
    has no ids of theirs, stays known by its first id, and gets the time that it lacked."""
    had = {one.id: one for one in known.incident.updates} if known else {}
    listed = {one.id for one in said}
    others: dict[str, list[Update]] = {}
    for one in had.values():
        if one.text and one.id not in listed:
            others.setdefault(one.text, []).append(one)
    seen = {one.key: one.seen_at for one in reversed(known.revisions)} if known else {}
    for one in said:
        old = had.get(one.id)
        alike = [] if old else others.get(one.text, [])
        twin = next((two for two in alike if _same(one, two, seen[two.id])), None)
        if twin:
            alike.remove(twin)
            if twin.at is None and one.at is not None:
                yield UpdateLine(twin.id, twin.text, one.at, twin.phase)
        elif old is None or (old.phase, old.text) != (one.phase, one.text):
            yield UpdateLine(one.id, one.text, one.at, one.phase)


def _same(new: Update, old: Update, seen: int) -> bool:
    """Whether two messages of the same words are one, the old one known since `seen`: providers
    often say the same again. Feeds call "update" what keeps the phase that it had."""
    if new.phase != old.phase and "update" not in (new.phase, old.phase):
        return False
    if old.at is None:
        return new.at is None or new.at <= seen + SKEW
    return new.at is None or abs(new.at - old.at) <= _CLOSE
