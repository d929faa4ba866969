"""The shapes of Statuspage's `api/v2` as far as we fill them; see `statuspage`."""

import msgspec

from crawler.model import Level
from crawler.site.api.types import Moment


class Page(msgspec.Struct, frozen=True):
    """Whose page it is; `updated_at` is the last run that saw the network."""

    id: str
    name: str
    url: str
    time_zone: str
    updated_at: Moment


class Indicator(msgspec.Struct, frozen=True):
    """The level and the headline of its verdict."""

    indicator: Level
    description: str


class Part(msgspec.Struct, frozen=True):
    """A component. `status` is operational, degraded_performance, partial_outage, major_outage,
    under_maintenance or unknown. `created_at` is when we first watched the service, `updated_at`
    the time of its last reading."""

    id: str
    name: str
    status: str
    page_id: str
    created_at: Moment
    updated_at: Moment
    position: int
    description: str | None
    showcase: bool
    start_date: str | None
    group_id: str | None
    group: bool
    only_show_if_degraded: bool


class Message(msgspec.Struct, frozen=True):
    """One update of an incident, as plain text. Where its provider wrote none, the title is one;
    for maintenance, each wording that we saw, at the time when we first saw it."""

    id: str
    status: str
    body: str
    incident_id: str
    created_at: Moment
    updated_at: Moment
    display_at: Moment


class Trouble(msgspec.Struct, frozen=True):
    """An incident. `incident_updates` has one at least, newest first; `components` are those of
    the service that it names."""

    id: str
    name: str
    status: str
    impact: Level
    page_id: str
    created_at: Moment
    updated_at: Moment
    started_at: Moment
    monitoring_at: Moment | None
    resolved_at: Moment | None
    shortlink: str
    incident_updates: tuple[Message, ...]
    components: tuple[Part, ...]


class Work(msgspec.Struct, frozen=True):
    """A scheduled maintenance. `created_at`, which is `started_at` too, is when we first saw it,
    `updated_at` when we last saw it change; the work itself begins at `scheduled_for`."""

    id: str
    name: str
    status: str
    impact: Level
    page_id: str
    created_at: Moment
    updated_at: Moment
    started_at: Moment
    monitoring_at: Moment | None
    resolved_at: Moment | None
    scheduled_for: Moment | None
    scheduled_until: Moment | None
    shortlink: str
    incident_updates: tuple[Message, ...]
    components: tuple[Part, ...]


class StatuspageStatus(msgspec.Struct, frozen=True):
    """`status.json`: the level and the headline alone."""

    page: Page
    status: Indicator


class StatuspageSummary(msgspec.Struct, frozen=True):
    """`summary.json`: the incidents are the open ones."""

    page: Page
    status: Indicator
    components: tuple[Part, ...]
    incidents: tuple[Trouble, ...]
    scheduled_maintenances: tuple[Work, ...]


class StatuspageComponents(msgspec.Struct, frozen=True):
    """`components.json`: the components alone."""

    page: Page
    components: tuple[Part, ...]


class StatuspageIncidents(msgspec.Struct, frozen=True):
    """`incidents.json`: every open one and the newest 50; `incidents/unresolved.json`: the open."""

    page: Page
    incidents: tuple[Trouble, ...]


class StatuspageMaintenances(msgspec.Struct, frozen=True):
    """`scheduled-maintenances.json`: all that is not over and the newest 50 that are; `upcoming`
    and `active` in that folder: those that have not begun, and those that have."""

    page: Page
    scheduled_maintenances: tuple[Work, ...]
