"""The invented days show whatever a page must be able to show."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from crawler import content as contents
from crawler.catalogue import Catalogue
from crawler.model import Level
from crawler.platforms import PLATFORMS
from crawler.simulate import scenes
from crawler.site.board import Board, Row
from crawler.site.stories import edits
from crawler.site.views import by_region
from crawler.times import DAY, iso
from folders import ACME, SITE, write
from lives import START, simulated
from running import REPOSITORY, whosdown

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


def chosen(*services: str, pages: bool = True) -> Catalogue:
    """The real catalogue with some services alone."""
    whole = contents.load(REPOSITORY / "content", PLATFORMS)
    few = [
        replace(
            one,
            source=one.source if pages else None,
            services=tuple(service for service in one.services if service.id in services),
        )
        for one in whole.providers
    ]
    return replace(whole, providers=tuple(one for one in few if one.services))


def real(*names: str) -> dict[str, str]:
    """Files of real providers, without the upstreams that a folder of these alone lacks."""
    texts = {
        name: (REPOSITORY / "content" / "providers" / f"{name}.toml").read_text("utf-8")
        for name in names
    }
    return {
        name: re.sub(r"^upstreams = \[.*\]$", "", text, flags=re.MULTILINE)
        for name, text in texts.items()
    }


@pytest.mark.parametrize(
    ("site", "providers", "shown"),
    [
        (SITE, {"acme": ACME}, {"acme": "none", "acme-cloud": "none"}),
        (
            (REPOSITORY / "content" / "site.toml").read_text("utf-8"),
            real("cursor", "openai"),
            {"cursor": "minor", "openai": "none", "codex": "none"},
        ),
    ],
    ids=["invented", "real"],
)
def test_a_demo_of_few_services_is_built_and_tells_of_them_alone(
    site: str, providers: dict[str, str], shown: dict[str, str], tmp_path: Path
) -> None:
    folder, out = write(tmp_path / "content", site, **providers), tmp_path / "site"
    done = whosdown("demo", "--content", folder, "--out", out, "--now", START)

    assert done.returncode == 0, done.stderr
    services = json.loads((out / "statuses.json").read_bytes())["services"]
    assert {one["id"]: one["indicator"] for one in services}.items() >= shown.items()
    with closing(sqlite3.connect(out / "data/status.db")) as db:
        told = {one for (one,) in db.execute("SELECT DISTINCT provider FROM incidents")}
    assert told <= {*providers}


@pytest.mark.parametrize(
    ("services", "opened", "worked"),
    [
        (("github",), set(), set()),
        (("github", "github-actions"), {"github"}, set()),
        (("openai", "codex"), set(), set()),
        (("openai", "codex", "github"), {"openai"}, set()),
        (("cloudflare",), set(), {"work-now", "work-next"}),
        (("cloudflare-workers-ai",), {"cloudflare"}, {"work-next"}),
        (("anthropic", "groq", "neon"), {"groq"}, {"work-next"}),
        (("perplexity",), set(), set()),
    ],
    ids=lambda some: " ".join(some) if isinstance(some, tuple) else "",
)
def test_a_scene_is_played_where_all_its_services_are(
    services: tuple[str, ...], opened: set[str], worked: set[str]
) -> None:
    some = chosen(*services)

    assert {one.provider for one in scenes.now_open(some, START)} == opened
    assert {one.id for _, one in scenes.works(some, START)} == worked
    assert {one.provider for one in scenes.just_over(some, START)} <= {p.id for p in some.providers}


def test_a_provider_without_a_page_tells_of_nothing() -> None:
    names = ("github", "github-actions", "groq", "fireworks", "cloudflare", "replicate", "neon")
    mute = chosen(*names, pages=False)

    told = [*scenes.now_open(mute, START), *scenes.just_over(mute, START)]
    assert [*told, *scenes.works(mute, START)] == []
