"""One run: sources | ask in parallel | read | judge | record."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawler import conclude, platforms, robots, text
from crawler.catalogue import Catalogue, Probe, Source
from crawler.errors import Unreadable
from crawler.fetch import AT_ONCE, RUN, Client, Known, Network, open_client
from crawler.lines import RunLine
from crawler.model import Visit
from crawler.platforms import PLATFORMS, probe
from crawler.store import Cache, Store, rows
from crawler.times import DAY

log = logging.getLogger(__name__)
Tick = Callable[[int, int], None]


@dataclass(slots=True)
class _Round:
    """What one round of asking collects."""

    waits: Mapping[str, int]
    known: Mapping[str, Known]
    rules: dict[str, tuple[int, str | None]]
    strict: bool
    visits: dict[str, Visit] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    cache: Cache = field(default_factory=Cache)


def run(
    catalogue: Catalogue, store: Store, network: Network, now: int, tick: Tick = lambda *_: None
) -> RunLine:
    """Ask every source once, judge every service, remember; the line that was remembered.

    `now` is the start of the run in seconds UTC; `tick` hears how many of how many are done.
    """
    began = time.monotonic()
    memory = store.memory()
    week = rows.runs(store.connection, now - 7 * DAY)
    known = {url: Known(*row) for url, row in store.bodies().items()}
    turn = _Round(memory.waits, known, store.robots(), catalogue.site.robots == "strict")
    asked = asyncio.run(_ask(catalogue, network, turn, now, tick))
    line = conclude.conclude(
        catalogue,
        memory,
        asked,
        lambda provider, incident: rows.record(store.connection, provider, incident),
        now=now,
        end=now + int(time.monotonic() - began),
        validity=conclude.validity([*(one.id for one in week), now]),
    )
    store.record(line, turn.cache)
    for source, visit in sorted(turn.visits.items()):
        if visit.reason:
            log.warning("%s: %s %s", source, visit.reason, text.line(visit.detail))
    return line


async def _ask(
    catalogue: Catalogue, network: Network, turn: _Round, now: int, tick: Tick
) -> conclude.Asked:
    async with open_client(network, now) as client:
        answers = await asyncio.gather(*(client.reachable(u) for u in catalogue.site.control))
        if sum(answers) < 2:
            return conclude.Asked(blind=True)
        jobs = _jobs(catalogue, client, turn, now)
        await _work(jobs, tick)
        turn.cache.bodies.update(
            {u: (k.etag, k.last_modified, k.encoding, k.body) for u, k in client.fresh.items()}
        )
    asked = {}
    for provider in catalogue.providers:
        if provider.source:
            late = Visit(provider.id, now, reason="timeout", detail="the run took too long")
            visit = turn.visits.setdefault(provider.id, late)
            if visit.not_before is None and visit.reason != "robots":
                asked[provider.id] = provider.source.platform
    return conclude.Asked(
        visits=turn.visits,
        platforms=asked,
        probes={
            service.id: turn.outcomes.get(service.probe.url, "inconclusive")
            for _, service in catalogue.services()
            if service.probe
        },
    )


def _jobs(
    catalogue: Catalogue, client: Client, turn: _Round, now: int
) -> dict[str, list[Callable[[], Awaitable[None]]]]:
    """What to do, by host: one question at a time each, so the work of one host is one queue."""
    jobs: dict[str, list[Callable[[], Awaitable[None]]]] = {}
    probes: dict[str, Probe] = {}
    for provider in catalogue.providers:
        source = provider.source
        if source:
            queue = jobs.setdefault(_host(source.url), [])
            queue.append(lambda source=source: _visit(client, source, turn, now))  # type: ignore[misc]
        probes.update({s.probe.url: s.probe for s in provider.services if s.probe})
    for url, one in probes.items():
        queue = jobs.setdefault(_host(url), [])
        queue.append(lambda one=one: _probe(client, one, turn))  # type: ignore[misc]
    return jobs


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


async def _work(jobs: Mapping[str, list[Callable[[], Awaitable[None]]]], tick: Tick) -> None:
    """Work the queues off, 300 at once, for 5 minutes at most."""
    total = sum(map(len, jobs.values()))
    queues = iter(jobs.values())
    done = 0

    async def worker() -> None:
        nonlocal done
        for queue in queues:
            for job in queue:
                await job()
                done += 1
                tick(done, total)

    try:
        async with asyncio.timeout(RUN), asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(jobs))):
                group.create_task(worker())
    except TimeoutError:
        log.warning("the run was ended after %d s", RUN)


async def _probe(client: Client, one: Probe, turn: _Round) -> None:
    reply = await client.ask(probe.request(one), follow=False)
    turn.outcomes[one.url] = probe.outcome(one, reply)


async def _visit(client: Client, source: Source, turn: _Round, now: int) -> None:
    """Read one source; whatever happens becomes its Visit."""
    wait = turn.waits.get(source.id, 0)
    if wait > now:
        visit = Visit(source.id, now, reason="rate_limited", not_before=wait)
        turn.visits[source.id] = visit
        return
    began, platform = time.monotonic(), source.platform
    try:
        if not await _allowed(client, source, platform, turn, now):
            feed = platform != "feed" and bool(source.feed)
            if not feed or not await _allowed(client, source, "feed", turn, now):
                raise Unreadable("robots")
            platform = "feed"
        spent = time.monotonic() - began
        turn.visits[source.id] = await _read(client, source, platform, turn, now, spent)
    except Unreadable as error:
        turn.visits[source.id] = Visit(
            source.id, now, reason=error.reason, detail=error.detail, platform=platform
        )


async def _read(
    client: Client,
    source: Source,
    platform: str,
    turn: _Round,
    now: int,
    spent: float,
) -> Visit:
    requests = PLATFORMS[platform].requests(source)
    replies = await client.ask_all(requests, turn.known, spent)
    first = next(iter(replies.values()))
    if first.elapsed_ms is not None:
        turn.cache.timings[source.id] = first.elapsed_ms
    waits = [one.not_before for one in replies.values() if one.not_before is not None]
    try:
        first.raise_for_reason()
        reading = platforms.read(platform, replies)
        if not reading.current:
            raise Unreadable("no_state")
    except Unreadable as error:
        return Visit(
            source.id,
            now,
            reason=error.reason,
            detail=error.detail,
            not_before=max(waits, default=None),
            platform=platform,
        )
    return Visit(
        source.id,
        now,
        reading,
        elapsed_ms=first.elapsed_ms,
        not_before=max(waits, default=None),
        platform=platform,
        answered_by=next(iter(requests)),
    )


async def _allowed(client: Client, source: Source, platform: str, turn: _Round, now: int) -> bool:
    """Whether robots.txt lets us ask; it governs pages made for people, and all if strict."""
    requests = PLATFORMS[platform].requests(source)
    governed = [one for one in requests.values() if one.html or turn.strict]
    for request in governed:
        host = _host(request.url)
        asked_at, rules = turn.rules.get(host, (None, None))
        if robots.due(asked_at, now):
            # Ten of the source's 25 seconds at most.
            replies = await client.ask_all({"robots": robots.request(host)}, {}, 15)
            rules = robots.rules(replies["robots"], rules)
            turn.rules[host] = turn.cache.robots[host] = (now, rules)
        if not robots.allowed(rules, request.url):
            return False
    return True
