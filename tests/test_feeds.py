"""The feeds: one item when it opens, one when it is over, and never another byte in between."""

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import feedparser
import html5lib
import pytest
from lxml import etree
from msgspec import structs
from sqlite_utils import Database

from crawler import times
from crawler.catalogue import Catalogue, Probe
from crawler.model import Incident, Level, Maintenance, Reading, Update
from crawler.site import feeds
from crawler.site.gather import gather
from crawler.store import Store, rebuild
from crawler.store.life import slug
from lives import HOUR, MINUTE, START, Life, incident, provider, reading, service, update, world

ATOM = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}
STEP = 5 * MINUTE
OPEN = incident("i1", "Trouble", components=("c1",), updates=(update("u1", "We look into it."),))
OVER = replace(OPEN, open=False, phase="resolved", ended_at=START + HOUR)
OLD = incident("i0", "Old", open=False, started=START - HOUR, created_at=START - HOUR)
FOLDERS = ("", "category/gateway/", "service/acme/", "service/acme-chat/", "service/cloud/")
KINDS = (
    *("feed.rss", "feed.atom", "feed.json", "updates.atom", "major.atom", "maintenance.atom"),
    "maintenance.ics",
)
PATHS = {folder + kind for folder in FOLDERS for kind in KINDS}
LISTS = {"feeds.opml", "category/gateway/feeds.opml"}


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    both = provider("acme", service("acme"), service("acme-chat", components=["c1", "c2"]))
    with Life(tmp_path, world(both, provider("cloud"))) as made:
        yield made


def files(life: Life) -> dict[str, bytes]:
    return feeds.render(life.board(life.runs[-1].id))


def of_incidents(life: Life) -> dict[str, bytes]:
    """The feeds that tell of the beginning and the end of incidents, in all formats."""
    return {path: body for path, body in files(life).items() if "feed." in path}


def xml(life: Life) -> dict[str, bytes]:
    """Every feed in RSS and Atom."""
    return {path: body for path, body in files(life).items() if path.endswith(("rss", "atom"))}


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


def test_every_feed_is_there_in_every_format(life: Life) -> None:
    life.run(START)

    assert files(life).keys() == PATHS | LISTS


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
        for path, body in xml(life).items():
            for entry in entries(body):
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
        replace(OPEN, started_at=START - HOUR),
        replace(OPEN, started_at=None, created_at=START - 2 * HOUR),
        replace(OPEN, updates=(replace(OPEN.updates[0], at=START - 7),)),
    ],
    ids=[
        *("title", "update edited", "update", "impact", "phase", "components", "link"),
        *("start", "no start", "time of an update"),
    ],
)
def test_an_update_or_an_edit_changes_no_byte(edited: Incident, life: Life) -> None:
    life.run(START, {"acme": reading(OLD, OPEN)})
    before = of_incidents(life)
    line = life.run(START + STEP, {"acme": reading(OLD, edited)})

    assert line.incidents
    assert of_incidents(life) == before


@pytest.mark.parametrize(
    "edited",
    [
        replace(OVER, ended_at=START + 3 * HOUR),
        replace(OVER, ended_at=None),
        replace(OVER, started_at=START - HOUR),
        replace(OVER, title="A postmortem", updates=(update("u9", "What happened", START + HOUR),)),
    ],
    ids=["end", "no end", "start", "title and text"],
)
def test_an_edit_of_what_is_over_changes_no_byte(edited: Incident, life: Life) -> None:
    late = START + 4 * HOUR
    life.run(late, {"acme": reading(OLD, OPEN)})
    life.run(late + STEP, {"acme": reading(OLD, OVER)})
    before = of_incidents(life)
    for number in (2, 3):
        line = life.run(late + number * STEP, {"acme": reading(OLD, edited)})
        assert bool(line.incidents) == (number == 2)
        assert of_incidents(life) == before


def test_the_end_of_an_incident_without_a_stated_end_is_when_it_was_first_seen_over(
    life: Life,
) -> None:
    over = replace(OVER, ended_at=None)
    after(life, (OPEN,), (over,), (replace(over, title="Edited"),))
    [record] = [one for one in life.store.memories(START).records if one.incident.id == "i1"]

    assert record.phases == ((START, START + STEP),)


def test_the_duration_is_the_one_that_was_known_at_the_end(life: Life) -> None:
    late = START + 4 * HOUR
    life.run(late, {"acme": reading(OPEN)})
    life.run(late + STEP, {"acme": reading(replace(OVER, started_at=START - HOUR))})
    life.run(late + 2 * STEP, {"acme": reading(replace(OVER, started_at=START - 5 * HOUR))})
    newest, oldest = entries(files(life)["feed.atom"])

    assert "Resolved after 2 h." in said(newest, "a:content")
    assert said(oldest, "a:published") == "2026-11-22T11:00:00+00:00"


def test_a_rebuilt_memory_tells_the_same_to_the_byte(life: Life, tmp_path: Path) -> None:
    late = START + 4 * HOUR
    edited = replace(OVER, ended_at=START + 2 * HOUR, title="Edited", started_at=START - HOUR)
    after(life, (OPEN,), (OVER,), (edited,), (OPEN,), (), (), (), (edited,), start=late)
    work = Maintenance(id="m1", title="Upgrade", phase="scheduled", starts_at=late + 9 * HOUR)
    life.run(late + HOUR, {"acme": replace(reading(OLD), maintenances=(work,))})
    moved = replace(work, starts_at=late + 10 * HOUR)
    life.run(late + 2 * HOUR, {"acme": replace(reading(OLD), maintenances=(moved,))})
    before = files(life)
    rebuild(life.store.data, tmp_path / "again.db")
    again = Store(tmp_path, Database(sqlite3.connect(tmp_path / "again.db")))
    try:
        board = gather(life.catalogue, again.memories(late + 3 * HOUR), late + 3 * HOUR)
    finally:
        again.close()

    assert feeds.render(board) == before


def test_a_move_to_another_address_changes_no_id_and_no_date(life: Life) -> None:
    life.run(START + 2 * HOUR, {"acme": reading(OVER, OLD)})
    here = files(life)["feed.atom"]
    moved = structs.replace(life.catalogue.site, url="https://elsewhere.example/deep/er")
    life.catalogue = Catalogue(moved, life.catalogue.providers)
    there = files(life)["feed.atom"]

    assert b"example.test/base" not in there
    for name in ("a:id", "a:published", "a:updated", "a:title", "a:content"):
        assert [said(e, name) for e in entries(there)] == [said(e, name) for e in entries(here)]


@pytest.mark.parametrize("failure", ["blind", "unreadable", "silent"])
def test_a_run_that_failed_changes_no_byte(failure: str, life: Life) -> None:
    life.run(START, {"acme": reading(OLD, OPEN)})
    before = files(life)
    for number in range(1, 40):
        now = START + number * STEP
        if failure == "blind":
            life.run(now, blind=True)
        elif failure == "unreadable":
            life.run(now, {"acme": "timeout", "cloud": "timeout"})

    assert len(entries(before["feed.atom"])) == 3
    assert files(life) == before
    assert feeds.render(life.board(START + 90 * HOUR)) == before
    assert feeds.render(life.board(START + 3 * 365 * 24 * HOUR)) == before


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


def test_what_was_told_as_withdrawn_stays_so_when_it_comes_back(life: Life) -> None:
    counted = after(life, (OPEN,), (), (), (), (OPEN,), (OVER,))
    titles = [said(entry, "a:title") for entry in reversed(entries(files(life)["feed.atom"]))]

    assert counted[-1] == ["", ":resolved", ":reopened:1", ":resolved:1"]
    assert titles[-4:] == [
        "Acme: Trouble",
        "Withdrawn by the provider: Acme: Trouble",
        "Acme: Reopened: Trouble",
        "Resolved: Acme: Trouble",
    ]


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


def test_each_message_of_a_provider_is_one_update_with_its_first_wording(life: Life) -> None:
    first, second = OPEN.updates[0], update("u2", "We know why.", START + 60, "identified")
    later = replace(second, id="u3", at=START + 9 * HOUR)  # a clock that is wrong
    edited = replace(first, text="We looked into it.", at=START - 60)
    life.run(START, {"acme": reading(OPEN)})
    life.run(START + STEP, {"acme": reading(replace(OPEN, updates=(later, second, first)))})
    before = files(life)["updates.atom"]
    life.run(START + 2 * STEP, {"acme": reading(replace(OPEN, updates=(later, second, edited)))})
    told = [
        (said(one, "a:title"), said(one, "a:published")[11:16], said(one, "a:content"))
        for one in entries(before)
    ]

    assert files(life)["updates.atom"] == before
    assert told == [
        ("Acme: Identified: Trouble", "11:05", "<p>Acme wrote:</p><p>We know why.</p>"),
        ("Acme: Identified: Trouble", "11:01", "<p>Acme wrote:</p><p>We know why.</p>"),
        ("Acme: Investigating: Trouble", "11:00", "<p>Acme wrote:</p><p>We look into it.</p>"),
    ]
    ids = [said(one, "a:id") for one in entries(before)]
    assert len({*ids}) == 3
    assert all(":update:" in one for one in ids)


def test_an_incident_that_was_once_a_partial_outage_stays_among_the_major_ones(life: Life) -> None:
    counted = []
    late = START + 2 * HOUR
    for number, impact in enumerate((Level.MINOR, None, Level.MAJOR, Level.MINOR)):
        one = replace(OPEN, impact=impact)
        life.run(late + number * STEP, {"acme": reading(one, OLD)})
        counted.append(tails(files(life)["major.atom"]))
    life.run(late + HOUR, {"acme": reading(replace(OVER, impact=Level.NONE), OLD)})

    assert counted == [[], [], [""], [""]]
    assert tails(files(life)["major.atom"]) == ["", ":resolved"]
    assert len(entries(files(life)["major.atom"])) == 2


def announced(work: Maintenance) -> Reading:
    return replace(reading(OLD), maintenances=(work,))


def work_items(life: Life) -> list[tuple[str, str, str]]:
    """Tail of the id, title and time of the items of maintenance.atom, oldest first."""
    found = []
    for entry in reversed(entries(files(life)["maintenance.atom"])):
        tail = said(entry, "a:id").partition("maintenance/acme/")[2][21:]
        found.append((tail, said(entry, "a:title"), said(entry, "a:published")[:16]))
    return found


def test_announced_work_is_one_item_one_more_when_it_is_moved_and_one_at_its_end(
    life: Life,
) -> None:
    work = Maintenance(
        id="m1", title="Upgrade", phase="scheduled",
        starts_at=START + 2 * HOUR, ends_at=START + 3 * HOUR,
    )  # fmt: skip
    moved = replace(work, starts_at=START + 4 * HOUR, ends_at=START + 5 * HOUR)
    said_more = replace(moved, title="Upgrade!", updates=(Update("", None, "", "Soon"),))
    running = replace(said_more, phase="in_progress", starts_at=START + 4 * HOUR + 60)
    for number, one in enumerate((work, moved, said_more, running)):
        life.run(START + number * HOUR, {"acme": announced(one)})
    life.run(START + 6 * HOUR, {"acme": reading(OLD)})

    assert work_items(life) == [
        ("", "Acme: Maintenance: Upgrade", "2026-11-22T11:00"),
        (":moved:1", "Acme: Maintenance moved: Upgrade", "2026-11-22T12:00"),
        (":over", "Completed: Acme: Maintenance: Upgrade", "2026-11-22T16:00"),
    ]
    first, second, third = (said(e, "a:content") for e in entries(files(life)["maintenance.atom"]))
    assert "Planned from 22 Nov 2026, 13:00 UTC to 22 Nov 2026, 14:00 UTC." in third
    assert "Planned from 22 Nov 2026, 15:00 UTC" in second
    assert "before that from 22 Nov 2026, 13:00 UTC" in second
    assert "The provider says that it is over." in first


def test_work_that_vanishes_before_it_began_was_withdrawn_and_may_come_back(life: Life) -> None:
    work = Maintenance(id="m1", title="Upgrade", phase="scheduled", starts_at=START + 9 * HOUR)
    for number, one in enumerate((announced(work), reading(OLD), announced(work), reading(OLD))):
        life.run(START + number * HOUR, {"acme": one})

    assert work_items(life) == [
        ("", "Acme: Maintenance: Upgrade", "2026-11-22T11:00"),
        (":over", "Withdrawn by the provider: Acme: Maintenance: Upgrade", "2026-11-22T12:00"),
        (":again:1", "Acme: Maintenance again: Upgrade", "2026-11-22T13:00"),
        (":over:1", "Withdrawn by the provider: Acme: Maintenance: Upgrade", "2026-11-22T14:00"),
    ]


def test_an_opening_without_a_message_is_never_filled_in_later(life: Life) -> None:
    life.run(START, {"acme": reading(replace(OPEN, updates=()))})
    before = of_incidents(life)
    life.run(START + STEP, {"acme": reading(OPEN)})

    assert of_incidents(life) == before
    assert b"No text was given." in before["feed.atom"]


PROBED = provider("acme", service("acme", probe=Probe("https://api.acme.test/v1", [401])))


def test_what_our_checks_saw_first_stays_ours_when_the_provider_goes_on_with_it(
    tmp_path: Path,
) -> None:
    late = START + 2 * HOUR
    theirs = replace(OPEN, started_at=late + 3 * STEP, created_at=late + 3 * STEP)
    theirs = replace(theirs, updates=(update("u1", "We look into it.", late + 3 * STEP),))
    over = replace(theirs, open=False, ended_at=late + 4 * STEP)
    seen: dict[str, str] = {}
    with Life(tmp_path, world(PROBED)) as life:
        for number, told in enumerate(((), (), (), (theirs,), (over,))):
            said_now = {"acme": reading(OLD, *told)}
            life.run(
                late + number * STEP,
                said_now,
                probes={"acme": "fail" if number in (1, 2) else "ok"},
            )
            found = entries(files(life)["feed.atom"])
            for entry in found:
                text = etree.tostring(entry, encoding="unicode").strip()
                assert seen.setdefault(said(entry, "a:id"), text) == text
        written = entries(files(life)["updates.atom"])

    assert [said(one, "a:title") for one in reversed(found)][2:] == [
        "Acme: Our checks of Acme fail",
        "Resolved: Acme: Our checks of Acme fail",
    ]
    assert [said(one, "dc:creator") for one in reversed(found)][2:] == ["whosdown", "whosdown"]
    assert [said(one, "dc:creator") for one in reversed(written)] == ["whosdown", "Acme"]
    assert "<p>whosdown wrote:</p><p>Our checks fail since" in said(found[1], "a:content")


def test_what_our_checks_saw_end_is_reopened_when_the_provider_still_tells_of_it(
    tmp_path: Path,
) -> None:
    late = START + 2 * HOUR
    theirs = replace(OPEN, started_at=None, created_at=None, updates=())
    with Life(tmp_path, world(PROBED)) as life:
        for number, outcome in enumerate(("ok", "fail", "fail", "ok", "ok", "ok", "ok")):
            told = (theirs,) if number == 6 else ()
            said_now = {"acme": reading(OLD, *told)}
            life.run(late + number * STEP, said_now, probes={"acme": outcome})
        found = [said(one, "a:title") for one in reversed(entries(files(life)["feed.atom"]))]

    assert found[2:] == [
        "Acme: Our checks of Acme fail",
        "Resolved: Acme: Our checks of Acme fail",
        "Acme: Reopened: Our checks of Acme fail",
    ]
