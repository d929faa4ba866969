"""How the crawler itself does: its sources, and what it warned of. Pure."""

from collections.abc import Collection, Iterator, Sequence

from crawler.catalogue import Catalogue, Provider, Source
from crawler.memory import Latency, Memories
from crawler.model import Level
from crawler.site.board import EarlyWarnings, SourceRow, Story
from crawler.times import DAY


def source_rows(
    catalogue: Catalogue, known: Memories, experimental: Collection[str], oldest: int
) -> Iterator[SourceRow]:
    """Each source as it stands; `experimental` are platforms, and what was read before `oldest`
    (seconds UTC) counts no more."""
    for provider in catalogue.providers:
        if provider.source:
            yield _row(provider, provider.source, known, experimental, oldest)


def _row(
    provider: Provider,
    source: Source,
    known: Memories,
    experimental: Collection[str],
    oldest: int,
) -> SourceRow:
    line = known.sources.get(provider.id)
    at = known.read_at.get(provider.id)
    lost = line is not None and line.level is not None and (at is None or at < oldest)
    trouble = known.troubles.get(provider.id)
    failing = trouble if trouble and (at is None or trouble.last_seen > at) else None
    return SourceRow(
        id=provider.id,
        platform=source.platform,
        url=source.url,
        services=tuple(service.id for service in provider.services),
        read_at=at,
        level=Level.UNKNOWN if lost else line.level if line else None,
        reason=failing.reason if failing else None,
        failing_since=failing.first_seen if failing else None,
        answered_by=line.answered_by if line else "",
        note=line.note if line else "",
        latency_ms=known.latency.get(provider.id, Latency()).last,
        experimental=(line.platform if line else source.platform) in experimental,
    )


def early_warnings(stories: Sequence[Story], readable: Collection[str], now: int) -> EarlyWarnings:
    """How our own checks did in the 90 days before `now` (seconds UTC). `readable` are providers
    with a page: nobody is earlier, or alone, where no other could have told."""
    recent = [s for s in stories if (s.record.confirmed_at or 0) >= now - 90 * DAY]
    alone = [s for s in recent if s.record.ours and s.record.provider in readable]
    return EarlyWarnings(
        confirmed=sum(not s.record.ours for s in recent),
        open=tuple(s for s in alone if s.record.incident.open),
        unconfirmed=tuple(s for s in alone if not s.record.incident.open),
    )
