"""One source in one run: its endpoints in the order of preference, until one can be read."""

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler import __version__, platforms, robots
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.fetch import SOURCE, Client, Known
from crawler.model import Reading, Visit
from crawler.platforms import PLATFORMS
from crawler.scope import PARTIAL
from crawler.store import Cache
from crawler.times import SKEW
from crawler.wire import Reply

# Where one of these happened, another question to the same host would meet the same.
_NETWORK = frozenset({"dns", "refused", "tls", "timeout", "reset", "rate_limited", "http_5xx"})
# Where one of these happened, the host may have become another platform's.
_SHAPE = frozenset({"not_json", "not_xml", "unexpected_shape", "http_404", "empty"})
# Of a source's 25 seconds, what robots.txt may take at most.
_RULES = 10.0
_USUAL = ("statuspage", "incidentio_native", "instatus", "betterstack")


@dataclass(slots=True)
class Round:
    """What one round of asking knows before, and what it collects. `now` is its start, seconds UTC.

    `locks` keep two questions from one host at once, also those of second endpoints and robots.txt;
    `desk` lets the network have its turn after each page that is read;
    `outcomes` are those of probes by service; `rules` are what robots.txt says, by host and port;
    `digests` tells what each source's last good reading was read from; a source in `watched` is
    read anew even if nothing changed, because an incident is missing from its list.
    """

    now: int
    waits: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)
    rules: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()
    strict: bool = False
    visits: dict[str, Visit] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    cache: Cache = field(default_factory=Cache)
    locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    desk: asyncio.Lock = field(default_factory=asyncio.Lock)


async def visit(client: Client, source: Source, turn: Round) -> Visit:
    """Ask a source's endpoints, all together for 25 s at most; whatever happens is the Visit."""
    found = await _visit(client, source, turn)
    if found.reading is not None:
        # The same part of a list again is no page that says the same again, and neither is the same
        # copy of a page that says how old a copy may be.
        whole = PARTIAL not in found.reading.notes and found.reading.usable_until is None
        turn.cache.digests[source.id] = found.digest if whole else ""
    return found


async def _visit(client: Client, source: Source, turn: Round) -> Visit:
    wait = turn.waits.get(source.id, 0)
    began = time.monotonic()
    failure: Visit | None = None
    dead: set[str] = set()
    home = host(_address(source))
    if wait > turn.now:
        # Only the host that asked us to wait is left alone.
        failure = Visit(source.id, turn.now, reason="rate_limited", not_before=wait)
        dead.add(home)
    for option in endpoints(source):
        spent, place = time.monotonic() - began, host(_address(option))
        if place in dead or spent >= SOURCE:
            continue
        found = await _try(client, option, turn, spent)
        if place != home:
            # What is remembered is that the first host asked us to wait; no other speaks for it.
            found = replace(found, not_before=None)
        if failure:
            waits = (one.not_before for one in (failure, found) if one.not_before)
            later = max(waits, default=None)
            note = f"fallback:{failure.reason}"
            if found.reason is None:
                return replace(found, note=note, not_before=later)
            failure = replace(failure, not_before=later)
        if found.reason is None:
            return found
        if found.reason in _NETWORK:
            dead.add(place)
        failure = failure or found
    return failure or Visit(source.id, turn.now, reason="timeout")


def endpoints(source: Source) -> Iterator[Source]:
    """The endpoint itself, the second ones, the feed."""
    yield replace(source, also=())
    for platform, url in source.also:
        yield Source(source.id, platform, url)
    if source.feed and source.platform != "feed":
        yield Source(source.id, "feed", source.url, source.feed)


def host(url: str) -> str:
    """The host of an address; "" without one."""
    return urlsplit(url).hostname or ""


def _address(source: Source) -> str:
    return next(iter(PLATFORMS[source.platform].requests(source).values())).url


async def _try(client: Client, source: Source, turn: Round, spent: float) -> Visit:
    """One endpoint, read by the platform whose shape its host has."""
    began = time.monotonic()
    found, first = await _read(client, source, turn, spent)
    if first is None or found.unchanged:
        return found
    shape = platforms.recognise(first) if first.reason is None else None
    for other in _others(source, first, shape, lost=found.reason in _SHAPE):
        gone = spent + time.monotonic() - began
        if gone >= SOURCE:
            break
        moved, reply = await _read(client, other, turn, gone)
        shape = platforms.recognise(reply) if reply and moved.reason is None else None
        if shape not in (None, other.platform):
            # Statuspage's parser reads incident.io's copy too, and loses what only that one has.
            again, gone = _as(source, shape, first.url), spent + time.monotonic() - began
            moved, _ = await _read(client, again, turn, gone)
        if moved.reason is None:
            return replace(moved, note=f"platform:{moved.platform}")
        if moved.reason in _NETWORK:
            break
    return found


async def _read(
    client: Client, source: Source, turn: Round, spent: float
) -> tuple[Visit, Reply | None]:
    """What a source says as its platform, and its first reply, None where it was not asked."""
    began = time.monotonic()
    if not await allowed(client, source, turn):
        return Visit(source.id, turn.now, reason="robots", platform=source.platform), None
    spent += time.monotonic() - began
    requests = PLATFORMS[source.platform].requests(source)
    async with turn.locks[host(_address(source))]:
        replies = await client.ask_all(requests, turn.known, spent)
    first = next(iter(replies.values()))
    done = Visit(
        source.id,
        turn.now,
        elapsed_ms=first.elapsed_ms,
        not_before=max((r.not_before for r in replies.values() if r.not_before), default=None),
        platform=source.platform,
        answered_by=first.url,
    )
    digest = _digest(source.platform, replies)
    if digest == turn.digests.get(source.id) and source.id not in turn.watched:
        return replace(done, unchanged=True), first
    # A hundred pages may come at once; those that still wait must not time out meanwhile, and a
    # hundred bodies may be large.
    async with turn.desk:
        await asyncio.sleep(0)
        replies = {name: client.opened(reply) for name, reply in replies.items()}
        first = next(iter(replies.values()))
        try:
            for name, request in requests.items():
                if not request.extra:
                    replies[name].raise_for_reason()
            reading = _of_now(platforms.read(source.platform, replies), turn.now)
        except Unreadable as error:
            return replace(done, reason=error.reason, detail=error.detail, answered_by=""), first
    return replace(done, reading=reading, digest=digest), first


def _of_now(reading: Reading, now: int) -> Reading:
    """A reading that tells how things are at `now`. Raises Unreadable for any other."""
    if not reading.current:
        raise Unreadable("no_state")
    if reading.usable_until is not None and now > reading.usable_until + SKEW:
        raise Unreadable("old_copy")
    return reading


def _others(source: Source, first: Reply, shape: str | None, *, lost: bool) -> Iterator[Source]:
    """The source as other platforms': that whose shape the reply has, then, if it has lost its
    own, the usual ones."""
    if shape not in (None, source.platform):
        yield _as(source, shape, first.url)
    for name in _USUAL if lost else ():
        other = _as(source, name, "")
        if name != shape and _address(other) != first.url:
            yield other


def _as(source: Source, platform: str, feed: str) -> Source:
    return Source(source.id, platform, source.url, feed if platform == "feed" else "")


def _digest(platform: str, replies: Mapping[str, Reply]) -> str:
    """What came from where, and by whom it is read: two parsers may read the same differently."""
    digest = hashlib.blake2b(f"{__version__} {platform}".encode(), digest_size=16)
    for reply in replies.values():
        digest.update(f"\0{reply.url}\0{reply.reason}\0".encode())
        digest.update(reply.packed or reply.body)
    return digest.hexdigest()


async def allowed(client: Client, source: Source, turn: Round) -> bool:
    """Whether robots.txt lets us ask; it governs pages made for people, and all if strict."""
    requests = PLATFORMS[source.platform].requests(source)
    governed = [one for one in requests.values() if one.html or turn.strict]
    for request in governed:
        place = urlsplit(request.url).netloc.lower()
        async with turn.locks[host(request.url)]:
            asked_at, rules = turn.rules.get(place, (None, None))
            if robots.due(asked_at, turn.now):
                asking = {"robots": robots.request(place)}
                replies = await client.ask_all(asking, {}, SOURCE - _RULES)
                rules = robots.rules(client.opened(replies["robots"]), rules)
                turn.rules[place] = turn.cache.robots[place] = (turn.now, rules)
        if not robots.allowed(rules, request.url):
            return False
    return True
