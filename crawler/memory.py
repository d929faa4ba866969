"""What one run hands to the next, and to the site. Times are seconds since 1970 UTC."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crawler.lines import MaintenanceLine, SourceLine
from crawler.model import Level, Maintenance
from crawler.records import Record, Work
from crawler.uptime import Interval, Tally

Change = tuple[int, Level]
Days = Mapping[int, Tally]
"""Tallies by the first second of their UTC day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeState:
    """The streak of one probe. Times are seconds; `last` is the last conclusive run."""

    outcome: str
    last: int | None = None
    ok_at: int | None = None
    failing_since: int | None = None
    confirmed: bool = False
    recovering_since: int | None = None

    @property
    def word(self) -> str:
        """ok, pending, fail, recovering or inconclusive."""
        if self.confirmed:
            return "recovering" if self.recovering_since is not None else "fail"
        if self.outcome == "inconclusive":
            return "inconclusive"
        return "ok" if self.failing_since is None else "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Our conclusion about a service. `official` is the level as it was last read, `changes` are
    its recent changes; `since` is when the level began. All times are seconds UTC."""

    level: Level
    headline: str
    basis: str
    confidence: str | None
    flags: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    since: int | None = None
    reason: str | None = None
    official: Level | None = None
    shown: Level | None = None
    changes: tuple[Change, ...] = ()
    first_seen: int = 0
    last_seen: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A level of a service that was not unknown, and the freshest evidence for it (seconds UTC)."""

    level: Level
    seen: int


@dataclass(frozen=True, slots=True)
class Head:
    """What a run must know of an earlier incident to tell whether it changed. `ended` is its stated
    end, else when it was first seen over, or missing while it is open; `posted` is where it stands
    in the provider's list: when it was created, else when it began."""

    digest: str
    open: bool
    ended: int | None
    missing: int
    withdrawn: bool
    posted: int
    first_seen: int
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """The newest incident that only our check of a service saw. Times are seconds UTC: its first
    failure, when two runs agreed, and when it was over (None while it is not)."""

    id: str
    provider: str
    impact: Level
    failed_at: int
    confirmed_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that a run must know of the runs before it. `heads` gives
    a provider's incidents by id, as they are needed, because there may be very many; `opened` the
    ids of those that were open when it was last read; `watched` are the providers with an incident
    that is missing and not over yet; `own` is by service, `blind` is the last blind run. Times are
    seconds UTC."""

    owners: dict[str, str]
    snapshots: dict[str, Snapshot]
    sources: dict[str, SourceLine]
    read_at: dict[str, int]
    probes: dict[str, ProbeState]
    heads: Callable[[str], Mapping[str, Head]]
    opened: Mapping[str, list[str]]
    watched: frozenset[str]
    own: dict[str, Own]
    blind: int | None
    maintenances: dict[tuple[str, str], MaintenanceLine]
    waits: dict[str, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch in which a source was not read for one reason."""

    reason: str
    first_seen: int
    last_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a status page took to answer us, in milliseconds: `recent` are (time, ms) of the
    last 24 hours, `daily` (day, n, median, p95) of finished UTC days; in order of time."""

    recent: tuple[tuple[int, int], ...] = ()
    daily: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def last(self) -> int | None:
        """The newest sample of the last day."""
        return self.recent[-1][1] if self.recent else None


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it is remembered."""

    id: int
    ended: int
    validity: int
    blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Memories:
    """What the site is made of. `runs` are those of the last 7 days; `records` and `works` those
    of a year, counted from the newest change of any of them, and the newest of each provider, so
    that time alone takes none away.

    `held` is the last level of each service that was not unknown, which may be the present one;
    `covers` is from when on the list of a source is complete; `first_seen` when each service was
    first watched; `daily` the tallies of its finished days of the last 90;
    `intervals(service, start, end)` what was known of it in between.
    """

    snapshots: Mapping[str, Snapshot]
    held: Mapping[str, Held]
    probes: Mapping[str, ProbeState]
    sources: Mapping[str, SourceLine]
    read_at: Mapping[str, int]
    troubles: Mapping[str, Trouble]
    covers: Mapping[str, int]
    first_seen: Mapping[str, int]
    daily: Mapping[str, Days]
    intervals: Callable[[str, int, int], list[Interval]] = field(compare=False)
    latency: Mapping[str, Latency]
    records: Sequence[Record]
    maintenances: Sequence[tuple[str, Maintenance]]
    works: Sequence[Work]
    runs: Sequence[Run]


NOTHING = Memories(
    snapshots={},
    held={},
    probes={},
    sources={},
    read_at={},
    troubles={},
    covers={},
    first_seen={},
    daily={},
    intervals=lambda *_: [],
    latency={},
    records=(),
    maintenances=(),
    works=(),
    runs=(),
)
"""What is known before the first run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """An unchanged stretch of conclusions about one service, with what alerts look at.

    `first_seen` is the run that concluded it first, `last_seen` the freshest evidence for it.
    """

    level: Level
    first_seen: int
    last_seen: int
    headline: str
    basis: str
    flags: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
