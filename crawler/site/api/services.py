"""A row of the board as the API tells it."""

from crawler.model import Level
from crawler.site.api.types import (
    Brief,
    ComponentItem,
    EvidenceItem,
    Links,
    ServiceItem,
    UpstreamItem,
    VerdictItem,
)
from crawler.site.api.uptimes import uptime
from crawler.site.board import Board, Row, Story
from crawler.times import iso, iso_or_none

_BRIEFS = 5


def service(row: Row, board: Board) -> ServiceItem:
    """One service, with everything that statuses.json says of it."""
    verdict = row.verdict
    unknown = verdict.level is Level.UNKNOWN
    base = board.site.url.rstrip("/")
    newest = [*row.open, *row.recent]
    month = row.uptime.figure(30)
    return ServiceItem(
        id=row.service.id,
        name=row.service.name,
        indicator=verdict.level,
        description=verdict.headline,
        reachable=not unknown,
        activeIncidents=len(row.open),
        uptime30dPct=float(month.uptime) if month and month.uptime else None,
        recentIncidents30d=row.incidents_30d,
        lastIncidentAt=max(map(_last, newest), default=None),
        latencyMs=row.latency_ms,
        updatedAt=iso_or_none(verdict.since),
        unreachableReason=verdict.reason if unknown else None,
        recentIncidentBriefs=tuple(map(_brief, newest[:_BRIEFS])),
        aliases=tuple(row.service.aliases),
        category=row.service.category,
        provider=row.provider,
        url=f"{base}/{row.path}",
        homepage=row.service.homepage,
        statusPage=row.page_url,
        verdict=_verdict(row),
        uptime=uptime(row.uptime),
        components=tuple(ComponentItem(one.id, one.name, one.level) for one in row.components),
        checkedAt=iso_or_none(row.checked_at),
        validUntil=iso_or_none(verdict.valid_until),
        stale=verdict.confidence == "stale",
        upstreams=tuple(UpstreamItem(u.id, u.name, u.level, u.link) for u in verdict.upstreams),
        feeds=_feeds(f"{base}/{row.path}"),
        badge=f"{base}/api/badge/{row.service.id}.svg",
        api=f"{base}/api/v1/services/{row.service.id}.json",
    )


def _feeds(folder: str) -> Links:
    return Links(
        rss=f"{folder}feed.rss",
        atom=f"{folder}feed.atom",
        json=f"{folder}feed.json",
        updates=f"{folder}updates.atom",
        major=f"{folder}major.atom",
        maintenance=f"{folder}maintenance.atom",
        calendar=f"{folder}maintenance.ics",
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
            EvidenceItem(e.kind, e.who, e.what, iso_or_none(e.at), e.url) for e in one.evidence
        ),
        since=iso_or_none(one.since),
        lastKnown=one.last_known,
        lastKnownAt=iso_or_none(one.last_known_at),
    )


def _brief(story: Story) -> Brief:
    one = story.record.incident
    return Brief(
        id=story.record.slug,
        name=one.title,
        impact=one.impact or Level.UNKNOWN,
        createdAt=iso(story.began),
        resolvedAt=iso_or_none(one.ended_at),
        shortlink=one.url,
    )


def _last(story: Story) -> str:
    return iso(story.record.incident.ended_at or story.began)
