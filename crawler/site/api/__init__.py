"""The board for programs: one JSON file for everything, and one each per service and incident.

`statuses.json` has the names and types of Prismix, every key always present. What the files hold
is told in `types`, from which their schemas are made.
"""

from collections.abc import Iterable, Iterator

import msgspec

from crawler.site import badges
from crawler.site.api import incidents, schema, services, statuspage, uptimes
from crawler.site.api.details import Incidents, ServiceDetail
from crawler.site.api.types import SCHEMA_VERSION, ServiceItem, SiteItem, Statuses
from crawler.site.board import Board, Story, newest_first
from crawler.times import DAY, iso

_DAYS = 90


def statuses(board: Board) -> bytes:
    """statuses.json alone."""
    return encoded(_statuses(board, [services.service(row, board) for row in board.rows]))


def render(board: Board) -> dict[str, bytes]:
    """Every JSON file of `api/v1/` by path, and `statuses.json` beside."""
    files = {path: encoded(value) for path, value in _files(board)}
    files |= {path: encoded(value) for path, value in statuspage.files(board)}
    files |= {
        f"api/badge/{r.service.id}.json": encoded(badges.shield(r, board)) for r in board.rows
    }
    # The one without an ending answers `curl` without -L; a folder would redirect.
    files |= dict.fromkeys(("api/v1/statuses.json", "api/v1/statuses"), files["statuses.json"])
    return files | schema.render(board)


def encoded(value: object) -> bytes:
    """JSON as we publish it: sorted, in UTF-8, one line that ends. NaN becomes null."""
    return msgspec.json.encode(value, order="sorted") + b"\n"


def _files(board: Board) -> Iterator[tuple[str, object]]:
    site, fetched = _site(board), iso(board.as_of)
    items = {row.service.id: services.service(row, board) for row in board.rows}
    told = {story.path: incidents.incident(story, board) for story in board.stories}
    yield "statuses.json", _statuses(board, items.values())
    for row in board.rows:
        detail = ServiceDetail(
            schemaVersion=SCHEMA_VERSION,
            fetchedAt=fetched,
            site=site,
            service=items[row.service.id],
            incidents=tuple(told[story.path] for story in (*row.open, *row.recent)),
            maintenances=tuple(map(incidents.maintenance, row.maintenances)),
        )
        yield f"api/v1/services/{row.service.id}.json", detail
        history = uptimes.history(row, fetched, site)
        yield f"api/v1/history/{row.service.id}.json", history
    recent = [one for one in board.stories if one.record.incident.open or _recent(one, board)]
    listed = newest_first(recent)
    body = Incidents(
        schemaVersion=SCHEMA_VERSION,
        fetchedAt=fetched,
        site=site,
        days=_DAYS,
        incidents=tuple(told[one.path] for one in listed),
    )
    yield "api/v1/incidents.json", body
    for story in board.stories:
        yield incidents.path(story), incidents.detail(story, board, site)


def _statuses(board: Board, items: Iterable[ServiceItem]) -> Statuses:
    return Statuses(
        SCHEMA_VERSION, iso(board.as_of), cached=False, site=_site(board), services=tuple(items)
    )


def _site(board: Board) -> SiteItem:
    return SiteItem(board.site.name, board.site.url, board.simulated)


def _recent(story: Story, board: Board) -> bool:
    return story.began >= board.at - _DAYS * DAY
