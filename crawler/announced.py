"""What a page tells anew of announced work, in the shape of the journal. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import structs

from crawler.catalogue import Catalogue
from crawler.lines import MaintenanceLine
from crawler.memory import Memory
from crawler.model import Maintenance, Visit


def maintenances(
    catalogue: Catalogue, visits: Mapping[str, Visit], memory: Memory, now: int
) -> Iterator[MaintenanceLine]:
    """New and changed work of every page that was read, and work that it no longer names, which is
    over; `visits` are by provider."""
    for provider in catalogue.providers:
        visit = visits.get(provider.id)
        if visit and visit.reading:
            yield from _told(provider.id, visit, visit.reading.maintenances, memory, now)


def _told(
    provider: str, visit: Visit, listed: Iterable[Maintenance], memory: Memory, now: int
) -> Iterator[MaintenanceLine]:
    new = {one.id: _maintenance_line(provider, one) for one in listed}
    if visit.fallback:
        new = {
            key: _filled(one, memory.maintenances.get((provider, key))) for key, one in new.items()
        }
    for key, line in new.items():
        old = memory.maintenances.get((provider, key))
        if old != (line := _over(line, old, now)):
            yield line
    # What another endpoint than the first leaves out may still stand on the page; where robots.txt
    # keeps us from that, the other is all that we ever read.
    if visit.fallback not in ("", "robots"):
        return
    for (owner, key), old in memory.maintenances.items():
        if owner == provider and key not in new and old.phase != "completed":
            yield _over(structs.replace(old, phase="completed"), old, now)


def _filled(line: MaintenanceLine, old: MaintenanceLine | None) -> MaintenanceLine:
    """Work, read where the page could not be, with what the page had said of it and this leaves
    out: a feed states no window."""
    if old is None:
        return line
    return structs.replace(
        line,
        starts=old.starts if line.starts is None else line.starts,
        ends=old.ends if line.ends is None else line.ends,
        url=line.url or old.url,
        components=line.components or old.components,
        text=line.text or old.text,
    )


def _over(line: MaintenanceLine, old: MaintenanceLine | None, now: int) -> MaintenanceLine:
    """Work that is over before its announced end ended when that was first seen; what was called
    off before it began has no end."""
    if line.phase != "completed" or line.ends is None:
        return line
    if old is not None and old.phase == "completed":
        ends = None if old.ends is None else min(line.ends, old.ends)
    else:
        ends = None if line.starts is not None and now < line.starts else min(line.ends, now)
    return structs.replace(line, ends=ends)


def _maintenance_line(provider: str, one: Maintenance) -> MaintenanceLine:
    return MaintenanceLine(
        provider=provider,
        id=one.id,
        title=one.title,
        phase=one.phase,
        starts=one.starts_at,
        ends=one.ends_at,
        url=one.url,
        components=one.components,
        text=next((update.text for update in one.updates), ""),
    )
