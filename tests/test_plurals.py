"""One thing is told as one, and more as many, wherever a page counts."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from msgspec import structs

import boards
from crawler.memory import Latency
from crawler.model import Component, Level, Upstream
from crawler.site import pages, twins
from crawler.site.board import Board, Uptime
from crawler.times import DAY
from lives import MINUTE, REPOSITORY, START, Life, incident, reading

WELL = Upstream("well", "Well", Level.NONE)


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """One service of one page, which has one incident behind it and one region in trouble."""
    with Life(tmp_path / "data") as life:
        past = incident("i0", open=False, started=START - DAY)
        now = incident("i1", regions=("eu",))
        life.run(START, {"acme": reading(past, now)})
        return life.board(START)


def opened(body: bytes) -> html.HtmlElement:
    """A page."""
    return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))


def text(node: html.HtmlElement) -> str:
    """The words of a part, with single blanks."""
    return " ".join(node.text_content().split())


def shown(board: Board, count: int) -> dict[str, str]:
    """The words of every page, where its one service has `count` of whatever may be folded."""
    (row,) = board.rows
    above = (Upstream("hit", "Hit", Level.MINOR), *[WELL] * 5, *[WELL] * count)
    troubled = tuple(replace(one, level=Level.MINOR) for one in above[:6])
    series = boards.series([(START - 90 * DAY, START, Level.NONE)], START - 90 * DAY, START)
    samples = ((START - MINUTE, 70), (START, 70))
    row = replace(
        row,
        service=structs.replace(row.service, regions=["eu", *("us", "asia")[:count]]),
        verdict=replace(row.verdict, upstreams=(*troubled, *above[6:])),
        components=(Component("c1", "API", Level.NONE),) * (24 + count),
        uptime=Uptime(reported=series, basis="reported", median_repair=660, resolved=count),
        latency=Latency(recent=samples, daily=((START - DAY, 9, 70, 90),) * count),
    )
    board = replace(board, rows=(row,), by_category=((board.by_category[0][0], (row,)),))
    found = pages.render(board, (), REPOSITORY / "site_templates")
    return {path: text(opened(body)) for path, body in found.items()}


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (
            1,
            "The one incident of 90 days that says when it began and ended was over within 11 min.",
        ),
        (2, "Half of its incidents were over within 11 min (median of the 2 of 90 days that say"),
        (1, "11 minone incident, 90 days"),
        (2, "11 minmedian of 2, 90 days"),
        (1, "1 other, not in trouble"),
        (2, "2 others, none in trouble"),
        (1, "1 other: nothing reported"),
        (2, "2 others: nothing reported"),
        (1, "1 more component "),
        (2, "2 more components "),
        (1, "70 ms is usual (1 day before)"),
        (2, "70 ms is usual (2 days before)"),
    ],
)
def test_the_page_of_a_service_counts_in_words_that_fit(
    board: Board, count: int, said: str
) -> None:
    assert said in shown(board, count)["service/acme/index.html"]


def test_a_site_of_one_service_speaks_of_one(board: Board) -> None:
    pages_of = pages.render(board, (), REPOSITORY / "site_templates")
    said = shown(board, 1)

    assert "It asks 1 status page;" in said["sources/index.html"]
    assert "status pages of 1 service, judges it by the same rules" in said["about/index.html"]
    assert (
        b"The state of 1 AI and developer service from its own status page,"
        in (pages_of["index.html"])
    )
    assert "The state of 1 AI and developer service, read" in (
        twins.render(board, ())["llms.txt"].decode()
    )


def test_what_is_unknown_is_never_said_to_rest_on_a_reading(tmp_path: Path) -> None:
    with Life(tmp_path / "data") as life:
        life.run(START)
        life.run(START + DAY, {"acme": "timeout"})
        board = life.board(START + DAY)
    found = pages.render(board, (), REPOSITORY / "site_templates")["service/acme/index.html"]
    facts = opened(found).xpath("//section[@aria-labelledby='how']/dl/*")
    said = [text(one) for one in facts]

    assert board.rows[0].verdict.confidence == "stale"
    assert said[said.index("Based on") + 1] == "nothing that we may trust"
    assert not [one for one in said if "based on" in one]
