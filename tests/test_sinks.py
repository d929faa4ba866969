"""Every hostile text as title and as message of an incident, in every place where it is shown."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import feedparser
import html5lib
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler import text
from crawler.site import api, feeds, pages
from crawler.site.board import Board, Story
from lives import REPOSITORY, START, Life, incident, reading, update
from shared import requires_shared, strings
from strange import foreign

TEMPLATES = REPOSITORY / "site_templates"
ATOM = "{http://www.w3.org/2005/Atom}"
EMPTY_TITLE, EMPTY_TEXT = "Incident without a title", "(no text)"
OWN = [  # for machines without the reference data; the rest is there
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload='x'>",
    "]]><x>&amp;lt;b&amp;gt;",
    "{{ 7*7 }} {% raw %} wdslot0x",
    "&#60;b&#62; &lt;i&gt; &nbsp;",
    "use <model> & a < b",
    "\u202eevil\u202c \u200b\ufeff null\x00byte",
    "::set-output name=a::b\n##[group]",
    "[x](javascript:alert(1)) **bold** `code`",
    "",
    "   ",
    "line one\nline two\r\nline three",
    "e\u0301 \U0001f468\u200d\U0001f469 \u0645\u0631\u062d\u0628\u0627",
]


def told(life: Life, words: Iterable[str]) -> tuple[Board, dict[str, tuple[str, str]]]:
    """A board with one open incident for each text; what must be shown, by the incident's id."""
    shown, incidents = {}, []
    for number, one in enumerate(words):
        key = f"h{number}"
        shown[key] = (text.plain(one), text.plain(one, text.BODY))
        message = replace(update("u", one), phase=text.plain(one, 60))
        incidents.append(incident(key, text.plain(one), updates=(message,), components=(key,)))
    life.run(START, {"acme": reading(*incidents)})
    return life.board(START), shown


def element(body: bytes | str) -> "etree._Element":
    """A page as browsers read it."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    found: etree._Element = parser.parse(body).getroot()
    return found


def words_of(found: "etree._Element | None") -> str:
    assert found is not None
    return "".join(map(str, found.itertext()))


def skeleton(root: "etree._Element") -> list[tuple[str, tuple[str, ...]]]:
    """Tags and names of attributes in their order: all that a text could smuggle in."""
    return [(str(one.tag), tuple(sorted(map(str, one.attrib)))) for one in root.iter(etree.Element)]


def check_pages(board: Board, shown: dict[str, tuple[str, str]]) -> None:
    files = pages.render(board, (), TEMPLATES)
    harmless: dict[tuple[bool, bool], object] = {}
    for story in board.stories:
        title, body = shown[story.record.incident.id]
        root = element(files[f"{story.path}index.html"])
        heading, message = root.find(".//h1/bdi"), root.find(".//blockquote/bdi")
        assert words_of(heading) == (title or EMPTY_TITLE)
        assert words_of(message) == (body or EMPTY_TEXT)
        assert words_of(root.find(".//title")).startswith(f"Acme: {title or EMPTY_TITLE}")
        # Whatever the words are, the elements and attributes around them are the same.
        phase = story.record.incident.updates[0].phase
        kind = (bool(phase), phase.lower() in ("open", "resolved", "withdrawn"))
        assert skeleton(root) == harmless.setdefault(kind, skeleton(root))
    for path in ("index.html", "incidents/index.html", "service/acme/index.html"):
        listed = {words_of(one) for one in element(files[path]).iter("bdi")}
        assert {title or EMPTY_TITLE for title, _ in shown.values()} <= listed, path


def feed_of(board: Board, stories: tuple[Story, ...]) -> dict[str, bytes]:
    return feeds.render(replace(board, stories=stories))


def check_feeds(board: Board, shown: dict[str, tuple[str, str]]) -> None:
    for start in range(0, len(board.stories), feeds.CAP):
        part = board.stories[start : start + feeds.CAP]
        wanted = {one.path: shown[one.record.incident.id] for one in part}
        files = feed_of(board, part)
        rss, atom = (etree.fromstring(files[f"feed.{kind}"]) for kind in ("rss", "atom"))
        rows = [
            *(
                (i.findtext("title"), i.findtext("link"), i.findtext("description"))
                for i in rss.iter("item")
            ),
            *entries(atom),
            *(
                (one["title"], one["url"], one["content_html"])
                for one in json.loads(files["feed.json"])["items"]
            ),
        ]
        assert len(rows) == 3 * len(part)
        for title, link, content in rows:
            said = wanted[str(link).partition("/base/")[2]]
            assert title == f"Acme: {said[0] or EMPTY_TITLE}"
            check_body(str(content), said[1])
        for title, link, content in entries(etree.fromstring(files["updates.atom"])):
            said = wanted[str(link).partition("/base/")[2]]
            assert str(title).startswith("Acme: ")
            assert str(title).endswith(f": {said[0] or EMPTY_TITLE}")
            check_body(str(content), said[1])
        for kind in ("feed.rss", "feed.atom", "updates.atom"):
            parsed = feedparser.parse(files[kind])
            assert not parsed.bozo, parsed.get("bozo_exception")
            assert len(parsed.entries) == len(part)


def entries(atom: "etree._Element") -> Iterator[tuple[str | None, str | None, str | None]]:
    """Title, link and content of each entry."""
    for one in atom.iter(f"{ATOM}entry"):
        [link] = one.iter(f"{ATOM}link")
        yield one.findtext(f"{ATOM}title"), link.get("href"), one.findtext(f"{ATOM}content")


def check_body(content: str, wanted: str) -> None:
    inside = element(f"<!DOCTYPE html><title>x</title><body>{content}").find("body")
    assert inside is not None
    assert {one.tag for one in inside.iter()} <= {"body", "p", "br"}
    assert not [one for one in inside.iter() if one.attrib]
    for line in inside.iter("br"):
        line.tail = "\n" + (line.tail or "")
    assert words_of(inside[-1]) == (wanted or "No text was given.")


def check_json(board: Board, shown: dict[str, tuple[str, str]]) -> None:
    raw = api.render(board)["statuses.json"]
    [row] = json.loads(raw)["services"]
    evidence = [one["what"] for one in row["verdict"]["evidence"] if one["kind"] == "incident"]

    assert sorted(evidence) == sorted(title or EMPTY_TITLE for title, _ in shown.values())
    briefs = [one["name"] or EMPTY_TITLE for one in row["recentIncidentBriefs"]]
    assert len(briefs) == min(5, len(shown))
    assert {*briefs} <= {*evidence}
    for path, body in api.render(board).items():
        json.loads(body)
        assert body.count(b"\n") == 1, path
    # Inside a <script> of somebody's page it must still be data, and in a log one line.
    assert raw.count(b"\n") == 1


def test_own_hostile_texts_are_shown_exactly_as_cleaned_and_as_nothing_but_text(
    life: Life,
) -> None:
    board, shown = told(life, OWN)

    assert len(shown) == len(board.stories) == len(OWN)
    check_pages(board, shown)
    check_feeds(board, shown)
    check_json(board, shown)


@requires_shared
@pytest.mark.parametrize("part", range(4))
def test_the_hostile_texts_are_shown_exactly_as_cleaned_and_as_nothing_but_text(
    part: int, life: Life
) -> None:
    words = [one for _, one in strings()][part::4]
    board, shown = told(life, words)

    assert len(words) > 100
    assert len(board.stories) == len(words)
    check_pages(board, shown)
    check_feeds(board, shown)
    check_json(board, shown)


@settings(max_examples=4, phases=[Phase.generate])  # each of 20 texts; their pages take their time
@given(st.lists(foreign, min_size=20, max_size=20))
def test_any_text_is_shown_exactly_as_cleaned(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, Life(Path(folder)) as life:
        board, shown = told(life, words)
        check_pages(board, shown)
        check_feeds(board, shown)
        check_json(board, shown)
