"""The feeds: one item when it opens, one when it is over, and never another byte in between."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import feedparser
import html5lib
import pytest
from lxml import etree

from crawler.model import Incident, Level, Reading
from crawler.site import feeds
from crawler.store.life import slug
from lives import HOUR, MINUTE, START, Life, incident, provider, reading, service, update, world

ATOM = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}
STEP = 5 * MINUTE
OPEN = incident("i1", "Trouble", components=("c1",), updates=(update("u1", "We look into it."),))
OVER = replace(OPEN, open=False, phase="resolved", ended_at=START + HOUR)
OLD = incident("i0", "Old", open=False, started=START - HOUR, created_at=START - HOUR)
PATHS = {
    f"{folder}feed.{kind}"
    for folder in ("", "service/acme/", "service/acme-chat/", "service/cloud/")
    for kind in ("rss", "atom")
}


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    both = provider("acme", service("acme"), service("acme-chat", components=["c1", "c2"]))
    with Life(tmp_path, world(both, provider("cloud"))) as made:
        yield made


def files(life: Life) -> dict[str, bytes]:
    return feeds.render(life.board(life.runs[-1].id))


def after(life: Life, *lists: tuple[Incident, ...] | str, start: int = START) -> list[list[str]]:
    """The tails of the item ids of the main feed, oldest first, after each reading of acme."""
    found = []
    for number, one in enumerate(lists):
        said: Reading | str = one if isinstance(one, str) else reading(OLD, *one)
        life.run(start + number * STEP, {"acme": said})
        found.append(tails(files(life)["feed.atom"]))
    return found


def entries(body: bytes) -> list[etree._Element]:
    return etree.fromstring(body).findall("a:entry", ATOM)


def said(entry: etree._Element, name: str) -> str:
    return entry.findtext(name, "", ATOM)


def tails(body: bytes) -> list[str]:
    """What follows the slug in the ids of the items of i1, oldest first."""
    ids = [said(entry, "a:id") for entry in reversed(entries(body))]
    assert len(ids) == len(set(ids))
    mine = slug("acme", "i1", START)[11:]
    return [one.partition(mine)[2] for one in ids if mine in one]


def test_every_feed_is_there_in_both_formats(life: Life) -> None:
    life.run(START)

    assert files(life).keys() == PATHS


def test_an_incident_is_one_item_per_opening_and_one_per_end(life: Life) -> None:
    late = START + 2 * HOUR
    lists = [(OPEN,), (OVER,), (OPEN,), (replace(OVER, ended_at=late + 3 * STEP),)]
    counted = after(life, *lists, start=late)

    assert counted == [
        [""],
        ["", ":resolved"],
        ["", ":resolved", ":reopened:1"],
        ["", ":resolved", ":reopened:1", ":resolved:1"],
    ]


def test_what_a_reader_has_seen_of_an_incident_never_changes(life: Life) -> None:
    late = START + 2 * HOUR
    seen: dict[str, bytes] = {}
    for number, one in enumerate((OPEN, OVER, OPEN, replace(OVER, ended_at=late + 20 * STEP))):
        life.run(late + number * STEP, {"acme": reading(OLD, one)})
        for path, body in files(life).items():
            for entry in entries(body) if path.endswith("atom") else []:
                key = path + said(entry, "a:id")
                raw = etree.tostring(entry).strip()
                assert seen.setdefault(key, raw) == raw


@pytest.mark.parametrize(
    "edited",
    [
        replace(OPEN, title="Trouble with keys"),
        replace(OPEN, updates=(update("u1", "Another word"),)),
        replace(OPEN, updates=(update("u2", "News", START + 600), *OPEN.updates)),
        replace(OPEN, impact=Level.CRITICAL),
        replace(OPEN, phase="monitoring"),
        replace(OPEN, components=("c2",)),
        replace(OPEN, url="https://acme.test/i1"),
    ],
    ids=["title", "update edited", "update", "impact", "phase", "components", "link"],
)
def test_an_update_or_an_edit_changes_no_byte(edited: Incident, life: Life) -> None:
    life.run(START, {"acme": reading(OLD, OPEN)})
    before = files(life)
    line = life.run(START + STEP, {"acme": reading(OLD, edited)})

    assert line.incidents
    assert files(life) == before


@pytest.mark.parametrize("failure", ["blind", "unreadable", "gone", "silent"])
def test_a_run_that_failed_changes_no_byte(failure: str, life: Life) -> None:
    life.run(START, {"acme": reading(OLD, OPEN)})
    before = files(life)
    for number in range(1, 40):
        now = START + number * STEP
        if failure == "blind":
            life.run(now, blind=True)
        elif failure == "unreadable":
            life.run(now, {"acme": "timeout", "cloud": "timeout"})
        elif failure == "gone":
            life.run(now, {"acme": reading()})

    assert files(life) == before
    assert feeds.render(life.board(START + 90 * HOUR)) == before


def test_an_incident_that_was_withdrawn_while_open_ends_as_withdrawn(life: Life) -> None:
    counted = after(life, (OPEN,), (), (), (), ())

    assert counted == [[""], [""], [""], ["", ":resolved"], ["", ":resolved"]]
    newest = entries(files(life)["feed.atom"])[0]
    assert said(newest, "a:title") == "Withdrawn by the provider: Acme: Trouble"
    assert "Withdrawn by the provider after 15 min." in said(newest, "a:content")


def test_an_incident_that_was_withdrawn_after_its_end_changes_no_byte(life: Life) -> None:
    late = START + 2 * HOUR
    after(life, (OPEN,), (OVER,), start=late)
    before = files(life)
    after(life, (), (), (), (), start=late + HOUR)
    [record] = [one for one in life.store.memories(late).records if one.incident.id == "i1"]

    assert record.withdrawn_at is not None
    assert files(life) == before


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


def test_one_incident_that_never_rests_still_keeps_its_items_together(life: Life) -> None:
    for number in range(30):
        life.run(START + number * STEP, {"acme": reading(OPEN if number % 2 == 0 else OVER)})

    assert len(entries(files(life)["feed.atom"])) == 30


def test_a_feed_without_items_is_valid(life: Life) -> None:
    life.run(START)
    for path, body in files(life).items():
        parsed = feedparser.parse(body)
        assert not parsed.bozo, path
        assert parsed.entries == []
        assert parsed.feed.title
        if path.endswith("atom"):
            assert parsed.feed.updated


def test_every_item_says_who_wrote_it_and_every_feed_where_it_is(life: Life) -> None:
    life.run(START, {"acme": reading(OPEN, OLD)})
    for path, body in files(life).items():
        folder = path.rpartition("/")[0]
        page = f"https://example.test/base/{folder}/" if folder else "https://example.test/base/"
        root = etree.fromstring(body)
        own = root.find(".//a:link[@rel='self']", ATOM)
        assert own is not None
        assert own.get("href") == f"https://example.test/base/{path}"
        items = [*root.iter("item"), *root.findall("a:entry", ATOM)]
        assert [said(one, "dc:creator") for one in items] == ["Acme"] * len(items)
        if path.endswith("rss"):
            assert root.findtext("channel/link") == page
            assert {guid.get("isPermaLink") for guid in root.iter("guid")} <= {"false"}
        else:
            alternate = root.find("a:link[@rel='alternate']", ATOM)
            assert alternate is not None
            assert alternate.get("href") == page


def test_both_formats_tell_the_same(life: Life) -> None:
    life.run(START + 2 * HOUR, {"acme": reading(OVER, OLD)})
    for path, body in files(life).items():
        if path.endswith("atom"):
            rss = feedparser.parse(files(life)[path.removesuffix("atom") + "rss"])
            atom = feedparser.parse(body)
            assert not rss.bozo
            assert not atom.bozo
            assert [(e.id, e.title, e.link) for e in rss.entries] == [
                (e.id, e.title, e.link) for e in atom.entries
            ]


def test_a_service_hears_only_of_what_concerns_it(life: Life) -> None:
    other = replace(OPEN, id="i9", components=("c9",))
    life.run(START, {"acme": reading(OPEN, other, OLD)})
    counts = {path: len(entries(b)) for path, b in files(life).items() if path.endswith("atom")}

    assert counts == {
        "feed.atom": 4,
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
    assert [one.tag for one in body.iter()] == ["body", "p", "p", "br"]
    assert "\n".join(body.findall("p")[1].itertext()) == words


def test_the_address_and_the_ids_never_depend_on_the_clock(life: Life) -> None:
    life.run(START, {"acme": reading(OPEN)})
    [entry] = entries(files(life)["feed.atom"])
    [story] = life.board(START).stories

    name = f"incident/acme/{story.record.slug}"
    assert said(entry, "a:id") == f"tag:example.test,2026:{name}"
    link = entry.find("a:link", ATOM)
    assert link is not None
    assert link.get("href") == f"https://example.test/base/{name}/"
