"""Whether to ask once more, and after how many seconds: pure rules for failures and limits."""

from collections.abc import Mapping

PAUSES = (1.0, 4.0, 15.0)
"""Before the second, third and fourth attempt, where the server names no time."""
PATIENCE = 300
"""Seconds; a limit that lasts longer is an error, because a job must not sleep for an hour."""
_A_MINUTE = 60
_LIMITS = (403, 429)
_BROKEN = (500, 502, 503, 504)


def limited(status: int, headers: Mapping[str, str], message: str) -> bool:
    """Whether a refusal is a rate limit, primary or secondary, and not a missing permission."""
    if status not in _LIMITS:
        return False
    spent = headers.get("x-ratelimit-remaining") == "0"
    return status == 429 or spent or "retry-after" in headers or "rate limit" in message.lower()


def limit_ends(headers: Mapping[str, str], now: int) -> int:
    """Seconds until a limit is over; a minute where GitHub does not say."""
    if (after := _number(headers.get("retry-after"))) is not None:
        return after
    reset = _number(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        # One second more, because the reset is told in whole seconds.
        return max(1, reset - now + 1)
    return _A_MINUTE


def broken(status: int, *, repeatable: bool) -> bool:
    """Whether the server had a bad moment and the question may be asked again.

    A POST that failed half-way may have been obeyed, so only a plain 503 is.
    """
    return status in _BROKEN if repeatable else status == 503


def _number(raw: str | None) -> int | None:
    found = raw.strip() if raw else ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 12 else None
