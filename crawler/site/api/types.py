"""The contract of the API: what each JSON file holds. Schemas and OpenAPI are made from these.

Keys may be added, never renamed, removed or left out, and no type changes: that is the promise of
`/api/v1/`. What is not known is null, never missing.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from crawler.errors import REASONS
from crawler.model import Level
from crawler.site import words

SCHEMA_VERSION = "1.0"
"""The second number grows with each key that is added, the first never under /api/v1/."""

Slug = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Moment = Annotated[
    str,
    Meta(
        description="ISO 8601 in UTC, to the second",
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        extra_json_schema={"format": "date-time"},
    ),
]
Day = Annotated[
    str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra_json_schema={"format": "date"})
]
Seconds = Annotated[int, Meta(ge=0)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Basis = Annotated[str, Meta(pattern="^(reported|observed)$")]
Count = Annotated[int, Meta(ge=0)]


def _values(known: Mapping[str, str]) -> Meta:
    """What each value means. No schema forbids another one, because more may be added."""
    return Meta(
        description=" ".join(f"`{one}`: {said.rstrip('.')}." for one, said in known.items())
    )


_UPSTREAM = {
    f"{one}:IDS": said.format("the services IDS, joined by commas")
    for one, said in words.UPSTREAM_FLAGS.items()
}
Confidence = Annotated[str, _values(words.CONFIDENCE)]
VerdictBasis = Annotated[str, _values(words.BASES)]
Flag = Annotated[str, _values({**words.FLAGS, **_UPSTREAM})]
Kind = Annotated[str, _values(words.KINDS)]
Reason = Annotated[str, _values(REASONS)]


class Brief(msgspec.Struct, frozen=True):
    """An incident in a few words. `id` is that of incidents/<id>.json; `impact` is unknown where
    none is stated; `shortlink` is the provider's own page of it."""

    id: str
    name: str
    impact: Level
    createdAt: Moment
    resolvedAt: Moment | None
    shortlink: str | None


class EvidenceItem(msgspec.Struct, frozen=True):
    """One reason for a verdict: who says what, when, and where to read it. `what` may quote the
    provider and is plain text."""

    kind: Kind
    who: str
    what: str
    at: Moment | None
    url: str | None


class UpstreamItem(msgspec.Struct, frozen=True):
    """A declared upstream and its level now. `link` is named, coincident, at_risk or empty."""

    id: Slug
    name: str
    level: Level
    link: str


class VerdictItem(msgspec.Struct, frozen=True):
    """The answer. `answer` to "Is it down?" is yes, partly, no, maintenance or unknown; `who` has
    the problem: nobody, them, upstream or unknown."""

    level: Level
    answer: str
    who: str
    headline: str
    confidence: Confidence | None
    basis: VerdictBasis
    flags: tuple[Flag, ...]
    evidence: tuple[EvidenceItem, ...]
    since: Moment | None
    lastKnown: Level | None
    lastKnownAt: Moment | None


class ComponentItem(msgspec.Struct, frozen=True):
    """One part of the provider's page; unknown while the last reading is too old to count."""

    id: str
    name: str
    level: Level


class SecondsItem(msgspec.Struct, frozen=True):
    """Seconds of a window by what was known of them. `known` includes `maintenance`; what is
    neither is well. Uptime is (10 x (known - maintenance) - 10 x critical - 3 x major) divided by
    10 x (known - maintenance), floored to two digits."""

    total: Seconds
    known: Seconds
    maintenance: Seconds
    minor: Seconds
    major: Seconds
    critical: Seconds


class WindowItem(msgspec.Struct, frozen=True):
    """The last `days` UTC days, or what of them lies after `since`. The percentages are null where
    less than 80% of that is known; `lowPct` and `highPct` count every unknown second as down or as
    up."""

    days: Count
    seconds: SecondsItem
    uptimePct: Percent | None
    incidentFreePct: Percent | None
    lowPct: Percent | None
    highPct: Percent | None
    coveragePct: Percent | None


class SeriesItem(msgspec.Struct, frozen=True):
    """One way to measure a service, since when, over 7, 30 and 90 days."""

    since: Moment
    windows: tuple[WindowItem, ...]


class UptimeItem(msgspec.Struct, frozen=True):
    """Two series, never mixed: `reported` from the provider's own incidents, `observed` from our
    readings and what the provider later told of the time between them. `basis` names the one of
    `uptime30dPct`, which is null where less than 80% of all 30 days is known. The median is over
    the `resolved` incidents of 90 days that say when they began and ended; the phases of one that
    was reopened are added up."""

    basis: Basis | None
    reported: SeriesItem | None
    observed: SeriesItem | None
    medianSecondsToResolve: Seconds | None
    resolved: Count


class Links(msgspec.Struct, frozen=True):
    """The feeds of a service: its incidents in three formats, each message about them, only the
    grave ones, announced work as a feed and as a calendar."""

    rss: str
    atom: str
    json: str
    updates: str
    major: str
    maintenance: str
    calendar: str


class ServiceItem(msgspec.Struct, frozen=True):
    """One service. `indicator` is the verdict's level, `reachable` is false exactly when that is
    unknown, `latencyMs` is how long the status page (not the API) took to answer us. Nothing of
    it counts after `validUntil`."""

    id: Slug
    name: str
    indicator: Level
    description: str
    reachable: bool
    activeIncidents: Count
    uptime30dPct: Percent | None
    recentIncidents30d: Count
    lastIncidentAt: Moment | None
    latencyMs: Count | None
    updatedAt: Moment | None
    unreachableReason: Reason | None
    recentIncidentBriefs: tuple[Brief, ...]
    aliases: tuple[str, ...]
    category: Slug
    provider: Slug
    url: str
    homepage: str
    statusPage: str | None
    verdict: VerdictItem
    uptime: UptimeItem
    components: tuple[ComponentItem, ...]
    checkedAt: Moment | None
    validUntil: Moment | None
    stale: bool
    upstreams: tuple[UpstreamItem, ...]
    feeds: Links
    badge: str
    api: str


class SiteItem(msgspec.Struct, frozen=True):
    """Which site this is; `simulated` marks invented data."""

    name: str
    url: str
    simulated: bool


class Statuses(msgspec.Struct, frozen=True):
    """Every service. `fetchedAt` is the last run that saw the network."""

    schemaVersion: str
    fetchedAt: Moment
    cached: bool
    site: SiteItem
    services: tuple[ServiceItem, ...]
