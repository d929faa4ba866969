"""The traps of real pages, each laid again by hand and walked past."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from crawler import content, times
from crawler.errors import Unreadable
from crawler.model import Level
from crawler.platforms import PLATFORMS
from crawler.scope import page_level, scope
from lives import MINUTE, START, Life, incident, reading
from looking import CASES, read

CONTENT = Path(__file__).parent.parent / "content"
ULID = "01K000000000000000000000{:02}"
HOUR = 3_600
Json = dict[str, Any]


def case(path: str) -> Json:
    loaded: Json = json.loads((CASES / path).read_text("utf-8-sig"))
    return loaded


def page(*components: tuple[str, str], indicator: str = "none", **more: object) -> Json:
    rows = [
        {"id": f"c{number}", "name": name, "status": status, "group": False}
        for number, (name, status) in enumerate(components)
    ]
    status = {"indicator": indicator, "description": "As told"}
    return {"page": {"id": "kctbh9vrtdwd"}, "status": status, "components": rows, **more}


def work(status: str, *names: str) -> Json:
    return {
        "id": "m1",
        "name": "Database work",
        "status": status,
        "impact": "maintenance",
        "scheduled_for": "2026-11-22T10:30:00Z",
        "scheduled_until": "2026-11-22T12:30:00Z",
        "components": [{"id": f"c{number}", "name": name} for number, name in enumerate(names)],
        "incident_updates": [],
    }


def test_a_page_word_of_none_does_not_hide_an_open_incident() -> None:
    row = {"id": "i1", "name": "Slow", "status": "investigating", "impact": "major"}
    found = read("statuspage", summary=page(("API", "operational"), incidents=[row]))

    assert found.word is Level.NONE
    assert page_level(found) is Level.MAJOR
    assert "inconsistent_page" in scope((), (), found).flags


@pytest.mark.parametrize("incidents", [{}, "none", 0, [None], ["i1"]])
def test_incidents_that_are_no_list_of_objects_are_no_good_news(incidents: object) -> None:
    with pytest.raises(Unreadable, match="incidents is not a list of objects"):
        read("statuspage", summary=page(("API", "operational"), incidents=incidents))


def test_a_second_list_that_is_no_list_says_nothing_and_leaves_the_summary_as_it_is() -> None:
    whole = page(("API", "operational"))
    broken = {"page": whole["page"], "incidents": {}, "scheduled_maintenances": []}
    found = read("statuspage", summary=whole, incidents=broken)

    assert (found.word, found.history) == (Level.NONE, False)


@pytest.mark.parametrize("lists", [{}, {"incidents": None, "scheduled_maintenances": None}])
def test_incident_io_may_leave_out_its_lists_or_send_null(lists: Json) -> None:
    rows = [{"id": ULID.format(2), "name": "API", "status": "operational"}]
    status = {"indicator": "none", "description": "All fine"}
    found = read(
        "incidentio",
        summary={"page": {"id": ULID.format(1)}, "status": status, "components": rows, **lists},
    )

    assert (found.word, found.incidents, found.maintenances) == (Level.NONE, (), ())
    assert page_level(found) is Level.NONE


def test_a_part_of_the_components_in_a_summary_is_completed_from_the_list() -> None:
    everything = [
        {"id": ULID.format(number), "name": f"C{number}", "status": "operational"}
        for number in range(10, 43)
    ]
    everything[30]["status"] = "partial_outage"
    status = {"indicator": "none", "description": "Fine"}
    top = {"page": {"id": ULID.format(1)}, "status": status}
    part = {**top, "components": everything[:25]}

    alone = read("incidentio", summary=part)
    whole = read("incidentio", summary=part, components={**top, "components": everything})

    assert len(alone.components or ()) == 25
    assert len(whole.components or ()) == 33
    assert page_level(whole) is Level.MAJOR
    assert scope(("C40",), (), whole).level is Level.MAJOR


def test_a_component_that_two_rows_of_incident_io_tell_of_is_as_the_worse_says() -> None:
    rows = [{"component_id": "c1", "status": one} for one in ("full_outage", "operational")]
    parts = [{"component": {"component_id": "c1", "name": "API"}}]
    for affected in (rows, rows[::-1]):
        found = read(
            "incidentio_native",
            page={
                "structure": {"items": parts},
                "affected_components": affected,
                "ongoing_incidents": [],
            },
        )

        assert scope(("API",), (), found).level is Level.CRITICAL


def test_a_group_is_not_counted_beside_its_components() -> None:
    found = read("statuspage", summary=case("statuspage/groups/summary.json"))

    assert "Europe" not in {one.name for one in found.components or ()}
    assert page_level(found) is not Level.CRITICAL


@pytest.mark.parametrize("indicator", ["none", "maintenance"])
def test_work_in_progress_is_listed_and_colours_only_by_the_rule(indicator: str) -> None:
    part = page(
        ("API", "operational"),
        ("Console", "under_maintenance"),
        indicator=indicator,
        scheduled_maintenances=[work("in_progress", "Console")],
    )
    found = read("statuspage", summary=part)

    assert [one.phase for one in found.maintenances] == ["in_progress"]
    said_so = indicator == "maintenance"
    assert page_level(found) is (Level.MAINTENANCE if said_so else Level.NONE)
    assert scope(("API",), (), found).level is Level.NONE
    assert scope(("Console",), (), found).level is Level.MAINTENANCE
    assert scope(("API", "Console"), (), found).level is Level.NONE


def test_work_that_lies_ahead_never_colours_anything() -> None:
    for folder in sorted(CASES.glob("*/maintenance*")):
        files = {one.stem: one.read_bytes() for one in folder.iterdir() if one.stem != "expected"}
        found = read(folder.parent.name, **files)
        ahead = {one.id for one in found.maintenances if one.phase == "scheduled"}
        assert ahead.isdisjoint(one.id for one in found.incidents), folder
    part = page(("API", "operational"), scheduled_maintenances=[work("scheduled", "API")])
    found = read("statuspage", summary=part)

    assert [one.phase for one in found.maintenances] == ["scheduled"]
    assert page_level(found) is scope(("API",), (), found).level is Level.NONE


def test_better_stack_says_resolved_without_an_end_and_tells_in_no_order() -> None:
    document = case("betterstack/resolved_without_an_end/index.json")
    told = []
    for _ in range(2):
        found = read("betterstack", index=document)
        told.append({one.id: one for one in found.incidents})
        document["included"].reverse()

    first = told[0]["5003"]
    assert told[1]["5003"] == first
    assert not first.open
    assert first.ended_at == max(one.at or 0 for one in first.updates)
    moments = [one.at or 0 for one in first.updates]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) > 1


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("UP", Level.NONE),
        ("HASISSUES", Level.MINOR),
        ("ONEDEGRADEDPERFORMANCE", Level.MINOR),
        ("ONEMAJOROUTAGE", Level.MAJOR),
        ("SOMEMAJOROUTAGE", Level.MAJOR),
        ("ALLMAJOROUTAGE", Level.CRITICAL),
        ("ALLUNDERMAINTENANCE", Level.MAINTENANCE),
        ("ONESOMETHINGNEW", Level.UNKNOWN),
    ],
)
def test_instatus_has_more_words_than_it_documents(word: str, level: Level) -> None:
    found = read("instatus", summary={"page": {"name": "A", "url": "u", "status": word}})

    assert found.word is level


def test_a_middle_east_event_leaves_the_real_aws_and_bedrock_green() -> None:
    body = (CASES / "aws/middle_east_with_mark/events.json").read_bytes()
    text = body.decode("utf-16")
    services = {one.id: one for _, one in content.load(CONTENT, PLATFORMS).services()}
    for raw in (body, text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode()):
        found = read("aws", events=raw)
        assert any(one.open for one in found.incidents)
        for key in ("aws", "aws-bedrock"):
            one = services[key]
            assert scope(one.components, one.regions, found).level is Level.NONE, key
    closer = text.replace("me-central-1", "us-east-1").replace("me-south-1", "us-east-1")
    found = read("aws", events=closer.encode("utf-16"))
    assert scope(services["aws"].components, services["aws"].regions, found).level.trouble  # type: ignore[union-attr]


def test_azure_dates_that_end_in_z_are_utc() -> None:
    found = read("azure", feed=(CASES / "azure/regional/feed.xml").read_bytes())

    moment = times.parse("2026-11-22T09:29:09Z")
    assert [one.at for row in found.incidents for one in row.updates] == [moment]


def test_a_security_event_of_status_io_is_trouble() -> None:
    document = case("statusio/security_event/status.json")

    assert document["result"]["status_overall"]["status_code"] == 600
    assert page_level(read("statusio", status=document)) is Level.MAJOR


@pytest.mark.parametrize(("offset", "behind"), [("-08:00", 8), ("-07:00", 7), ("+00:00", 0)])
def test_slack_states_its_offset_and_it_counts(offset: str, behind: int) -> None:
    document = json.dumps(case("slack/incident/current.json")).replace("-08:00", offset)
    plain = json.dumps(case("slack/incident/current.json")).replace("-08:00", "Z")
    there, here = (read("slack", current=one.encode()) for one in (document, plain))

    started = [one.incidents[0].started_at or 0 for one in (there, here)]
    assert started[0] - started[1] == behind * HOUR


@pytest.mark.parametrize("phase", ["resolved", "postmortem", "completed"])
def test_a_postmortem_is_resolved(phase: str) -> None:
    row = {"id": "i1", "name": "Slow", "status": phase, "impact": "critical"}
    found = read("statuspage", summary=page(("API", "operational"), incidents=[row]))

    assert not found.incidents[0].open
    assert page_level(found) is Level.NONE


@pytest.mark.parametrize("ended", [START, START - HOUR, None])
def test_an_incident_without_a_measured_length_has_no_duration(
    tmp_path: Path, ended: int | None
) -> None:
    odd = incident("odd", open=False, ended_at=ended)
    plain = incident("plain", open=False)
    with Life(tmp_path / "data") as life:
        provider = life.catalogue.providers[0].id
        life.run(START + HOUR, {provider: reading(odd, plain)})
        board = life.board(START + 2 * HOUR)

    durations = {one.record.incident.id: one.duration for one in board.stories}
    assert durations == {"odd": None, "plain": 10 * MINUTE}


def test_the_470_components_of_cloudflare_are_read_in_a_tenth_of_a_second() -> None:
    parts = [(f"Data centre {number}, City - (XY{number})", "operational") for number in range(470)]
    document = page(*parts, scheduled_maintenances=[work("scheduled", "A") for _ in range(50)])
    document["components"][7]["status"] = "partial_outage"
    body = json.dumps(document).encode()
    v3: Json = {"success": True, "result": {**case("cloudflare_v3/fine/summary.json")["result"]}}
    v3["result"]["components"] = document["components"]
    spent = []
    for _ in range(3):
        began = time.process_time()
        found = read("statuspage", summary=body)
        spent.append(time.process_time() - began)

    assert len(found.components or ()) == 470
    assert page_level(found) is Level.MAJOR
    assert min(spent) < 0.1
    began = time.process_time()
    assert len(read("cloudflare_v3", summary=v3).components or ()) == 470
    assert time.process_time() - began < 0.1
