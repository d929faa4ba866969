"""What is going on at the last moment of the invented days: one scene for each thing that a page
must be able to show. A scene is played where its provider has a page and its services exist."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crawler.catalogue import Catalogue, Provider, Service
from crawler.lines import MaintenanceLine
from crawler.model import Level
from crawler.simulate.outages import Outage, Said
from crawler.times import DAY

_MINUTE, _HOUR = 60, 3_600
_PHASES = ("investigating", "identified", "monitoring")
FLAPS = "groq"
NAMED = frozenset({("openai", "github"), ("codex", "github")})
"""A service, and the upstream that its provider's own incident names."""
UNREAD = {
    "perplexity": ("http_403", 5 * _HOUR),
    "tavily": ("timeout", 3 * _HOUR),
    "turbopuffer": ("not_json", 26 * _HOUR),
    "zilliz": ("dns", 91 * DAY),
}
"""Sources that cannot be read, why, and for how many seconds; the last never could."""
LOST = "runway"
"""A service whose components are no longer on its page."""
FAILING = {"github": 125 * _MINUTE, "voyage": 40 * _MINUTE}
"""Our own checks that fail, and since how many seconds; of the second the provider says nothing."""
_WORK = {"cloudflare": "cloudflare", "replicate": "cloudflare"}
"""Two services of one provider under maintenance, while a third of it has trouble."""
_CAST: Mapping[str, Mapping[str, str]] = {
    "github": {"github": "github", "github-actions": "github"},
    "openai": {"openai": "openai", "codex": "openai", "github": "github"},
    "cloudflare": {"cloudflare-workers-ai": "cloudflare"},
    "cursor": {"cursor": "cursor"},
    "anthropic": {"claude-code": "anthropic"},
}
"""The services that the open incident of a provider is about, each with its own provider; the other
incidents are about the whole page."""


def now_open(catalogue: Catalogue, now: int) -> Iterator[Outage]:
    """The incidents that are open at `now` (seconds UTC)."""
    parts = {service.id: tuple(service.components) for _, service in catalogue.services()}
    there = {service.id: one.id for one, service in catalogue.services() if one.source}
    for one in _open(defaultdict(tuple, parts), now):
        if one.provider in there.values() and _CAST.get(one.provider, {}).items() <= there.items():
            yield one


def _open(parts: Mapping[str, tuple[str, ...]], now: int) -> Iterator[Outage]:
    github, openai = (
        parts["github"][:4] + parts["github-actions"],
        parts["openai"][:2] + parts["codex"],
    )
    one = _Now(now)
    yield one("github", Level.CRITICAL, 130, "Git operations and Actions fail", github,
              "Pushes, pulls and workflow runs fail for most users.",
              "A database cluster stopped taking writes. We move to its standby.")  # fmt: skip
    yield one("openai", Level.MAJOR, 70, "Elevated error rates for GitHub-dependent workflows",
              openai, "Requests that read repositories fail while GitHub is down.")  # fmt: skip
    yield one("groq", Level.MINOR, 15, "Intermittent capacity errors", (),
              "Some requests are turned away with 503 at busy moments.")  # fmt: skip
    yield one("cloudflare", Level.MINOR, 35, "Slow inference on Workers AI",
              parts["cloudflare-workers-ai"], "Some models answer late.")  # fmt: skip
    yield one("cursor", Level.MINOR, 55, "Slow responses with some models", parts["cursor"][:1],
              "Agent requests may wait before they start.")  # fmt: skip
    yield one("elevenlabs", Level.MINOR, 150, "Delayed speech generation", (),
              "Long texts wait in a queue.", "The queue shrinks; we keep watching.")  # fmt: skip
    yield replace(one("aws", Level.MINOR, 95, "Increased error rates for model invocation",
                      ("Amazon Bedrock",), "We see increased error rates in US-EAST-1."),
                  regions=("us-east-1",))  # fmt: skip
    yield _edited(now - 50 * _MINUTE, parts["claude-code"])
    yield _reopened(now)


def just_over(catalogue: Catalogue, now: int) -> Iterator[Outage]:
    """A service that flaps until now, and an incident that its provider deleted."""
    there = _pages(catalogue)
    for number in range(4 if FLAPS in there else 0):
        start = now - (110 - 24 * number) * _MINUTE
        yield Outage(provider=FLAPS, key=f"flap-{number}", title="Increased latency",
                     level=Level.MINOR, start=start, end=start + 700,
                     said=(Said(start, "investigating", "Answers are slower than usual."),
                           Said(start + 700, "resolved", "Latency is normal again.")))  # fmt: skip
    start = now - 3 * DAY
    if "fireworks" in there:
        yield Outage(provider="fireworks", key="sim-gone", title="API outage",
                     level=Level.CRITICAL, start=start, end=start + 2 * _HOUR, withdrawn=True,
                     said=(Said(start, "investigating", "All requests fail."),))  # fmt: skip


def _pages(catalogue: Catalogue) -> set[str]:
    """The providers that have a page."""
    return {provider.id for provider in catalogue.providers if provider.source}


@dataclass(frozen=True, slots=True)
class _Now:
    """Makes open incidents whose beginnings are told in minutes before `now`."""

    now: int

    def __call__(
        self,
        provider: str,
        level: Level,
        ago: int,
        title: str,
        components: tuple[str, ...],
        *texts: str,
    ) -> Outage:
        start = self.now - ago * _MINUTE
        said = tuple(
            Said(start + number * 20 * _MINUTE, phase, text)
            for number, (phase, text) in enumerate(zip(_PHASES, texts, strict=False))
        )
        return Outage(provider=provider, key="sim-now", title=title, level=level, start=start,
                      end=None, components=components, said=said)  # fmt: skip


def _edited(start: int, components: tuple[str, ...]) -> Outage:
    better = "Sessions of Claude Code stop after a few minutes. A fix is being rolled out."
    said = (
        Said(start, "investigating", "We see elevated errors.", (start + 32 * _MINUTE, better)),
        Said(start + 31 * _MINUTE, "identified", "The cause is a change of this morning."),
    )
    return Outage(provider="anthropic", key="sim-now", title="Sessions end early", start=start,
                  level=Level.MINOR, end=None, components=components, said=said,
                  before="Elevated errors")  # fmt: skip


def _reopened(now: int) -> Outage:
    start = now - 6 * _HOUR
    said = (
        Said(start, "investigating", "Fine-tuning jobs do not start."),
        Said(start + 2 * _HOUR, "resolved", "Jobs start again."),
        Said(now - 50 * _MINUTE, "investigating", "New reports come in; we opened this again."),
    )
    return Outage(provider="together", key="sim-again", title="Fine-tuning jobs do not start",
                  level=Level.MINOR, start=start, end=start + 2 * _HOUR, again=now - 50 * _MINUTE,
                  said=said)  # fmt: skip


def under_work(provider: Provider, service: Service) -> bool:
    """Whether a service is under maintenance in the last two hours."""
    return provider.source is not None and _WORK.get(service.id) == provider.id


def works(catalogue: Catalogue, now: int) -> Iterator[tuple[int, MaintenanceLine]]:
    """Announced work, as (when the provider's page says so, what it says)."""
    there = _pages(catalogue)
    worked = [
        service for provider, service in catalogue.services() if under_work(provider, service)
    ]
    parts = tuple(one for service in worked for one in service.components)
    text = "Requests may be slower while routers are restarted one by one."
    for at, phase in ((now - 4 * DAY, "scheduled"), (now - 2 * _HOUR, "in_progress")):
        if worked:
            yield at, MaintenanceLine("cloudflare", "work-now", "Router upgrades in several cities",
                                      phase, now - 2 * _HOUR, now + _HOUR, components=parts,
                                      text=text)  # fmt: skip
    begins = now + 2 * DAY
    if "cloudflare" in there:
        yield now - 3 * DAY, MaintenanceLine(
            "cloudflare", "work-next", "Database failover exercise", "scheduled", begins,
            begins + _HOUR, text="Configuration is read-only for a few minutes.",
        )  # fmt: skip
    if "neon" in there:
        yield now - DAY, MaintenanceLine(
            "neon", "work-next", "Storage upgrade", "scheduled", now + 5 * _HOUR, now + 6 * _HOUR,
            text="Connections are dropped once; clients that reconnect notice nothing.",
        )  # fmt: skip
