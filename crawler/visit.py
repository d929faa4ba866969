"""One source in one run: its endpoints in the order of preference, until one can be read."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler import __version__, platforms, robots
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.fetch import SOURCE, Client, Known
from crawler.model import Visit
from crawler.platforms import PLATFORMS
from crawler.store import Cache
from crawler.wire import Reply

# Where one of these happened, another question to the same host would meet the same.
_NETWORK = frozenset({"dns", "refused", "tls", "timeout", "reset", "rate_limited", "http_5xx"})
_SHAPE = frozenset({"not_json", "not_xml", "unexpected_shape", "http_404", "empty"})


@dataclass(slots=True)
class Round:
    """What one round of asking knows before, and what it collects.

    `digests` tells what each source's last good reading was read from; a source in `watched` is
    read anew even if nothing changed, because an incident is missing from its list.
    """

    waits: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)
    rules: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()
    strict: bool = False
    visits: dict[str, Visit] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    cache: Cache = field(default_factory=Cache)


async def visit(client: Client, source: Source, turn: Round, now: int) -> Visit:
    """Ask a source's endpoints, all together for 25 s at most; whatever happens is the Visit."""
    wait = turn.waits.get(source.id, 0)
    if wait > now:
        return Visit(source.id, now, reason="rate_limited", not_before=wait)
    began = time.monotonic()
    failure: Visit | None = None
    dead: set[str] = set()
    for option in endpoints(source):
        spent = time.monotonic() - began
        if host(_address(option)) in dead or spent >= SOURCE:
            continue
        found = await _try(client, option, turn, now, spent)
        if found.reason is None:
            return replace(found, note=f"fallback:{failure.reason}") if failure else found
        if found.reason in _NETWORK:
            dead.add(host(_address(option)))
        failure = failure or found
    return failure or Visit(source.id, now, reason="timeout")


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


async def _try(client: Client, source: Source, turn: Round, now: int, spent: float) -> Visit:
    try:
        if not await allowed(client, source, turn, now):
            raise Unreadable("robots")
        return await _read(client, source, turn, now, spent)
    except Unreadable as error:
        return Visit(
            source.id, now, reason=error.reason, detail=error.detail, platform=source.platform
        )


async def _read(client: Client, source: Source, turn: Round, now: int, spent: float) -> Visit:
    began = time.monotonic()
    replies = await client.ask_all(PLATFORMS[source.platform].requests(source), turn.known, spent)
    first = next(iter(replies.values()))
    done = Visit(
        source.id,
        now,
        elapsed_ms=first.elapsed_ms,
        not_before=max((r.not_before for r in replies.values() if r.not_before), default=None),
        platform=source.platform,
        answered_by=first.url,
    )
    digest = _digest(source.platform, replies)
    if digest == turn.digests.get(source.id) and source.id not in turn.watched:
        return replace(done, unchanged=True)
    try:
        first.raise_for_reason()
        reading = platforms.read(source.platform, replies)
        if not reading.current:
            raise Unreadable("no_state")
    except Unreadable as error:
        moved = _moved(source, first) if error.reason in _SHAPE else None
        if moved is not None:
            spent += time.monotonic() - began
            return replace(
                await _read(client, moved, turn, now, spent), note=f"platform:{moved.platform}"
            )
        return replace(done, reason=error.reason, detail=error.detail, answered_by="")
    turn.cache.digests[source.id] = digest
    return replace(done, reading=reading)


def _moved(source: Source, first: Reply) -> Source | None:
    """The source as another platform's, where the reply has that one's shape."""
    if first.reason is not None:
        return None
    name = platforms.recognise(first)
    if name is None or name == source.platform:
        return None
    return Source(source.id, name, source.url, first.url if name == "feed" else "")


def _digest(platform: str, replies: Mapping[str, Reply]) -> str:
    """What was said, by whom it is read: another parser may read the same bytes differently."""
    digest = hashlib.blake2b(f"{__version__} {platform}".encode(), digest_size=16)
    for name, reply in replies.items():
        digest.update(f"\0{name}\0{reply.reason}\0".encode())
        digest.update(reply.body)
    return digest.hexdigest()


async def allowed(client: Client, source: Source, turn: Round, now: int) -> bool:
    """Whether robots.txt lets us ask; it governs pages made for people, and all if strict."""
    requests = PLATFORMS[source.platform].requests(source)
    governed = [one for one in requests.values() if one.html or turn.strict]
    for request in governed:
        name = host(request.url)
        asked_at, rules = turn.rules.get(name, (None, None))
        if robots.due(asked_at, now):
            # Ten of the source's 25 seconds at most.
            replies = await client.ask_all({"robots": robots.request(name)}, {}, 15)
            rules = robots.rules(replies["robots"], rules)
            turn.rules[name] = turn.cache.robots[name] = (now, rules)
        if not robots.allowed(rules, request.url):
            return False
    return True
