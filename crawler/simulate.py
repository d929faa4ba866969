"""90 invented days, as the lines that a crawler would have written. The same input, the same days.

They show every state at once: outages of each level, maintenance, a day without runs, a service
that flaps, one whose page cannot be read, one whose trouble comes from upstream.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from crawler import __version__
from crawler.catalogue import Catalogue, Provider, Service
from crawler.lines import (
    IncidentLine,
    MaintenanceLine,
    ProbeLine,
    RunLine,
    SnapshotLine,
    SourceLine,
    UpdateLine,
)
from crawler.model import Level
from crawler.times import DAY

DAYS, CADENCE, VALIDITY = 90, 1_800, 2_700
_HOUR = 3_600
_TITLES = (
    "Elevated error rates on requests",
    "Increased latency for some models",
    "Requests fail with 5xx in one region",
    "Sign-in does not work for some users",
    "Degraded performance of streaming responses",
    "Dashboard and API keys unavailable",
    "Delayed usage and billing figures",
)
_NOW = {
    "openai": (Level.MAJOR, 70, "Elevated error rates for GitHub-dependent workflows"),
    "github": (Level.CRITICAL, 130, "Git operations and Actions fail"),
    "anthropic": (Level.MINOR, 25, "Elevated latency on some models"),
    "groq": (Level.MINOR, 15, "Intermittent capacity errors"),
}
_FLAPS, _UNREADABLE, _WORK = "groq", "perplexity", "cloudflare"


@dataclass(frozen=True, slots=True)
class Outage:
    """One invented incident; `end` is None while it is open."""

    provider: str
    key: str
    title: str
    level: Level
    start: int
    end: int | None
    named: str = ""


def history(catalogue: Catalogue, now: int) -> Iterator[RunLine]:
    """Every run of the 90 days before `now` (seconds UTC), in order."""
    providers = [one for one in catalogue.providers if one.source]
    by_provider = {provider.id: list(_outages(provider, now)) for provider in providers}
    outages = [one for found in by_provider.values() for one in found]
    shown: dict[str, SnapshotLine] = {}
    told: set[tuple[str, str]] = set()
    first = now - DAYS * DAY
    for moment in range(first + (now - first) % CADENCE, now + 1, CADENCE):
        if _silent(moment, now):
            continue
        if _blind(moment, now):
            yield RunLine(moment, moment + 20, __version__, VALIDITY, blind=True)
            continue
        hidden = [one.id for one in providers if one.id == _UNREADABLE]
        troubles = dict.fromkeys(hidden, "http_403") if moment > now - 5 * _HOUR else {}
        snapshots = {
            service.id: _snapshot(
                provider, service, by_provider.get(provider.id, []), troubles, moment, now
            )
            for provider, service in catalogue.services()
        }
        changed = {key: line for key, line in snapshots.items() if shown.get(key) != line}
        shown = snapshots
        opening = not told
        yield RunLine(
            id=moment,
            end=moment + 20,
            version=__version__,
            v=VALIDITY,
            troubles=troubles,
            owners={s.id: p.id for p, s in catalogue.services()} if opening else {},
            services=dict(changed),
            sources={one.id: _source(one) for one in providers} if opening else {},
            probes=_probes(catalogue) if opening else {},
            incidents=tuple(_told(outages, told, moment)),
            maintenances=tuple(_work(catalogue, now)) if opening else (),
        )
        told.add(("", ""))


def _silent(moment: int, now: int) -> bool:
    """A missed day three weeks ago, and one missed hour every week."""
    return (
        now - 22 * DAY < moment <= now - 21 * DAY
        or (now - moment) % (7 * DAY) < _HOUR < now - moment
    )


def _blind(moment: int, now: int) -> bool:
    return now - 9 * DAY < moment <= now - 9 * DAY + 2 * _HOUR


def _outages(provider: Provider, now: int) -> Iterator[Outage]:
    dice = Random(provider.id)
    for number in range(dice.randrange(6)):
        level = dice.choices((Level.MINOR, Level.MAJOR, Level.CRITICAL), (6, 3, 1))[0]
        start = now - int(dice.uniform(1.5, DAYS - 1) * DAY)
        end = start + int(dice.lognormvariate(8.2, 0.9))
        yield Outage(provider.id, f"sim-{number}", dice.choice(_TITLES), level, start, end)
    if provider.id in _NOW:
        level, minutes, title = _NOW[provider.id]
        yield Outage(provider.id, "sim-now", title, level, now - 60 * minutes, None)
    if provider.id == _FLAPS:
        for number in range(4):
            start = now - (110 - 24 * number) * 60
            yield Outage(provider.id, f"flap-{number}", _TITLES[1], Level.MINOR, start, start + 700)


def _snapshot(
    provider: Provider,
    service: Service,
    outages: Sequence[Outage],
    troubles: dict[str, str],
    moment: int,
    now: int,
) -> SnapshotLine:
    lost = now - 5 * _HOUR + VALIDITY
    if provider.source is None and service.probe is None:
        return SnapshotLine(Level.UNKNOWN, "Cannot tell: no readable source is known.", "none", 0,
                            reason="no_source")  # fmt: skip
    if provider.id in troubles and moment > lost:
        return SnapshotLine(Level.UNKNOWN, "Cannot tell: the server refuses us.", "none", lost,
                            confidence="stale", reason="http_403",
                            flags=("stale_official", "status_page_unreadable"))  # fmt: skip
    if provider.id == _WORK and now - 2 * _HOUR < moment:
        return SnapshotLine(Level.MAINTENANCE, "Maintenance is under way.", "official",
                            now - 2 * _HOUR, confidence="reported")  # fmt: skip
    running = [one for one in outages if _runs(one, moment)]
    if not running:
        return _well(provider, service, moment, now)
    heaviest = running[-1]
    flags = ("unstable",) if provider.id == _FLAPS and moment > now - _HOUR else ()
    if provider.id == "openai" and heaviest.key == "sim-now":
        flags = (*flags, "upstream_named:github")
    return SnapshotLine(
        heaviest.level,
        f"The provider reports: {heaviest.title}",
        "official",
        heaviest.start,
        confidence="reported",
        flags=flags,
        incidents=tuple(o.key for o in running),
        official=heaviest.level,
        shown=heaviest.level,
    )


def _well(provider: Provider, service: Service, moment: int, now: int) -> SnapshotLine:
    if provider.source is None:
        flags = _at_risk(service, ("reachability_only",), moment, now)
        said = "It answers our check. There is no official status that we can read."
        return SnapshotLine(Level.NONE, said, "probe", 0, confidence="possible", flags=flags)
    sure = "confirmed" if service.probe else "reported"
    flags = _at_risk(service, (), moment, now)
    said = "No problem reported."
    return SnapshotLine(Level.NONE, said, "official", 0, confidence=sure, flags=flags)


def _at_risk(service: Service, flags: tuple[str, ...], moment: int, now: int) -> tuple[str, ...]:
    hit = sorted({"openai"} & {*service.upstreams})
    return (*flags, f"upstream_at_risk:{','.join(hit)}") if hit and moment > now - 4200 else flags


def _runs(outage: Outage, moment: int) -> bool:
    return outage.start <= moment and (outage.end is None or moment < outage.end)


def _told(
    outages: Sequence[Outage], told: set[tuple[str, str]], moment: int
) -> Iterator[IncidentLine]:
    """Each incident as it is first seen, and once more when it is over."""
    for one in outages:
        over = one.end is not None and one.end <= moment
        key = (one.provider, one.key + ("*" if over else ""))
        if one.start > moment or key in told:
            continue
        updates = []
        if (one.provider, one.key) not in told:
            updates.append(UpdateLine("u1", "We are looking into reports of this problem.",
                                      one.start, "investigating"))  # fmt: skip
        told.update({key, (one.provider, one.key)})
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
            updates=tuple(updates),
        )


def _source(provider: Provider) -> SourceLine:
    components: dict[str, tuple[str, Level] | None] = {
        name: (
            name if " " in name else f"{provider.services[0].name} component {number}",
            Level.NONE,
        )
        for service in provider.services
        for number, name in enumerate(service.components, 1)
    }
    level = _NOW[provider.id][0] if provider.id in _NOW else Level.NONE
    source = provider.source
    return SourceLine(
        platform=source.platform if source else "",
        level=level,
        word=level,
        headline="Simulated",
        answered_by="summary",
        components=components,
    )


def _probes(catalogue: Catalogue) -> dict[str, ProbeLine | None]:
    return {service.id: ProbeLine("ok") for _, service in catalogue.services() if service.probe}


def _work(catalogue: Catalogue, now: int) -> Iterator[MaintenanceLine]:
    for provider in catalogue.providers:
        if provider.id == _WORK:
            yield MaintenanceLine(provider.id, "work-now", "Router upgrades in several cities",
                                  "in_progress", now - 2 * _HOUR, now + _HOUR)  # fmt: skip
            yield MaintenanceLine(provider.id, "work-next", "Database failover exercise",
                                  "scheduled", now + 2 * DAY, now + 2 * DAY + _HOUR)  # fmt: skip
