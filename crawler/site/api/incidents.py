"""Incidents as the API tells them."""

from crawler.model import Maintenance
from crawler.site.api.details import (
    IncidentDetail,
    IncidentItem,
    MaintenanceItem,
    PhaseItem,
    RevisionItem,
    UpdateItem,
)
from crawler.site.api.types import SCHEMA_VERSION, SiteItem
from crawler.site.board import Board, Story
from crawler.times import iso, iso_or_none


def path(story: Story) -> str:
    """Where the file of an incident lies."""
    return f"api/v1/incidents/{story.record.slug}.json"


def incident(story: Story, board: Board) -> IncidentItem:
    """One incident without the messages about it."""
    record, one = story.record, story.record.incident
    base = board.site.url.rstrip("/")
    return IncidentItem(
        id=record.slug,
        provider=record.provider,
        providerName=story.provider_name,
        services=tuple(service.id for service in story.services),
        name=one.title,
        impact=one.impact,
        open=one.open,
        readAt=iso_or_none(story.read_at),
        phase=one.phase,
        source="probe" if record.ours else "provider",
        startedAt=iso(story.began),
        resolvedAt=iso_or_none(one.ended_at),
        withdrawnAt=iso_or_none(record.withdrawn_at),
        durationSeconds=None if one.open else story.duration,
        url=f"{base}/{story.path}",
        api=f"{base}/{path(story)}",
        shortlink=one.url,
    )


def detail(story: Story, board: Board, site: SiteItem) -> IncidentDetail:
    """One incident with everything that was said about it."""
    record, one = story.record, story.record.incident
    return IncidentDetail(
        schemaVersion=SCHEMA_VERSION,
        site=site,
        incident=incident(story, board),
        components=one.components,
        regions=one.regions,
        firstSeenAt=iso(record.first_seen),
        changedAt=iso(record.changed_at),
        confirmedAt=iso_or_none(record.confirmed_at),
        leadSeconds=record.lead,
        phases=tuple(PhaseItem(iso(opened), iso_or_none(over)) for opened, over in record.phases),
        updates=tuple(UpdateItem(u.id, iso_or_none(u.at), u.phase, u.text) for u in one.updates),
        revisions=tuple(
            RevisionItem(r.key or None, iso(r.seen_at), r.phase, r.text) for r in record.revisions
        ),
    )


def maintenance(one: Maintenance) -> MaintenanceItem:
    """Announced work without the messages about it."""
    return MaintenanceItem(
        one.id, one.title, one.phase, iso_or_none(one.starts_at), iso_or_none(one.ends_at), one.url
    )
