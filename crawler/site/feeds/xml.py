"""Feed -> RSS 2.0 and Atom, by feedgen.

feedgen writes one empty feed and one item in each format, with marks for words. What it takes for
two of them is then enough for all: a feed and an item are these patterns with their own words.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from lxml import etree

from crawler.site.feeds.items import Item
from crawler.site.feeds.scopes import Feed

_DECLARED = ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
_MARK = re.compile(r"{{(\w+)}}")
_MOMENT = datetime(1999, 12, 31, 23, 59, 58, tzinfo=UTC)
"""Stands for any moment in a pattern; feedgen takes no mark for one."""
_WRITTEN: dict[str, Callable[[datetime], str]] = {
    "atom": datetime.isoformat,
    "rss": format_datetime,
}
"""How each format writes a moment."""
_FOREIGN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_TEXT = {"\r": "&#13;"}
_IN_ATTRIBUTE = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;"}


class Writer:
    """Writes feeds, and remembers the items that it has written: one stands in many feeds."""

    def __init__(self) -> None:
        self._frames = {ending: _frame(ending) for ending in _WRITTEN}
        self._patterns = {ending: _entry(ending) for ending in _WRITTEN}
        self._entries: dict[tuple[Item, str], str] = {}

    def rss(self, feed: Feed) -> bytes:
        """RSS 2.0, ending in a newline. Raises ValueError for a character that XML cannot hold."""
        return self._written(feed, "rss")

    def atom(self, feed: Feed) -> bytes:
        """Atom 1.0, in the same way."""
        return self._written(feed, "atom")

    def _written(self, feed: Feed, ending: str) -> bytes:
        head, tail = self._frames[ending]
        words = {
            "id": feed.id,
            "title": feed.title,
            "subtitle": feed.subtitle,
            "author": feed.author,
            "own": f"{feed.base}{feed.path}.{ending}",
            "home": feed.home,
            "at": _moment(feed.updated, ending),
        }
        items = (self._as(item, ending) for item in feed.items)
        return "".join((head.filled(words), *items, tail)).encode()

    def _as(self, item: Item, ending: str) -> str:
        if (item, ending) not in self._entries:
            words = {
                "id": item.id,
                "title": item.title,
                "link": item.link,
                "html": item.html,
                "author": item.author,
                "at": _moment(item.at, ending),
            }
            self._entries[item, ending] = self._patterns[ending].filled(words)
        return self._entries[item, ending]


class _Pattern:
    """What feedgen wrote, with gaps where the marks were."""

    def __init__(self, written: str) -> None:
        self._pieces = _MARK.split(written)
        self._gaps = [
            (name, _IN_ATTRIBUTE if before.endswith('"') else _IN_TEXT)
            for before, name in zip(self._pieces[::2], self._pieces[1::2], strict=False)
        ]

    def filled(self, words: dict[str, str]) -> str:
        """With words in the gaps, by their names."""
        for word in words.values():
            if foreign := _FOREIGN.search(word):
                raise ValueError(f"{foreign[0]!r} cannot stand in XML")
        pieces = self._pieces.copy()
        pieces[1::2] = [escape(words[name], escapes) for name, escapes in self._gaps]
        return "".join(pieces)


def _frame(ending: str) -> tuple[_Pattern, str]:
    """A feed up to its items, and what comes after them."""
    # feedgen takes 40 ms to import, which --help should not pay.
    from feedgen.ext.dc import DcEntryExtension, DcExtension
    from feedgen.feed import FeedGenerator

    made = FeedGenerator()
    made.register_extension("dc", DcExtension, DcEntryExtension)
    made.id("{{id}}")
    made.title("{{title}}")
    made.subtitle("{{subtitle}}")
    made.author(name="{{author}}")
    made.language("en")
    made.generator("{{author}}")
    # The last one becomes the <link> of the RSS channel, which is the page.
    made.link(href="{{own}}", rel="self", type=f"application/{ending}+xml")
    made.link(href="{{home}}", rel="alternate", type="text/html")
    made.updated(_MOMENT)
    made.lastBuildDate(_MOMENT)
    written: bytes = made.rss_str(pretty=True) if ending == "rss" else made.atom_str(pretty=True)
    closing = "</channel>" if ending == "rss" else "</feed>"
    head, _, tail = _marked(written, ending).rpartition(closing)
    return _Pattern(head.rstrip(" ")), closing + tail


def _entry(ending: str) -> _Pattern:
    from feedgen.entry import FeedEntry
    from feedgen.ext.dc import DcEntryExtension

    entry = FeedEntry()
    entry.register_extension("dc", DcEntryExtension)
    entry.guid("{{id}}", permalink=False)
    entry.id("{{id}}")
    entry.title("{{title}}")
    entry.link(href="{{link}}")
    entry.content("{{html}}", type="html")
    entry.author(name="{{author}}")
    entry.dc.dc_creator("{{author}}")
    entry.published(_MOMENT)
    entry.updated(_MOMENT)
    element = entry.rss_entry() if ending == "rss" else entry.atom_entry()
    written = etree.tostring(element, encoding="UTF-8", xml_declaration=False, pretty_print=True)
    # The frame declares the prefix.
    return _Pattern(_marked(written, ending).replace(_DECLARED, ""))


def _marked(written: bytes, ending: str) -> str:
    return written.decode().replace(_WRITTEN[ending](_MOMENT), "{{at}}")


def _moment(seconds: int, ending: str) -> str:
    return _WRITTEN[ending](datetime.fromtimestamp(seconds, UTC))
