"""What one run learned, in the shape in which the journal keeps it: only what changed.

Folding all lines in order gives the database. Times are seconds since 1970 UTC. Fields may be
added with a default, never renamed or removed: old journals are read for ever.

Of those with gc=False a run may hold a hundred thousand; nothing in them can lead back to them.
"""

import msgspec

from crawler.model import Level

MISSED = 3
"""So many readings in a row that no longer name an incident say that it is over."""


class SnapshotLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A service's conclusion; the fields are those of memory.Snapshot."""

    level: Level
    headline: str
    basis: str
    since: int
    confidence: str | None = None
    flags: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    reason: str | None = None
    official: Level | None = None
    shown: Level | None = None
    changes: tuple[tuple[int, Level], ...] = ()


class SourceLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a source says now. `components` has only those that changed, None for a gone one;
    `listed` is false where this reading lists none: what an earlier one listed is kept for its
    names. `partial` says that the page lists more than could be read. `covers` is the time from
    which on its list of incidents is complete, None where it has no such list."""

    platform: str
    level: Level | None = None
    word: Level | None = None
    headline: str = ""
    answered_by: str = ""
    note: str = ""
    listed: bool = True
    partial: bool = False
    covers: int | None = None
    components: dict[str, tuple[str, Level] | None] = {}

    @property
    def called(self) -> list[tuple[str, str]]:
        """The id and the name of each component that the page lists, or that it listed last."""
        return [(key, one[0]) for key, one in self.components.items() if one]


class ProbeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The streak of a probe; the fields are those of memory.ProbeState without its last times."""

    outcome: str
    failing_since: int | None = None
    confirmed: bool = False
    recovering_since: int | None = None


class UpdateLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A new or changed message of an incident."""

    id: str
    text: str
    at: int | None = None
    phase: str = ""


class IncidentLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A new or changed incident; `updates` has only the new and changed ones.

    `digest` identifies the incident as it was read, `missing` counts the readings in a row that
    should have named it and did not, up to MISSED, when it is over; until then `ended` is when the
    first of them was, or None where only a feed that stood in for the page left it out. An incident
    that only our own check saw has the `service` it was of, and when two runs had `confirmed` it;
    the provider's own that follows `adopts` it, by its id, with the `lead` in seconds where that
    may be claimed.
    """

    provider: str
    id: str
    digest: str
    title: str
    open: bool
    impact: Level | None = None
    phase: str = ""
    started: int | None = None
    created: int | None = None
    ended: int | None = None
    url: str | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    updates: tuple[UpdateLine, ...] = ()
    missing: int = 0
    withdrawn: bool = False
    service: str | None = None
    confirmed: int | None = None
    adopts: str | None = None
    lead: int | None = None


class MaintenanceLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """New or changed announced work; `text` is its newest message."""

    provider: str
    id: str
    title: str
    phase: str
    starts: int | None = None
    ends: int | None = None
    url: str | None = None
    components: tuple[str, ...] = ()
    text: str = ""


class RunLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run. `id` is its start, `v` the validity in force; None as a value removes the key.

    `troubles` names each source that was not read, with the reason; `carried` each service whose
    conclusion rests on an earlier reading; `owners` the provider of each new service.
    """

    id: int
    end: int
    version: str
    v: int
    blind: bool = False
    troubles: dict[str, str] = {}
    carried: tuple[str, ...] = ()
    owners: dict[str, str] = {}
    services: dict[str, SnapshotLine | None] = {}
    sources: dict[str, SourceLine | None] = {}
    probes: dict[str, ProbeLine | None] = {}
    incidents: tuple[IncidentLine, ...] = ()
    maintenances: tuple[MaintenanceLine, ...] = ()
    waits: dict[str, int] = {}

    @property
    def news(self) -> bool:
        """Whether the run learned anything that a reader would see."""
        return bool(self.services or self.incidents or self.maintenances or self.sources)


class Delivery(msgspec.Struct, frozen=True):
    """A message that a channel took at `at`. `kind` is that of alerts.transitions.Event, `began`
    when its trouble was first seen; "start" with no service says since when a channel is known."""

    channel: str
    service: str
    began: int
    kind: str
    at: int
