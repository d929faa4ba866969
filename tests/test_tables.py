"""The tables: rows that are the board's, cells that no spreadsheet runs, NDJSON line by line."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import running
from crawler import text
from crawler.site import tables
from crawler.site.board import Board
from lives import HOUR, START, Life, incident, provider, reading, world
from machines import with_uptime
from running import Place
from shared import requires_shared, strings
from strange import foreign

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "'=1", '"=1', "−1")


def rows(board: Board) -> list[dict[str, str]]:
    body = tables.render(board)["data/incidents.csv"].decode()
    return list(csv.DictReader(io.StringIO(body, newline="")))


def titled(life: Life, words: list[str]) -> Board:
    told = [incident(f"i{n}", text.plain(one)) for n, one in enumerate(words)]
    life.run(START, {"acme": reading(*told)})
    return life.board(START)


def check(board: Board, words: list[str]) -> None:
    found = rows(board)
    assert len(found) == len(words)
    assert {*found[0]} == {*tables.INCIDENTS}
    cleaned = {text.plain(one) for one in words}
    for row in found:
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell
            assert not cell.startswith(("\t", "\r")), cell
        assert row["name"] in cleaned | {f"'{one}" for one in cleaned}


def test_a_row_tells_one_incident(life: Life) -> None:
    over = incident("i2", "Old", open=False, started=START - HOUR, url="https://acme.test/2")
    life.run(START, {"acme": reading(incident("i1", "New, and bad"), over)})
    new, old = rows(life.board(START))

    assert (new["name"], new["open"], new["resolved_at"]) == ("New, and bad", "yes", "")
    assert (old["open"], old["duration_seconds"], old["shortlink"]) == (
        "no",
        "600",
        "https://acme.test/2",
    )
    assert (old["provider"], old["services"]) == ("acme", "acme")
    assert (old["started_at"], old["resolved_at"]) == (
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:10:00Z",
    )
    assert old["page"].startswith("https://example.test/base/incident/acme/2026-11-22-")


@pytest.mark.parametrize("words", FORMULAS)
def test_no_cell_is_a_formula(words: str) -> None:
    row: tables.Record = dict.fromkeys(tables.INCIDENTS, words)
    [cells] = list(csv.reader(io.StringIO(tables.as_csv([row], tables.INCIDENTS), newline="")))[1:]

    assert {cell[0] for cell in cells} == {"'"}


def test_a_harmless_cell_and_a_number_stay_as_they_are() -> None:
    row: tables.Record = {"a": "a-b", "b": -1, "c": None, "d": 'say "x", y'}

    assert tables.as_csv([row], ("a", "b", "c", "d")) == 'a,b,c,d\r\na-b,-1,,"say ""x"", y"\r\n'


@requires_shared
def test_the_hostile_texts_are_cells_and_nothing_else(life: Life) -> None:
    words = [one for _, one in strings()]

    check(titled(life, words), words)


@settings(max_examples=10)
@given(st.lists(foreign, min_size=5, max_size=5))
def test_any_text_is_a_cell_and_nothing_else(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, Life(Path(folder)) as life:
        check(titled(life, words), words)


def test_the_days_are_those_of_the_history(life: Life) -> None:
    life.run(START, {"acme": reading()})
    board = with_uptime(life.board(START))
    found = list(tables.days(board))

    assert {one["series"] for one in found} == {"reported", "observed"}
    assert sum(one["major_seconds"] == 3_600 for one in found) == 1
    assert {tuple(one) for one in found} == {tables.DAYS}


# The command.

Export = Callable[..., str]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """What `whosdown export` prints of a history with one incident."""
    place = Place(tmp_path / "place", {}, acme=running.provider("acme"))
    with Life(place.data, world(provider("acme"))) as life:
        life.run(START, {"acme": reading(incident("i1", "::error:: ##[group]"))})
    folders = ["--content", str(place.content), "--data", str(place.data), "--now", str(START + 60)]

    def run(*args: str) -> str:
        line = [sys.executable, "-m", "crawler", "export", *args, *folders]
        done = subprocess.run(line, env=place.env, capture_output=True, check=True, timeout=60)
        assert done.stderr == b""
        return done.stdout.decode()

    return run


def test_export_prints_both_tables_in_both_forms(export: Export) -> None:
    for table, columns in (("incidents", tables.INCIDENTS), ("days", tables.DAYS)):
        printed = list(csv.DictReader(io.StringIO(export(table), newline="")))
        said = export(table, "--format", "ndjson").replace("#\\u0023[", "## [")
        lines = [json.loads(line) for line in said.splitlines()]

        assert [*lines[0]] == [*columns] == [*printed[0]]
        assert len(lines) == len(printed)
        told = [{key: "" if v is None else str(v) for key, v in one.items()} for one in lines]
        assert told == printed


def test_what_a_provider_wrote_commands_no_runner_that_prints_it(export: Export) -> None:
    for form in ("csv", "ndjson"):
        out = export("incidents", "--format", form)

        assert "##[" not in out
        assert not [line for line in out.splitlines() if line.lstrip().startswith("::")]
        assert "group]" in out
