"""Catalogue and memory -> Board. Pure: here old news becomes unknown."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crawler import __version__, judge, upstream, verdict
from crawler.cadence import cadence
from crawler.catalogue import Catalogue, Category, Provider, Service
from crawler.lines import SourceLine
from crawler.memory import Latency, Memories, Snapshot
from crawler.model import Component, Evidence, Level, Maintenance
from crawler.site import blame
from crawler.site.board import Board, Row, Story
from crawler.site.measure import measure
from crawler.site.sources import early_warnings, source_rows
from crawler.site.stories import in_scope, planned, stories
from crawler.times import DAY


def gather(
    catalogue: Catalogue,
    known: Memories,
    now: int,
    *,
    simulated: bool = False,
    experimental: Collection[str] = (),
) -> Board:
    """Everything that the site says at `now` (seconds UTC). `experimental` are platforms."""
    last = known.runs[-1] if known.runs else None
    validity = last.validity if last else 2_700
    blind = last.blind if last else False
    shown = _shown(catalogue, known, now, validity, blind=blind)
    above = {service.id: (provider, service) for provider, service in catalogue.services()}
    told = stories(catalogue, known, now, validity)
    blamed = blame.blamed(above, shown, told)
    told = [blame.naming(story, blamed, above) for story in told]
    sight = _Sight(known, shown, told, blamed, above, now, validity)
    rows = tuple(_row(provider, service, sight) for provider, service in catalogue.services())
    seeing = [run.id for run in known.runs if not run.blind]
    return Board(
        at=now,
        site=catalogue.site,
        version=__version__,
        rows=rows,
        stories=tuple(told),
        planned=tuple(planned(catalogue, known)),
        sources=tuple(source_rows(catalogue, known, experimental, now - validity)),
        cadence=cadence([run.id for run in known.runs]),
        validity=validity,
        ran_at=seeing[-1] if seeing else None,
        last_run=last.id if last else None,
        blind=blind,
        simulated=simulated,
        early=early_warnings(told, {p.id for p in catalogue.providers if p.source}, now),
        by_category=tuple(_by_category(catalogue, rows)),
    )


def _shown(
    catalogue: Catalogue, known: Memories, now: int, validity: int, *, blind: bool
) -> dict[str, Snapshot]:
    """Each conclusion as it may be shown; what an upstream was, too long ago, blames it no more."""
    found, aged = {}, set()
    for _, service in catalogue.services():
        concluded = known.snapshots.get(service.id)
        found[service.id] = judge.present(concluded, now, validity, blind=blind)
        if concluded is not None and found[service.id].level is not concluded.level:
            aged.add(service.id)
    return {
        key: replace(one, flags=tuple(upstream.without(one.flags, aged)))
        for key, one in found.items()
    }


def _by_category(
    catalogue: Catalogue, rows: Sequence[Row]
) -> Iterator[tuple[Category, tuple[Row, ...]]]:
    for category in catalogue.site.category:
        if found := tuple(row for row in rows if row.service.category == category.id):
            yield category, found


@dataclass(frozen=True, slots=True)
class _Sight:
    """What every row is made of: `shown` are the conclusions and `above` the services with their
    providers, both by service; times are seconds."""

    known: Memories
    shown: Mapping[str, Snapshot]
    stories: Sequence[Story]
    blamed: blame.Blame
    above: blame.Above
    now: int
    validity: int


def _row(provider: Provider, service: Service, sight: _Sight) -> Row:
    known, now = sight.known, sight.now
    own = [story for story in sight.stories if service in story.services]
    opened = tuple(story for story in own if story.open)
    at = known.read_at.get(provider.id) if provider.source else _probed(known, service)
    work = _ahead(provider, service, known)
    evidence = _evidence(provider, service, known, opened, work)
    evidence += blame.evidence(provider, sight.blamed[service.id], sight.above)
    told = verdict.build(
        sight.shown[service.id],
        known.held.get(service.id),
        evidence,
        _upstreams(service, sight),
        read_at=at,
        validity=sight.validity,
    )
    parts = _components(service, known.sources.get(provider.id))
    records = [story.record for story in own]
    measured = measure(service, provider.id, known, records, now)
    timing = known.latency.get(provider.id, Latency())
    return Row(
        service=service,
        provider=provider.id,
        page_url=provider.source.page if provider.source else None,
        verdict=told,
        components=parts if at is not None and now <= at + sight.validity else _lost(parts),
        open=opened,
        recent=tuple(story for story in own if not story.open)[:20],
        maintenances=work,
        latency_ms=timing.last,
        latency=timing,
        uptime=measured,
        checked_at=at,
        first_seen=known.first_seen.get(service.id),
        incidents_30d=sum(story.began >= now - 30 * DAY for story in own),
    )


def _ahead(provider: Provider, service: Service, known: Memories) -> tuple[Maintenance, ...]:
    return tuple(
        one
        for owner, one in known.maintenances
        if owner == provider.id and one.phase != "completed" and in_scope(service, one.components)
    )


def _evidence(
    provider: Provider,
    service: Service,
    known: Memories,
    opened: Sequence[Story],
    work: Sequence[Maintenance],
) -> list[Evidence]:
    page = None
    if provider.source:
        line = known.sources.get(provider.id)
        at = known.read_at.get(provider.id)
        said = line.headline or (line.level.label if line.level else "") if line else ""
        page = (provider.source.page, said, at)
    return verdict.evidence(
        provider.name,
        page,
        known.troubles.get(provider.id),
        [story.record for story in opened],
        work,
        known.probes.get(service.id),
    )


def _upstreams(service: Service, sight: _Sight) -> list[tuple[str, str, Level]]:
    """Id, name and level of what a service depends on, as far as it is watched."""
    known = [one for one in service.upstreams if one in sight.above]
    return [(one, sight.above[one][1].name, sight.shown[one].level) for one in known]


def _components(service: Service, line: SourceLine | None) -> tuple[Component, ...]:
    if line is None or not line.listed:
        return ()
    listed = [Component(key, *one) for key, one in line.components.items() if one]
    wanted = {*service.components}
    return tuple(one for one in listed if not wanted or one.id in wanted or one.name in wanted)


def _lost(parts: Sequence[Component]) -> tuple[Component, ...]:
    """The same components when what was read of them counts no more."""
    return tuple(replace(one, level=Level.UNKNOWN) for one in parts)


def _probed(known: Memories, service: Service) -> int | None:
    probe = known.probes.get(service.id)
    return probe.last if probe else None
