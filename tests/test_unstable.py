"""A page that changes its word again and again: held at its worst, and for how long."""

import pytest

from crawler import judge
from crawler.facts import Facts
from crawler.memory import Snapshot
from crawler.model import Level
from crawler.scope import Scoped
from lives import MINUTE, START, V

NOW = START


@pytest.mark.parametrize(
    ("minutes", "level", "unstable"),
    [
        ((0, 10, 20, 30), "none", False),  # three changes after the first reading
        ((0, 10, 20, 30, 40), "major", True),  # four
        ((0, 10, 20, 150, 160), "none", False),  # four, but not within two hours
    ],
)
def test_four_changes_in_two_hours_are_unstable_and_three_are_not(
    minutes: tuple[int, ...],
    level: str,
    unstable: bool,
) -> None:
    words = [Level.NONE, Level.MAJOR] * 3
    found = None
    for number, minute in enumerate(minutes):
        now = NOW + minute * MINUTE
        word = words[(number + len(minutes) + 1) % 2] if level == "none" else words[number % 2]
        facts = Facts(scoped=Scoped(level=word), read_at=now, fresh=True, resolved=0)
        found = judge.judge(facts, found, now, V)

    assert found is not None
    assert ("unstable" in found.flags) == unstable
    assert found.level == level


def test_an_unstable_service_is_held_at_its_worst_until_an_hour_of_quiet() -> None:
    found = None
    shown = {}
    for minute in (*range(0, 50, 10), *range(50, 170, 10)):
        now = NOW + minute * MINUTE
        word = (Level.NONE, Level.CRITICAL)[minute // 10 % 2] if minute < 50 else Level.NONE
        facts = Facts(scoped=Scoped(level=word), read_at=now, fresh=True)
        found = judge.judge(facts, found, now, V)
        shown[minute] = found.level

    assert {shown[minute] for minute in range(40, 100, 10)} == {Level.CRITICAL}
    assert shown[110] is Level.NONE


def test_one_incident_that_grows_shrinks_and_is_resolved_is_over_at_once() -> None:
    found, words = None, ["none", "minor", "critical", "minor", "none", "none"]
    for number, word in enumerate(words):
        now = NOW + number * 10 * MINUTE
        over = now - MINUTE if number == 4 else None
        facts = Facts(scoped=Scoped(level=Level(word)), read_at=now, fresh=True, resolved=over)
        found = judge.judge(facts, found, now, V)

        assert (found.level.value, found.flags) == (word, ())


def told(*words: tuple[int, str], fresh: bool = True) -> list[Snapshot]:
    """What is concluded after each reading of a page, by the minute and its word; the last is
    `fresh` or the page could not be read then."""
    found: list[Snapshot] = []
    for minute, word in words:
        now = NOW + minute * MINUTE
        new = fresh or (minute, word) != words[-1]
        facts = Facts(
            scoped=Scoped(level=Level(word)),
            read_at=now if new else NOW + words[-2][0] * MINUTE,
            fresh=new,
        )
        found.append(judge.judge(facts, found[-1] if found else None, now, V))
    return found


def each(step: int, words: str) -> list[tuple[int, str]]:
    return [(number * step, word) for number, word in enumerate(words.split())]


def test_work_does_not_hide_the_outage_of_an_unstable_page() -> None:
    found = told(*each(10, "none maintenance none minor major"))

    assert (found[-1].level, found[-1].flags) == (Level.MAJOR, ("unstable",))
    assert found[-1].headline == "The provider reports: Partial outage."


def test_an_outage_is_held_while_an_unstable_page_says_maintenance() -> None:
    found = told(*each(10, "none major none minor maintenance"))

    assert (found[-1].level, found[-1].flags) == (Level.MAJOR, ("unstable",))


def test_a_page_that_turns_unknown_again_and_again_is_unknown_whenever_it_is() -> None:
    found = told(*each(10, "none unknown none unknown none unknown"))

    assert [str(one.level) for one in found[1::2]] == ["unknown"] * 3
    assert [str(one.level) for one in found[::2]] == ["none"] * 3
    assert found[-2].flags == (), "nothing worse was seen that could be held"


def test_an_unstable_page_that_turns_unknown_is_unknown_and_stays_unstable() -> None:
    found = told(*each(10, "none major none minor unknown none"))

    assert [str(one.level) for one in found[-2:]] == ["unknown", "major"]
    assert "unstable" not in found[-2].flags


def test_new_trouble_of_an_unstable_page_is_believed_at_once() -> None:
    found = told(*each(10, "none minor none minor none critical"))

    assert [str(one.level) for one in found[-2:]] == ["minor", "critical"]


@pytest.mark.parametrize(
    ("minute", "level"), [(131, "major"), (150, "major"), (187, "major"), (188, "none")]
)
def test_the_worst_is_held_for_an_hour_after_the_last_change(minute: int, level: str) -> None:
    # When 131 comes, the change at 10 is more than two hours ago.
    changes = [(0, "none"), (10, "major"), (50, "none"), (90, "minor"), (128, "none")]
    found = told(
        *changes, (129, "none"), *([] if minute == 131 else [(131, "none")]), (minute, "none")
    )

    assert found[-1].level == level


def test_an_hour_in_which_the_page_was_not_read_is_no_hour_of_quiet() -> None:
    changes = each(10, "none major none major none")

    found = told(*changes, (80, "none"), (101, "none"), fresh=False)

    assert (found[-1].level, found[-1].flags) == (Level.MAJOR, ("unstable",))
    assert told(*changes, (80, "none"), (101, "none"))[-1].level is Level.NONE


def test_a_page_that_flaps_for_days_keeps_its_worst_and_no_list_without_end() -> None:
    found = told(*each(30, "none critical " + "none minor " * 50))

    assert found[-1].level is Level.CRITICAL
    assert len(found[-1].changes) <= 6


def test_what_is_held_says_so_and_does_not_put_it_in_the_provider_s_mouth() -> None:
    found = told(*each(10, "none major none major none"))

    assert found[-1].headline == (
        "The provider's word keeps changing; its worst is held until an hour is quiet."
    )
    assert found[-2].headline == "The provider reports: Partial outage."
