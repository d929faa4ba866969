"""Each service once more in the shape of Statuspage's `api/v2`, for the clients of that.

What it cannot say: the indicator is `unknown`, and so are components, where we do not know; an
impact that nobody stated is `minor`, as it counts here.
"""

from collections.abc import Iterable, Iterator, Sequence

from crawler.model import Incident, Level, Maintenance, Update
from crawler.site.api.services import components, moment
from crawler.site.api.shapes import (
    Indicator,
    Message,
    Page,
    Part,
    StatuspageIncidents,
    StatuspageStatus,
    StatuspageSummary,
    Trouble,
    Work,
)
from crawler.site.api.types import ComponentItem
from crawler.site.board import Board, Row, Story
from crawler.site.nearby import began
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
_OPEN = frozenset({"investigating", "identified", "monitoring"})
_OVER = frozenset({"resolved", "postmortem"})


def files(board: Board) -> Iterator[tuple[str, object]]:
    """The three documents of each service by path."""
    by_service: dict[str, list[Story]] = {}
    for story in board.stories:
        for service in story.services:
            by_service.setdefault(service.id, []).append(story)
    for row in board.rows:
        yield from _documents(row, by_service.get(row.service.id, []), board)


def _documents(row: Row, stories: Sequence[Story], board: Board) -> Iterator[tuple[str, object]]:
    base = board.site.url.rstrip("/")
    page = Page(
        id=row.service.id,
        name=row.service.name,
        url=f"{base}/{row.path.rstrip('/')}",
        time_zone="Etc/UTC",
        updated_at=iso(board.ran_at if board.ran_at is not None else board.at),
    )
    status = Indicator(row.verdict.level, row.verdict.headline)
    parts = _parts(components(row, board), row)
    newest = sorted(stories, key=lambda one: (-began(one), one.path))
    told = {one.path: _trouble(one, row, parts, base) for one in newest[:_LISTED]}
    told |= {one.path: _trouble(one, row, parts, base) for one in row.open}
    work = tuple(
        _work(one, row, parts, board) for one in row.maintenances if one.phase != "completed"
    )
    opened = tuple(told[one.path] for one in row.open)
    folder = f"{row.path}api/v2"
    yield f"{folder}/status.json", StatuspageStatus(page, status)
    yield f"{folder}/summary.json", StatuspageSummary(page, status, parts, opened, work)
    yield f"{folder}/incidents.json", StatuspageIncidents(page, tuple(told.values()))


def _parts(found: Iterable[ComponentItem], row: Row) -> tuple[Part, ...]:
    return tuple(
        _part(one.id, one.name, one.level, row, place) for place, one in enumerate(found, 1)
    )


def _part(key: str, name: str, level: Level, row: Row, place: int) -> Part:
    return Part(
        id=key,
        name=name,
        status=_WORDS[level],
        page_id=row.service.id,
        created_at=None,
        updated_at=None,
        position=place,
        description=None,
        showcase=True,
        start_date=None,
        group_id=None,
        group=False,
        only_show_if_degraded=False,
    )


def _named(ids: Sequence[str], parts: tuple[Part, ...], row: Row) -> tuple[Part, ...]:
    """The components that an incident names; where the page lists none of them, by name alone."""
    wanted = {*ids}
    listed = tuple(one for one in parts if one.id in wanted or one.name in wanted)
    if listed:
        return listed
    return tuple(_part(one, one, Level.UNKNOWN, row, n) for n, one in enumerate(ids, 1))


def _trouble(story: Story, row: Row, parts: tuple[Part, ...], base: str) -> Trouble:
    one, began_at = story.record.incident, iso(began(story))
    phase = one.phase
    if phase not in (_OPEN if one.open else _OVER):
        phase = "investigating" if one.open else "resolved"
    impact = one.impact if one.impact and one.impact is not Level.UNKNOWN else Level.MINOR
    watching = [u.at for u in one.updates if u.phase == "monitoring" and u.at is not None]
    return Trouble(
        id=one.id,
        name=one.title,
        status=phase,
        impact=impact,
        page_id=row.service.id,
        created_at=moment(one.created_at) or began_at,
        updated_at=_updated(one, began_at),
        started_at=began_at,
        monitoring_at=moment(min(watching, default=None)),
        resolved_at=None if one.open else moment(one.ended_at) or _updated(one, began_at),
        shortlink=one.url or f"{base}/{story.path}",
        incident_updates=_messages(one.updates, one.id, began_at, phase),
        components=_named(one.components, parts, row),
    )


def _updated(one: Incident, began_at: str) -> str:
    known = [update.at for update in one.updates if update.at is not None]
    known += [one.ended_at] if one.ended_at is not None else []
    return iso(max(known)) if known else began_at


def _messages(
    updates: Sequence[Update], key: str, otherwise: str, stage: str
) -> tuple[Message, ...]:
    return tuple(
        Message(
            id=one.id,
            status=one.phase or stage,
            body=one.text,
            incident_id=key,
            created_at=moment(one.at) or otherwise,
            updated_at=moment(one.at) or otherwise,
            display_at=moment(one.at) or otherwise,
        )
        for one in updates
    )


def _work(one: Maintenance, row: Row, parts: tuple[Part, ...], board: Board) -> Work:
    start, end = moment(one.starts_at), moment(one.ends_at)
    made = start or iso(board.at)
    return Work(
        id=one.id,
        name=one.title,
        status=one.phase,
        impact=Level.MAINTENANCE,
        page_id=row.service.id,
        created_at=made,
        updated_at=made,
        started_at=start,
        monitoring_at=None,
        resolved_at=None,
        scheduled_for=start,
        scheduled_until=end,
        shortlink=one.url or f"{board.site.url.rstrip('/')}/{row.path}",
        incident_updates=_messages(one.updates, one.id, made, one.phase),
        components=_named(one.components, parts, row),
    )
