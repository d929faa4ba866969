"""Badges: images that load nothing, say as of when they hold, and never call old news good."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import SiteError
from crawler.model import Component, Level
from crawler.site import api, badges
from crawler.site.board import Board
from crawler.times import DAY
from lives import START, Life, V, provider, reading, service, world
from machines import measured
from strange import foreign

SVG = "{http://www.w3.org/2000/svg}"


def texts(body: bytes) -> list[str]:
    return [str(one.text) for one in etree.fromstring(body).iter(f"{SVG}text")]


def images(board: Board) -> tuple[bytes, bytes]:
    files = badges.render(board)
    return files["api/badge/acme.svg"], files["api/badge/acme-uptime.svg"]


@pytest.mark.parametrize("level", [*Level])
def test_a_badge_says_the_level_in_our_words_and_as_of_when(level: Level, life: Life) -> None:
    life.run(START, {"acme": reading(word=level, components=(Component("c1", "API", level),))})
    board = life.board(START)
    state, _ = images(board)
    root = etree.fromstring(state)

    assert board.rows[0].verdict.level is level
    assert texts(state) == ["Acme", level.label.lower(), "22 Nov, 11:00 UTC"]
    assert root.get("role") == "img"
    said = f"Acme: {level.label}, as of 22 Nov 2026, 11:00 UTC"
    assert (root.get("aria-label"), root.findtext(f"{SVG}title")) == (said, said)


def test_a_badge_is_grey_and_unknown_once_its_evidence_is_too_old(life: Life) -> None:
    life.run(START, {"acme": reading()})
    fresh, _ = images(life.board(START + V))
    old, _ = images(life.board(START + V + 1))
    never, _ = images(Life.board(life, START + V + 1))

    assert texts(fresh)[1] == "operational"
    assert texts(old) == ["Acme", "unknown", "22 Nov, 11:00 UTC"]
    assert texts(images(life.board(START + 45 * DAY))[0])[2] == "22 Nov 2026, 11:00 UTC"
    assert b"#1a7a48" in fresh
    assert b"#5a5e67" in old
    assert b"#1a7a48" not in old
    assert never == old


def test_before_the_first_reading_a_badge_says_that_it_knows_nothing(life: Life) -> None:
    state, uptime = images(life.board(START))

    assert texts(state) == ["Acme", "unknown", "never read"]
    assert texts(uptime)[1] == "no data"


def test_the_uptime_badge_names_window_and_basis_and_goes_grey_with_the_state(life: Life) -> None:
    life.run(START, {"acme": reading()})

    def uptime(now: int) -> bytes:
        board = life.board(now)
        rows = tuple(measured(row, START) for row in board.rows)
        return images(replace(board, rows=rows))[1]

    fresh, old = uptime(START), uptime(START + V + 1)
    assert texts(fresh) == ["Acme uptime", "99.95%", "30 days reported, 22 Nov, 11:00 UTC"]
    assert texts(old)[1] == "99.95%"
    assert b"#1a7a48" in fresh
    assert b"#5a5e67" in old


def test_a_badge_of_invented_days_says_so(life: Life) -> None:
    life.run(START, {"acme": reading()})
    board = life.board(START)
    rows = tuple(measured(row, START) for row in board.rows)
    state, uptime = images(replace(board, rows=rows, simulated=True))

    assert texts(state)[2] == "simulated"
    assert texts(uptime)[2] == "30 days reported, simulated"
    for body in (state, uptime):
        image = etree.fromstring(body)
        said = str(image.findtext(f"{SVG}title"))
        assert said.endswith(", as of 22 Nov 2026, 11:00 UTC")
        assert image.get("aria-label") == said


@given(foreign.filter(str.strip), st.sampled_from(["headline", "name"]))
def test_a_badge_is_inert_whatever_the_words_around_it_are(words: str, place: str) -> None:
    [row] = BOARD.rows
    if place == "name":
        row = replace(row, service=msgspec.structs.replace(row.service, name=words))
    else:
        row = replace(row, verdict=replace(row.verdict, headline=words))
    for body in images(replace(BOARD, rows=(row,))):
        root = etree.fromstring(body)
        kinds = {"svg", "title", "style", "rect", "text"}
        assert {str(one.tag).removeprefix(SVG) for one in root.iter()} <= kinds
        plain = {"width", "height", "viewBox", "role", "aria-label", "class", "x", "y", "rx"}
        assert {str(key) for one in root.iter() for key in one.attrib} <= plain | {"textLength"}
        [style] = root.iter(f"{SVG}style")
        assert not re.search(r"url\(|@import|</", str(style.text))
        if place == "headline":
            assert texts(body)[0].startswith("Acme")


def test_an_id_that_ends_like_a_badge_of_another_stops_the_build(tmp_path: Path) -> None:
    both = provider("acme", service("acme"), service("acme-uptime"))
    with (
        Life(tmp_path / "data", world(both)) as life,
        pytest.raises(SiteError, match="acme-uptime"),
    ):
        badges.render(life.board(START))


def test_shields_gets_the_same_word(life: Life) -> None:
    life.run(START, {"acme": reading(word=Level.MAJOR)})

    def shield(now: int) -> dict[str, object]:
        found: dict[str, object] = json.loads(api.render(life.board(now))["api/badge/acme.json"])
        return found

    fresh, old = shield(START), shield(START + V + 1)
    assert (fresh["schemaVersion"], fresh["label"]) == (1, "Acme")
    assert fresh["message"] == "partial outage, 22 Nov, 11:00 UTC"
    assert fresh["isError"] is False
    assert str(old["message"]).startswith("unknown, ")
    assert old["isError"] is True
    assert old["color"] == "5a5e67"


@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="rsvg-convert is not installed")
def test_another_renderer_draws_it(life: Life, tmp_path: Path) -> None:
    for number, body in enumerate(images(life.board(START))):
        path = tmp_path / f"{number}.svg"
        path.write_bytes(body)
        png = tmp_path / f"{number}.png"
        subprocess.run(["rsvg-convert", "-o", str(png), str(path)], check=True, timeout=20)
        assert png.stat().st_size > 500


def _board() -> Board:
    import tempfile  # noqa: PLC0415 (once, for the generated words)

    with tempfile.TemporaryDirectory() as folder, Life(Path(folder)) as life:
        life.run(START, {"acme": reading()})
        return life.board(START)


BOARD = _board()
