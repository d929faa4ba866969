"""Incidents and announced work, each with the services that it is about. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from crawler.catalogue import Catalogue, Provider, Service
from crawler.memory import Memories
from crawler.records import Record, Revision
from crawler.scope import concerns
from crawler.site.board import Planned, Story


def stories(catalogue: Catalogue, known: Memories, now: int, validity: int) -> list[Story]:
    """The incidents of services in the catalogue, in the order of the records, as they stand at
    `now`, where a reading counts for `validity` seconds."""
    providers = {provider.id: provider for provider in catalogue.providers}
    found = []
    for record in known.records:
        provider = providers.get(record.provider)
        if provider is None or not (told_to := _told_to(provider, record)):
            continue
        read_at = _read_at(record, known) if record.incident.open else None
        found.append(
            Story(
                record=record,
                services=tuple(s for s in told_to if concerns(s, record.incident, record.service)),
                told_to=told_to,
                told_of=_told_of(provider, record, known),
                provider_name=provider.name,
                path=f"incident/{record.provider}/{record.slug}/",
                duration=record.lasted(now if read_at is None else min(read_at, now)),
                open=read_at is not None and now <= read_at + validity,
                read_at=read_at,
                edits=sum(len(wordings) - 1 for wordings in edits(record)),
            )
        )
    return found


def _told_to(provider: Provider, record: Record) -> tuple[Service, ...]:
    """The services that it is about, or was before it named a component."""
    whole = replace(record.incident, components=())
    unscoped = any(told.unscoped for told in record.told)
    widest = whole if unscoped else record.incident
    return tuple(one for one in provider.services if concerns(one, widest, record.service))


def _told_of(
    provider: Provider, record: Record, known: Memories
) -> tuple[tuple[Service, ...], ...]:
    """For each phase the services that it was about when it was first seen."""
    found = []
    for number, told in enumerate(record.told):
        then = replace(record.incident, components=told.components, regions=told.regions)
        watched = _watched(provider, known, told.opened if number else record.first_seen)
        found.append(tuple(one for one in watched if concerns(one, then, told.service)))
    return tuple(found)


def _watched(provider: Provider, known: Memories, at: int) -> list[Service]:
    """The services that were watched then, in the order of their names: what is told of them stays
    as it is when the catalogue grows or is sorted anew."""
    watched = (one for one in provider.services if known.first_seen.get(one.id, at) <= at)
    return sorted(watched, key=lambda one: one.name)


def planned(catalogue: Catalogue, known: Memories) -> Iterator[Planned]:
    """The work that was announced for services in the catalogue."""
    providers = {provider.id: provider for provider in catalogue.providers}
    for work in known.works:
        if provider := providers.get(work.provider):
            # In the order in which it came to concern them: feed items link to the first for ever.
            concerned = [
                two
                for _, one in work.versions
                for two in provider.services
                if in_scope(two, one.components)
            ]
            told_of = tuple(
                tuple(
                    two for two in _watched(provider, known, seen) if in_scope(two, one.components)
                )
                for seen, one in work.versions
            )
            if services := tuple({two.id: two for two in concerned}.values()):
                yield Planned(
                    work=work, services=services, told_of=told_of, provider_name=provider.name
                )


def in_scope(service: Service, components: Sequence[str]) -> bool:
    """Whether work on these components is work on a service; work that names none is on all."""
    return not service.components or not components or bool({*service.components} & {*components})


def edits(record: Record) -> tuple[tuple[Revision, ...], ...]:
    """The wordings, oldest first, of each text that the provider changed after publishing it."""
    texts: dict[str, list[Revision]] = {}
    for revision in sorted(record.revisions, key=lambda one: one.seen_at):
        texts.setdefault(revision.key, []).append(revision)
    if record.failed_at is not None and not record.ours:
        # That the provider's title took the place of ours is no edit of theirs.
        texts[""] = texts.get("", [])[1:]
    changed = (_distinct(wordings) for wordings in texts.values())
    return tuple(wordings for wordings in changed if len(wordings) > 1)


def _distinct(wordings: Sequence[Revision]) -> tuple[Revision, ...]:
    """The first of each run of equal texts; a new phase alone is no edit."""
    return tuple(next(run) for _, run in groupby(wordings, key=lambda one: one.text))


def _read_at(record: Record, known: Memories) -> int:
    """When it was last looked whether an open incident goes on."""
    if record.ours and record.service is not None:
        probe = known.probes.get(record.service)
        at = probe.last if probe else None
    else:
        at = known.read_at.get(record.provider)
    return record.changed_at if at is None else at
