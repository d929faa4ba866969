"""Foreign times become whole seconds of UTC, or nothing; nothing depends on this machine's zone."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler import times

NOON = 1_795_348_800  # 2026-11-22T12:00:00Z
FIRST, LAST = 946_684_800, 4_102_444_799


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:00:00.000Z",
        "2026-11-22T12:00:00.999999999Z",
        "2026-11-22T12:00Z",
        "2026-11-22t12:00:00z",
        "2026-11-22 12:00:00 UTC",
        "2026-11-22 12:00:00+00:00",
        "2026-11-22T05:00:00.000-07:00",
        "2026-11-22T17:30:00+0530",
        "2026-11-23T02:00:00+14:00",
        "Sun, 22 Nov 2026 12:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00 +0000",
        "Sun, 22 Nov 2026 12:00:00 -0000",
        "Sun, 22 Nov 2026 04:00:00 -0800",
        "Sun, 22 Nov 2026 12:00:00 UT",
        "Sun, 22 Nov 2026 12:00:00 Z",
        "Mon, 22 Nov 2026 12:00:00 GMT",
        "22 Nov 2026 12:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00 +0000 (UTC)",
        "  2026-11-22T12:00:00Z\n",
    ],
)
def test_every_form_of_noon_is_noon(raw: str) -> None:
    assert times.parse(raw) == NOON


@pytest.mark.parametrize(
    "raw",
    [
        *[None, True, 0, 1_795_348_800, 1_795_348_800_000, 1.5, [], {}, b"2026-11-22T12:00:00Z"],
        *["", " ", "now", "yesterday", "1795348800", "2026-11-22", "12:00:00", "2026-W47-7T12:00Z"],
        *["2026-11-22T12:00:00", "2026-11-22 12:00:00", "Sun, 22 Nov 2026 12:00:00"],
        *["Sun, 22 Nov 2026 12:00:00 XYZ", "Sun, 22 Nov 2026 12:00:00 IST"],
        *["2026-02-30T12:00:00Z", "2026-13-01T12:00:00Z", "2026-11-22T25:00:00Z"],
        *["2026-11-22T12:61:00Z", "2026-11-22T12:00:00+25:00", "2026-11-22T12:00:61Z"],
        *["0000-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1999-12-31T23:59:59Z"],
        *["2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z"],
        *["2026-11-22T12:00:00Z2026-11-22T12:00:00Z", "x" * 65, "Sun, 22 Nov 2026 25:00:00 GMT"],
        *["2026-11-22 12:00:00 +0200 +0200", "<no value>", "Sun, 22 Nov 2026 +0200"],
    ],
    ids=ascii,
)
def test_what_is_no_plausible_time_is_nothing(raw: object) -> None:
    assert times.parse(raw) is None


def test_the_edges_of_what_is_plausible() -> None:
    assert times.parse("2000-01-01T00:00:00Z") == FIRST
    assert times.parse("2099-12-31T23:59:59Z") == LAST


def test_a_leap_second_is_the_second_before_it() -> None:
    assert times.parse("2016-12-31T23:59:60Z") == times.parse("2016-12-31T23:59:59Z")


def test_a_time_without_a_zone_counts_only_where_the_source_means_utc() -> None:
    assert times.parse("2026-11-22 12:00:00", naive_is_utc=True) == NOON
    assert times.parse("2026-11-22 12:00:00") is None


SHAPED = st.from_regex(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|UTC|[+-]\d\d:?\d\d)?", fullmatch=True
)
MAIL = st.from_regex(
    r"([A-Z][a-z]{2}, )?\d{1,2} (Jan|Feb|Nov|Xyz) \d{1,5} \d\d:\d\d(:\d\d)? (GMT|Z|[+-]\d{4})",
    fullmatch=True,
)
JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.text())


@given(st.one_of(SHAPED, MAIL, JUNK), st.booleans())
@example("Sun, 22 Nov 2026 12:00:00 +9999", False)
@example("Sun, 99999999999 Nov 2026 12:00:00 GMT", False)
@example("1 Jan 0 00:00:00 GMT", False)
@example("٢٠٢٦-11-22T12:00:00Z", False)
@example("2026-11-22T12:00:00+24:00", True)
def test_no_time_is_ever_an_error(raw: object, naive: bool) -> None:
    moment = times.parse(raw, naive_is_utc=naive)

    assert moment is None or (type(moment) is int and FIRST <= moment <= LAST)


@given(st.integers(FIRST, LAST))
def test_what_is_printed_is_read_back(moment: int) -> None:
    assert times.parse(times.iso(moment)) == moment
    assert times.day(moment) == times.iso(moment)[:10]


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield str(request.param)
    monkeypatch.undo()
    time.tzset()


def test_this_machines_zone_changes_nothing(zone: str) -> None:
    read = [
        times.parse("Sun, 22 Nov 2026 12:00:00 -0000"),
        times.parse("2026-11-22T12:00:00Z"),
        times.parse("2026-11-22 12:00:00", naive_is_utc=True),
        times.parse("2026-11-22 12:00:00"),
    ]
    printed = [times.iso(NOON), times.day(NOON), times.human(NOON)]

    assert zone == time.tzname[0] or time.timezone != 0
    assert read == [NOON, NOON, NOON, None]
    assert printed == ["2026-11-22T12:00:00Z", "2026-11-22", "22 Nov 2026, 12:00 UTC"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *[(-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (119, "1 min"), (3_599, "59 min")],
        *[(3_600, "1 h"), (3_660, "1 h 1 min"), (86_399, "23 h 59 min"), (86_400, "1 d")],
        *[(90_000, "1 d 1 h"), (86_400 * 400 + 3_600, "400 d 1 h")],
    ],
)
def test_a_duration_has_at_most_two_units(seconds: int, said: str) -> None:
    assert times.span(seconds) == said


def test_a_day_of_one_digit_has_no_zero() -> None:
    assert times.human(NOON - 20 * times.DAY) == "2 Nov 2026, 12:00 UTC"
