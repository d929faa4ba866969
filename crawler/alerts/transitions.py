"""What happened to a service that people should hear of, and what of it is still to be told. Pure.

Only evidence speaks: a run that saw nothing, and one that carried an old reading on, make no event.
Trouble is told when it has been seen for ten minutes, so that what was over by then is never
told. Unknown and maintenance neither open nor end anything.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from crawler.lines import Delivery
from crawler.memory import Stretch
from crawler.model import Level, worst
from crawler.times import DAY

HOLD, REMIND, REJOIN = 600, 14_400, 1_800
UNWATCHED = "unwatched"
OVER = ("resolved", UNWATCHED)
KINDS = ("opened", "worsened-major", "worsened-critical", "reminder", "resolved", UNWATCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing to tell about one service. `kind` is one of opened, worsened-major,
    worsened-critical, reminder, resolved, unwatched; `level` is that of the trouble, for resolved
    the worst that was told. `began` is when the trouble was first seen and names it; `thread` is
    the `began` of the trouble that it continues, where that had ended less than half an hour
    before."""

    service: str
    kind: str
    level: Level
    at: int
    began: int
    thread: int
    stretch: Stretch

    @property
    def key(self) -> str:
        """What makes the message the same message when it is sent again."""
        named_by = self.at if self.kind == UNWATCHED else self.began  # it may leave twice
        return f"{self.service}-{named_by}-{self.kind}"


class _Trouble:
    """One stretch of trouble while it is walked through, from well to well."""

    def __init__(self, service: str, began: int, thread: int) -> None:
        self.service, self.began, self.thread = service, began, thread
        self.heard_since: int | None = None
        self.told: Level | None = None
        self.remind_at: int | None = None

    def event(self, kind: str, at: int, level: Level, stretch: Stretch) -> Event:
        return Event(
            service=self.service,
            kind=kind,
            level=level,
            at=at,
            began=self.began,
            thread=self.thread,
            stretch=stretch,
        )

    def see(self, one: Stretch) -> Iterator[Event]:
        """What a stretch that is heard adds."""
        self.heard_since = one.first_seen if self.heard_since is None else self.heard_since
        if self.told is None:
            at = max(one.first_seen, self.heard_since + HOLD)
            if one.last_seen < at:
                return
            self.told, self.remind_at = one.level, at + REMIND
            yield self.event("opened", at, one.level, one)
        elif worst([one.level, self.told]) is not self.told:
            self.told = one.level
            yield self.event(f"worsened-{one.level}", one.first_seen, one.level, one)
        if self.remind_at is not None and one.last_seen >= self.remind_at:
            yield self.event("reminder", max(one.first_seen, self.remind_at), one.level, one)
            self.remind_at = None


def transitions(
    service: str, stretches: Sequence[Stretch], heard: Callable[[Stretch], bool]
) -> Iterator[Event]:
    """Everything that happened to a service, in order. `stretches` begin when it was well;
    `heard` says whether a stretch of trouble is anybody's business."""
    trouble: _Trouble | None = None
    thread = over = -DAY
    for one in stretches:
        if one.last_seen < one.first_seen:
            continue  # concluded without a reading of its own
        if one.level is Level.NONE and trouble:
            if trouble.told:
                thread, over = trouble.thread, one.first_seen
                yield trouble.event("resolved", over, trouble.told, one)
            trouble = None
        elif one.level is Level.MAINTENANCE and trouble:
            trouble.heard_since = None
        elif one.level.trouble:
            if trouble is None:
                again = one.first_seen - over <= REJOIN
                trouble = _Trouble(service, one.first_seen, thread if again else one.first_seen)
            if not heard(one):
                trouble.heard_since = None
            elif not _clearing(one):
                yield from trouble.see(one)


def _clearing(one: Stretch) -> bool:
    """Whether the newest word was good and only waits to be confirmed."""
    probe = one.basis == "probe" and "probe_recovery_pending" in one.flags
    return probe or "recovery_pending" in one.flags


def due(
    stretches: Sequence[Stretch],
    events: Sequence[Event],
    told: Collection[Delivery],
    *,
    since: int,
    now: int,
    validity: int,
) -> Iterator[Event]:
    """What one channel must still be told about a service, in order.

    `told` is what it was told about it, `since` when the channel was set up. What goes on is told
    while it is known to go on (evidence at most `validity` seconds old), what is over for a day;
    an end is always told to those who heard of the beginning. What is watched again goes on.
    """
    told = [one for one in told if one.kind != UNWATCHED]
    last = max(told, key=lambda one: (one.began, KINDS.index(one.kind)), default=None)
    known = {(one.began, one.kind) for one in told}
    opened = last is not None and last.kind != "resolved"
    ended = {one.began for one in events if one.kind == "resolved"}
    latest = stretches[-1] if stretches else None
    going_on = latest and latest.level.trouble and now - latest.last_seen <= validity
    for event in events:
        if (event.began, event.kind) in known or (last and event.began < last.began):
            continue
        over = event.began in ended
        if event.kind == "opened":
            counts = now - event.at <= DAY if over else going_on
            if opened or event.at < since or not counts:
                continue
            opened = True
        elif event.kind == "resolved":
            if not opened:
                continue
            opened = False
        elif not opened or over or not going_on:
            continue
        yield event
    if opened and last and latest and latest.level is Level.NONE:
        yield from _ended(last, latest)


def _ended(last: Delivery, latest: Stretch) -> Iterator[Event]:
    """The end of trouble that is no longer in the history as this channel hears it: a filter was
    changed, or two histories were merged. Whoever was told of a beginning hears of the end."""
    if latest.last_seen >= latest.first_seen:
        yield _end("resolved", last, latest)


def unwatched(told: Collection[Delivery], at: int, silent: Collection[str]) -> Iterator[Event]:
    """What one channel must still be told of a service that left the catalogue `at`: that nobody
    looks any more, unless the last that it was told of it is one of the kinds in `silent`."""
    last = max(told, key=lambda one: (one.at, one.began, KINDS.index(one.kind)), default=None)
    if last and last.kind not in silent:
        nothing = Stretch(
            level=Level.UNKNOWN, first_seen=at, last_seen=at, headline="", basis="none"
        )
        yield _end(UNWATCHED, last, nothing)


def _end(kind: str, last: Delivery, stretch: Stretch) -> Event:
    """The end of what a channel was told of last, where the history does not give it."""
    return Event(
        service=last.service,
        kind=kind,
        level=Level.UNKNOWN,
        at=stretch.first_seen,
        began=last.began,
        thread=last.began,
        stretch=stretch,
    )
