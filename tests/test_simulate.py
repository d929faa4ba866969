"""The invented days show whatever a page must be able to show."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.model import Level
from crawler.site.board import Board, Row
from crawler.site.views import by_region, edits
from crawler.times import DAY, iso
from lives import START, simulated

BEGINS = START - 90 * DAY


@pytest.fixture(scope="module")
def board() -> Board:
    return simulated()


@pytest.fixture(scope="module")
def rows(board: Board) -> dict[str, Row]:
    return {row.service.id: row for row in board.rows}


def test_more_incidents_are_open_than_the_dashboard_shows_at_once(board: Board) -> None:
    assert len(board.open) > 8
    assert {one.record.incident.weight for one in board.open} >= {
        Level.MINOR,
        Level.MAJOR,
        Level.CRITICAL,
    }
    assert [one for one in board.open if one.record.ours]


def test_incidents_are_edited_opened_again_and_withdrawn(board: Board) -> None:
    assert [one for one in board.open if edits(one.record)]
    assert [one for one in board.open if len(one.record.phases) > 1]
    assert [one for one in board.stories if one.record.withdrawn_at]


def test_unknown_has_many_reasons(board: Board) -> None:
    unknown = {row.verdict.reason for row in board.rows if row.verdict.level is Level.UNKNOWN}

    assert unknown >= {"no_source", "http_403", "timeout", "not_json", "dns", "components_missing"}


def test_trouble_may_be_in_one_part_one_product_or_one_region(rows: dict[str, Row]) -> None:
    parts = {one.level for one in rows["cursor"].components}
    assert parts == {Level.NONE, Level.MINOR}
    assert rows["claude-code"].verdict.level is Level.MINOR
    assert rows["claude"].verdict.level is Level.NONE
    regions = dict(by_region(rows["aws"]))
    assert {one for one, level in regions.items() if level is not Level.NONE} == {"us-east-1"}


def test_maintenance_stands_beside_trouble_of_the_same_provider(rows: dict[str, Row]) -> None:
    assert rows["cloudflare"].verdict.level is Level.MAINTENANCE
    assert rows["cloudflare-workers-ai"].verdict.level is Level.MINOR


def test_an_upstream_in_trouble_is_named_coincident_or_a_risk(rows: dict[str, Row]) -> None:
    links = {one.link for row in rows.values() for one in row.verdict.upstreams}

    assert links == {"", "named", "coincident", "at_risk"}
    assert rows["openai"].verdict.who == "upstream"


def test_a_service_of_which_nothing_was_ever_read_claims_nothing(rows: dict[str, Row]) -> None:
    never = rows["zilliz"]

    assert (never.verdict.read_at, never.verdict.last_known, never.components) == (None, None, ())
    assert never.verdict.level is Level.UNKNOWN


@pytest.mark.parametrize("service", ["zilliz", "suno"])
def test_the_page_of_a_service_without_any_data_shows_no_figure(service: str, built: Path) -> None:
    page = (built / f"service/{service}/index.html").read_text("utf-8")
    glance = page.partition('<dl class="glance">')[2].partition("</dl>")[0]

    assert re.findall("<dd>([^<]*)", glance) == ["–", "–", "–"]
    assert "No figure yet" in page
    assert 'id="history"' not in page


def test_no_time_lies_before_the_days_begin(built: Path) -> None:
    files = [built / "statuses.json", *(built / "api/v1/services").glob("*.json")]
    for file in files:
        times = re.findall(r'"(\d{4}-\d\d-\d\dT[^"]+)"', file.read_text("utf-8"))
        assert times
        assert min(times) >= iso(BEGINS), file.name
    with closing(sqlite3.connect(built / "data/status.db")) as db:
        query = "SELECT count(*) FROM snapshots WHERE since NOT BETWEEN ? AND first_seen"
        assert db.execute(query, (BEGINS,)).fetchone() == (0,)


def test_a_service_is_well_since_its_last_trouble_ended(built: Path) -> None:
    services = json.loads((built / "statuses.json").read_bytes())["services"]
    well = {one["id"]: one for one in services if one["indicator"] == "none"}

    assert {"deepinfra", "deepseek"} <= {*well}, "trouble that our own checks saw counts too"
    for one in well.values():
        assert one["updatedAt"] == (one["lastIncidentAt"] or iso(BEGINS)), one["id"]
