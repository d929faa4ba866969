"""Feeds, lists of feeds and calendars: what people and programs subscribe to.

`feed.rss`, `feed.atom`, `feed.json`, `updates.atom`, `major.atom`, `maintenance.atom` and
`maintenance.ics` for the site, each category and each service, all from one item model.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from heapq import nlargest
from typing import TypeVar

from crawler.catalogue import Site
from crawler.site.board import Board, Story
from crawler.site.feeds import ics, items, jsonfeed, opml, works, xml
from crawler.site.feeds.items import CAP, Group, Item
from crawler.site.feeds.scopes import KINDS, Feed, Scope, scopes
from crawler.site.kept import ANEW, Anew, digest
from crawler.times import NEWEST, parse

__all__ = ["CAP", "Feed", "Item", "render"]

_Thing = TypeVar("_Thing")


def render(board: Board, memory: Anew = ANEW) -> dict[str, bytes]:
    """Every feed, list and calendar by its path. The clock has no part in any byte of them."""
    found = list(scopes(board))
    choices = _Choices(board.site)
    writers = xml.Writer(), jsonfeed.Writer(), ics.Writer(board.site)
    # An open incident lasts longer at every build, which no feed tells.
    told = {id(one): digest(replace(one, duration=None)) for one in board.stories}
    told |= {id(one): digest(one) for one in board.planned}
    files = opml.render(board, found)
    for scope in found:
        about = [told[id(one)] for one in (*scope.stories, *scope.planned)]
        inputs = (scope.folder, scope.name, scope.page, board.site, board.simulated, about)
        make = partial(_folder, board, scope, choices, writers)
        files |= memory.part(f"feeds {scope.folder}", inputs, make)
    return files


def _folder(
    board: Board,
    scope: Scope,
    choices: "_Choices",
    writers: tuple[xml.Writer, jsonfeed.Writer, ics.Writer],
) -> dict[str, bytes]:
    """The files of one scope."""
    written, as_json, events = writers
    files = {}
    for kind in KINDS:
        feed = _feed(board, scope, kind, choices.of(scope, kind))
        files[f"{feed.path}.atom"] = written.atom(feed)
        if kind == "feed":
            files[f"{feed.path}.rss"] = written.rss(feed)
            files[f"{feed.path}.json"] = as_json.json(feed)
    title = _title(board, scope, "maintenance")
    files[f"{scope.folder}maintenance.ics"] = events.calendar(scope, title)
    return files


_MADE = {
    "feed": (items.incidents, items.newest),
    "major": (items.grave, items.newest_grave),
    "updates": (items.updates, items.newest_update),
}
"""What makes the items of each kind of feed of incidents, and the date of the newest of one."""


class _Choices:
    """What each feed shows. Items are made once, and only for what may stand in some feed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._made: dict[tuple[object, str], list[Group]] = {}

    def of(self, scope: Scope, kind: str) -> tuple[Item, ...]:
        """The items of one kind in a scope."""
        if kind == "maintenance":
            made = [self._once(works.works, one, one.work.slug) for one in scope.planned]
            return items.capped(group for groups in made for group in groups)
        make, date = _MADE[kind]
        among = scope.stories if kind != "major" else filter(_grave, scope.stories)
        # Each makes an item, so what is older than the CAP newest of them has no place.
        chosen = nlargest(CAP, among, key=lambda one: (date(one), one.path))
        return items.capped(group for one in chosen for group in self._once(make, one, one.path))

    def _once(
        self, make: Callable[[_Thing, Site], list[Group]], one: _Thing, key: str
    ) -> list[Group]:
        if (make, key) not in self._made:
            self._made[make, key] = make(one, self._site)
        return self._made[make, key]


def _grave(story: Story) -> bool:
    return any(told.grave for told in story.record.told)


def _feed(board: Board, scope: Scope, kind: str, kept: tuple[Item, ...]) -> Feed:
    site = board.site
    base = site.url.rstrip("/") + "/"
    name = scope.folder or "all"
    return Feed(
        id=f"tag:{site.feed_authority}:{name}" + ("" if kind == "feed" else f"/{kind}"),
        path=scope.folder + kind,
        title=_title(board, scope, kind),
        subtitle=KINDS[kind][1],
        home=base + scope.page,
        base=base,
        author=site.name,
        updated=kept[0].at if kept else _first_day(site.feed_authority),
        items=kept,
    )


def _title(board: Board, scope: Scope, kind: str) -> str:
    what = KINDS[kind][0]
    title = f"{scope.name} {what}" if scope.folder else f"{scope.name}: all {what}"
    return f"Simulated: {title}" if board.simulated else title


def _first_day(authority: str) -> int:
    """When nothing has happened yet: the day from which the site's identifiers count."""
    day = (authority.partition(",")[2] + "-01-01")[:10]
    return parse(f"{day}T00:00:00Z") or NEWEST
