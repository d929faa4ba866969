"""Everything that the site says, gathered once; all that a template or a feed may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crawler.cadence import Cadence
from crawler.catalogue import Category, Service, Site
from crawler.memory import Latency
from crawler.model import WORST_FIRST, Component, Level, Maintenance, Verdict
from crawler.records import Record, Work
from crawler.site.words import FRESH
from crawler.times import DAY
from crawler.uptime import WINDOW_COVERAGE, Figure, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An incident with its place on the site. `path` has no leading slash and ends in one.

    `open` says that it goes on, as far as a reading that still counts can tell. `read_at` is when
    that was last looked at, in seconds UTC; None for what is over. `duration` goes until then,
    without the time between two phases. `upstreams` are those that it names, where the verdict of
    one of its services says so too. `told_to` are the services whose feeds tell of it: also those
    that it was about before it named a component. `told_of` has for each phase those that it was
    about when it was first seen.
    """

    record: Record
    services: tuple[Service, ...]
    told_to: tuple[Service, ...]
    told_of: tuple[tuple[Service, ...], ...]
    provider_name: str
    path: str
    duration: int | None
    open: bool = False
    read_at: int | None = None
    edits: int = 0
    upstreams: tuple[Service, ...] = ()

    @property
    def began(self) -> int:
        """When it began, as well as anybody knows, in seconds UTC."""
        return self.record.began_at


def newest_first(stories: Iterable[Story]) -> list[Story]:
    """Incidents by when they began."""
    return sorted(stories, key=lambda one: (-one.began, one.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Announced work, and the services that any of its wordings concerned; `told_of` has those of
    each."""

    work: Work
    services: tuple[Service, ...]
    told_of: tuple[tuple[Service, ...], ...]
    provider_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One way to measure a service. `days` has the tally of each UTC day, by its first second, of
    the last 90 that were monitored at all; `windows` and `figures` are by length in days (7, 30,
    90); `since` is where the measuring begins, in seconds UTC."""

    since: int
    days: Mapping[int, Tally]
    windows: Mapping[int, Tally]
    figures: Mapping[int, Figure]

    def figure(self, length: int) -> Figure | None:
        """What may be said of the last `length` days without saying since when: None where less
        than 80% of them is known, as of a service that is watched since yesterday."""
        enough = 100 * self.windows[length].known >= WINDOW_COVERAGE * length * DAY
        return self.figures[length] if enough else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """Both series, never mixed: `reported` from the provider's own incident list, `observed` from
    our readings. `basis` names the one of the headline ("reported", "observed", or "" where there
    is none). `median_repair` is in seconds, over the `resolved` incidents of 90 days that say when
    they began and ended."""

    reported: Series | None = None
    observed: Series | None = None
    basis: str = ""
    median_repair: int | None = None
    resolved: int = 0

    @property
    def headline(self) -> Series | None:
        """The series that the figures on the page are from."""
        return {"reported": self.reported, "observed": self.observed}.get(self.basis)

    def figure(self, length: int) -> Figure | None:
        """The headline figure of the last `length` days, where there is one with a percentage."""
        found = self.headline.figure(length) if self.headline else None
        return found if found and found.uptime is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyWarnings:
    """How often our own checks warned first, over 90 days: how many warnings the provider confirmed
    later, those that still go on, and those that nobody ever confirmed, newest first."""

    confirmed: int = 0
    open: tuple[Story, ...] = ()
    unconfirmed: tuple[Story, ...] = ()

    @property
    def total(self) -> int:
        """Every warning."""
        return self.confirmed + len(self.open) + len(self.unconfirmed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One service: its verdict and the evidence around it. Lists are newest first; `maintenances`
    are those that are not over. `first_seen` is when it was first watched, in seconds UTC; None
    before the first run."""

    service: Service
    provider: str
    page_url: str | None
    verdict: Verdict
    components: tuple[Component, ...] = ()
    open: tuple[Story, ...] = ()
    recent: tuple[Story, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    latency_ms: int | None = None
    latency: Latency = field(default_factory=Latency)
    uptime: Uptime = Uptime()
    checked_at: int | None = None
    first_seen: int | None = None
    incidents_30d: int = 0

    @property
    def path(self) -> str:
        """`service/<id>/`, without a leading slash."""
        return f"service/{self.service.id}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source as the crawler sees it. `reason` is None while it is readable; `services` are
    ids; `note` is that of the Visit; `experimental` says that no real reply was ever recorded."""

    id: str
    platform: str
    url: str
    services: tuple[str, ...]
    read_at: int | None
    level: Level | None
    reason: str | None = None
    failing_since: int | None = None
    answered_by: str = ""
    note: str = ""
    latency_ms: int | None = None
    experimental: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the site says at the moment `at` (seconds UTC).

    `cadence` is how often the crawler really ran in the last 7 days. `ran_at` is the last run that
    was not blind, `last_run` the last run at all; None before the first. `validity` is how long a
    reading holds, in seconds.
    """

    at: int
    site: Site
    version: str
    rows: tuple[Row, ...]
    stories: tuple[Story, ...]
    planned: tuple[Planned, ...] = ()
    sources: tuple[SourceRow, ...]
    cadence: Cadence
    validity: int
    ran_at: int | None = None
    last_run: int | None = None
    blind: bool = False
    simulated: bool = False
    early: EarlyWarnings = EarlyWarnings()
    by_category: tuple[tuple[Category, tuple[Row, ...]], ...] = field(default=())

    @property
    def as_of(self) -> int:
        """The last run that saw the network; before the first one, `at`."""
        return self.at if self.ran_at is None else self.ran_at

    def deadline(self, valid_until: int | None) -> int:
        """When a shown state stops counting in the browser, in seconds UTC."""
        last = self.as_of + FRESH
        return last if valid_until is None else min(valid_until, last)

    @property
    def open(self) -> tuple[Story, ...]:
        """Incidents of our services that go on as far as anybody can tell, newest first."""
        return tuple(story for story in self.stories if story.open and story.services)

    @property
    def troubled(self) -> tuple[Row, ...]:
        """Services that are not well, the worst first."""
        found = [row for row in self.rows if row.verdict.level.trouble]
        return tuple(sorted(found, key=lambda row: WORST_FIRST.index(row.verdict.level)))
