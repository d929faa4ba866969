"""Boards made by hand: every figure that a page can show, without a store behind it."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from crawler import uptime
from crawler.memory import Latency
from crawler.model import Level
from crawler.site.board import Board, EarlyWarnings, Row, Series, Uptime
from crawler.times import DAY
from crawler.uptime import Interval

HOUR = 3_600


def series(intervals: list[Interval], since: int, now: int) -> Series:
    """A series of some intervals over the 90 UTC days before `now`."""
    first = now - now % DAY - 89 * DAY
    days = uptime.by_day(intervals, max(since, first), now)
    windows = uptime.windows(days, now)
    figures = {length: uptime.figure(tally) for length, tally in windows.items()}
    return Series(since=since, days=days, windows=windows, figures=figures)


def invented(row: Row, now: int) -> Row:
    """A row with both series and a week of latencies, always the same for one service."""
    dice = Random(row.service.id)  # noqa: S311 (no secret)
    start = now - 90 * DAY
    reported = series([(start, now, Level.NONE), *_outages(dice, now)], start, now)
    gaps = [(start, now - 22 * DAY, Level.NONE), (now - 21 * DAY, now, Level.NONE)]
    observed = series([*gaps, *_outages(dice, now - 22 * DAY)], start, now)
    basis = dice.choice(("reported", "reported", "observed"))
    short = series([(now - 9 * DAY, now, Level.NONE)], start, now)
    if dice.random() < 0.1:
        reported, observed, basis = None, short, ""  # type: ignore[assignment]
    return replace(
        row,
        uptime=Uptime(
            reported=reported if basis != "observed" else None,
            observed=observed,
            basis=basis,
            median_repair=dice.randrange(600, 9_000) if len(row.recent) else None,
            resolved=len(row.recent),
        ),
        latency=Latency(
            recent=tuple(
                (now - DAY + step * HOUR // 2, int(dice.lognormvariate(5.2, 0.35)))
                for step in range(48)
                if not 20 < step < 24
            ),
            daily=tuple((now - n * DAY, 48, dice.randrange(150, 260), 400) for n in (3, 2, 1)),
        ),
    )


def _outages(dice: Random, until: int) -> Iterator[Interval]:
    for _ in range(dice.randrange(7)):
        start = until - int(dice.uniform(0.1, 66) * DAY)
        level = dice.choices((Level.MINOR, Level.MAJOR, Level.CRITICAL), (6, 3, 1))[0]
        yield start, start + int(dice.lognormvariate(8.2, 0.9)), level


def filled(board: Board) -> Board:
    """The board with invented figures for every service."""
    rows = {row.service.id: invented(row, board.at) for row in board.rows}
    grouped = tuple(
        (category, tuple(rows[row.service.id] for row in found))
        for category, found in board.by_category
    )
    early = EarlyWarnings(confirmed=2, unconfirmed=board.stories[:1])
    return replace(board, rows=tuple(rows.values()), by_category=grouped, early=early)
