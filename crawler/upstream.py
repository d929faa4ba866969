"""Whose outage is it? Pure.

A service's trouble is put on an upstream only when five gates are passed: the pair is declared;
the dependent is in trouble; its own incident names the upstream; the upstream's page is in
trouble with an open incident; and that incident began first, at most a day before.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.model import Incident, Level
from crawler.times import DAY

_FLAGS = {
    "upstream_named": "named",
    "upstream_issue": "coincident",
    "upstream_at_risk": "at_risk",
}


@dataclass(frozen=True, slots=True)
class State:
    """A service in one run: its level, its open incidents, and those of its whole page with the
    page's level. Times in the incidents are seconds UTC."""

    level: Level
    incidents: Sequence[Incident]
    page_level: Level
    page_incidents: Sequence[Incident]


@dataclass(frozen=True, slots=True)
class Proof:
    """Why an upstream is named: the words of the dependent's own incident that name it, when they
    were written (seconds UTC), and the upstream's incident that began first."""

    said: str
    said_at: int | None
    incident: Incident
    cause: Incident


def link(dependent: State, upstream: State, mentions: Iterable[str]) -> str:
    """How a declared upstream bears on a dependent: named, coincident, at_risk or ""."""
    both = dependent.level.trouble and upstream.page_level.trouble
    if both and proof(dependent.incidents, upstream.page_incidents, mentions):
        return "named"
    if not upstream.level.grave:
        return ""
    if dependent.level.trouble:
        return "coincident"
    return "" if dependent.level is Level.MAINTENANCE else "at_risk"


def flags(links: dict[str, str]) -> tuple[str, ...]:
    """The flags for the links of one service, the ids of one kind sorted in one flag."""
    found = []
    for word, kind in _FLAGS.items():
        ids = sorted(one for one, found_kind in links.items() if found_kind == kind)
        if ids:
            found.append(f"{word}:{','.join(ids)}")
    return tuple(found)


def parse(all_flags: Iterable[str]) -> dict[str, str]:
    """The links that flags speak of, by the id of the upstream: the inverse of `flags`."""
    links = {}
    for flag in all_flags:
        word, _, ids = flag.partition(":")
        if word in _FLAGS:
            links.update(dict.fromkeys(ids.split(","), _FLAGS[word]))
    return links


def without(all_flags: Iterable[str], lost: Container[str]) -> Iterator[str]:
    """The same flags without the links to the upstreams that are `lost`, by their ids."""
    for flag in all_flags:
        links = parse([flag])
        kept = {one: link for one, link in links.items() if one not in lost}
        yield from flags(kept) if links else [flag]


def proof(
    incidents: Iterable[Incident], causes: Sequence[Incident], mentions: Iterable[str]
) -> Proof | None:
    """What names an upstream, by its `mentions`, among a dependent's incidents; `causes` are those
    of the upstream's page. None where an incident or its order is missing."""
    if not (words := tuple(mentions)):
        return None
    pattern = _pattern(words)
    for incident in incidents:
        if not incident.open or incident.started_at is None:
            continue
        if (said := _said(incident, pattern)) is None:
            continue
        for cause in causes:
            began = cause.started_at
            if cause.open and began is not None and 0 <= incident.started_at - began <= DAY:
                return Proof(*said, incident, cause)
    return None


def _said(incident: Incident, pattern: re.Pattern[str]) -> tuple[str, int | None] | None:
    """The line that holds a word, the newest first, and when it was written."""
    texts = [(one.text, one.at) for one in incident.updates] + [(incident.title, None)]
    lines = ((line, at) for text, at in texts for line in text.split("\n"))
    return next(((line, at) for line, at in lines if pattern.search(line)), None)


@lru_cache(maxsize=512)
def _pattern(mentions: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words only: "failed to render" must not name a service called Render."""
    either = "|".join(map(re.escape, mentions))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
