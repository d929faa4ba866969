"""The feeds: which there are, what is in them, and that all formats tell the same."""

import json
import time
from dataclasses import replace

import feedparser
import html5lib
import pytest
from lxml import etree

from crawler import times
from crawler.model import Incident
from crawler.site import feeds
from items import ATOM, OLD, OPEN, OVER, STEP, catalogue, entries, files, said, tails, xml
from lives import HOUR, START, Life, incident, reading

__all__ = ["catalogue"]  # fixtures

FOLDERS = ("", "category/gateway/", "service/acme/", "service/acme-chat/", "service/cloud/")
KINDS = (
    *("feed.rss", "feed.atom", "feed.json", "updates.atom", "major.atom", "maintenance.atom"),
    "maintenance.ics",
)
PATHS = {folder + kind for folder in FOLDERS for kind in KINDS}
LISTS = {"feeds.opml", "category/gateway/feeds.opml"}


def test_every_feed_is_there_in_every_format(life: Life) -> None:
    life.run(START)

    assert files(life).keys() == PATHS | LISTS


def test_dates_are_those_of_the_incident(life: Life) -> None:
    life.run(START + 3 * HOUR, {"acme": reading(OVER)})
    body = files(life)["feed.atom"]
    newest, oldest = entries(body)

    assert said(oldest, "a:published") == "2026-11-22T11:00:00+00:00"
    assert said(newest, "a:published") == "2026-11-22T12:00:00+00:00"
    assert etree.fromstring(body).findtext("a:updated", "", ATOM) == said(newest, "a:published")


def test_an_incident_without_any_date_has_the_one_of_its_first_sight(life: Life) -> None:
    undated = replace(OPEN, started_at=None, created_at=None)
    life.run(START + STEP, {"acme": reading(undated)})

    [entry] = entries(files(life)["feed.atom"])
    assert said(entry, "a:published") == "2026-11-22T11:05:00+00:00"


@pytest.mark.parametrize("also", [(OPEN,), ()], ids=["odd", "even"])
def test_a_feed_has_at_most_25_items_and_never_half_an_incident(
    also: tuple[Incident, ...], life: Life
) -> None:
    told = [
        incident(f"n{n}", f"Number {n}", open=False, started=START - n * HOUR) for n in range(40)
    ]
    life.run(START + HOUR, {"acme": reading(*also, *told)})
    life.run(START + HOUR + STEP, {"acme": reading(*also, *told[1:], told[0])})
    shown = [said(entry, "a:title") for entry in entries(files(life)["feed.atom"])]
    opened = {one for one in shown if one.startswith("Acme: Number")}
    ended = {one.removeprefix("Resolved: ") for one in shown if one.startswith("Resolved")}

    assert 20 < len(shown) <= feeds.CAP == 25
    assert opened == ended
    assert ("Acme: Trouble" in shown) == bool(also)
    assert "Acme: Number 39" not in shown


def test_an_incident_that_never_rests_fills_no_more_than_a_feed(life: Life) -> None:
    for number in range(31):
        life.run(START + number * STEP, {"acme": reading(OPEN if number % 2 == 0 else OVER)})
    shown = tails(files(life)["feed.atom"])
    ends = {f":resolved:{n}" for n in range(3, 15)}

    assert len(shown) == 25
    assert {*shown} == ends | {f":reopened:{n}" for n in range(3, 16)}


def test_a_feed_without_items_is_valid(life: Life) -> None:
    life.run(START)
    for path, body in xml(life).items():
        parsed = feedparser.parse(body)
        assert not parsed.bozo, path
        assert parsed.entries == []
        assert parsed.feed.title
        if path.endswith("atom"):
            # Nothing has happened since the day that the identifiers of the site count from.
            assert parsed.feed.updated == "2026-01-01T00:00:00+00:00"


def test_every_item_says_who_wrote_it_and_every_feed_where_it_is(life: Life) -> None:
    life.run(START, {"acme": reading(OPEN, OLD)})
    for path, body in xml(life).items():
        folder = path.rpartition("/")[0]
        page = f"https://example.test/base/{folder}/" if folder else "https://example.test/base/"
        page = page.replace("category/gateway/", "#gateway")
        root = etree.fromstring(body)
        own = root.find(".//a:link[@rel='self']", ATOM)
        assert own is not None
        assert own.get("href") == f"https://example.test/base/{path}"
        assert own.get("type") == f"application/{path.rpartition('.')[2]}+xml"
        items = [*root.iter("item"), *root.findall("a:entry", ATOM)]
        assert [said(one, "dc:creator") for one in items] == ["Acme"] * len(items)
        if path.endswith("rss"):
            assert root.findtext("channel/link") == page
            assert {guid.get("isPermaLink") for guid in root.iter("guid")} <= {"false"}
        else:
            alternate = root.find("a:link[@rel='alternate']", ATOM)
            assert alternate is not None
            assert alternate.get("href") == page


def test_all_formats_tell_the_same(life: Life) -> None:
    life.run(START + 2 * HOUR, {"acme": reading(OVER, OLD)})
    found = files(life)
    for folder in FOLDERS:
        rss, atom = (feedparser.parse(found[f"{folder}feed.{kind}"]) for kind in ("rss", "atom"))
        assert not rss.bozo
        assert not atom.bozo
        told = [
            (e.id, e.link, e.title, e.content[0].value, e.published_parsed, e.author)
            for e in atom.entries
        ]
        assert [
            (e.id, e.link, e.title, e.summary, e.published_parsed, e.author) for e in rss.entries
        ] == told
        whole = json.loads(found[f"{folder}feed.json"])
        assert whole["version"] == "https://jsonfeed.org/version/1.1"
        assert whole["feed_url"] == f"https://example.test/base/{folder}feed.json"
        assert (whole["title"], whole["home_page_url"]) == (atom.feed.title, atom.feed.link)
        assert [
            (
                *(one["id"], one["url"], one["title"], one["content_html"]),
                time.gmtime(times.parse(one["date_published"])),
                one["authors"][0]["name"],
            )
            for one in whole["items"]
        ] == told


def test_a_service_hears_only_of_what_concerns_it(life: Life) -> None:
    other = replace(OPEN, id="i9", components=("c9",))
    life.run(START, {"acme": reading(OPEN, other, OLD)})
    counts = {path: len(entries(b)) for path, b in files(life).items() if "feed.atom" in path}

    assert counts == {
        "feed.atom": 4,
        "category/gateway/feed.atom": 4,
        "service/acme/feed.atom": 4,
        "service/acme-chat/feed.atom": 3,  # OLD names no component
        "service/cloud/feed.atom": 0,
    }


def test_what_a_provider_wrote_is_escaped_twice_and_read_as_text(life: Life) -> None:
    words = "Use <b>now</b> & <model> ]]> &amp;\nnext line"
    raw = replace(OPEN, title="a < b & c", updates=(replace(OPEN.updates[0], text=words),))
    life.run(START, {"acme": reading(raw)})
    [entry] = entries(files(life)["feed.atom"])
    body = html5lib.parse(said(entry, "a:content"), namespaceHTMLElements=False).find("body")
    assert body is not None

    assert said(entry, "a:title") == "Acme: a < b & c"
    assert [one.tag for one in body.iter()] == ["body", "p", "p", "p", "br"]
    assert "\n".join(body.findall("p")[2].itertext()) == words


def test_the_address_and_the_ids_never_depend_on_the_clock(life: Life) -> None:
    life.run(START, {"acme": reading(OPEN)})
    [entry] = entries(files(life)["feed.atom"])
    [story] = life.board(START).stories

    name = f"incident/acme/{story.record.slug}"
    assert said(entry, "a:id") == f"tag:example.test,2026:{name}"
    link = entry.find("a:link", ATOM)
    assert link is not None
    assert link.get("href") == f"https://example.test/base/{name}/"
