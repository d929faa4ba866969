"""The words of whosdown. Every time is an integer: seconds since 1970-01-01 UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

LONGEST_WORK = 7 * 86_400
"""Seconds: planned work that says it takes longer counts for no more."""


class Level(StrEnum):
    """How a service is doing, in the words that status pages publish."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The word that people read, such as "Operational"."""
        return _LABELS[self]

    @property
    def trouble(self) -> bool:
        """Whether somebody has a problem: minor, major or critical."""
        return self in _LADDER[1:]

    @property
    def grave(self) -> bool:
        """Whether something does not work at all: major or critical."""
        return self in _LADDER[2:]


WORST_FIRST = (
    *(Level.CRITICAL, Level.MAJOR, Level.MINOR),
    *(Level.MAINTENANCE, Level.UNKNOWN, Level.NONE),
)
"""The order in which levels are told to people."""
_LADDER = (Level.NONE, Level.MINOR, Level.MAJOR, Level.CRITICAL)
_LABELS = {
    Level.NONE: "Operational",
    Level.MINOR: "Degraded",
    Level.MAJOR: "Partial outage",
    Level.CRITICAL: "Major outage",
    Level.MAINTENANCE: "Maintenance",
    Level.UNKNOWN: "Unknown",
}


def worst(levels: Iterable[Level]) -> Level:
    """The worst of some levels that speak of the same components.

    Unknown is ignored unless nothing else is there. Maintenance hides everything but critical.
    """
    known = set(levels) - {Level.UNKNOWN}
    if not known:
        return Level.UNKNOWN
    if Level.MAINTENANCE in known and Level.CRITICAL not in known:
        return Level.MAINTENANCE
    return max(known - {Level.MAINTENANCE}, key=_LADDER.index)


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a provider's page, as the provider cuts it. Groups are not components."""

    id: str
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class Update:
    """One message of a provider in an incident or a maintenance. `text` is plain text."""

    id: str
    at: int | None
    phase: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that a provider (or, where only our probe saw it, we) reported as broken.

    `impact` is None where the source states none. `components` holds ids and names alike, so
    that a service may be scoped by either; `regions` where it is, empty for everywhere or
    unstated. `updates` are newest first.
    """

    id: str
    title: str
    open: bool
    impact: Level | None = None
    phase: str = ""
    started_at: int | None = None
    created_at: int | None = None
    ended_at: int | None = None
    url: str | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()

    @property
    def weight(self) -> Level:
        """The level that this incident puts on what it names; minor where no impact is stated."""
        if not self.open:
            return Level.NONE
        return Level.MINOR if self.impact is None else self.impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Announced work. `phase` is scheduled, in_progress or completed."""

    id: str
    title: str
    phase: str
    starts_at: int | None = None
    ends_at: int | None = None
    url: str | None = None
    components: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one source said, in our words, not yet judged.

    `word` is the page's own level, None where the document has none (a feed, a history).
    `components` is None where this kind of source lists none. `current` says whether the
    document tells how things are now; `history` whether `incidents` is the provider's own list
    with closed incidents in it. `ends_stated` is false where all that tells of the end of an
    incident is its last change. `usable_until` is when the document, by its own word, is too old to
    be used. `notes` are slugs of what was odd.
    """

    headline: str = ""
    word: Level | None = None
    components: tuple[Component, ...] | None = None
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    current: bool = True
    history: bool = False
    ends_stated: bool = True
    said_at: int | None = None
    usable_until: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """One attempt to read a source at a time: a reading, a reason why there is none, or the fact
    that the page said the same as at its last good reading (`unchanged`).

    `note` says that another endpoint answered than the first: `fallback:<reason of the first>`,
    or that the page has another platform's shape: `platform:<name>`. `digest` identifies what a
    reading was read from.
    """

    source: str
    at: int
    reading: Reading | None = None
    reason: str | None = None
    detail: str = ""
    elapsed_ms: int | None = None
    not_before: int | None = None
    platform: str = ""
    answered_by: str = ""
    unchanged: bool = False
    note: str = ""
    digest: str = ""

    @property
    def fallback(self) -> str:
        """Why the first endpoint was not read, where another one answered; else ""."""
        kind, _, reason = self.note.partition(":")
        return reason if kind == "fallback" else ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a verdict: who says what, when (seconds UTC), and where to read it.

    `kind` is official, incident, maintenance, probe or trouble. `what` may quote the
    provider and is plain text.
    """

    kind: str
    who: str
    what: str
    at: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Upstream:
    """A service that another one depends on, as it is now.

    `link` is "named" (all five gates passed: the dependent's own incident names it), "coincident"
    (both in trouble, no link stated), "at_risk" (only the upstream in trouble) or "".
    """

    id: str
    name: str
    level: Level
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer about one service: the same object on pages, in JSON, in the CLI and in alerts.

    `answer` to "Is it down?": yes, partly, no, maintenance, unknown. `who` has the problem:
    nobody, them, upstream, unknown. `confidence`: confirmed, reported, possible, stale or None.
    `basis`: official, probe, official+probe, carried or none. `reason` (a slug of errors.REASONS)
    says why the level is unknown, else None; `last_known` is the level that was known last then,
    and `last_known_at` the time of the evidence for it.
    """

    level: Level
    answer: str
    who: str
    headline: str
    confidence: str | None
    basis: str
    flags: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    since: int | None = None
    read_at: int | None = None
    valid_until: int | None = None
    reason: str | None = None
    last_known: Level | None = None
    last_known_at: int | None = None
