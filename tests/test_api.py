"""statuses.json: every key for every service, and what the documented commands make of it."""

import functools
import http.server
import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from crawler.catalogue import Catalogue
from crawler.model import Level
from crawler.site import api, publish
from crawler.site.board import Board
from crawler.times import DAY
from lives import (
    HOUR,
    MINUTE,
    START,
    Life,
    V,
    incident,
    provider,
    reading,
    service,
    simulated,
    update,
    world,
)
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


@pytest.fixture
def catalogue() -> Catalogue:
    return world(provider("acme"), provider("cloud", service("cloud", upstreams=["acme"])))


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


def services(life: Life, now: int) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in decoded(life.board(now))["services"]}


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


def test_a_failed_fetch_within_v_is_told_as_evidence_only(life: Life) -> None:
    life.run(START, {"acme": reading(incident(impact=Level.MAJOR))})
    life.run(START + 10 * MINUTE, {"acme": "timeout"})
    row = services(life, START + 10 * MINUTE)["acme"]

    assert (row["indicator"], row["reachable"], row["unreachableReason"]) == ("major", True, None)
    assert [one["kind"] for one in row["verdict"]["evidence"]] == [
        "official",
        "trouble",
        "incident",
    ]
    assert row["checkedAt"] == "2026-11-22T11:00:00Z"
    assert row["validUntil"] == "2026-11-22T11:45:00Z"


def test_an_expired_reading_is_unreachable_and_says_what_was_known(life: Life) -> None:
    life.run(START, {"acme": reading(word=Level.CRITICAL)})
    row = services(life, START + V + 1)["acme"]

    assert (row["indicator"], row["reachable"], row["unreachableReason"]) == (
        "unknown",
        False,
        "stale",
    )
    assert (row["stale"], row["validUntil"], row["verdict"]["lastKnown"]) == (
        True,
        None,
        "critical",
    )


def test_a_blind_run_keeps_the_levels_and_the_time_of_the_last_good_run(life: Life) -> None:
    life.run(START, {"acme": reading(word=Level.MAJOR)})
    life.run(START + 10 * MINUTE, blind=True)
    found = decoded(life.board(START + 10 * MINUTE))

    assert found["fetchedAt"] == "2026-11-22T11:00:00Z"
    assert {one["id"]: one["indicator"] for one in found["services"]} == {
        "acme": "major",
        "cloud": "none",
    }
    assert {one["verdict"]["basis"] for one in found["services"]} == {"carried"}


def test_incidents_are_counted_and_told_newest_first(life: Life) -> None:
    told = [
        incident("new", "New", started=START - HOUR, url="https://acme.test/new"),
        incident("old", "Old", open=False, started=START - 5 * HOUR),
        incident("ancient", "Ancient", open=False, started=START - 40 * 24 * HOUR),
    ]
    life.run(START, {"acme": reading(*told)})
    row = services(life, START)["acme"]

    assert (row["activeIncidents"], row["recentIncidents30d"]) == (1, 2)
    assert [one["name"] for one in row["recentIncidentBriefs"]] == ["New", "Old", "Ancient"]
    first, second, _ = row["recentIncidentBriefs"]
    assert (first["resolvedAt"], first["shortlink"]) == (None, "https://acme.test/new")
    assert second["resolvedAt"] == "2026-11-22T06:10:00Z"
    assert row["lastIncidentAt"] == "2026-11-22T10:00:00Z"


def test_an_incident_that_states_only_its_end_did_not_begin_when_we_saw_it(life: Life) -> None:
    over = incident("i1", open=False)
    bare = replace(over, started_at=None, created_at=None, ended_at=START - 40 * 24 * HOUR)
    life.run(START, {"acme": reading(bare)})
    row = services(life, START)["acme"]

    [brief] = row["recentIncidentBriefs"]
    assert brief["createdAt"] == brief["resolvedAt"] == "2026-10-13T11:00:00Z"
    assert row["recentIncidents30d"] == 0


def test_incidents_that_state_only_their_ends_are_told_newest_first(life: Life) -> None:
    ends = {key: START - days * DAY for key, days in (("a", 40), ("b", 3), ("c", 20))}
    told = (
        replace(incident(key, open=False, ended_at=at), started_at=None, created_at=None)
        for key, at in ends.items()
    )
    life.run(START, {"acme": reading(*told, incident("d", open=False, started=START - 9 * DAY))})
    briefs = services(life, START)["acme"]["recentIncidentBriefs"]

    assert [one["createdAt"][:10] for one in briefs] == [
        "2026-11-19", "2026-11-13", "2026-11-02", "2026-10-13"
    ]  # fmt: skip


def test_an_incident_that_states_no_start_began_by_its_first_message(life: Life) -> None:
    said = (update("u2", "Found", START - HOUR), update("u1", "Odd", START - 2 * HOUR))
    bare = replace(incident("i1", updates=said), started_at=None, created_at=None)
    life.run(START, {"acme": reading(bare)})
    [brief] = services(life, START)["acme"]["recentIncidentBriefs"]

    assert brief["createdAt"] == "2026-11-22T09:00:00Z"


def test_before_the_first_run_everything_is_unknown_and_nothing_is_down(life: Life) -> None:
    rows = services(life, START)

    assert {row["indicator"] for row in rows.values()} == {"unknown"}
    assert {row["verdict"]["answer"] for row in rows.values()} == {"unknown"}
    assert {row["unreachableReason"] for row in rows.values()} == {"never_read"}


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
