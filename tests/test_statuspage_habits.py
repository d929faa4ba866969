"""Our services in the shape of Statuspage: what its clients take for granted."""

import json
from dataclasses import replace
from typing import Any

import pytest

from crawler.model import Component, Level, Maintenance, Reading, Update
from crawler.site import api
from crawler.site.board import Board
from crawler.times import DAY, iso
from lives import (
    HOUR,
    START,
    Life,
    incident,
    reading,
    simulated,
    update,
)

CUTS = ("components", "incidents/unresolved", "scheduled-maintenances")
WINDOWS = ("scheduled-maintenances/upcoming", "scheduled-maintenances/active")
PHASES = {"investigating", "identified", "monitoring", "resolved", "postmortem"}


@pytest.fixture(scope="module")
def board() -> Board:
    return simulated()


def told(life: Life, name: str, now: int = START) -> dict[str, Any]:
    """One of the documents about acme."""
    found: dict[str, Any] = json.loads(
        api.render(life.board(now))[f"service/acme/api/v2/{name}.json"]
    )
    return found


def announced(*works: Maintenance) -> Reading:
    return replace(reading(), maintenances=works)


def said(phase: str, words: str = "Routers are restarted.", **more: Any) -> Maintenance:
    texts = (Update("", None, "", words),) if words else ()
    dates = {"starts_at": START + DAY, "ends_at": START + DAY + HOUR, **more}
    return Maintenance(
        id="m1", title="Routers", phase=phase, components=("c1",), updates=texts, **dates
    )


def test_each_cut_has_of_every_service_what_the_summary_has(board: Board) -> None:
    files = api.render(board)
    busy = set()
    for row in board.rows:
        folder = f"service/{row.service.id}/api/v2"
        whole = json.loads(files[f"{folder}/summary.json"])
        cut = {name: json.loads(files[f"{folder}/{name}.json"]) for name in (*CUTS, *WINDOWS)}
        works = [cut[name]["scheduled_maintenances"] for name in (CUTS[2], *WINDOWS)]
        ahead = whole["scheduled_maintenances"]

        assert all(one["page"] == whole["page"] for one in cut.values())
        assert cut["components"]["components"] == whole["components"]
        assert cut["incidents/unresolved"]["incidents"] == whole["incidents"]
        assert [one for one in works[0] if one["status"] != "completed"] == ahead
        assert works[1] == [one for one in ahead if one["status"] == "scheduled"]
        assert works[2] == [one for one in ahead if one["status"] == "in_progress"]
        busy |= {name for name, one in cut.items() if any(len(v) for k, v in one.items())}
        busy |= {name for name, one in zip(WINDOWS, works[1:], strict=True) if one}
    assert busy >= {*CUTS, *WINDOWS}


def test_no_time_is_null_or_later_than_the_site_and_no_incident_is_without_a_message(
    board: Board,
) -> None:
    files = api.render(board)
    latest = iso(board.at)
    for path, body in files.items():
        if "/api/v2/" not in path:
            continue
        document = json.loads(body)
        rows = document.get("incidents", []) + document.get("scheduled_maintenances", [])
        parts = [*document.get("components", []), *(p for row in rows for p in row["components"])]
        messages = [one for row in rows for one in row["incident_updates"]]
        for one in (*parts, *rows, *messages):
            assert one["created_at"] <= one["updated_at"] <= latest, path
        for row in rows:
            keys = [one["id"] for one in row["incident_updates"]]
            assert keys, path
            assert all(keys), path
            assert len({*keys}) == len(keys), path


def test_a_component_is_as_old_as_our_watch_and_as_new_as_its_last_reading(life: Life) -> None:
    life.run(START, {"acme": reading()})
    life.run(START + HOUR, {"acme": reading()})
    life.run(START + 2 * HOUR, {"acme": "timeout"})
    [one] = told(life, "components", START + 2 * HOUR)["components"]

    assert one["created_at"] == iso(START)
    assert one["updated_at"] == iso(START + HOUR)


@pytest.mark.parametrize(("open_now", "phase"), [(True, "identified"), (False, "resolved")])
def test_an_incident_of_which_nobody_wrote_has_its_title_as_its_message(
    open_now: bool, phase: str, life: Life
) -> None:
    bare = incident("i1", "Login fails", open=open_now, started=START - HOUR, phase=phase)
    life.run(START, {"acme": reading(bare)})
    [one] = told(life, "incidents")["incidents"]
    [message] = one["incident_updates"]

    assert (message["status"], message["body"]) == (phase, "Login fails")
    assert message["created_at"] == one["updated_at"]
    assert message["incident_id"] == "i1"
    assert message["id"]


def test_an_incident_that_was_posted_after_its_end_is_not_older_than_it_is(life: Life) -> None:
    late = incident("i1", open=False, started=START - DAY, created_at=START - HOUR)
    life.run(START, {"acme": reading(late)})
    [one] = told(life, "incidents")["incidents"]

    assert one["created_at"] == one["updated_at"] == iso(START - HOUR)


def test_an_incident_that_began_after_it_was_posted_is_not_over_before_it_began(
    life: Life,
) -> None:
    odd = incident("i1", open=False, started=START - HOUR, created_at=START - DAY)
    life.run(START, {"acme": reading(replace(odd, ended_at=None))})
    [one] = told(life, "incidents")["incidents"]

    assert one["started_at"] == one["updated_at"] == one["resolved_at"] == iso(START - HOUR)


def test_an_incident_lists_each_component_once_and_none_that_the_page_does_not_have(
    life: Life,
) -> None:
    parts = (Component("abc", "API", Level.MINOR), Component("def", "Site", Level.NONE))
    both = incident("i1", components=("API", "Gone", "abc", "xyz"))
    lost = incident("i2", components=("Gone", "xyz"))
    life.run(START, {"acme": reading(both, lost, components=parts)})
    found = {one["id"]: one["components"] for one in told(life, "incidents")["incidents"]}

    assert [one["id"] for one in found["i1"]] == ["abc"]
    assert found["i2"] == []


@pytest.mark.parametrize(
    ("phases", "shown"),
    [
        (("", "", ""), ["investigating", "investigating", "resolved"]),
        (("", "update", "resolved"), ["investigating", "investigating", "resolved"]),
        (("identified", "update", ""), ["identified", "identified", "resolved"]),
        (("",), ["resolved"]),
    ],
)
def test_an_update_whose_phase_is_no_word_of_statuspage_has_the_one_before(
    phases: tuple[str, ...], shown: list[str], life: Life
) -> None:
    texts = [update(f"u{n}", "Words", START - HOUR + n, one) for n, one in enumerate(phases)]
    closed = incident("i1", open=False, started=START - HOUR, phase="", updates=(*texts[::-1],))
    life.run(START, {"acme": reading(closed)})
    [one] = told(life, "incidents")["incidents"]

    assert [message["status"] for message in one["incident_updates"][::-1]] == shown


def test_an_open_incident_whose_phase_says_nothing_has_the_last_that_did(life: Life) -> None:
    texts = (update("u2", "More", START, "update"), update("u1", "Cause", START, "identified"))
    life.run(START, {"acme": reading(incident("i1", phase="update", updates=texts))})
    [one] = told(life, "incidents/unresolved")["incidents"]

    assert one["status"] == "identified"
    assert {message["status"] for message in one["incident_updates"]} <= PHASES


def test_work_is_made_when_we_first_saw_it_and_each_wording_is_a_message(life: Life) -> None:
    life.run(START, {"acme": announced(said("scheduled"))})
    life.run(START + HOUR, {"acme": announced(said("scheduled", "Later than planned."))})
    life.run(START + 2 * HOUR, {"acme": announced(said("scheduled", "Later than planned."))})
    [one] = told(life, "scheduled-maintenances/upcoming", START + 2 * HOUR)[
        "scheduled_maintenances"
    ]

    assert (one["created_at"], one["started_at"]) == (iso(START), iso(START))
    assert one["updated_at"] == iso(START + HOUR)
    assert (one["scheduled_for"], one["resolved_at"]) == (iso(START + DAY), None)
    messages = one["incident_updates"]
    assert [message["body"] for message in messages] == [
        "Later than planned.",
        "Routers are restarted.",
    ]
    assert [m["created_at"] for m in messages] == [iso(START + HOUR), iso(START)]
    assert [one["id"] for one in one["components"]] == ["c1"]


def test_work_moves_from_upcoming_to_active_and_stays_in_the_list_when_it_is_over(
    life: Life,
) -> None:
    states = []
    for number, phase in enumerate(("scheduled", "in_progress", "completed")):
        at = START + number * HOUR
        life.run(at, {"acme": announced(said(phase, "", starts_at=START + HOUR))})
        states.append(
            [len(told(life, name, at)["scheduled_maintenances"]) for name in (*WINDOWS, CUTS[2])]
        )
    [one] = told(life, CUTS[2], START + 2 * HOUR)["scheduled_maintenances"]

    assert states == [[1, 0, 1], [0, 1, 1], [0, 0, 1]]
    assert one["resolved_at"] == iso(START + 2 * HOUR)
    assert [(m["status"], m["body"]) for m in one["incident_updates"]] == [
        ("completed", "Routers"),
        ("in_progress", "Routers"),
        ("scheduled", "Routers"),
    ]


def test_work_that_was_called_off_and_came_back_is_over_when_it_ended(life: Life) -> None:
    for number, phase in enumerate(("scheduled", "completed", "scheduled", "completed")):
        work = said(phase, "", starts_at=START + 9 * HOUR)
        life.run(START + number * HOUR, {"acme": announced(work)})
    [one] = told(life, CUTS[2], START + 3 * HOUR)["scheduled_maintenances"]

    assert one["resolved_at"] == iso(START + 3 * HOUR)
