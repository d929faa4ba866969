"""The programs of guides: what a reader copies is run against a real server."""

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from crawler.model import Level
from crawler.site import api
from crawler.site.board import Board, Row
from crawler.site.programs import programs
from guides import lived
from lives import HOUR, START, service
from serving import Background


def row(board: Board) -> Row:
    return next(one for one in board.rows if one.service.id == "acme")


class Quiet(SimpleHTTPRequestHandler):
    # The client closes: a server that closes first can cut off the end of an answer.
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's word)
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a server, and the folder that it serves."""
    folder = tmp_path / "www"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with Background(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as found:
        yield found.address, folder


def put(folder: Path, path: str, body: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)


def snippets(row: Row, board: Board) -> list[tuple[str, str]]:
    """(language, program) of each fenced block."""
    blocks = str(programs(row, board)).split("```")[1::2]
    return [(block.partition("\n")[0], block.partition("\n")[2]) for block in blocks]


def run(language: str, program: str) -> subprocess.CompletedProcess[str]:
    command = {
        "sh": ["bash", "-o", "pipefail", "-c", program],
        "python": [sys.executable, "-c", program],
        "js": ["node", "--input-type=module", "-e", program],
    }[language]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def needs(*tools: str) -> None:
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed, so its programs cannot be tried")


YEAR = 365 * 24 * HOUR
STATES: Sequence[tuple[str, dict[str, object], str]] = (
    ("well", {"level": Level.NONE, "valid_until": START + 50 * YEAR}, "No"),
    ("trouble", {"level": Level.MAJOR, "valid_until": START + 50 * YEAR}, "major"),
    ("old", {"level": Level.NONE, "valid_until": START - 5 * YEAR}, "unknown"),
    ("unknown", {"level": Level.UNKNOWN, "valid_until": None}, "unknown"),
    ("without end", {"level": Level.NONE, "valid_until": None}, "unknown"),
)


@pytest.mark.parametrize(
    ("change", "expected"), [s[1:] for s in STATES], ids=[s[0] for s in STATES]
)
def test_programs_never_take_an_old_or_unknown_answer_for_a_good_one(
    change: dict[str, Any], expected: str, server: tuple[str, Path], tmp_path: Path
) -> None:
    needs("curl", "jq", "node")
    base, folder = server
    board = lived(tmp_path)
    rows = tuple(
        replace(one, verdict=replace(one.verdict, who="them", headline="Said", **change))
        for one in board.rows
    )
    board = replace(board, rows=rows, site=_at(board, base))
    put(folder, "statuses.json", api.render(board)["statuses.json"])
    ours = snippets(replace(row(board), page_url=None), board)
    assert [language for language, _ in ours] == ["sh", "python", "js"]

    for language, program in ours:
        done = run(language, program)
        said = done.stdout + done.stderr
        if expected == "unknown":
            assert "unknown: ask the official page" in said, (language, said)
            assert "nothing reported" not in said
            assert language != "sh" or done.returncode != 0
        else:
            assert done.returncode == 0, (language, said)
            good = "none: Said" if language == "sh" else "nothing reported"
            assert (good if expected == "No" else "major") in said


def _at(board: Board, base: str) -> Any:
    return structs.replace(board.site, url=base + "/")


PAGE_STATES = {
    "statuspage": (
        "api/v2/components.json",
        {"components": [{"id": "c1", "name": "API", "status": "major_outage"},
                        {"id": "c2", "name": "Other", "status": "operational"}]},
        "major_outage",
    ),
    "betterstack": ("index.json", {"data": {"attributes": {"aggregate_state": "down"}}}, "down"),
    "flashduty": ("api/widget/v1/summary.json",
                  {"overall": {"status": "degraded"}, "ongoing_incidents": [{}]}, "degraded"),
    "gcp": ("incidents.json",
            [{"severity": "high", "external_desc": "Gone", "affected_products": [{"id": "c1"}]},
             {"severity": "low", "external_desc": "Past", "end": "2026-01-01T00:00:00Z",
              "affected_products": [{"id": "c1"}]},
             {"severity": "low", "external_desc": "Else", "affected_products": [{"id": "x"}]}],
            "high"),
    "aws": ("public/currentevents",
            [{"status": "3", "region_name": "Ohio", "service_name": "Bedrock", "summary": "Gone"}],
            "Ohio"),
}  # fmt: skip


@pytest.mark.parametrize("platform", PAGE_STATES)
def test_programs_read_the_official_page_where_it_answers_programs(
    platform: str, server: tuple[str, Path], tmp_path: Path
) -> None:
    needs("curl", "jq", "iconv", "node")
    base, folder = server
    path, document, expected = PAGE_STATES[platform]
    text = json.dumps(document)
    put(folder, path, ("\ufeff" + text).encode("utf-16-be") if platform == "aws" else text.encode())
    board = lived(tmp_path)
    sources = tuple(replace(one, platform=platform) for one in board.sources)
    board = replace(board, sources=sources)
    one = replace(row(board), page_url=base, service=service("acme", components=["c1"]))

    theirs = snippets(one, board)[3:]
    assert [language for language, _ in theirs] == ["sh", "python", "js"]
    for language, program in theirs:
        done = run(language, program)
        assert done.returncode == 0, (language, done.stderr)
        assert expected in done.stdout, (language, done.stdout)
        assert not {"Past", "Else", "Other"} & {*done.stdout.replace(":", " ").split()}


def test_a_page_that_answers_no_program_gets_none(tmp_path: Path) -> None:
    board = lived(tmp_path)
    sources = tuple(replace(one, platform="xyz") for one in board.sources)

    assert len(snippets(row(board), replace(board, sources=sources))) == 3
