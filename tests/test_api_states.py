"""statuses.json over the life of a service: what it says before, during and after trouble."""

import json
from dataclasses import replace
from typing import Any

import pytest

from crawler.catalogue import Catalogue
from crawler.model import Level
from crawler.site import api
from crawler.times import DAY
from lives import HOUR, MINUTE, START, Life, V, incident, provider, reading, service, update, world


@pytest.fixture
def catalogue() -> Catalogue:
    return world(provider("acme"), provider("cloud", service("cloud", upstreams=["acme"])))


def told(life: Life, now: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(api.render(life.board(now))["statuses.json"])
    return found


def services(life: Life, now: int) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in told(life, now)["services"]}


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
    found = told(life, START + 10 * MINUTE)

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
