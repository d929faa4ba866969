"""How many gaps, sources and probes it takes to believe something."""

from collections.abc import Mapping

import pytest

from crawler.cadence import validity
from crawler.streak import believable, quorum
from lives import START


@pytest.mark.parametrize(
    ("gaps", "seconds"),
    [
        ([], 2_700),
        ([7_200] * 9, 2_700),  # nine gaps say nothing yet
        ([7_200] * 10, 10_800),  # 2.5 times two hours, at most three
        ([300] * 10, 2_700),  # at least 45 minutes
        ([1_500] * 10, 3_750),
        ([1_500] * 5 + [2_500] * 5, 5_000),  # an even number: the middle of the two
        ([1_000] * 6 + [90_000] * 5, 2_700),  # one missed day is no cadence
        ([300, 300, 6_600] * 9, 2_700),  # nine pauses between jobs of three passes
        ([300, 300, 6_600] * 84, 10_800),  # a job every two hours
        ([300, 300, 1_500] * 84, 3_750),  # every thirty-five minutes
        ([240, 480, 1_500] * 84, 3_750),  # the passes are seldom where they should be
        (([300] * 144 + [7_200]) * 7, 2_700),  # always at work but for two hours a day
        ([600] * 100, 2_700),
    ],
)
def test_how_long_a_reading_holds_follows_the_median_gap_between_jobs(
    gaps: list[int], seconds: int
) -> None:
    starts = [START]
    for gap in gaps:
        starts.append(starts[-1] + gap)

    assert validity(reversed(starts)) == seconds


@pytest.mark.parametrize(
    ("asked", "failed", "down", "blind"),
    [
        ({"a": 4, "b": 4}, {"a": 4}, "", False),  # four sources are no quorum
        ({"a": 10, "b": 10}, {"a": 7}, "a", False),
        ({"a": 10, "b": 10}, {"a": 6}, "", False),
        ({"a": 10, "b": 10}, {"a": 10, "b": 10}, "", True),  # all platforms at once are we
        ({"a": 10, "b": 11}, {"a": 10, "b": 6}, "a", True),  # half of the rest too
        ({"a": 10, "b": 10}, {"a": 10, "b": 5}, "a", False),
        ({"a": 5}, {"a": 5}, "a", False),
    ],
)
def test_a_platform_fails_as_a_whole_or_we_are_blind(
    asked: Mapping[str, int],
    failed: Mapping[str, int],
    down: str,
    blind: bool,
) -> None:
    sources = {f"{name}{n}": name for name, count in asked.items() for n in range(count)}
    broken = {f"{name}{n}" for name, count in failed.items() for n in range(count)}
    found, lost = quorum(sources, broken)

    assert lost == blind
    if not blind:
        assert found == set(down)


def test_probes_that_fail_by_the_majority_say_nothing() -> None:
    outcomes = {"a": "fail", "b": "fail", "c": "fail", "d": "ok", "e": "ok"}

    assert believable(outcomes) == {**dict.fromkeys("abc", "inconclusive"), "d": "ok", "e": "ok"}
    assert believable({**outcomes, "f": "ok"})["a"] == "fail"
