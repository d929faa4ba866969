"""One run: sources | ask in parallel | read | judge | record."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from crawler import cadence, conclude, text
from crawler.catalogue import Catalogue, Probe, Provider, Source
from crawler.fetch import AT_ONCE, RUN, Client, Known, Network, open_client
from crawler.hear import hear
from crawler.lines import IncidentLine, RunLine
from crawler.memory import Memory
from crawler.model import Visit
from crawler.platforms import probe
from crawler.store import Store, caches, incidents, rows
from crawler.times import DAY
from crawler.visit import Round, allowed, host, visit

log = logging.getLogger(__name__)
T = TypeVar("T")
Tick = Callable[[int, int], None]
Heard = Callable[[Provider, Visit], Visit]


def run(
    catalogue: Catalogue, store: Store, network: Network, now: int, tick: Tick = lambda *_: None
) -> RunLine:
    """Ask every source once, judge every service, remember; the line that was remembered.

    `now` is the start of the run in seconds UTC; `tick` hears how many of how many are done.
    """
    began = time.monotonic()
    memory = store.memory()
    week = rows.runs(store.connection, now - 7 * DAY)
    turn = _round(catalogue, store, memory, now)
    remembered = partial(incidents.record, store.connection)
    told: dict[str, tuple[IncidentLine, ...]] = {}

    def heard(provider: Provider, visit: Visit) -> Visit:
        visit, told[provider.id] = hear(provider, visit, memory, remembered, now)
        return visit

    asked = _finished(_ask(catalogue, network, turn, tick, heard))
    line = conclude.conclude(
        catalogue,
        memory,
        replace(asked, told=told),
        remembered,
        now=now,
        end=now + int(time.monotonic() - began),
        validity=cadence.validity([*(one.id for one in week), now]),
    )
    store.record(line, turn.cache)
    for source, one in sorted(turn.visits.items()):
        if one.reason:
            log.warning("%s: %s %s", source, one.reason, text.line(one.detail))
    return line


def _round(catalogue: Catalogue, store: Store, memory: Memory, now: int) -> Round:
    db = store.connection
    return Round(
        now=now,
        waits=memory.waits,
        known={url: Known(*row) for url, row in caches.bodies(db).items()},
        rules=caches.robots(db),
        # A source that left and came back has no reading to fall back on, whatever its digest.
        digests={key: one for key, one in caches.digests(db).items() if key in memory.sources},
        watched=memory.watched,
        strict=catalogue.site.robots == "strict",
    )


def look(
    catalogue: Catalogue, network: Network, now: int, tick: Tick
) -> tuple[Mapping[str, Visit], dict[str, bool]] | None:
    """Ask every source once and remember nothing: the visits, and whether robots.txt allows each
    source's address. None where our own network does not work."""
    turn = Round(now, strict=catalogue.site.robots == "strict")
    rules = Round(now, strict=True)

    async def both() -> tuple[Mapping[str, Visit], dict[str, bool]] | None:
        asked = await _ask(catalogue, network, turn, tick, lambda _, visit: visit)
        if asked.blind:
            return None
        sources = [one.source for one in catalogue.providers if one.source]
        async with open_client(network, now) as client:
            answers = await asyncio.gather(*(allowed(client, one, rules) for one in sources))
        return asked.visits, {one.id: yes for one, yes in zip(sources, answers, strict=True)}

    return _finished(both())


def _finished(job: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns. As the result of the main task asyncio would print it to a text
    that nobody sees, and what a crawl returns is all that was read."""
    found: list[T] = []

    async def keep() -> None:
        found.append(await job)

    asyncio.run(keep())
    return found[0]


async def _ask(
    catalogue: Catalogue, network: Network, turn: Round, tick: Tick, heard: Heard
) -> conclude.Asked:
    async with open_client(network, turn.now) as client:
        answers = await asyncio.gather(*(client.reachable(u) for u in catalogue.site.control))
        if sum(answers) < 2:
            return conclude.Asked(blind=True)
        jobs = _jobs(catalogue, client, turn, heard)
        await _work(jobs, tick)
        turn.cache.bodies.update(
            {u: (k.etag, k.last_modified, k.encoding, k.body) for u, k in client.fresh.items()}
        )
    asked = {}
    for provider in catalogue.providers:
        if provider.source:
            late = Visit(provider.id, turn.now, reason="timeout", detail="the run took too long")
            found = turn.visits.setdefault(provider.id, late)
            if found.not_before is None and found.reason != "robots":
                asked[provider.id] = provider.source.platform
    return conclude.Asked(
        visits=turn.visits,
        platforms=asked,
        probes={
            service.id: turn.outcomes.get(service.id, "inconclusive")
            for _, service in catalogue.services()
            if service.probe
        },
    )


def _jobs(
    catalogue: Catalogue, client: Client, turn: Round, heard: Heard
) -> dict[str, list[Callable[[], Awaitable[None]]]]:
    """What to do, by host: one question at a time each, so the work of one host is one queue."""
    jobs: dict[str, list[Callable[[], Awaitable[None]]]] = {}
    probes: dict[str, dict[str, Probe]] = {}
    for provider in catalogue.providers:
        source = provider.source
        if source:
            queue = jobs.setdefault(host(source.url), [])
            queue.append(partial(_visit, client, source, turn, partial(heard, provider)))
        for service in provider.services:
            if service.probe:
                probes.setdefault(service.probe.url, {})[service.id] = service.probe
    for url, asking in probes.items():
        jobs.setdefault(host(url), []).append(partial(_probe, client, url, asking, turn))
    return jobs


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


async def _visit(
    client: Client, source: Source, turn: Round, kept: Callable[[Visit], Visit]
) -> None:
    found = kept(await visit(client, source, turn))
    turn.visits[source.id] = found
    if found.elapsed_ms is not None:
        turn.cache.timings[source.id] = found.elapsed_ms


async def _probe(client: Client, url: str, asking: Mapping[str, Probe], turn: Round) -> None:
    """Ask an address once for all services whose probe has it; each expects its own codes."""
    reply = await client.ask(probe.request(url), follow=False)
    turn.outcomes |= {service: probe.outcome(one, reply) for service, one in asking.items()}
