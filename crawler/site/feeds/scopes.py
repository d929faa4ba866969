"""What there are feeds of: everything, each category, each service; and the kinds of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from crawler.catalogue import Category, Service
from crawler.site.board import Board, Planned, Story
from crawler.site.feeds.items import Item

KINDS = {
    "feed": ("incidents", "One item when an incident opens and one when it is over."),
    "updates": ("updates", "One item for each message of a provider about an incident."),
    "major": ("major incidents", "Only incidents with at least a partial outage."),
    "maintenance": (
        "maintenance",
        "Announced work: one item when it is announced, one at its end.",
    ),
}
"""File name -> what stands in the title, and what the feed says of itself."""


_Thing = TypeVar("_Thing", Story, Planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a folder of feeds is about. `folder` is "" or ends in a slash; `page` is a path."""

    folder: str
    name: str
    page: str
    stories: tuple[Story, ...]
    planned: tuple[Planned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed in any format. Addresses are full but for `path`, which lacks its ending."""

    id: str
    path: str
    title: str
    subtitle: str
    home: str
    base: str
    author: str
    updated: int
    items: tuple[Item, ...]


def scopes(board: Board) -> Iterator[Scope]:
    """The whole site, then its categories, then its services."""
    yield Scope(
        folder="", name=board.site.name, page="", stories=board.stories, planned=board.planned
    )
    for category, _ in board.by_category:
        yield Scope(
            folder=f"category/{category.id}/",
            name=category.name,
            page=f"#{category.id}",
            stories=_within(board.stories, category),
            planned=_within(board.planned, category),
        )
    stories, planned = _by_service(board.stories), _by_service(board.planned)
    for row in board.rows:
        yield Scope(
            folder=row.path,
            name=row.service.name,
            page=row.path,
            stories=tuple(stories.get(row.service.id, ())),
            planned=tuple(planned.get(row.service.id, ())),
        )


def _within(found: Iterable[_Thing], category: Category) -> tuple[_Thing, ...]:
    return tuple(
        one for one in found if any(service.category == category.id for service in _told_to(one))
    )


def _by_service(found: Iterable[_Thing]) -> dict[str, list[_Thing]]:
    by_service: dict[str, list[_Thing]] = {}
    for one in found:
        for service in _told_to(one):
            by_service.setdefault(service.id, []).append(one)
    return by_service


def _told_to(one: Story | Planned) -> tuple[Service, ...]:
    """Who was told of the beginning is told of the end."""
    return one.told_to if isinstance(one, Story) else one.services
