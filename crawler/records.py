"""Incidents as we remember them, which is more than what a page says of them now."""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.model import Incident, Level, Maintenance

BEGUN, OVER = "begun", "over"
"""The ids of our own messages in an incident that our checks saw first."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One earlier or present wording of an incident, and when we first saw it.

    `key` is an update's id, or "" for the incident's own title; `at` is the update's time as it
    was stated with this wording.
    """

    key: str
    seen_at: int
    phase: str
    text: str
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One phase of an incident as it was known when it was news; later edits change nothing here.

    `opened` and `ended` are seconds UTC and never later than the runs that saw them; `lasted` is
    the duration in seconds as it was known at the end, `withdrawn` whether the provider deleted it
    while it was open. `grave`: in this phase it was at least a partial outage once; `unscoped`: it
    named no component once, and so was about every service of its provider. `grave_at` is the
    run that saw an incident become grave while it was open, None where it was from the beginning.
    `impact`, `components`, `regions` and `service` are those of the incident when the phase was
    first seen.
    """

    opened: int
    ended: int | None = None
    lasted: int = 0
    withdrawn: bool = False
    grave: bool = False
    unscoped: bool = False
    grave_at: int | None = None
    impact: Level | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An incident as we remember it. `slug` is fixed at first sight and makes its address.

    `components` of `incident` is the union over its life. `began_at` is when it began, as well as
    anybody knows: its stated start, else when it was created, else the first that was told of it.
    `ours` marks an incident that only our probe saw, of the service `service`. `phases` are
    (opened, resolved) pairs in seconds; the last may still be open; `told` is the same for feeds,
    which never take back a date. Where our checks saw it before the provider told of it,
    `confirmed_at` is when they were sure (they failed from `failed_at` on), and `lead` how many
    seconds later the provider posted it; None where the conditions for saying so do not hold.
    """

    provider: str
    slug: str
    incident: Incident
    began_at: int
    first_seen: int
    changed_at: int
    resolved_seen: int | None = None
    withdrawn_at: int | None = None
    ours: bool = False
    service: str | None = None
    failed_at: int | None = None
    confirmed_at: int | None = None
    lead: int | None = None
    phases: tuple[tuple[int, int | None], ...] = ()
    told: tuple[Told, ...] = ()
    revisions: tuple[Revision, ...] = ()

    def stretches(self, until: int) -> list[tuple[int, int]]:
        """When it was open as the provider tells it, in seconds; what is not over is known `until`
        then. Between two phases it was not open."""
        phases = list(self.phases)
        started = self.incident.started_at
        if phases and self.failed_at is not None and started is not None:
            # The first phase began with our own check, which the provider did not tell of.
            phases[0] = (max(started, phases[0][0]), phases[0][1])
        known = [(start, until if end is None else end) for start, end in phases]
        return [(start, end) for start, end in known if start < end]

    def lasted(self, until: int) -> int | None:
        """How many seconds it was open, all phases together; None where nobody says when it began,
        or when it was over, or where both are one moment, as in what was imported."""
        one = self.incident
        if one.started_at is None or not (one.open or one.ended_at is not None):
            return None
        return sum(end - start for start, end in self.stretches(until)) or None


Remembered = Callable[[str, str], Record | None]
"""An incident by its provider and id; None when it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Announced work as we remember it: each wording and when we first saw it, oldest first.

    `slug` is fixed at first sight, like that of an incident. Times are seconds UTC.
    """

    provider: str
    slug: str
    versions: tuple[tuple[int, Maintenance], ...]
