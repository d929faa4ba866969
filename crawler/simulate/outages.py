"""The invented incidents, and how a provider tells of them."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from crawler.catalogue import Provider, Service
from crawler.lines import IncidentLine, UpdateLine
from crawler.model import Level
from crawler.times import DAY

DAYS = 90
_TITLES = (
    "Elevated error rates on requests",
    "Increased latency for some models",
    "Requests fail with 5xx in one region",
    "Sign-in does not work for some users",
    "Degraded performance of streaming responses",
    "Dashboard and API keys unavailable",
    "Delayed usage and billing figures",
)
_COURSE = (
    (0.0, "investigating", "Some requests fail or take longer than usual. We are investigating."),
    (0.3, "identified", "We found the cause and are working on a fix."),
    (0.7, "monitoring", "A fix is in place. Error rates are falling, and we keep watching."),
    (1.0, "resolved", "Error rates have been normal for a while. This incident is resolved."),
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message: its time, the provider's word for the phase, the text. Where `edited` is not
    None, the message reads so from that moment on."""

    at: int
    phase: str
    text: str
    edited: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One invented incident; `end` is None while it is open, `again` when it was opened anew,
    and `withdrawn` says that the provider deleted it at its end. `before` is a title that it had
    in its first ten minutes."""

    provider: str
    key: str
    title: str
    level: Level
    start: int
    end: int | None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    again: int | None = None
    withdrawn: bool = False
    before: str = ""

    @property
    def turns(self) -> Iterator[int]:
        """The moments at which the provider's page changes."""
        yield self.start
        yield from (one for one in (self.end, self.again) if one is not None)
        yield from (one.at for one in self.said)
        yield from (one.edited[0] for one in self.said if one.edited)
        if self.before:
            yield self.start + 600


def course(start: int, end: int) -> tuple[Said, ...]:
    """What a provider usually writes between the first sign and the end."""
    length = end - start
    return tuple(Said(start + int(part * length), phase, text) for part, phase, text in _COURSE)


def outages(provider: Provider, now: int) -> Iterator[Outage]:
    """The incidents of a provider that are over by `now` (seconds UTC)."""
    dice = Random(provider.id)
    parts = [tuple(one.components) for one in provider.services]
    union = tuple(sorted({key for some in parts for key in some}))
    for number in range(dice.randrange(6)):
        level = dice.choices((Level.MINOR, Level.MAJOR, Level.CRITICAL), (6, 3, 1))[0]
        start = now - int(dice.uniform(1.5, DAYS - 1) * DAY)
        end = start + int(dice.lognormvariate(8.2, 0.9))
        # Every other one is felt in one product of the provider only.
        hit = dice.choice(parts) if dice.random() < 0.5 else union
        yield Outage(
            provider=provider.id,
            key=f"sim-{number}",
            title=dice.choice(_TITLES),
            level=level,
            start=start,
            end=end,
            components=hit,
            said=course(start, end),
        )


def runs(outage: Outage, moment: int) -> bool:
    """Whether an incident is open at a moment."""
    if outage.again is not None and outage.again <= moment:
        return True
    return outage.start <= moment and (outage.end is None or moment < outage.end)


def first(now: int) -> int:
    """When the invented days begin that end at `now` (seconds UTC)."""
    return now - DAYS * DAY


def hits(outage: Outage, service: Service) -> bool:
    """Whether an incident of its provider is about a service."""
    named, followed = {*outage.components}, {*service.components}
    return not named or not followed or bool(named & followed)


class Telling:
    """Tells of each incident in the first run after the provider's page changed."""

    def __init__(self, found: Iterable[Outage]) -> None:
        self._found = list(found)
        turns = ((at, n) for n, one in enumerate(self._found) for at in one.turns)
        self._due = deque(sorted(turns))
        self._last = 0

    def at(self, moment: int) -> Iterator[IncidentLine]:
        """What the run at `moment` learns; runs come in order."""
        changed: set[int] = set()
        while self._due and self._due[0][0] <= moment:
            changed.add(self._due.popleft()[1])
        for number in sorted(changed):
            yield _line(self._found[number], self._last, moment)
        self._last = moment


def _line(one: Outage, since: int, moment: int) -> IncidentLine:
    still = runs(one, moment)
    news = [
        UpdateLine(f"u{number}", _text(said, moment), said.at, said.phase)
        for number, said in enumerate(one.said, 1)
        if since < said.at <= moment or (said.edited and since < said.edited[0] <= moment)
    ]
    phases = [said.phase for said in one.said if said.at <= moment]
    return IncidentLine(
        provider=one.provider,
        id=one.key,
        digest=f"{one.key}{moment}",
        title=one.before if one.before and moment < one.start + 600 else one.title,
        open=still,
        impact=one.level,
        phase=phases[-1] if phases else "",
        started=one.start,
        created=one.start,
        ended=None if still else one.end,
        components=one.components,
        regions=one.regions,
        updates=tuple(news),
        withdrawn=one.withdrawn and not still,
    )


def _text(said: Said, moment: int) -> str:
    return said.edited[1] if said.edited and said.edited[0] <= moment else said.text
