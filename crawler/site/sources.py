"""How the crawler itself does: its sources, how often it runs, what it warned of. Pure."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from crawler.catalogue import Provider
from crawler.memory import Latency, Memories
from crawler.site.board import Cadence, EarlyWarnings, SourceRow, Story
from crawler.times import DAY


def source_row(provider: Provider, known: Memories, experimental: Collection[str]) -> SourceRow:
    """One source as it stands; `experimental` are platforms."""
    line = known.sources.get(provider.id)
    at = known.read_at.get(provider.id)
    trouble = known.troubles.get(provider.id)
    failing = trouble if trouble and (at is None or trouble.last_seen > at) else None
    source = provider.source
    return SourceRow(
        id=provider.id,
        platform=source.platform if source else "",
        url=source.url if source else "",
        services=tuple(service.id for service in provider.services),
        read_at=at,
        level=line.level if line else None,
        reason=failing.reason if failing else None,
        failing_since=failing.first_seen if failing else None,
        answered_by=line.answered_by if line else "",
        note=line.note if line else "",
        latency_ms=known.latency.get(provider.id, Latency()).last,
        experimental=(line.platform if line else source.platform if source else "") in experimental,
    )


def cadence(starts: Sequence[int]) -> Cadence:
    """The gaps between runs, whose starts are in order (seconds UTC)."""
    gaps = sorted(b - a for a, b in pairwise(starts))
    if not gaps:
        return Cadence(runs=len(starts))
    return Cadence(
        runs=len(starts),
        median=gaps[len(gaps) // 2],
        p90=gaps[min(len(gaps) - 1, len(gaps) * 9 // 10)],
        longest=gaps[-1],
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
