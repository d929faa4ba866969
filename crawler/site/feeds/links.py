"""Which feeds a page announces to browsers and feed readers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crawler.site.board import Board

FORMATS = (
    ("rss", "RSS", "application/rss+xml"),
    ("atom", "Atom", "application/atom+xml"),
    ("json", "JSON Feed", "application/feed+json"),
)
"""Ending, name, type."""

_MOST = 3


@dataclass(frozen=True, slots=True)
class Link:
    """One announced feed; `path` is below the root of the site."""

    type: str
    title: str
    path: str


def alternates(board: Board) -> Callable[[Iterable[str]], tuple[Link, ...]]:
    """A function from the services that a page is about to the feeds that it announces: theirs,
    unless they are many, and that of everything. Ids that are no service are passed over."""
    rows = {row.service.id: row for row in board.rows}

    def found(services: Iterable[str]) -> tuple[Link, ...]:
        own = [rows[one] for one in dict.fromkeys(services) if one in rows]
        folders = [(row.service.name, row.path) for row in own] if len(own) <= _MOST else []
        everything = (f"{board.site.name}: all", "")
        return tuple(
            Link(mime, f"{name} incidents ({label})", f"{folder}feed.{ending}")
            for name, folder in (*folders, everything)
            for ending, label, mime in FORMATS
        )

    return found
