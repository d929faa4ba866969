"""How long good news of a page is held back: all-clears, and pages that keep changing. Pure."""

from collections.abc import Sequence

from crawler.memory import Change, Snapshot
from crawler.model import Level, worst

QUIET, WINDOW, CHANGES = 3_600, 7_200, 4

Held = tuple[Level | None, tuple[Change, ...], list[str]]


def hold(
    official: Level | None,
    previous: Snapshot | None,
    read_at: int | None,
    *,
    fresh: bool,
    resolved: int | None,
) -> Held:
    """The official level as it may be shown, its changes, the flags.

    `official` was read at `read_at` (seconds UTC), in this run if `fresh`; `resolved` is None while
    an incident that was known as open is not over.
    """
    if official is None or previous is None or read_at is None:
        return official, (), []
    before = previous.official
    changes = _recent(previous.changes, read_at)
    if fresh and before not in (None, official):
        changes = (*changes, (read_at, official))
    if _unstable(changes, read_at) and official is not Level.UNKNOWN:
        seen = [official, previous.shown, *(level for _, level in changes)]
        # Only trouble can be held; maintenance among it would hide it.
        gravest = worst(level for level in seen if level is not None and level.trouble)
        if gravest.trouble:
            return gravest, changes, ["unstable"]
    trouble = previous.shown is not None and previous.shown.trouble
    if official is Level.NONE and trouble and resolved is None:
        first = before is not Level.NONE or not fresh
        if first and before is not None:
            return previous.shown, changes, ["recovery_pending"]
    return official, changes, []


def _recent(changes: tuple[Change, ...], read_at: int) -> tuple[Change, ...]:
    """The changes of two hours; of a page that is unstable at least those that made it so, until
    it was read again after an hour of quiet."""
    recent = tuple(one for one in changes if read_at - one[0] <= WINDOW)
    if len(recent) < CHANGES and _unstable(changes, read_at):
        return changes[-CHANGES:]
    return recent


def _unstable(changes: Sequence[Change], read_at: int) -> bool:
    return len(changes) >= CHANGES and read_at - changes[-1][0] < QUIET
