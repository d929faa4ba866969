"""When it may be said that our own check was earlier than the provider, and by how much."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import early
from crawler.memory import Own, ProbeState
from crawler.model import Incident, Level, Update
from lives import (
    HOUR,
    MINUTE,
    START,
    incident,
)

NINE = START - 2 * HOUR
STEP = 10 * MINUTE


def clock(text: str) -> int:
    """10:47 of the day of the tests, which begins its story at nine."""
    hours, minutes = text.split(":")
    return NINE + (int(hours) - 9) * HOUR + int(minutes) * MINUTE


OWN = Own("check:acme:1", "acme", Level.MINOR, clock("10:10"), clock("10:20"), None)


def posted(at: str | None, **more: object) -> Incident:
    """The provider's incident; its first message is of that time."""
    moment = clock(at) if at else None
    first = Update("u", moment, "investigating", "We are looking into it.")
    one = incident("i1", created_at=moment, updates=(first,), impact=Level.MAJOR)
    return replace(one, **more)  # type: ignore[arg-type]


def around(seen: str, clean: str = "10:10", **more: object) -> early.Circumstances:
    known = {"now": clock(seen), "clean_at": clock(clean), "blind": None, "failing": 0.0, **more}
    return early.Circumstances(**known)  # type: ignore[arg-type]


FAILING = ProbeState(outcome="fail", failing_since=clock("10:10"), confirmed=True)


@pytest.mark.parametrize(
    ("own", "told", "so", "minutes"),
    [
        (OWN, posted("10:47"), around("10:50"), 27),
        (OWN, posted("10:24"), around("10:30"), None),
        (OWN, posted("10:15"), around("10:20"), None),
        (replace(OWN, ended_at=clock("10:40")), posted("10:50"), around("10:50"), None),
        (OWN, posted(None), around("10:50", clean="10:40"), 20),
        (OWN, posted(None), around("10:30", clean="10:10"), None),
        (OWN, posted("10:47", started_at=clock("9:55")), around("10:50"), 27),
        (OWN, posted("10:47"), around("10:50", blind=clock("10:30")), None),
        (OWN, posted("10:47"), around("10:50", blind=clock("10:15")), 27),
        (OWN, posted("10:47"), around("10:50", failing=0.2), None),
        (OWN, posted("10:25"), around("10:30"), 5),
        (OWN, posted("16:20"), around("16:20"), 360),
        (OWN, posted("16:21"), around("16:21"), None),
    ],
    ids=[
        *("earlier", "four minutes", "posted before we were sure", "streak broken"),
        *("no creation time", "no creation time and may be older", "start dated back"),
        *("a blind run between", "a blind run before", "many others fail"),
        *("five minutes", "six hours", "more than six hours"),
    ],
)
def test_earlier_is_only_said_where_nothing_else_explains_it(
    own: Own, told: Incident, so: early.Circumstances, minutes: int | None
) -> None:
    found = early.lead(own, told, FAILING, so)

    assert found == (None if minutes is None else minutes * MINUTE)


def test_a_check_that_recovers_before_the_post_proves_nothing() -> None:
    recovering = replace(FAILING, outcome="ok", recovering_since=clock("10:40"))
    assert early.lead(OWN, posted("10:47"), recovering, around("10:50")) is None
    later = replace(recovering, recovering_since=clock("10:50"))
    assert early.lead(OWN, posted("10:47"), later, around("10:50")) == 27 * MINUTE


moments = st.integers(clock("9:00"), clock("20:00"))


@given(moments, moments, st.none() | moments, st.none() | moments, st.none() | moments)
def test_a_lead_is_never_short_never_long_and_never_after_the_post(
    confirmed: int, seen: int, at: int | None, clean: int | None, ended: int | None
) -> None:
    own = replace(OWN, failed_at=confirmed - STEP, confirmed_at=confirmed, ended_at=ended)
    so = early.Circumstances(now=seen, clean_at=clean, blind=None, failing=0)
    told = replace(posted(None), created_at=at)
    lead = early.lead(own, told, None, so)

    if lead is not None:
        moment = at if at is not None else clean
        assert moment == confirmed + lead
        assert 300 <= lead <= 6 * HOUR
        assert ended is None or ended >= moment
