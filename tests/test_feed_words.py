"""Whatever words a feed and its items are made of, a reader gets these words back."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.site.feeds.items import Item
from crawler.site.feeds.scopes import Feed
from crawler.site.feeds.xml import Writer
from items import ATOM, entries, said

# What may stand in XML, with what means something in it and in our patterns.
words = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")),
    st.text("{}<>&\"']!\r\n\t x"),
    st.sampled_from(["{{title}}", "</entry>", "]]>", "&amp;", "<dc:creator>", "{{at}}"]),
)
moments = st.integers(0, 4_102_444_799)
items = st.builds(Item, id=words, title=words, html=words, link=words, author=words, at=moments)
feeds = st.builds(
    Feed,
    id=words,
    path=words,
    title=words,
    subtitle=words,
    home=words,
    base=words,
    author=words,
    updated=moments,
    items=st.lists(items, max_size=3, unique_by=lambda one: one.id).map(tuple),
)


@given(feeds)
def test_atom_says_what_the_feed_says(feed: Feed) -> None:
    body = Writer().atom(feed)
    root = etree.fromstring(body)

    for name in ("id", "title", "subtitle"):
        assert said(root, f"a:{name}") == getattr(feed, name)
    assert said(root, "a:author/a:name") == said(root, "a:generator") == feed.author
    assert datetime.fromisoformat(said(root, "a:updated")).timestamp() == feed.updated
    own, home = root.findall("a:link", ATOM)
    assert (own.get("rel"), own.get("href")) == ("self", f"{feed.base}{feed.path}.atom")
    assert (home.get("rel"), home.get("href")) == ("alternate", feed.home)
    assert len(entries(body)) == len(feed.items)
    for entry, item in zip(entries(body), feed.items, strict=True):
        assert said(entry, "a:id") == item.id
        assert said(entry, "a:title") == item.title
        assert said(entry, "a:content") == item.html
        assert said(entry, "a:author/a:name") == said(entry, "dc:creator") == item.author
        assert [one.get("href") for one in entry.findall("a:link", ATOM)] == [item.link]
        for name in ("published", "updated"):
            assert datetime.fromisoformat(said(entry, f"a:{name}")).timestamp() == item.at


@given(feeds)
def test_rss_says_what_the_feed_says(feed: Feed) -> None:
    (channel,) = etree.fromstring(Writer().rss(feed))

    def text(one: etree._Element, name: str) -> str:
        return one.findtext(name, "", ATOM)

    assert text(channel, "title") == feed.title
    assert text(channel, "description") == feed.subtitle
    assert text(channel, "link") == feed.home
    assert text(channel, "generator") == feed.author
    assert parsedate_to_datetime(text(channel, "lastBuildDate")).timestamp() == feed.updated
    own = channel.find("a:link", ATOM)
    assert own is not None
    assert own.get("href") == f"{feed.base}{feed.path}.rss"
    written = channel.findall("item")
    assert len(written) == len(feed.items)
    for one, item in zip(written, feed.items, strict=True):
        assert text(one, "guid") == item.id
        assert text(one, "title") == item.title
        assert text(one, "description") == item.html
        assert text(one, "link") == item.link
        assert text(one, "dc:creator") == item.author
        assert parsedate_to_datetime(text(one, "pubDate")) == datetime.fromtimestamp(item.at, UTC)


@pytest.mark.parametrize("foreign", ["\x00", "\x1b", "\ud800", "\ufffe"])
def test_what_no_xml_can_hold_is_refused(foreign: str) -> None:
    item = Item(id="i", title=f"a{foreign}b", html="", at=0, link="", author="")
    feed = Feed(
        id="f",
        path="",
        title="",
        subtitle="",
        home="",
        base="",
        author="",
        updated=0,
        items=(item,),
    )
    for write in (Writer().atom, Writer().rss):
        with pytest.raises(ValueError, match="cannot stand in XML"):
            write(feed)
