"""A check of ours that fails on after the provider's all-clear: the same story, for six hours."""

from dataclasses import replace
from pathlib import Path

import pytest

from checked import THEIRS, catalogue, checked_world, failing, go, records
from crawler.model import Level
from lives import MINUTE, START, Life, reading

__all__ = ["catalogue"]  # fixtures


DONE = replace(THEIRS, open=False, ended_at=START + 55 * MINUTE)


def ours(life: Life) -> list[bool]:
    """Of each incident of ours, the newest first, whether it is open."""
    return [one.incident.open for one in records(life) if one.ours]


@pytest.mark.parametrize("adopted", [True, False])
def test_a_check_that_fails_on_after_the_provider_s_all_clear_is_the_same_story(
    life: Life, adopted: bool
) -> None:
    if adopted:
        failing(life)
        go(life, 30, "fail", THEIRS, word=Level.MINOR)
    else:
        # The provider was first; our check joined in.
        go(life, 25, "ok", THEIRS, word=Level.MINOR)
        for minutes in (35, 45):
            go(life, minutes, "fail", THEIRS, word=Level.MINOR)
    for minutes in (*range(60, 350, 30), 350):
        go(life, minutes, "fail", DONE)
    (one,) = records(life)

    assert (one.incident.id, one.incident.open) == ("i1", False)
    assert life.board(START + 350 * MINUTE).rows[0].verdict.level is Level.MINOR
    # Well in between, then failing anew: a story of its own, when it is confirmed.
    for minutes, probe in ((355, "ok"), (365, "ok"), (375, "fail")):
        go(life, minutes, probe, DONE)
    assert ours(life) == []
    go(life, 385, "fail", DONE)
    assert ours(life) == [True]


def test_a_check_that_still_fails_six_hours_after_the_all_clear_is_told_of(life: Life) -> None:
    failing(life)
    go(life, 30, "fail", THEIRS, word=Level.MINOR)
    for minutes in range(60, 55 + 6 * 60 + 1, 30):
        go(life, minutes, "fail", DONE)
    assert ours(life) == []
    for minutes in (416, 426):
        go(life, minutes, "fail", DONE)

    assert ours(life) == [True]
    go(life, 436, "ok", DONE)
    go(life, 446, "ok", DONE)
    assert ours(life) == [False]


def test_what_was_posted_and_over_between_two_runs_is_the_same_story_too(life: Life) -> None:
    go(life, 0, "ok")
    go(life, 30, "fail")
    go(life, 60, "fail", DONE)

    assert ours(life) == []


def test_an_all_clear_before_our_check_began_to_fail_is_another_story(life: Life) -> None:
    go(life, 30, "ok", THEIRS, word=Level.MINOR)
    for minutes, probe in ((60, "ok"), (70, "fail"), (80, "fail")):
        go(life, minutes, probe, DONE)

    assert ours(life) == [True]


def test_the_all_clear_of_another_part_does_not_silence_our_check(tmp_path: Path) -> None:
    with Life(tmp_path, checked_world("web", "api")) as life:
        other = replace(THEIRS, components=("web",))
        over = replace(DONE, components=("web",))
        for minutes, probe, told in (
            (0, "ok", other), (30, "fail", other), (60, "fail", over), (70, "fail", over),
        ):  # fmt: skip
            life.run(START + minutes * MINUTE, {"acme": reading(told)}, probes={"api": probe})

        assert ours(life) == [True]


def test_a_page_that_stops_listing_what_is_over_changes_nothing(life: Life) -> None:
    failing(life)
    go(life, 30, "fail", THEIRS, word=Level.MINOR)
    go(life, 60, "fail", DONE)
    for minutes in (70, 80, 90):
        told = {"acme": reading(history=False)}
        life.run(START + minutes * MINUTE, told, probes={"acme": "fail"})

    assert ours(life) == []
