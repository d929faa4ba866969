"""Each service once more in the shape of Statuspage's `api/v2`, for the clients of that.

What it cannot say: the indicator is `unknown`, and so are components, where we do not know; an
impact that nobody stated is `minor`, as it counts here.
"""

from collections.abc import Iterator, Sequence

from crawler.model import Level
from crawler.records import Work as Announced
from crawler.site.api.shapes import (
    Indicator,
    Page,
    Part,
    StatuspageComponents,
    StatuspageIncidents,
    StatuspageMaintenances,
    StatuspageStatus,
    StatuspageSummary,
    Work,
)
from crawler.site.api.troubles import trouble, work
from crawler.site.board import Board, Row, Story, newest_first
from crawler.times import iso

_LISTED = 50
_WORDS = {
    Level.NONE: "operational",
    Level.MINOR: "degraded_performance",
    Level.MAJOR: "partial_outage",
    Level.CRITICAL: "major_outage",
    Level.MAINTENANCE: "under_maintenance",
    Level.UNKNOWN: "unknown",
}


def files(board: Board) -> Iterator[tuple[str, object]]:
    """The documents of each service by path."""
    stories: dict[str, list[Story]] = {}
    for story in board.stories:
        for service in story.services:
            stories.setdefault(service.id, []).append(story)
    works: dict[str, list[Announced]] = {}
    for planned in board.planned:
        for service in planned.services:
            works.setdefault(service.id, []).append(planned.work)
    for row in board.rows:
        key, folder = row.service.id, f"{row.path}api/v2"
        for name, document in _documents(row, stories.get(key, []), works.get(key, []), board):
            yield f"{folder}/{name}.json", document


def _documents(
    row: Row, stories: Sequence[Story], works: Sequence[Announced], board: Board
) -> Iterator[tuple[str, object]]:
    base = board.site.url.rstrip("/")
    page = Page(
        id=row.service.id,
        name=row.service.name,
        url=f"{base}/{row.path.rstrip('/')}",
        time_zone="Etc/UTC",
        updated_at=iso(board.as_of),
    )
    status = Indicator(row.verdict.level, row.verdict.headline)
    parts = _parts(row, board)
    newest = newest_first(stories)[:_LISTED]
    told = {one.path: trouble(one, row, parts, base) for one in newest}
    told |= {one.path: trouble(one, row, parts, base) for one in row.open}
    opened = tuple(told[one.path] for one in row.open)
    known = {one.versions[-1][1].id: one for one in works}
    shown = tuple(work(known[one.id], row, parts, base) for one in row.maintenances)
    over = tuple(work(one, row, parts, base) for one in _over(works))
    yield "status", StatuspageStatus(page, status)
    yield "summary", StatuspageSummary(page, status, parts, opened, shown)
    yield "components", StatuspageComponents(page, parts)
    yield "incidents", StatuspageIncidents(page, tuple(told.values()))
    yield "incidents/unresolved", StatuspageIncidents(page, opened)
    yield from _maintenances(page, shown, over)


def _maintenances(
    page: Page, ahead: tuple[Work, ...], over: tuple[Work, ...]
) -> Iterator[tuple[str, object]]:
    upcoming = tuple(one for one in ahead if one.status == "scheduled")
    active = tuple(one for one in ahead if one.status != "scheduled")
    yield "scheduled-maintenances", StatuspageMaintenances(page, (*ahead, *over))
    yield "scheduled-maintenances/upcoming", StatuspageMaintenances(page, upcoming)
    yield "scheduled-maintenances/active", StatuspageMaintenances(page, active)


def _over(works: Sequence[Announced]) -> list[Announced]:
    """The newest work that is over, by when it was to begin."""
    found = [one for one in works if one.versions[-1][1].phase == "completed"]
    found.sort(key=lambda one: (-(one.versions[-1][1].starts_at or one.versions[0][0]), one.slug))
    return found[:_LISTED]


def _parts(row: Row, board: Board) -> tuple[Part, ...]:
    updated = board.as_of if row.checked_at is None else row.checked_at
    created = updated if row.first_seen is None else min(row.first_seen, updated)
    return tuple(
        Part(
            id=one.id,
            name=one.name,
            status=_WORDS[one.level],
            page_id=row.service.id,
            created_at=iso(created),
            updated_at=iso(updated),
            position=place,
            description=None,
            showcase=True,
            start_date=None,
            group_id=None,
            group=False,
            only_show_if_degraded=False,
        )
        for place, one in enumerate(row.components, 1)
    )
