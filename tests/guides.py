"""Guides made for a test: what is written into them, and the page that comes of it."""

from pathlib import Path
from typing import Any

from lxml import html

from crawler import site
from crawler.model import Level
from crawler.site.board import Board
from lives import REPOSITORY, START, Life, provider, reading, service, world

TEMPLATES = REPOSITORY / "site_templates"
HEAD = '+++\ntitle = "T"\ndek = "D"\nservice = "acme"\n+++\n'
FAQ = '+++\ntitle = "T"\ndek = "D"\nservice = "acme"\nupdated = 2026-11-20\n{}+++\nwords\n'
ASKED = '[[faq]]\nq = "Why?"\na = "Because <b>.</b>"\n'


def guide(content: Path, body: str) -> None:
    """Write the only guide."""
    (content / "articles" / "one.md").write_text(body, encoding="utf-8")


def built(board: Board, content: Path) -> html.HtmlElement:
    """Its page."""
    body = site.build(board, content, TEMPLATES)["guides/one/index.html"]
    return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))


def words(page: html.HtmlElement) -> str:
    """What its article says, with single spaces."""
    return " ".join(page.find(".//article").text_content().split())


def lived(tmp_path: Path, *incidents: Any, word: Level = Level.NONE) -> Board:
    """Acme and its neighbours after one run, in which Acme told of some incidents."""
    neighbours = (
        provider("acme", service("acme", upstreams=["deep"])),
        provider("deep", service("deep", category="other")),
        provider("near", service("near", upstreams=["deep"])),
        provider("far"),
        provider("child", service("child", upstreams=["acme"])),
    )
    with Life(tmp_path / "data", world(*neighbours)) as life:
        life.run(START, {"acme": reading(*incidents, word=word)})
        return life.board(START)
