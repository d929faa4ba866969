"""Feed -> RSS 2.0 and Atom, by feedgen.

An item stands in many feeds: it is written once, and its text is put into the frame of each.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from crawler.site.feeds.items import Item
from crawler.site.feeds.scopes import Feed

_DECLARED = b' xmlns:dc="http://purl.org/dc/elements/1.1/"'


class Writer:
    """Writes feeds, and remembers the items that it has written."""

    def __init__(self) -> None:
        # feedgen takes 40 ms to import, which --help should not pay.
        from feedgen.entry import FeedEntry
        from feedgen.ext.dc import DcEntryExtension, DcExtension
        from feedgen.feed import FeedGenerator

        self._feed, self._entry = FeedGenerator, FeedEntry
        self._dc = (DcExtension, DcEntryExtension)
        self._entries: dict[str, Any] = {}
        self._rss: dict[str, bytes] = {}
        self._atom: dict[str, bytes] = {}

    def rss(self, feed: Feed) -> bytes:
        """RSS 2.0, ending in a newline."""
        frame: bytes = self._frame(feed, "rss").rss_str(pretty=True)
        return _filled(frame, b"</channel>", map(self._as_rss, feed.items))

    def atom(self, feed: Feed) -> bytes:
        """Atom 1.0, ending in a newline."""
        frame: bytes = self._frame(feed, "atom").atom_str(pretty=True)
        return _filled(frame, b"</feed>", map(self._as_atom, feed.items))

    def _frame(self, feed: Feed, ending: str) -> Any:
        made = self._feed()
        made.register_extension("dc", self._dc[0], self._dc[1])
        made.id(feed.id)
        made.title(feed.title)
        made.subtitle(feed.subtitle)
        made.author(name=feed.author)
        made.language("en")
        made.generator(feed.author)
        # The last one becomes the <link> of the RSS channel, which is the page.
        kind = f"application/{ending}+xml"
        made.link(href=f"{feed.base}{feed.path}.{ending}", rel="self", type=kind)
        made.link(href=feed.home, rel="alternate", type="text/html")
        made.updated(_moment(feed.updated))
        made.lastBuildDate(_moment(feed.updated))
        return made

    def _as_rss(self, item: Item) -> bytes:
        if item.id not in self._rss:
            self._rss[item.id] = _text(self._made(item).rss_entry())
        return self._rss[item.id]

    def _as_atom(self, item: Item) -> bytes:
        if item.id not in self._atom:
            self._atom[item.id] = _text(self._made(item).atom_entry())
        return self._atom[item.id]

    def _made(self, item: Item) -> Any:
        if item.id in self._entries:
            return self._entries[item.id]
        entry = self._entries[item.id] = self._entry()
        entry.register_extension("dc", self._dc[1])
        entry.guid(item.id, permalink=False)
        entry.id(item.id)
        entry.title(item.title)
        entry.link(href=item.link)
        entry.content(item.html, type="html")
        entry.author(name=item.author)
        entry.dc.dc_creator(item.author)
        entry.published(_moment(item.at))
        entry.updated(_moment(item.at))
        return entry


def _text(element: Any) -> bytes:
    # The frame declares the prefix; a text cannot hold what looks like an attribute of ours.
    whole: bytes = etree.tostring(
        element, encoding="UTF-8", xml_declaration=False, pretty_print=True
    )
    return whole.replace(b"<dc:creator" + _DECLARED + b">", b"<dc:creator>")


def _filled(frame: bytes, closing: bytes, items: Iterable[bytes]) -> bytes:
    head, _, tail = frame.rpartition(closing)
    return head.rstrip(b" ") + b"".join(items) + closing + tail


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
