"""Foreign times in, seconds since 1970 UTC out; one printed form."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

DAY = 86_400
SKEW = 300
"""How far a clock that is not ours may be from ours, seconds."""
_OLDEST = 946_684_800  # 2000-01-01: no status page is older, so anything before is a mistake
NEWEST = 4_102_444_800  # 2100-01-01
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)


def parse(raw: object, *, naive_is_utc: bool = False) -> int | None:
    """Read an ISO 8601 or RFC 5322 time; None when it is not one, or not a plausible one.

    Numbers are refused: a bare epoch may mean seconds or milliseconds. A time without a zone is
    refused too, unless the caller knows that the source means UTC.
    """
    if not isinstance(raw, str) or len(raw) > 64:
        return None
    return _parsed(raw.strip(), naive_is_utc=naive_is_utc)


@lru_cache(maxsize=4096)
def _parsed(raw: str, *, naive_is_utc: bool) -> int | None:
    match = _ISO.fullmatch(raw)
    moment = _iso(match, naive_is_utc=naive_is_utc) if match else _rfc(raw)
    return moment if moment is not None and _OLDEST <= moment < NEWEST else None


def _iso(match: re.Match[str], *, naive_is_utc: bool) -> int | None:
    day, clock, second, zone = match.groups()
    if zone is None and not naive_is_utc:
        return None
    if zone is None or zone.upper() in ("Z", "UTC"):
        zone = "+00:00"
    # A leap second has no place in Unix time; the second before it is the nearest true one.
    second = "59" if second == "60" else second or "00"
    try:
        return int(datetime.fromisoformat(f"{day}T{clock}:{second}{zone}").timestamp())
    except (ValueError, OverflowError):
        return None


def _rfc(raw: str) -> int | None:
    # JavaScript prints "GMT-0700 (PDT)"; the library would stop at GMT.
    raw = re.sub(r"\bGMT(?=[+-]\d{4})", "", raw)
    # RFC 5322 lets "-0000" stand for UTC of unknown origin, which the library returns as naive.
    # Letters other than GMT, UT, UTC and Z also come back naive, and those we do not guess.
    if not re.search(r"\d\s*(?:[+-]\d{4}|GMT|UT|UTC|Z)\s*(?:\(.*\))?$", raw):
        return None
    try:
        moment = parsedate_to_datetime(raw)
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def duration(raw: str) -> int | None:
    """Seconds in `90s`, `5m` or `1h`; None for anything else."""
    found = re.fullmatch(r"([0-9]{1,9})([smh])", raw)
    return int(found[1]) * {"s": 1, "m": 60, "h": 3_600}[found[2]] if found else None


@lru_cache(maxsize=65_536)  # a site prints the same moments on many pages
def iso(moment: int) -> str:
    """`2026-11-22T10:41:00Z`, the one form in which whosdown prints a time for machines."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_or_none(moment: int | None) -> str | None:
    """The same; None for None."""
    return None if moment is None else iso(moment)


def day(moment: int) -> str:
    """The UTC calendar day, `2026-11-22`."""
    return iso(moment)[:10]


@lru_cache(maxsize=65_536)
def human(moment: int) -> str:
    """The form for people, always with its zone: `22 Nov 2026, 10:41 UTC`."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def span(seconds: int) -> str:
    """A duration for people in at most two units: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`."""
    seconds = max(0, seconds)
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
