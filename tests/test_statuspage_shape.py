"""Our services in the shape of Statuspage: read back by our platform and by another client."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler import platforms
from crawler.model import Component, Incident, Level, Reading
from crawler.scope import page_level
from crawler.site import api, publish
from crawler.site.board import Board, Row
from crawler.wire import Reply
from lives import (
    HOUR,
    MINUTE,
    START,
    Life,
    V,
    incident,
    reading,
    simulated,
)
from serving import Background

LEVELS = [*Level]


@pytest.fixture(scope="module")
def board() -> Board:
    return simulated()


def read_back(files: dict[str, bytes], key: str) -> Reading:
    """What the crawler reads when one of our services is its status page."""
    folder = f"service/{key}/api/v2"
    replies = {
        name: Reply(url=f"https://x.test/{name}", status=200, body=files[f"{folder}/{name}.json"])
        for name in ("summary", "incidents")
    }
    assert platforms.recognise(replies["summary"]) in ("statuspage", "incidentio")
    return platforms.read("statuspage", replies)


def here(row: Row) -> dict[str, Any]:
    """What must survive of the open incidents of a row."""
    found = (story.record.incident for story in row.open)
    return {
        one.id: (one.title, one.impact or Level.MINOR, one.started_at, len(one.updates) or 1)
        for one in found
    }


def test_level_components_and_incidents_of_every_service_survive(board: Board) -> None:
    files = api.render(board)
    for row in board.rows:
        found = read_back(files, row.service.id)
        assert found.word is row.verdict.level
        assert found.headline == row.verdict.headline
        assert [(c.id, c.name, c.level) for c in found.components or ()] == [
            (c.id, c.name, c.level if row.verdict.confidence != "stale" else Level.UNKNOWN)
            for c in row.components
        ]
        opened = {
            one.id: (one.title, one.impact, one.started_at, len(one.updates))
            for one in found.incidents
            if one.open
        }
        assert opened == here(row)
        known = {story.record.incident.id for story in (*row.open, *row.recent)}
        assert known <= {one.id for one in found.incidents}
        assert {m.id for m in found.maintenances} == {
            m.id for m in row.maintenances if m.phase != "completed"
        }


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_read_back_as_itself_by_word_and_by_component(
    level: Level, life: Life
) -> None:
    parts = (Component("c1", "API", level), Component("c2", "Site", Level.NONE))
    life.run(START, {"acme": reading(word=level, components=parts)})
    shown = life.board(START)
    found = read_back(api.render(shown), "acme")

    assert found.word is shown.rows[0].verdict.level
    assert [one.level for one in found.components or ()] == [level, Level.NONE]
    if level is not Level.UNKNOWN:
        assert page_level(found) is shown.rows[0].verdict.level


def test_what_we_do_not_know_is_never_read_back_as_good_news(life: Life) -> None:
    never = read_back(api.render(life.board(START)), "acme")
    life.run(START, {"acme": reading()})
    old = read_back(api.render(life.board(START + V + 1)), "acme")

    for found in (never, old):
        assert found.word is Level.UNKNOWN
        assert page_level(found) is Level.UNKNOWN
        assert {one.level for one in found.components or ()} <= {Level.UNKNOWN}


@pytest.mark.parametrize("phase", ["investigating", "identified", "monitoring", "update", ""])
def test_an_open_incident_stays_open_whatever_its_provider_calls_its_phase(
    phase: str, life: Life
) -> None:
    told = incident("i1", "Trouble", phase=phase, impact=None, components=("c1", "API"))
    life.run(START, {"acme": reading(told)})
    [found] = read_back(api.render(life.board(START)), "acme").incidents

    assert found.open
    assert found.impact is Level.MINOR
    assert {"c1", "API"} <= {*found.components}
    assert found.started_at == START


def test_a_closed_incident_stays_closed_with_its_end(life: Life) -> None:
    told = [
        incident("i1", "Over", open=False, started=START - HOUR, phase="resolved"),
        incident("i2", "Odd", open=False, started=START - 2 * HOUR, phase="done"),
    ]
    life.run(START, {"acme": reading(*told)})
    found = read_back(api.render(life.board(START)), "acme").incidents

    assert [(one.id, one.open, one.ended_at) for one in found] == [
        ("i1", False, START - HOUR + 10 * MINUTE),
        ("i2", False, START - 2 * HOUR + 10 * MINUTE),
    ]


def test_at_most_fifty_incidents_are_listed_and_every_open_one(life: Life) -> None:
    old = [incident(f"i{n:02}", open=False, started=START - HOUR * (n + 1)) for n in range(60)]
    life.run(START, {"acme": reading(incident("open", started=START - 90 * HOUR), *old)})
    files = api.render(life.board(START))
    listed = json.loads(files["service/acme/api/v2/incidents.json"])["incidents"]

    assert [one["id"] for one in listed[:2]] == ["i00", "i01"]
    assert len(listed) == 51
    assert listed[-1]["id"] == "open"


# Somebody else's client, over HTTP, with nothing but another address.

ASK = """
import json, os
from statuspage_prometheus_exporter import service_checker as client
print(json.dumps({key: client.check_service_status(key, one)
                  for key, one in client.SERVICES.items()}))
"""


@pytest.fixture(scope="module")
def host(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("host") / "site"
    publish.publish(api.render(board), out)

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    with Background(
        ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(out)))
    ) as server:
        yield server.address


def test_a_client_written_for_statuspage_reads_every_service(
    host: str, board: Board, tmp_path: Path
) -> None:
    services = {
        row.service.id: {
            "name": row.service.name,
            "type": "status_page",
            "url": f"{host}/service/{row.service.id}/api/v2/summary.json",
        }
        for row in board.rows
    }
    config = tmp_path / "services.json"
    config.write_text(json.dumps(services), encoding="utf-8")
    env = {**os.environ, "SERVICES_JSON_PATH": str(config), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told = json.loads(done.stdout.splitlines()[-1])

    assert told.keys() == services.keys()
    for row in board.rows:
        one = told[row.service.id]
        well = row.verdict.level is Level.NONE
        assert one["success"] is True, one
        assert one["status"] == int(well and not row.open), row.service.id
        assert [c["name"] for c in one["component_metadata"]] == [c.name for c in row.components]
        titles = {story.record.incident.title for story in row.open}
        assert {i["name"] for i in one["incident_metadata"]} == titles


def test_an_incident_without_a_stated_impact_does_not_lose_its_weight(life: Life) -> None:
    bare: Incident = replace(incident("i1"), impact=None)
    life.run(START, {"acme": reading(bare)})
    board = life.board(START)
    found = read_back(api.render(board), "acme")

    assert board.rows[0].verdict.level is Level.MINOR
    assert page_level(found) is Level.MINOR
