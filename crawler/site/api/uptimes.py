"""Uptime as the API tells it: percentages, and the seconds that anyone can compute them from."""

from functools import lru_cache

from crawler.site.api.details import DayItem, History, LatencyDay, LatencyItem
from crawler.site.api.types import (
    SCHEMA_VERSION,
    SecondsItem,
    SeriesItem,
    SiteItem,
    UptimeItem,
    WindowItem,
)
from crawler.site.board import Row, Series, Uptime
from crawler.times import day, iso
from crawler.uptime import Tally


def uptime(found: Uptime) -> UptimeItem:
    """Both series of a service."""
    return UptimeItem(
        basis=found.basis or None,
        reported=_series(found.reported),
        observed=_series(found.observed),
        medianSecondsToResolve=found.median_repair,
        resolved=found.resolved,
    )


def history(row: Row, fetched: str, site: SiteItem) -> History:
    """The days of one service."""
    return History(
        schemaVersion=SCHEMA_VERSION,
        fetchedAt=fetched,
        site=site,
        id=row.service.id,
        name=row.service.name,
        uptime=uptime(row.uptime),
        reported=_days(row.uptime.reported),
        observed=_days(row.uptime.observed),
        latency=tuple(LatencyItem(iso(at), ms) for at, ms in row.latency.recent),
        latencyDaily=tuple(LatencyDay(day(at), *rest) for at, *rest in row.latency.daily),
    )


def _series(one: Series | None) -> SeriesItem | None:
    if one is None:
        return None
    return SeriesItem(
        since=iso(one.since),
        windows=tuple(_window(one, length) for length in sorted(one.windows)),
    )


def _window(one: Series, length: int) -> WindowItem:
    figure = one.figures[length]
    return WindowItem(
        days=length,
        seconds=_seconds(one.windows[length]),
        uptimePct=_number(figure.uptime),
        incidentFreePct=_number(figure.incident_free),
        lowPct=_number(figure.low),
        highPct=_number(figure.high),
        coveragePct=None if figure.coverage is None else figure.coverage / 100,
    )


def _days(one: Series | None) -> tuple[DayItem, ...] | None:
    if one is None:
        return None
    return tuple(_day(at, tally) for at, tally in sorted(one.days.items()))


@lru_cache(maxsize=4096)  # most services had the same good day
def _day(at: int, tally: Tally) -> DayItem:
    return DayItem(day(at), tally.colour, _seconds(tally))


def _seconds(one: Tally) -> SecondsItem:
    return SecondsItem(one.total, one.known, one.maintenance, one.minor, one.major, one.critical)


def _number(words: str | None) -> float | None:
    return None if words is None else float(words)
