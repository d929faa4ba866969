"""What one run knows about a service, and as what the word of its page may be shown. Pure.

Good news is held back: an all-clear until it is sure, a page that keeps changing until it is quiet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.memory import Change, ProbeState, Snapshot
from crawler.model import Level, worst
from crawler.scope import UNREADABLE, Scoped
from crawler.times import DAY

QUIET, WINDOW, CHANGES = 3_600, 7_200, 4

Held = tuple[Level | None, tuple[Change, ...], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known about a service in one run. `scoped` is from the last good reading, which
    was taken at `read_at`; `fresh` says whether that was in this run. `resolved` is when the last
    of the incidents that the last snapshot knew as open was over, None while one is not; `reason`
    is why this run could not read it.
    """

    scoped: Scoped | None = None
    read_at: int | None = None
    fresh: bool = False
    resolved: int | None = None
    probe: ProbeState | None = None
    has_page: bool = True
    reason: str | None = None

    @property
    def official(self) -> Level | None:
        """What the page says of the service, however old that is; None where it says nothing."""
        return self.scoped.level if self.scoped else None

    def aged(self, now: int, validity: int) -> bool:
        """Whether the last good reading is older than V (`validity`, seconds) at `now`."""
        return self.read_at is not None and now - self.read_at > validity


def lasts(before: Snapshot, now: int) -> bool:
    """Whether the trouble before this run may go on where no page, but only its feed was read, and
    names no incident: a component that is down needs none. After a day the feed alone counts."""
    if before.reason == UNREADABLE:
        return now - (before.since or now) < DAY
    said = before.official
    return said is not None and (said.trouble or said is Level.MAINTENANCE)


def hold(facts: Facts, previous: Snapshot | None) -> Held:
    """The official level of a reading that still counts, as it may be shown; its changes, flags."""
    official, read_at = facts.official, facts.read_at
    if official is None or previous is None or read_at is None:
        return official, (), []
    before = previous.official
    changes = _recent(previous.changes, read_at)
    if facts.fresh and before not in (None, official):
        changes = (*changes, (read_at, official))
    if _unstable(changes, read_at) and official is not Level.UNKNOWN:
        cleared = [level for _, level in changes].count(Level.NONE)
        if official is Level.NONE and cleared == 1 and facts.resolved is not None:
            return official, (), []  # one incident grew, shrank and is over: that is no flapping
        seen = [official, previous.shown, *(level for _, level in changes)]
        # Only trouble can be held; maintenance among it would hide it.
        gravest = worst(level for level in seen if level is not None and level.trouble)
        if gravest.trouble:
            return gravest, changes, ["unstable"]
    trouble = previous.shown is not None and previous.shown.trouble
    if official is Level.NONE and trouble and facts.resolved is None:
        first = before is not Level.NONE or not facts.fresh
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
