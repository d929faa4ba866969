"""The invented incidents, and how a provider tells of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from crawler.catalogue import Provider
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
NOW = {
    "openai": (Level.MAJOR, 70, "Elevated error rates for GitHub-dependent workflows"),
    "github": (Level.CRITICAL, 130, "Git operations and Actions fail"),
    "anthropic": (Level.MINOR, 25, "Elevated latency on some models"),
    "groq": (Level.MINOR, 15, "Intermittent capacity errors"),
}
FLAPS = "groq"


@dataclass(frozen=True, slots=True)
class Outage:
    """One invented incident; `end` is None while it is open."""

    provider: str
    key: str
    title: str
    level: Level
    start: int
    end: int | None
    components: tuple[str, ...] = ()


def outages(provider: Provider, now: int) -> Iterator[Outage]:
    """The invented incidents of a provider up to `now` (seconds UTC)."""
    dice = Random(provider.id)
    hit = tuple(sorted({one for service in provider.services for one in service.components}))
    for number in range(dice.randrange(6)):
        level = dice.choices((Level.MINOR, Level.MAJOR, Level.CRITICAL), (6, 3, 1))[0]
        start = now - int(dice.uniform(1.5, DAYS - 1) * DAY)
        end = start + int(dice.lognormvariate(8.2, 0.9))
        yield Outage(provider.id, f"sim-{number}", dice.choice(_TITLES), level, start, end, hit)
    if provider.id in NOW:
        level, minutes, title = NOW[provider.id]
        yield Outage(provider.id, "sim-now", title, level, now - 60 * minutes, None, hit)
    if provider.id == FLAPS:
        for number in range(4):
            start = now - (110 - 24 * number) * 60
            yield Outage(
                provider.id, f"flap-{number}", _TITLES[1], Level.MINOR, start, start + 700, hit
            )


def runs(outage: Outage, moment: int) -> bool:
    """Whether an incident is open at a moment."""
    return outage.start <= moment and (outage.end is None or moment < outage.end)


def told(
    outages: Sequence[Outage], known: set[tuple[str, str]], moment: int
) -> Iterator[IncidentLine]:
    """Each incident as it is first seen, and once more when it is over."""
    for one in outages:
        over = one.end is not None and one.end <= moment
        key = (one.provider, one.key + ("*" if over else ""))
        if one.start > moment or key in known:
            continue
        updates = []
        if (one.provider, one.key) not in known:
            updates.append(UpdateLine("u1", "We are looking into reports of this problem.",
                                      one.start, "investigating"))  # fmt: skip
        known.update({key, (one.provider, one.key)})
        if over:
            updates.append(UpdateLine("u2", "A fix is in place and this is resolved.", one.end,
                                      "resolved"))  # fmt: skip
        yield IncidentLine(
            provider=one.provider,
            id=one.key,
            digest=f"{one.key}{over}",
            title=one.title,
            open=not over,
            impact=one.level,
            phase="resolved" if over else "investigating",
            started=one.start,
            created=one.start,
            ended=one.end if over else None,
            components=one.components,
            updates=tuple(updates),
        )
