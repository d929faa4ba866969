"""Feed -> JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import msgspec

from crawler.site.feeds.items import Item
from crawler.site.feeds.scopes import Feed
from crawler.times import iso


class Author(msgspec.Struct, frozen=True):
    """Who wrote a feed or an item."""

    name: str


class JsonItem(msgspec.Struct, frozen=True):
    """One entry; the names of its fields are those of the standard."""

    id: str
    url: str
    title: str
    content_html: str
    date_published: str
    authors: tuple[Author, ...]


class JsonFeed(msgspec.Struct, frozen=True):
    """The whole file."""

    version: str
    title: str
    description: str
    home_page_url: str
    feed_url: str
    language: str
    authors: tuple[Author, ...]
    items: tuple[msgspec.Raw, ...]


class Writer:
    """Writes feeds, and remembers the items that it has written."""

    def __init__(self) -> None:
        self._items: dict[Item, msgspec.Raw] = {}

    def json(self, feed: Feed) -> bytes:
        """JSON Feed with sorted keys, ending in a newline."""
        whole = JsonFeed(
            version="https://jsonfeed.org/version/1.1",
            title=feed.title,
            description=feed.subtitle,
            home_page_url=feed.home,
            feed_url=f"{feed.base}{feed.path}.json",
            language="en",
            authors=(Author(feed.author),),
            items=tuple(map(self._written, feed.items)),
        )
        return msgspec.json.encode(whole, order="sorted") + b"\n"

    def _written(self, item: Item) -> msgspec.Raw:
        if item not in self._items:
            one = JsonItem(
                id=item.id,
                url=item.link,
                title=item.title,
                content_html=item.html,
                date_published=iso(item.at),
                authors=(Author(item.author),),
            )
            self._items[item] = msgspec.Raw(msgspec.json.encode(one, order="sorted"))
        return self._items[item]
