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
from crawler.site import faq
from crawler.site.board import Board
from crawler.site.head import Head, read
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
    article, questions = ld(page)["@graph"]

    assert article["@type"] == "TechArticle"
    assert article["dateModified"] == "2026-11-20"
    assert questions["@type"] == "FAQPage"
    first, second = questions["mainEntity"]
    assert first["name"] == "Is Acme down right now?"
    assert first["acceptedAnswer"]["text"].startswith("Yes, as of 22 Nov 2026, 11:00 UTC. ")
    assert "counts until 22 Nov 2026, 11:45 UTC" in first["acceptedAnswer"]["text"]
    assert second["acceptedAnswer"]["text"] == "Because <b>.</b>"
    shown = words(page)
    for one in questions["mainEntity"]:
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
    board, top = _known(tmp_path_factory)
    row = replace(board.rows[0], verdict=replace(board.rows[0].verdict, headline=HOSTILE + more))
    asked = faq.questions(top, row, board)
    body = _PRINTED.render(data=faq.data(top, asked, "guides/it/", board))

    assert not {"<", ">", "&", "'"} & {*body}
    assert json.loads(body)["@graph"][1]["mainEntity"][0]["acceptedAnswer"]["text"] == asked[0].text


_PRINTED = Environment(autoescape=True).from_string("{{ data|tojson }}")
_KNOWN: list[tuple[Board, Head]] = []


def _known(factory: pytest.TempPathFactory) -> tuple[Board, Head]:
    """A board, and the head of a guide; each made once for all texts."""
    if not _KNOWN:
        path = factory.mktemp("guide") / "it.md"
        path.write_text(FAQ.format(ASKED), "utf-8")
        _KNOWN.append((lived(factory.mktemp("lived")), read(path)[0]))
    return _KNOWN[0]


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
