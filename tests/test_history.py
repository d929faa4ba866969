"""What is known of a service over time: stretches, gaps and days."""

import sqlite3
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler import site
from crawler.catalogue import Probe
from crawler.lines import RunLine, SnapshotLine
from crawler.model import Level, Reading
from crawler.store import Store, schema, spans
from crawler.store.fold import fold
from crawler.times import DAY
from crawler.uptime import Interval, by_day, tally
from lives import (
    HOUR,
    MIDNIGHT,
    MINUTE,
    REPOSITORY,
    START,
    Life,
    V,
    incident,
    provider,
    reading,
    service,
    world,
)

STEP = 10 * MINUTE
BAD = reading(word=Level.CRITICAL)


def known(life: Life, now: int, start: int = START) -> list[Interval]:
    """What was known of acme until `now`, its beginnings and ends in minutes after the start."""
    found = life.store.memories(now).intervals("acme", start, now)
    return [((a - START) // MINUTE, (min(b, now) - START) // MINUTE, one) for a, b, one in found]


def every(life: Life, step: int, start: int, end: int, said: Reading | str | None = None) -> None:
    for now in range(start, end + 1, step):
        life.run(now, {"acme": said} if said else None)


def test_a_state_lasts_until_the_next_reading_and_at_most_v_beyond_the_last(life: Life) -> None:
    life.run(START)
    life.run(START + STEP, {"acme": BAD})
    life.run(START + 2 * STEP, {"acme": "timeout"})

    assert known(life, START + 3 * HOUR) == [
        (0, 10, Level.NONE),
        (10, 10 + V // MINUTE, Level.CRITICAL),
    ]


def test_the_provider_s_time_is_the_boundary_where_it_lies_between_two_readings(life: Life) -> None:
    began, over = START + 3 * MINUTE, START + 14 * MINUTE
    life.run(START)
    trouble = incident(started=began, impact=Level.CRITICAL)
    life.run(START + STEP, {"acme": reading(trouble, word=Level.CRITICAL)})
    done = replace(trouble, open=False, ended_at=over)
    life.run(START + 2 * STEP, {"acme": reading(done)})

    assert known(life, START + 30 * MINUTE) == [
        (0, 3, Level.NONE),
        (3, 14, Level.CRITICAL),
        (14, 30, Level.NONE),
    ]


def test_such_a_boundary_holds_though_a_check_changed_its_word_after_it(tmp_path: Path) -> None:
    probe = Probe("https://api.acme.test/", [401])
    trouble = incident(started=START, impact=Level.CRITICAL)
    with Life(tmp_path, world(provider("acme", service("acme", probe=probe)))) as life:
        life.run(START, {"acme": reading(trouble)}, probes={"acme": "ok"})
        life.run(START + STEP, {"acme": "timeout"}, probes={"acme": "inconclusive"})
        done = replace(trouble, open=False, ended_at=START + 4 * MINUTE)
        life.run(START + 2 * STEP, {"acme": reading(done)}, probes={"acme": "ok"})

        found = [one for one in known(life, START + 30 * MINUTE) if one[0] < one[1]]
        assert found == [(0, 4, Level.CRITICAL), (4, 30, Level.NONE)]


def test_a_start_before_the_last_good_reading_does_not_move_what_we_saw(life: Life) -> None:
    life.run(START)
    life.run(START + STEP)
    late = incident(started=START + 5 * MINUTE, impact=Level.MAJOR)
    life.run(START + 2 * STEP, {"acme": reading(late, word=Level.MAJOR)})
    now = START + 30 * MINUTE

    assert known(life, now) == [(0, 20, Level.NONE), (20, 30, Level.MAJOR)]
    # The figure believes the provider's own outage all the same: it is a claim against itself.
    observed = life.uptime(now).observed
    assert observed is not None
    assert observed.windows[30].major == 25 * MINUTE


def test_time_in_which_nobody_looked_is_a_gap_for_every_service(life: Life) -> None:
    life.run(START)
    life.run(START + 5 * HOUR)
    now = START + 5 * HOUR + MINUTE

    assert known(life, now) == [(0, 45, Level.NONE), (300, 301, Level.NONE)]
    assert life.store.connection.execute("SELECT count(*) FROM snapshots").fetchone() == (1,)


def test_a_page_that_comes_back_after_v_leaves_a_gap_of_its_own(tmp_path: Path) -> None:
    with Life(tmp_path, world(provider("acme"), provider("other"))) as life:
        life.run(START)
        every(life, 5 * MINUTE, START + 5 * MINUTE, START + 40 * MINUTE, "timeout")
        life.run(START + 80 * MINUTE)
        now = START + 81 * MINUTE

        assert known(life, now) == [(0, 45, Level.NONE), (80, 81, Level.NONE)]
        other = life.store.memories(now).intervals("other", START, now)
        assert tally(other, START, now).known == 81 * MINUTE


def test_blind_runs_are_a_gap_after_v_and_nothing_goes_down(life: Life) -> None:
    feeds = {}
    for minutes in (1, 12, 65):
        start = START + minutes * DAY
        life.run(start)
        before = site.build(
            life.board(start), REPOSITORY / "content-of-nobody", REPOSITORY / "site_templates"
        )
        for now in range(start + 30, start + minutes * MINUTE, MINUTE):
            life.run(now, blind=True)
            levels = {row.verdict.level for row in life.board(now).rows}
            fresh = now - start <= V
            assert levels == {Level.NONE if fresh else Level.UNKNOWN}
            assert not life.board(now).open
        back = start + minutes * MINUTE
        life.run(back)
        after = site.build(
            life.board(back), REPOSITORY / "content-of-nobody", REPOSITORY / "site_templates"
        )
        feeds[minutes] = [
            path for path, body in before.items() if path.endswith((".rss", ".atom")) and
            after[path] != body
        ]  # fmt: skip
        gap = max(0, minutes * MINUTE - V)
        found = life.store.memories(back).intervals("acme", start, back)
        assert tally(found, start, back).known == minutes * MINUTE - gap
        assert {level for _, _, level in found} == {Level.NONE}
    assert feeds == {1: [], 12: [], 65: []}


def test_a_day_of_missed_runs_is_neither_up_nor_down_and_its_incidents_still_appear(
    life: Life,
) -> None:
    every(life, HOUR // 2, MIDNIGHT, MIDNIGHT + DAY - HOUR // 2)
    late = MIDNIGHT + 2 * DAY
    missed = incident(
        "i9", "It was down", open=False, started=MIDNIGHT + DAY + 8 * HOUR, impact=Level.CRITICAL
    )
    life.run(late, {"acme": reading(replace(missed, ended_at=MIDNIGHT + DAY + 10 * HOUR))})
    life.run(late + STEP, {"acme": reading(replace(missed, ended_at=MIDNIGHT + DAY + 10 * HOUR))})
    now = late + 2 * STEP
    observed = life.uptime(now).observed

    assert observed is not None
    day = observed.days[MIDNIGHT + DAY]
    # 15 minutes of V reach into the missed day; of the rest only the outage is known.
    assert (day.known, day.critical) == (2 * HOUR + 15 * MINUTE, 2 * HOUR)
    assert observed.figures[30].coverage is not None
    assert observed.figures[30].coverage < 10_000
    assert [story.record.incident.title for story in life.board(now).stories] == ["It was down"]


def test_days_that_are_over_are_counted_once_and_the_rest_is_not_touched(life: Life) -> None:
    every(life, HOUR // 2, MIDNIGHT, MIDNIGHT + 3 * DAY)
    rows = life.store.connection.execute("SELECT day, known FROM daily ORDER BY day").fetchall()

    assert rows == [(MIDNIGHT + n * DAY, DAY) for n in range(3)]


def test_a_change_that_is_dated_before_midnight_counts_that_day_anew(life: Life) -> None:
    every(life, HOUR // 2, MIDNIGHT, MIDNIGHT + DAY - HOUR // 2)
    life.run(MIDNIGHT + DAY + 2 * MINUTE, {"acme": "timeout"})
    began = MIDNIGHT + DAY - 10 * MINUTE
    trouble = incident(started=began, impact=Level.CRITICAL)
    life.run(MIDNIGHT + DAY + 5 * MINUTE, {"acme": reading(trouble, word=Level.CRITICAL)})
    rows = life.store.connection.execute("SELECT known, critical FROM daily").fetchall()

    assert rows == [(DAY, 10 * MINUTE)]


LINES = st.builds(
    SnapshotLine,
    level=st.sampled_from(list(Level)),
    headline=st.just("As told"),
    basis=st.just("official"),
    since=st.integers(MIDNIGHT - HOUR, MIDNIGHT + 4 * DAY),
)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 20 * HOUR) | st.integers(1, 6).map(DAY.__mul__),
            st.dictionaries(st.sampled_from(["a", "b"]), LINES | st.none(), max_size=2),
            st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
            st.booleans(),
        ),
        max_size=12,
    ),
    st.sampled_from([V, 2 * DAY]),
)
def test_the_days_are_what_the_stretches_say_whatever_happened(
    steps: list[tuple[int, dict[str, SnapshotLine | None], list[str], bool]], v: int
) -> None:
    memory = Store(Path(), Database(sqlite3.connect(":memory:", isolation_level=None)))
    schema.create(memory.db)
    db = memory.connection
    now = MIDNIGHT
    seen = []
    for pause, services, carried, blind in steps:
        now += pause
        fold(
            db,
            RunLine(
                now, now, "1", v, blind=blind, services=dict(services), carried=tuple(carried),
                owners={"a": "p", "b": "q"},
            ),
        )  # fmt: skip
        seen += [] if blind else [now]
    try:
        if not seen:
            return
        today = seen[-1] - seen[-1] % DAY
        counted = spans.daily(db, 0)
        for one in ("a", "b"):
            first = db.execute("SELECT first_seen FROM services WHERE id = ?", (one,)).fetchone()[0]
            found = spans.intervals(db, one, first, today, seen[-1], v, spans.gaps(db, first))
            assert all(a < b for a, b, _ in found)
            assert all(b <= c for (_, b, _), (c, _, _) in pairwise(found))
            days = by_day(found, first, today)
            assert {d: t[1:] for d, t in counted.get(one, {}).items()} == {
                d: t[1:] for d, t in days.items() if t.known
            }
    finally:
        memory.close()


def test_the_last_90_days_are_the_same_from_a_rebuilt_database(life: Life) -> None:
    every(life, 6 * HOUR, START, START + 20 * DAY)
    life.run(START + 20 * DAY + HOUR, {"acme": BAD})
    now = START + 20 * DAY + 2 * HOUR
    known_before = life.uptime(now)
    (life.store.data / "status.db").unlink()
    with Life(life.store.data) as again:
        assert again.uptime(now) == known_before
