"""statuses.json: every key for every service, and what the documented commands make of it."""

import functools
import http.server
import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.model import Level
from crawler.site import api, publish
from crawler.site.board import Board
from lives import simulated
from serving import Background

PATHS = ["statuses.json", "api/v1/statuses.json", "api/v1/statuses"]
TEXT, NUMBER, TRUTH, NOTHING = str, int, bool, type(None)
# Key by key as documented: in the first part those of Prismix, in the second ours.
Shape = dict[str, set[type]]
SERVICE: Shape = {
    "id": {TEXT},
    "name": {TEXT},
    "indicator": {TEXT},
    "description": {TEXT},
    "reachable": {TRUTH},
    "activeIncidents": {NUMBER},
    "uptime30dPct": {float, NOTHING},
    "recentIncidents30d": {NUMBER},
    "lastIncidentAt": {TEXT, NOTHING},
    "latencyMs": {NUMBER, NOTHING},
    "updatedAt": {TEXT, NOTHING},
    "unreachableReason": {TEXT, NOTHING},
    "recentIncidentBriefs": {list},
    "aliases": {list},
    "category": {TEXT},
    "provider": {TEXT},
    "homepage": {TEXT},
    "statusPage": {TEXT, NOTHING},
    "api": {TEXT},
    "url": {TEXT},
    "verdict": {dict},
    "uptime": {dict},
    "components": {list},
    "checkedAt": {TEXT, NOTHING},
    "validUntil": {TEXT, NOTHING},
    "stale": {TRUTH},
    "upstreams": {list},
    "feeds": {dict},
    "badge": {TEXT},
}
TOP: Shape = {
    "schemaVersion": {TEXT},
    "fetchedAt": {TEXT},
    "cached": {TRUTH},
    "site": {dict},
    "services": {list},
}
BRIEF: Shape = {
    "id": {TEXT},
    "name": {TEXT},
    "impact": {TEXT},
    "createdAt": {TEXT},
    "resolvedAt": {TEXT, NOTHING},
    "shortlink": {TEXT, NOTHING},
}
VERDICT = {"level", "answer", "who", "headline", "confidence", "basis", "flags", "evidence"}
TIMES = (
    "fetchedAt",
    "lastIncidentAt",
    "updatedAt",
    "checkedAt",
    "validUntil",
    "createdAt",
    "resolvedAt",
)


@pytest.fixture(scope="module")
def board() -> Board:
    return simulated()


@pytest.fixture(scope="module")
def host(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a plain static server that serves the API's files."""
    out = tmp_path_factory.mktemp("host") / "site"
    publish.publish(api.render(board), out)

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    handler = functools.partial(Silent, directory=str(out))
    with Background(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)) as server:
        yield server.address


def decoded(board: Board) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(api.render(board)[PATHS[0]])
    return found


def check(row: dict[str, Any], shape: Shape) -> None:
    assert {key: type(value) for key, value in row.items() if type(value) not in shape[key]} == {}
    assert row.keys() == shape.keys()


def everything(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from everything(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from everything(inner, key)


def test_every_documented_key_is_there_for_every_service(board: Board) -> None:
    found = decoded(board)
    check(found, TOP)
    assert len(found["services"]) == len(board.rows) > 40
    for row in found["services"]:
        check(row, SERVICE)
        assert row["verdict"].keys() >= VERDICT
        assert row["uptime"].keys() >= {"reported", "observed", "basis"}
        assert row["feeds"].keys() >= {"rss", "atom"}
        for brief in row["recentIncidentBriefs"]:
            check(brief, BRIEF)
        for one in row["upstreams"]:
            assert one.keys() == {"id", "name", "level", "link"}
        for one in row["components"]:
            assert one.keys() == {"id", "name", "level"}


def test_every_level_is_a_word_of_the_vocabulary_and_every_time_is_utc(board: Board) -> None:
    words = {*map(str, Level)}
    for key, value in everything(decoded(board)):
        if key in ("indicator", "impact", "level"):
            assert value in words, key
        if key in TIMES and value is not None:
            assert isinstance(value, str)
            assert len(value) == 20, key
            assert value.endswith("Z"), key


def test_a_service_is_unreachable_exactly_when_it_is_unknown(board: Board) -> None:
    found = decoded(board)["services"]
    unknown = [row for row in found if row["indicator"] == "unknown"]

    assert unknown
    assert len(unknown) < len(found)
    for row in found:
        assert row["reachable"] == (row["indicator"] != "unknown")
        assert (row["unreachableReason"] is None) == row["reachable"]
        assert row["indicator"] == row["verdict"]["level"]


def test_the_same_bytes_lie_under_three_names(board: Board) -> None:
    files = api.render(board)

    assert len({files[path] for path in PATHS}) == 1


def test_the_file_is_sorted_ends_in_a_newline_and_is_json_for_everybody(board: Board) -> None:
    raw = api.render(board)[PATHS[0]]

    def ordered(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert [key for key, _ in pairs] == sorted(key for key, _ in pairs)
        return dict(pairs)

    def number(_: str) -> float:
        raise AssertionError("NaN or Infinity")

    found = json.loads(raw, object_pairs_hook=ordered, parse_constant=number)
    assert raw.endswith(b"}\n")
    assert all(math.isfinite(v) for _, v in everything(found) if isinstance(v, int | float))


needs_tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="curl and jq are not both installed"
)


def piped(address: str, query: str) -> str:
    """What `curl -s ADDRESS | jq -r QUERY` prints; without -L, so a redirect would be empty."""
    said = subprocess.run(["curl", "-s", address], capture_output=True, check=True, timeout=20)
    asked = ["jq", "-e", "-r", query]
    done = subprocess.run(asked, input=said.stdout, capture_output=True, check=True, timeout=20)
    return done.stdout.decode().strip()


@needs_tools
@pytest.mark.parametrize("path", PATHS)
def test_curl_and_jq_read_it_from_a_plain_static_server(path: str, host: str, board: Board) -> None:
    assert piped(f"{host}/{path}", ".services | length") == str(len(board.rows))


@needs_tools
@pytest.mark.parametrize(
    "query",
    [
        '.services[] | select(.id=="openrouter") | {indicator, activeIncidents, uptime30dPct}',
        '.services[] | select(.indicator != "none") | "\\(.name): \\(.description)"',
        '[.services[] | select(.indicator == "none" and .activeIncidents == 0)] | length',
        ".services | map({(.id): .indicator}) | add",
        '.services[] | select(.id=="anthropic") | .recentIncidentBriefs[] | .name + .createdAt',
    ],
)
def test_the_filters_that_are_documented_for_prismix_work(query: str, host: str) -> None:
    assert piped(f"{host}/api/v1/statuses", query)
