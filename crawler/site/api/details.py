"""The contract of the API, second part: what the files about one service or incident hold."""

from typing import Literal

import msgspec

from crawler.model import Level
from crawler.site.api.types import (
    Count,
    Day,
    Moment,
    Seconds,
    SecondsItem,
    ServiceItem,
    SiteItem,
    Slug,
    UptimeItem,
)


class MaintenanceItem(msgspec.Struct, frozen=True):
    """Announced work. `phase` is scheduled, in_progress or completed."""

    id: str
    name: str
    phase: str
    startsAt: Moment | None
    endsAt: Moment | None
    shortlink: str | None


class IncidentItem(msgspec.Struct, frozen=True):
    """An incident. `impact` is null where none is stated; `source` is probe where only our own
    check saw it; `durationSeconds` is null while it is open, or where nobody says when it began;
    where it was reopened its phases are added up, without the time between them. `open` is what was
    known at `readAt`, when it was last looked; that is null for what is over. `services` is empty
    where it named no component at first, and then only such as no service here follows."""

    id: str
    provider: Slug
    providerName: str
    services: tuple[Slug, ...]
    name: str
    impact: Level | None
    open: bool
    readAt: Moment | None
    phase: str
    source: Literal["provider", "probe"]
    startedAt: Moment
    resolvedAt: Moment | None
    withdrawnAt: Moment | None
    durationSeconds: Seconds | None
    url: str
    api: str
    shortlink: str | None


class Incidents(msgspec.Struct, frozen=True):
    """The incidents of the last `days` days and every open one, newest first."""

    schemaVersion: str
    fetchedAt: Moment
    site: SiteItem
    days: Count
    incidents: tuple[IncidentItem, ...]


class UpdateItem(msgspec.Struct, frozen=True):
    """One message of the provider, as plain text."""

    id: str
    at: Moment | None
    phase: str
    text: str


class RevisionItem(msgspec.Struct, frozen=True):
    """A wording as we first saw it: of the update `update`, or of the title where that is null."""

    update: str | None
    seenAt: Moment
    phase: str
    text: str


class PhaseItem(msgspec.Struct, frozen=True):
    """One stretch in which the incident was open; more than one where it was reopened."""

    openedAt: Moment
    resolvedAt: Moment | None


class IncidentDetail(msgspec.Struct, frozen=True):
    """One incident with every update and every wording that we saw."""

    schemaVersion: str
    site: SiteItem
    incident: IncidentItem
    components: tuple[str, ...]
    regions: tuple[str, ...]
    firstSeenAt: Moment
    changedAt: Moment
    confirmedAt: Moment | None
    leadSeconds: int | None
    phases: tuple[PhaseItem, ...]
    updates: tuple[UpdateItem, ...]
    revisions: tuple[RevisionItem, ...]


class ServiceDetail(msgspec.Struct, frozen=True):
    """One service with its open and recent incidents and its maintenance."""

    schemaVersion: str
    fetchedAt: Moment
    site: SiteItem
    service: ServiceItem
    incidents: tuple[IncidentItem, ...]
    maintenances: tuple[MaintenanceItem, ...]


class DayItem(msgspec.Struct, frozen=True):
    """One UTC day: its colour on the bars and the seconds behind it."""

    day: Day
    level: Level
    seconds: SecondsItem


class LatencyItem(msgspec.Struct, frozen=True):
    """How long the status page took to answer us."""

    at: Moment
    ms: Count


class LatencyDay(msgspec.Struct, frozen=True):
    """The same over a whole day: how many answers, their median and 95th percentile."""

    day: Day
    n: Count
    median: Count
    p95: Count


class History(msgspec.Struct, frozen=True):
    """90 days of one service by UTC day, oldest first; days before it was monitored are missing.
    `latency` has the samples of the last 24 hours, `latencyDaily` the finished days."""

    schemaVersion: str
    fetchedAt: Moment
    site: SiteItem
    id: Slug
    name: str
    uptime: UptimeItem
    reported: tuple[DayItem, ...] | None
    observed: tuple[DayItem, ...] | None
    latency: tuple[LatencyItem, ...]
    latencyDaily: tuple[LatencyDay, ...]


class Shield(msgspec.Struct, frozen=True):
    """What shields.io reads of a badge."""

    schemaVersion: Literal[1]
    label: str
    message: str
    color: str
    isError: bool
    cacheSeconds: Count
