"""Foreign forms of dates that `times` does not read, each of one platform."""

import re
from contextlib import suppress
from datetime import UTC, datetime

from crawler import times

_JS = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_GO = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4}) \S{1,8}")
YEARLESS = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d\d):(\d\d)(?::\d\d)? ([A-Z]{2,5})(?:\+0)?")
"""Dates in feeds: Statuspage's, `Nov 15, 11:00 UTC`, and Instatus's, `Nov 15, 11:00:32 GMT+0`."""
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def epoch(raw: object) -> int | None:
    """Seconds since 1970 as a number or a text of digits; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    digits = str(raw) if isinstance(raw, str) or 0 <= raw < 10**12 else ""
    # Ten digits are 2001 to 2286 in seconds; milliseconds have thirteen.
    return int(digits) if re.fullmatch(r"[0-4][0-9]{9}|9[4-9][0-9]{7}", digits, re.ASCII) else None


def js_date(raw: object) -> int | None:
    """A JavaScript date, `Sat Jun 11 2022 18:55:50 GMT+0000 (...)`, or any form of `times`."""
    match = _JS.match(raw) if isinstance(raw, str) else None
    if match is None:
        return times.parse(raw)
    month, day, year, clock, zone = match.groups()
    return times.parse(f"{day} {month} {year} {clock} {zone}")


def go_date(raw: object) -> int | None:
    """Go's printed time, `2025-04-10 13:00:00 +0000 UTC`; `<no value>` and the zero time: None."""
    match = _GO.fullmatch(raw) if isinstance(raw, str) else None
    return times.parse(" ".join(match.groups())) if match else None


def latest(date: re.Match[str] | None, newest: int | None) -> int | None:
    """The last time that a date of YEARLESS stood on the calendar, no later than `newest`, which
    is more exact in its own minute; None where the clock is not UTC's."""
    if date is None or newest is None:
        return None
    month, day, hour, minute, zone = date.groups()
    if month not in _MONTHS or zone not in ("UTC", "GMT"):
        return None
    year = datetime.fromtimestamp(newest, UTC).year
    for one in (year, year - 1):
        # The general reader of dates takes ten times as long, and a feed has one an incident.
        with suppress(ValueError):
            numbers = one, _MONTHS.index(month) + 1, int(day), int(hour), int(minute)
            at = int(datetime(*numbers, tzinfo=UTC).timestamp())
            if at <= newest:
                return newest if newest - at < 60 else at
    return None
