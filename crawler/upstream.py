"""Whose outage is it? Pure.

A service's trouble is put on an upstream only when five gates are passed: the pair is declared;
the dependent is in trouble; its own incident names the upstream; the upstream's page is in
trouble with an open incident; and that incident began first, at most a day before.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.model import Incident, Level
from crawler.times import DAY

HEAVY = frozenset({Level.MAJOR, Level.CRITICAL})


@dataclass(frozen=True, slots=True)
class State:
    """A service in one run: its level, its open incidents, and those of its whole page with the
    page's level. Times in the incidents are seconds UTC."""

    level: Level
    incidents: Sequence[Incident]
    page_level: Level
    page_incidents: Sequence[Incident]


def link(dependent: State, upstream: State, mentions: Iterable[str]) -> str:
    """How a declared upstream bears on a dependent: named, coincident, at_risk or ""."""
    if dependent.level.trouble and _named(dependent, upstream, tuple(mentions)):
        return "named"
    if upstream.level not in HEAVY:
        return ""
    if dependent.level.trouble:
        return "coincident"
    return "" if dependent.level is Level.MAINTENANCE else "at_risk"


def flags(links: dict[str, str]) -> tuple[str, ...]:
    """The flags for the links of one service, the ids of one kind sorted in one flag."""
    words = {
        "named": "upstream_named",
        "coincident": "upstream_issue",
        "at_risk": "upstream_at_risk",
    }
    found = []
    for kind, word in words.items():
        ids = sorted(one for one, found_kind in links.items() if found_kind == kind)
        if ids:
            found.append(f"{word}:{','.join(ids)}")
    return tuple(found)


def parse(all_flags: Iterable[str]) -> dict[str, str]:
    """The links that flags speak of, by the id of the upstream: the inverse of `flags`."""
    words = {
        "upstream_named": "named",
        "upstream_issue": "coincident",
        "upstream_at_risk": "at_risk",
    }
    links = {}
    for flag in all_flags:
        word, _, ids = flag.partition(":")
        if word in words:
            links.update(dict.fromkeys(ids.split(","), words[word]))
    return links


def _named(dependent: State, upstream: State, mentions: tuple[str, ...]) -> bool:
    if not upstream.page_level.trouble or not mentions:
        return False
    pattern = _pattern(mentions)
    for incident in dependent.incidents:
        if not incident.open or incident.started_at is None or not _says(incident, pattern):
            continue
        for cause in upstream.page_incidents:
            began = cause.started_at
            if cause.open and began is not None and 0 <= incident.started_at - began <= DAY:
                return True
    return False


def _says(incident: Incident, pattern: re.Pattern[str]) -> bool:
    texts = [incident.title, *(update.text for update in incident.updates)]
    return any(pattern.search(text) for text in texts)


@lru_cache(maxsize=512)
def _pattern(mentions: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words only: "failed to render" must not name a service called Render."""
    either = "|".join(map(re.escape, mentions))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
