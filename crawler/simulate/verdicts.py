"""What is concluded about each service in one of the invented runs."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from crawler import upstream
from crawler.catalogue import Catalogue, Provider, Service
from crawler.errors import REASONS
from crawler.lines import ProbeLine, SnapshotLine
from crawler.model import Level
from crawler.simulate import checks, scenes
from crawler.simulate.outages import Outage, first, hits

VALIDITY = 2_700
_HOUR = 3_600
_ORDER = (Level.MINOR, Level.MAJOR, Level.CRITICAL)


def endings(catalogue: Catalogue, found: Iterable[Outage], now: int) -> dict[str, list[int]]:
    """When each trouble of each service ended, in seconds UTC, by service."""
    warnings, outages = checks.over(now), list(found)
    ended: dict[str, list[int]] = {}
    for provider, service in catalogue.services():
        own = [one for one in outages if one.provider == provider.id and hits(one, service)]
        ended[service.id] = [one.end for one in own if one.end is not None]
        if service.id in warnings:
            ended[service.id].append(warnings[service.id])
    return ended


def snapshots(
    catalogue: Catalogue,
    running: Mapping[str, Sequence[Outage]],
    ended: Mapping[str, Sequence[int]],
    moment: int,
    now: int,
) -> dict[str, SnapshotLine]:
    """The conclusion about every service; `running` are the open incidents by provider, `ended`
    says when each trouble of each service ended."""
    found = {
        service.id: _snapshot(
            provider,
            service,
            [one for one in running.get(provider.id, ()) if hits(one, service)],
            max((one for one in ended[service.id] if one <= moment), default=first(now)),
            moment,
            now,
        )
        for provider, service in catalogue.services()
    }
    # Before the last hours, links to upstreams would only make the demo slow.
    if moment > now - 2 * _HOUR:
        for _, service in catalogue.services():
            found[service.id] = _linked(service, found)
    return found


def probe(service: Service, moment: int, now: int) -> ProbeLine | None:
    """What our own check of a service says, None where there is none."""
    since = scenes.FAILING.get(service.id)
    if since is not None and now - since <= moment:
        return ProbeLine("fail", failing_since=now - since, confirmed=True)
    return ProbeLine("ok") if service.probe else None


def probes(catalogue: Catalogue, moment: int, now: int) -> dict[str, ProbeLine]:
    """What our own checks say, by service."""
    found = ((service.id, probe(service, moment, now)) for _, service in catalogue.services())
    return {service: line for service, line in found if line}


def unread(provider: str, moment: int, now: int) -> str | None:
    """Why a source cannot be read at a moment, None where it can."""
    reason, since = scenes.UNREAD.get(provider, ("", 0))
    return reason if reason and now - since < moment else None


def _snapshot(
    provider: Provider,
    service: Service,
    running: Sequence[Outage],
    calm: int,
    moment: int,
    now: int,
) -> SnapshotLine:
    if provider.source is None and service.probe is None:
        return _unknown("no_source", first(now), None)
    if provider.source is None:
        said = "It answers our check. There is no official status that we can read."
        return SnapshotLine(Level.NONE, said, "probe", calm, confidence="possible",
                            flags=("reachability_only",))  # fmt: skip
    answers = ("our_check_responds",) if service.probe else ()
    if reason := unread(provider.id, moment, now):
        began = now - scenes.UNREAD[provider.id][1]
        ever = began > first(now)
        if not ever or moment > began + VALIDITY:
            stale = ("stale_official",) if ever else ()
            return _unknown(reason, began + VALIDITY if ever else first(now),
                            "stale" if ever else None,
                            *answers, *stale, "status_page_unreadable")  # fmt: skip
    if service.id == scenes.LOST and moment > now - 30 * _HOUR:
        flags = ("components_missing", *answers, "status_page_unreadable")
        return _unknown("components_missing", now - 30 * _HOUR, "stale", *flags)
    if scenes.under_work(provider, service) and moment > now - 2 * _HOUR:
        return SnapshotLine(Level.MAINTENANCE, "Maintenance is under way.", "official",
                            now - 2 * _HOUR, confidence="reported")  # fmt: skip
    if running:
        return _trouble(provider, service, running, moment, now)
    return _alone(service, calm, moment, now)


def _unknown(reason: str, since: int, confidence: str | None, *flags: str) -> SnapshotLine:
    return SnapshotLine(Level.UNKNOWN, f"Cannot tell: {REASONS[reason]}.", "none", since,
                        confidence=confidence, reason=reason, flags=flags)  # fmt: skip


def _trouble(
    provider: Provider, service: Service, running: Sequence[Outage], moment: int, now: int
) -> SnapshotLine:
    heaviest = max(running, key=lambda one: (_ORDER.index(one.level), one.start))
    again = heaviest.again
    check = probe(service, moment, now)
    failing = check is not None and check.outcome == "fail"
    flags = ("unstable",) if provider.id == scenes.FLAPS and moment > now - _HOUR else ()
    if check and not failing and heaviest.level is not Level.MINOR:
        flags = ("our_check_responds", *flags)
    return SnapshotLine(
        heaviest.level,
        f"The provider reports: {heaviest.title}",
        "official+probe" if failing else "official",
        again if again is not None and again <= moment else heaviest.start,
        confidence="confirmed" if failing else "reported",
        flags=flags,
        incidents=tuple(one.key for one in running),
        official=heaviest.level,
        shown=heaviest.level,
    )


def _alone(service: Service, calm: int, moment: int, now: int) -> SnapshotLine:
    check = probe(service, moment, now)
    if check and check.failing_since is not None:
        said = "Possible issue: our checks fail, the provider reports normal."
        return SnapshotLine(Level.MINOR, said, "probe", check.failing_since, confidence="possible",
                            flags=("early_warning",), official=Level.NONE)  # fmt: skip
    sure = "confirmed" if check else "reported"
    return SnapshotLine(Level.NONE, "No problem reported.", "official", calm, confidence=sure)


def _linked(service: Service, found: Mapping[str, SnapshotLine]) -> SnapshotLine:
    line = found[service.id]
    if line.level is Level.MAINTENANCE:
        return line
    links = {}
    for one in service.upstreams:
        if one in found and found[one].level.grave:
            apart = "coincident" if line.level.trouble else "at_risk"
            named = line.level.trouble and (service.id, one) in scenes.NAMED
            links[one] = "named" if named else apart
    return structs.replace(line, flags=(*line.flags, *upstream.flags(links))) if links else line
