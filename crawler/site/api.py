"""statuses.json: the board for programs. Prismix's names and types, every key always present.

The types below are the contract: keys may be added, never renamed, removed or left out.
"""

from typing import Any

import msgspec

from crawler.model import Level
from crawler.site.board import Board, Row, Story
from crawler.times import iso

SCHEMA_VERSION = "1.0"
_BRIEFS = 5


class Brief(msgspec.Struct, frozen=True, rename="camel"):
    """An incident in a few words."""

    id: str
    name: str
    impact: str
    created_at: str
    resolved_at: str | None
    shortlink: str | None


class EvidenceItem(msgspec.Struct, frozen=True, rename="camel"):
    """One reason for a verdict: who says what, when, and where to read it."""

    kind: str
    who: str
    what: str
    at: str | None
    url: str | None


class UpstreamItem(msgspec.Struct, frozen=True, rename="camel"):
    """A declared upstream, its level now, and how it bears on the service (or "")."""

    id: str
    name: str
    level: Level
    link: str


class VerdictItem(msgspec.Struct, frozen=True, rename="camel"):
    """The answer: see model.Verdict."""

    level: Level
    answer: str
    who: str
    headline: str
    confidence: str | None
    basis: str
    flags: tuple[str, ...]
    evidence: tuple[EvidenceItem, ...]
    since: str | None
    last_known: Level | None


class ComponentItem(msgspec.Struct, frozen=True, rename="camel"):
    """One part of the provider's page."""

    id: str
    name: str
    level: Level


class Uptime(msgspec.Struct, frozen=True, rename="camel"):
    """Both series; None until there is enough history."""

    reported: dict[str, Any] | None
    observed: dict[str, Any] | None


class Links(msgspec.Struct, frozen=True, rename="camel"):
    """The feeds of a service."""

    rss: str
    atom: str


class ServiceItem(msgspec.Struct, frozen=True):
    """One service. Times are ISO 8601 UTC; `indicator` is the verdict's level, `reachable` is
    false exactly when that is unknown, `latencyMs` is our fetch of the status page."""

    id: str
    name: str
    indicator: Level
    description: str
    reachable: bool
    activeIncidents: int
    uptime30dPct: float | None
    recentIncidents30d: int
    lastIncidentAt: str | None
    latencyMs: int | None
    updatedAt: str | None
    unreachableReason: str | None
    recentIncidentBriefs: tuple[Brief, ...]
    category: str
    url: str
    verdict: VerdictItem
    uptime: Uptime
    components: tuple[ComponentItem, ...]
    checkedAt: str | None
    validUntil: str | None
    stale: bool
    upstreams: tuple[UpstreamItem, ...]
    feeds: Links
    badge: str | None


class SiteItem(msgspec.Struct, frozen=True, rename="camel"):
    """Which site this is."""

    name: str
    url: str
    simulated: bool


class Statuses(msgspec.Struct, frozen=True):
    """The whole file. `fetchedAt` is the last run that saw the network."""

    schemaVersion: str
    fetchedAt: str
    cached: bool
    site: SiteItem
    services: tuple[ServiceItem, ...]


def render(board: Board) -> dict[str, bytes]:
    """The JSON files by path; the one without an ending answers `curl` without a redirect."""
    statuses = Statuses(
        schemaVersion=SCHEMA_VERSION,
        fetchedAt=iso(board.ran_at if board.ran_at is not None else board.at),
        cached=False,
        site=SiteItem(board.site.name, board.site.url, board.simulated),
        services=tuple(_service(row, board) for row in board.rows),
    )
    body = msgspec.json.encode(statuses, order="sorted") + b"\n"
    return dict.fromkeys(("statuses.json", "api/v1/statuses.json", "api/v1/statuses"), body)


def _service(row: Row, board: Board) -> ServiceItem:
    verdict = row.verdict
    unknown = verdict.level is Level.UNKNOWN
    base = board.site.url.rstrip("/")
    newest = [*row.open, *row.recent]
    return ServiceItem(
        id=row.service.id,
        name=row.service.name,
        indicator=verdict.level,
        description=verdict.headline,
        reachable=not unknown,
        activeIncidents=len(row.open),
        uptime30dPct=None,
        recentIncidents30d=row.incidents_30d,
        lastIncidentAt=max(map(_last, newest), default=None),
        latencyMs=row.latency_ms,
        updatedAt=_iso(verdict.since),
        unreachableReason=verdict.reason if unknown else None,
        recentIncidentBriefs=tuple(map(_brief, newest[:_BRIEFS])),
        category=row.service.category,
        url=f"{base}/{row.path}",
        verdict=_verdict(row),
        uptime=Uptime(None, None),
        components=tuple(ComponentItem(one.id, one.name, one.level) for one in row.components),
        checkedAt=_iso(row.checked_at),
        validUntil=_iso(verdict.valid_until),
        stale=verdict.confidence == "stale",
        upstreams=tuple(UpstreamItem(u.id, u.name, u.level, u.link) for u in verdict.upstreams),
        feeds=Links(f"{base}/{row.path}feed.rss", f"{base}/{row.path}feed.atom"),
        badge=None,
    )


def _verdict(row: Row) -> VerdictItem:
    one = row.verdict
    return VerdictItem(
        level=one.level,
        answer=one.answer,
        who=one.who,
        headline=one.headline,
        confidence=one.confidence,
        basis=one.basis,
        flags=one.flags,
        evidence=tuple(
            EvidenceItem(e.kind, e.who, e.what, _iso(e.at), e.url) for e in one.evidence
        ),
        since=_iso(one.since),
        last_known=one.last_known,
    )


def _brief(story: Story) -> Brief:
    one = story.record.incident
    return Brief(
        id=story.record.slug,
        name=one.title,
        impact=one.impact.value if one.impact else Level.UNKNOWN.value,
        created_at=iso(one.started_at or one.created_at or story.record.first_seen),
        resolved_at=_iso(one.ended_at),
        shortlink=one.url,
    )


def _last(story: Story) -> str:
    one = story.record.incident
    return iso(one.ended_at or one.started_at or one.created_at or story.record.first_seen)


def _iso(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)
