"""RSS and Atom from one item model: an incident is one item when it opens, one when it is over.

What an item says is fixed when it first appears: the title and the first message as they were
first seen. Later updates change no item, so that no reader shows an incident twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from crawler.records import Record
from crawler.site.board import Board, Story
from crawler.times import span

CAP = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed. `html` is escaped already; `at` is in seconds UTC."""

    id: str
    title: str
    html: str
    at: int
    link: str
    author: str
    group: str


def render(board: Board) -> dict[str, bytes]:
    """Both formats of the feed of everything and of each service, by path."""
    by_story = {story.path: list(_items(story, board)) for story in board.stories}
    site = board.site
    files = _both("", f"{site.name}: all incidents", list(by_story.values()), board)
    for row in board.rows:
        own = [by_story[story.path] for story in board.stories if row.service in story.services]
        files |= _both(row.path, f"{row.service.name} incidents", own, board)
    return files


def _items(story: Story, board: Board) -> Iterator[Item]:
    record = story.record
    # Not the services: an incident may come to concern more of them, and the title is frozen.
    who = story.provider_name
    title = _first_title(record)
    opened = _opening(record)
    for number, (start, end) in enumerate(record.phases):
        tail = "" if number == 0 else f":reopened:{number}"
        verb = "" if number == 0 else "Reopened: "
        body = opened if number == 0 else "The incident was opened again."
        yield _item(story, board, tail, f"{who}: {verb}{title}", body, start)
        if end is not None:
            tail = ":resolved" if number == 0 else f":resolved:{number}"
            # What was withdrawn after it was resolved is old news that does not change.
            word = "Withdrawn by the provider" if record.withdrawn_at == end else "Resolved"
            body = _ending(word, start, end)
            yield _item(story, board, tail, f"{word}: {who}: {title}", body, end)


def _item(story: Story, board: Board, tail: str, title: str, body: str, at: int) -> Item:
    record = story.record
    name = f"incident/{record.provider}/{record.slug}"
    said = f"<p>{escape(story.provider_name)} wrote:</p>" if tail == "" and body else ""
    lines = "<br>".join(escape(body).split("\n"))
    link = f"{board.site.url.rstrip('/')}/{story.path}"
    return Item(
        id=f"tag:{board.site.feed_authority}:{name}{tail}",
        title=title,
        html=f"{said}<p>{lines}</p>" if lines else "<p>No text was given.</p>",
        at=at,
        link=link,
        author=story.provider_name,
        group=name,
    )


def _first_title(record: Record) -> str:
    titles = [one for one in record.revisions if one.key == ""]
    return titles[0].text if titles else record.incident.title


def _opening(record: Record) -> str:
    """The oldest message among those that were there when we first saw the incident."""
    first = {
        one.key: one.text
        for one in record.revisions
        if one.key and one.seen_at == record.first_seen
    }
    for update in reversed(record.incident.updates):
        if update.id in first:
            return first[update.id]
    return ""


def _ending(word: str, start: int, end: int) -> str:
    return f"{word} after {span(end - start)}." if end > start else f"{word}."


def _capped(groups: Sequence[list[Item]]) -> list[Item]:
    """The newest items, newest first; an incident's items come together or not at all."""
    ordered = sorted(
        (group for group in groups if group),
        key=lambda group: (max(item.at for item in group), group[0].group),
        reverse=True,
    )
    kept: list[Item] = []
    for group in ordered:
        if kept and len(kept) + len(group) > CAP:
            break
        kept += group
    return sorted(kept, key=lambda item: (item.at, item.id), reverse=True)


def _both(folder: str, title: str, groups: Sequence[list[Item]], board: Board) -> dict[str, bytes]:
    # feedgen takes 40 ms to import, which --help should not pay.
    from feedgen.feed import FeedGenerator

    items = _capped(groups)
    site = board.site
    base = f"{site.url.rstrip('/')}/{folder}"
    newest = _moment(items[0].at if items else 0)
    files = {}
    for kind in ("rss", "atom"):
        feed = FeedGenerator()
        feed.load_extension("dc")
        feed.id(f"tag:{site.feed_authority}:{folder or 'all'}")
        feed.title(title)
        feed.subtitle(f"{title}, one item when it opens and one when it is over")
        feed.author(name=site.name)
        feed.language("en")
        feed.generator(site.name)
        # The last one becomes the <link> of the RSS channel, which is the page.
        feed.link(href=f"{base}feed.{kind}", rel="self")
        feed.link(href=base, rel="alternate")
        feed.updated(newest)
        feed.lastBuildDate(newest)
        for item in items:
            _entry(feed, item)
        write = feed.rss_str if kind == "rss" else feed.atom_str
        files[f"{folder}feed.{kind}"] = bytes(write(pretty=True))
    return files


def _entry(feed: Any, item: Item) -> None:
    entry = feed.add_entry(order="append")
    entry.guid(item.id, permalink=False)
    entry.id(item.id)
    entry.title(item.title)
    entry.link(href=item.link)
    entry.content(item.html, type="html")
    entry.author(name=item.author)
    entry.dc.dc_creator(item.author)
    entry.published(_moment(item.at))
    entry.updated(_moment(item.at))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
