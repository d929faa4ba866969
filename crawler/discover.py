"""From the address of a status page to a provider file that loads."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler import platforms, text
from crawler.catalogue import SLUG, Source
from crawler.errors import ContentError, Unreadable
from crawler.fetch import Client, Network, open_client
from crawler.model import Reading
from crawler.platforms import PLATFORMS
from crawler.wire import Request

NETWORK = frozenset(
    {"dns", "tls", "refused", "timeout", "reset", "blocked_address", "rate_limited"}
)
"""Reasons after which another address of the same host need not be tried."""
FEEDS = ("history.atom", "history.rss", "feed.atom", "feed.rss", "feed.xml")
_COMMON = frozenset("status www api com co statuspage instatus betteruptime betterstack".split())


@dataclass(frozen=True, slots=True)
class Found:
    """What is at an address: the source as it can be read, or None and what was tried (address,
    reason)."""

    source: Source | None
    reading: Reading | None
    tried: tuple[tuple[str, str], ...]


def find(url: str, network: Network, now: int) -> Found:
    """Ask the usual addresses of a page one after the other until one can be read."""
    return asyncio.run(_find(root(url), network, now))


async def _find(url: str, network: Network, now: int) -> Found:
    tried: list[tuple[str, str]] = []
    async with open_client(network, now) as client:
        for candidate, requests in candidates(url):
            first = next(iter(requests.values()))
            try:
                source, reading = await _read(client, candidate, requests)
            except Unreadable as error:
                tried.append((first.url, error.reason))
                failing = [reason for _, reason in tried].count("http_5xx")
                if error.reason in NETWORK or failing > 1:
                    break
            else:
                return Found(source, reading, tuple(tried))
    return Found(None, None, tuple(tried))


async def _read(
    client: Client, source: Source, requests: Mapping[str, Request]
) -> tuple[Source, Reading]:
    """The source by the platform whose shape answers, which may be another than was tried."""
    name, first = next(iter(requests.items()))
    reply = await client.ask(first)
    reply.raise_for_reason()
    shape = platforms.recognise(reply)
    if shape is None:
        raise Unreadable(*platforms.stranger(reply))
    if shape != source.platform:
        source = Source(source.id, shape, source.url, first.url if shape == "feed" else "")
        requests = PLATFORMS[shape].requests(source)
        name = next(iter(requests))
        if requests[name].url != first.url:
            reply = await client.ask(requests[name])
    rest = {key: one for key, one in requests.items() if key != name}
    others = {key: client.opened(one) for key, one in (await client.ask_all(rest, {})).items()}
    reading = platforms.read(shape, {name: reply, **others})
    if not reading.current:
        raise Unreadable("no_state")
    return source, reading


def root(url: str) -> str:
    """The page's own address from what a person pasted. Raises ContentError."""
    url = url if "://" in url else f"https://{url}"
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or text.web_url(url) is None:
        raise ContentError(f"{url!r} is not an https:// address of a page")
    path = parts.path.rstrip("/")
    ending = next((one for one in _endings() if path.endswith(one)), "")
    return f"https://{parts.netloc}{path.removesuffix(ending)}"


def _endings() -> list[str]:
    """What people paste after the address of a page: the paths that platforms ask, and feeds."""
    bare = [PLATFORMS[one].requests(Source("new", one, "https://x.test")) for one in PLATFORMS]
    paths = {urlsplit(next(iter(one.values())).url).path.rstrip("/") for one in bare}
    paths |= {"/index.html", *(f"/{one}" for one in FEEDS)}
    return sorted(paths, key=len, reverse=True)


def candidates(url: str) -> Iterator[tuple[Source, Mapping[str, Request]]]:
    """What to try, each address once, the most usual platform first and feeds last."""
    asked: set[tuple[str, str]] = set()
    feeds = [f"{url}/{one}".rstrip("/") for one in ("", *FEEDS)]
    pages = [Source("new", one, url) for one in PLATFORMS if one != "feed"]
    for source in (*pages, *(Source("new", "feed", url, one) for one in feeds)):
        requests = PLATFORMS[source.platform].requests(source)
        first = next(iter(requests.values()))
        if (key := (first.url.rstrip("/"), first.accept)) not in asked:
            asked.add(key)
            yield source, requests


def identifier(url: str) -> str:
    """A slug for the provider from the host: `status.example.com` gives `example`."""
    labels = (urlsplit(url).hostname or "").split(".")
    telling = [one for one in labels[:-1] if one not in _COMMON] or labels[:1]
    words = text.words(max(telling, key=len).replace("status", "") or telling[0])
    return words if SLUG.fullmatch(words) else "new-provider"


def provider_file(
    source: Source, reading: Reading, *, service: str, name: str, category: str, homepage: str
) -> str:
    """A provider file in TOML; the components that the page lists stand in it as comments."""
    lines = ["[page]", f"platform = {_quoted(source.platform)}", f"url = {_quoted(source.url)}"]
    if source.feed:
        lines.append(f"feed = {_quoted(source.feed)}")
    lines += [
        "",
        "[[service]]",
        f"id = {_quoted(service)}",
        f"name = {_quoted(name)}",
        f"category = {_quoted(category)}",
        f"homepage = {_quoted(homepage)}",
    ]
    if reading.components:
        lines += [
            "# Without components, the whole page counts. The page lists:",
            "# components = [",
        ]
        lines += [
            f"#     {_quoted(one.id)}, # {text.line(one.name, 80)}" for one in reading.components
        ]
        lines.append("# ]")
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return json.dumps(re.sub(r"[\x00-\x1f\x7f]", "", value), ensure_ascii=False)
