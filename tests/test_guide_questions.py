"""The questions of a guide: answered from the verdict, and text whatever was written."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from lxml import html

from crawler.model import Level
from crawler.site import articles
from crawler.site.board import Board
from folders import write
from guides import ASKED, FAQ, built, guide, lived, words
from lives import HOUR, START, Life, incident

HOSTILE = "</script><script>alert(1)</script><!-- <b>&amp;{{ 7*7 }} \u2028 ' \" ]]>"


def ld(page: html.HtmlElement) -> dict[str, Any]:
    [block] = page.xpath("//script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(block.text)
    return found


def test_the_first_question_is_answered_from_the_verdict_with_its_time(
    content: Path, tmp_path: Path
) -> None:
    guide(content, FAQ.format(ASKED))
    page = built(lived(tmp_path, incident(title="Gone"), word=Level.CRITICAL), content)
    article, faq = ld(page)["@graph"]

    assert article["@type"] == "TechArticle"
    assert article["dateModified"] == "2026-11-20"
    assert faq["@type"] == "FAQPage"
    first, second = faq["mainEntity"]
    assert first["name"] == "Is Acme down right now?"
    assert first["acceptedAnswer"]["text"].startswith("Yes, as of 22 Nov 2026, 11:00 UTC. ")
    assert "counts until 22 Nov 2026, 11:45 UTC" in first["acceptedAnswer"]["text"]
    assert second["acceptedAnswer"]["text"] == "Because <b>.</b>"
    shown = words(page)
    for one in faq["mainEntity"]:
        assert one["name"] in shown
        assert " ".join(one["acceptedAnswer"]["text"].split()) in shown


def test_an_unknown_state_is_no_answer_to_a_question(content: Path, tmp_path: Path) -> None:
    guide(content, FAQ.format(""))
    with Life(tmp_path / "data") as life:
        life.run(START)
        page = built(life.board(START + 4 * HOUR), content)
    [first] = ld(page)["@graph"][1]["mainEntity"]

    assert first["acceptedAnswer"]["text"].startswith("Nobody here can tell")
    assert "The last known state is “Operational”" in first["acceptedAnswer"]["text"]


@given(st.text(max_size=60))
def test_nothing_that_a_provider_wrote_ends_the_data_block(
    tmp_path_factory: pytest.TempPathFactory, more: str
) -> None:
    content = tmp_path_factory.mktemp("c")
    (content / "articles").mkdir()
    folder = write(content)
    guide(folder, FAQ.format(ASKED))
    board = _board(tmp_path_factory)
    said = HOSTILE + more
    rows = tuple(replace(r, verdict=replace(r.verdict, headline=said)) for r in board.rows)
    board = replace(board, rows=rows)
    [article] = articles.load(folder, board)
    text = next(iter(article.faq)).text
    body = Environment(autoescape=True).from_string("{{ data|tojson }}").render(data=article.data)

    assert not {"<", ">", "&", "'"} & {*body}
    assert json.loads(body)["@graph"][1]["mainEntity"][0]["acceptedAnswer"]["text"] == text


_BOARDS: list[Board] = []


def _board(factory: pytest.TempPathFactory) -> Board:
    if not _BOARDS:
        _BOARDS.append(lived(factory.mktemp("lived")))
    return _BOARDS[0]


def test_a_hostile_headline_stays_text_on_the_page_and_in_the_data(
    content: Path, tmp_path: Path
) -> None:
    guide(content, FAQ.format(ASKED))
    board = lived(tmp_path)
    rows = tuple(replace(r, verdict=replace(r.verdict, headline=HOSTILE)) for r in board.rows)
    page = built(replace(board, rows=rows), content)

    assert len(page.findall(".//script")) == 2
    assert (
        HOSTILE.partition(" ")[0]
        in ld(page)["@graph"][1]["mainEntity"][0]["acceptedAnswer"]["text"]
    )
    assert "{{ 7*7 }}" in words(page)
