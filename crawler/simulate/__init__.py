"""90 invented days, as the lines that a crawler would have written. The same input, the same days.

They show every state at once: outages of each level, maintenance, a day without runs, a service
that flaps, one whose page cannot be read, one whose trouble comes from upstream.
"""

from collections.abc import Iterator, Sequence

from crawler import __version__
from crawler.catalogue import Catalogue, Provider, Service
from crawler.lines import (
    MaintenanceLine,
    ProbeLine,
    RunLine,
    SnapshotLine,
    SourceLine,
)
from crawler.model import Level
from crawler.simulate import checks
from crawler.simulate.checks import timings as timings
from crawler.simulate.outages import DAYS, FLAPS, NOW, Outage, outages, runs, told
from crawler.times import DAY

CADENCE, VALIDITY = 1_800, 2_700
_HOUR = 3_600
_UNREADABLE, _WORK = "perplexity", "cloudflare"


def history(catalogue: Catalogue, now: int) -> Iterator[RunLine]:
    """Every run of the 90 days before `now` (seconds UTC), in order."""
    providers = [one for one in catalogue.providers if one.source]
    by_provider = {provider.id: list(outages(provider, now)) for provider in providers}
    found = [one for some in by_provider.values() for one in some]
    shown: dict[str, SnapshotLine] = {}
    known: set[tuple[str, str]] = set()
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
        opening = not known
        yield RunLine(
            id=moment,
            end=moment + 20,
            version=__version__,
            v=VALIDITY,
            troubles=troubles,
            owners={s.id: p.id for p, s in catalogue.services()} if opening else {},
            services=dict(changed),
            sources={one.id: _source(one, first) for one in providers} if opening else {},
            probes=_probes(catalogue) if opening else {},
            incidents=(*told(found, known, moment), *checks.told(catalogue, moment, now)),
            maintenances=tuple(_work(catalogue, now)) if opening else (),
        )
        known.add(("", ""))


def _silent(moment: int, now: int) -> bool:
    """A missed day three weeks ago, and one missed hour every week."""
    return (
        now - 22 * DAY < moment <= now - 21 * DAY
        or (now - moment) % (7 * DAY) < _HOUR < now - moment
    )


def _blind(moment: int, now: int) -> bool:
    return now - 9 * DAY < moment <= now - 9 * DAY + 2 * _HOUR


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
    running = [one for one in outages if runs(one, moment)]
    if not running:
        return _well(provider, service, moment, now)
    heaviest = running[-1]
    flags = ("unstable",) if provider.id == FLAPS and moment > now - _HOUR else ()
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


def _source(provider: Provider, covers: int) -> SourceLine:
    components: dict[str, tuple[str, Level] | None] = {
        name: (
            name if " " in name else f"{provider.services[0].name} component {number}",
            Level.NONE,
        )
        for service in provider.services
        for number, name in enumerate(service.components, 1)
    }
    level = NOW[provider.id][0] if provider.id in NOW else Level.NONE
    source = provider.source
    return SourceLine(
        platform=source.platform if source else "",
        level=level,
        word=level,
        headline="Simulated",
        answered_by="summary",
        covers=covers,
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
