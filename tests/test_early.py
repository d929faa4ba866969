"""Incidents that only our own checks see: when they begin and when they are over."""

from dataclasses import replace
from pathlib import Path

import pytest

from checked import catalogue, checked, failing, go, records
from crawler.model import Level
from lives import MINUTE, START, Life, reading, world

__all__ = ["catalogue"]  # fixtures


def test_a_confirmed_failure_that_only_we_see_is_an_incident_of_ours(life: Life) -> None:
    failing(life)
    (own,) = records(life)
    story = life.board(START + 20 * MINUTE).stories[0]

    assert own.ours
    assert (own.service, own.failed_at, own.confirmed_at) == (
        "acme",
        START + 10 * MINUTE,
        START + 20 * MINUTE,
    )
    assert own.incident.title == "Our checks of Acme fail"
    assert own.incident.impact is Level.MINOR
    assert [one.id for one in story.services] == ["acme"]
    assert life.board(START + 20 * MINUTE).rows[0].verdict.confidence == "possible"


def test_it_ends_when_our_checks_pass_twice(life: Life) -> None:
    failing(life)
    go(life, 30, "ok")
    assert records(life)[0].incident.open
    still = life.board(START + 30 * MINUTE).early
    assert (still.total, len(still.open), still.unconfirmed) == (1, 1, ())
    go(life, 40, "ok")
    (own,) = records(life)

    assert not own.incident.open
    assert own.incident.ended_at == START + 30 * MINUTE
    early_warnings = life.board(START + 40 * MINUTE).early
    assert (early_warnings.total, early_warnings.confirmed) == (1, 0)
    assert [one.record.slug for one in early_warnings.unconfirmed] == [own.slug]


@pytest.mark.parametrize("outcome", ["fail", "inconclusive"])
def test_a_pause_of_the_crawler_is_no_pass_of_our_check(life: Life, outcome: str) -> None:
    failing(life)
    go(life, 110, outcome)
    assert records(life)[0].incident.open
    go(life, 120, "ok")
    (own,) = records(life)

    assert own.incident.ended_at == START + 120 * MINUTE
    assert own.incident.updates[0].text.startswith("Our checks pass again since 22 Nov 2026, 13:00")


def test_a_check_that_is_taken_away_has_not_passed(life: Life) -> None:
    failing(life)
    life.run(START + 30 * MINUTE, {"acme": reading()})
    (own,) = records(life)

    assert own.incident.ended_at == START + 30 * MINUTE
    assert own.incident.updates[0].text.endswith("11:30 UTC, and had not passed again.")


def test_nobody_is_earlier_than_a_page_that_does_not_exist(tmp_path: Path) -> None:
    with Life(tmp_path, world(replace(checked(), source=None))) as life:
        for minutes, probe in ((0, "ok"), (10, "fail"), (20, "fail")):
            life.run(START + minutes * MINUTE, {}, probes={"acme": probe})
        (own,) = records(life)
        told = life.board(START + 20 * MINUTE).early

    assert own.ours
    assert told.total == 0


def test_a_second_failure_is_a_second_incident_with_its_own_page(life: Life) -> None:
    failing(life)
    for minutes, probe in ((30, "ok"), (40, "ok"), (50, "fail"), (60, "fail")):
        go(life, minutes, probe)
    found = records(life)

    assert [one.incident.open for one in found] == [True, False]
    assert found[0].slug != found[1].slug


def test_no_check_of_a_blind_run_opens_anything(life: Life) -> None:
    go(life, 0, "ok")
    for minutes in (10, 20, 30):
        life.run(START + minutes * MINUTE, blind=True, probes={"acme": "fail"})

    assert records(life) == []
