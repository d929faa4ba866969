"""Seconds, percentages and coverage: the vectors, and a second calculation that counts seconds."""

import json
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Level
from crawler.times import DAY, parse
from crawler.uptime import Tally, by_day, figure, tally, total, windows
from shared import SHARED, requires_shared

VECTORS = SHARED / "vectors" / "uptime.json"
EMPTY = Tally()
START = 1_790_000_000


def at(text: str) -> int:
    moment = parse(text)
    assert moment is not None
    return moment


def said(one: Tally, least: int) -> dict[str, Any]:
    """A tally under the names of the vectors."""
    shown = figure(one, least)
    return {
        "total_s": one.total,
        "known_s": one.known,
        "maintenance_s": one.maintenance,
        "minor_s": one.minor,
        "major_s": one.major,
        "critical_s": one.critical,
        "weighted_down_ds": one.weighted_down,
        "worst": one.worst,
        "coverage": None if shown.coverage is None else shown.coverage / 100,
        "uptime": shown.uptime,
        "incident_free": shown.incident_free,
        "bounds": [shown.low, shown.high],
        "shown": shown.shown,
    }


@requires_shared
def test_every_vector_holds_as_it_stands_in_the_file() -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    assert len(vectors) == 23
    for vector in vectors:
        start, now = at(vector["monitoring_start"]), at(vector["now"])
        intervals = [(at(a), at(b), Level(level)) for a, b, level, _ in vector["intervals"]]
        days = by_day(intervals, start, now)
        got = {
            **{
                day: said(days.get(at(f"{day}T00:00:00Z"), EMPTY), 50)
                for day in vector["expect"]["days"]
            },
            "30d": said(windows(days, now)[30], 80),
        }
        for name, expected in {
            **vector["expect"]["days"],
            "30d": vector["expect"]["30d"],
        }.items():
            seen = {key: got[name][key] for key in expected}
            assert seen == expected, f"{vector['name']} {name}"


moments = st.integers(-200, 1_200)
intervals = st.lists(st.tuples(moments, moments, st.sampled_from(list(Level))), max_size=12)
ORDER = (Level.CRITICAL, Level.MAINTENANCE, Level.MAJOR, Level.MINOR, Level.NONE)


def by_hand(timeline: list[tuple[int, int, Level]], start: int, end: int) -> dict[str, int]:
    """Every second looked at by itself."""
    counts = dict.fromkeys(Level, 0)
    for second in range(start, end):
        here = {level for a, b, level in timeline if a <= second < b}
        counts[next((one for one in ORDER if one in here), Level.UNKNOWN)] += 1
    return {
        "total": max(0, end - start),
        "known": sum(n for level, n in counts.items() if level is not Level.UNKNOWN),
        **{level.value: counts[level] for level in ORDER if level is not Level.NONE},
    }


@settings(max_examples=500, deadline=None)
@given(timeline=intervals, start=st.integers(-50, 500), length=st.integers(0, 700))
def test_a_second_by_second_calculation_agrees(
    timeline: list[tuple[int, int, Level]], start: int, length: int
) -> None:
    shifted = [(START + a, START + b, level) for a, b, level in timeline]
    got = tally(shifted, START + start, START + start + length)
    expected = by_hand(timeline, start, start + length)
    assert got._asdict() == expected
    clean = expected["known"] - sum(expected[x] for x in ("maintenance", "major", "critical"))
    good = 10 * clean + 7 * expected["major"]
    shown = figure(got, 0)
    if got.base:
        exact = Fraction(100 * good, 10 * got.base)
        assert shown.uptime is not None
        told = Fraction(shown.uptime)
        assert (told == 100) == (good == 10 * got.base)
        assert told <= exact < told + Fraction(1, 100) or (
            told == Fraction(1, 100) and exact < told
        )
    else:
        assert shown.uptime is None


@settings(max_examples=200, deadline=None)
@given(timeline=intervals, start=st.integers(-50, 500), length=st.integers(0, 700))
def test_the_days_of_a_window_add_up_to_it(
    timeline: list[tuple[int, int, Level]], start: int, length: int
) -> None:
    # One unit is a third of a day, so that most intervals cross a midnight.
    unit = DAY // 3
    scaled = [(START + a * unit, START + b * unit, level) for a, b, level in timeline]
    begin, end = START + start * unit, START + (start + length) * unit
    days = by_day(scaled, begin, end)
    assert total(days.values()) == tally(scaled, begin, end)
    assert all(one.total <= DAY for one in days.values())


def test_a_day_takes_the_colour_of_the_worst_that_lasted_a_minute() -> None:
    assert Tally(DAY, DAY, critical=59).colour is Level.NONE
    assert Tally(DAY, DAY, critical=60).colour is Level.CRITICAL
    assert Tally(DAY, DAY, minor=60, critical=59).colour is Level.MINOR
    assert Tally(DAY, 0).colour is Level.UNKNOWN


def test_a_day_is_no_good_news_while_less_than_half_of_it_is_known() -> None:
    assert Tally(DAY, DAY // 2).colour is Level.NONE
    assert Tally(DAY, DAY // 2 - 1).colour is Level.UNKNOWN
    assert Tally(DAY, 60, critical=60).colour is Level.CRITICAL
    assert Tally(600, 600).colour is Level.NONE  # ten minutes after midnight
