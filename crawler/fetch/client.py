"""The client of the crawler. Whatever the network does becomes a Reply.

httpx follows redirects, decodes bodies and queues connections without a bound, so none of that is
left to it: redirects are followed by hand with the body unread, bodies are read raw and inflated
here up to a limit, the caller's workers are the queue, and connections are those of connection.py.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import httpcore
import httpx

from crawler.fetch import bodies
from crawler.fetch.answers import (
    FAILURES,
    REDIRECTS,
    NotGzip,
    fields,
    inflate,
    number,
    retry_after,
    status_reason,
    validator,
    why,
)
from crawler.fetch.connection import Connection, trust
from crawler.fetch.guard import Blocked, Network, check_host, onward
from crawler.wire import MAX_BODY, Reply, Request, challenged

CONNECT, READ, SOURCE, RUN, CONTROL = 5.0, 10.0, 25.0, 300.0, 5.0
ATTEMPTS = (0.0, 2.0, 8.0)
MAX_REDIRECTS = 3
AT_ONCE, DNS_THREADS = 300, 64
_AGAIN = frozenset({"timeout", "dns", "refused", "reset", "protocol", "http_5xx"})


@dataclass(frozen=True, slots=True)
class Known:
    """An earlier reply to the same address: its validators and its body as it came."""

    etag: str | None
    last_modified: str | None
    encoding: str
    body: bytes


class Client:
    """Asks questions. Get one from `open_client`; `now` is the run's time in seconds UTC."""

    def __init__(self, network: Network, now: int) -> None:
        self.network = network
        self._now = now
        self._started = time.monotonic()
        self.fresh: dict[str, Known] = {}
        self._context = trust(network)

    @property
    def now(self) -> int:
        """The time, seconds UTC, as it has moved on since the run began."""
        return self._now + int(time.monotonic() - self._started)

    async def reachable(self, url: str) -> bool:
        """Whether anything answers there at all within 5 s; asked once."""
        try:
            async with asyncio.timeout(CONTROL), self._connection() as line:
                reply = await self._once(line, Request(url, accept="*/*"), None, follow=False)
        except TimeoutError:
            return False
        return reply.status is not None

    async def ask_all(
        self, requests: Mapping[str, Request], known: Mapping[str, Known], spent: float = 0.0
    ) -> dict[str, Reply]:
        """Ask one source's questions one after the other, all of them within 25 s. The replies are
        as they came: see `opened`.

        After a failure of a request that is not `extra` the rest is not asked. `spent` seconds of
        the source's time are gone already.
        """
        replies: dict[str, Reply] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SOURCE - spent), self._connection() as line:
                for name, request in requests.items():
                    earlier = known.get(request.url)
                    replies[name] = await self._tried(line, request, earlier, follow=True)
                    if replies[name].reason is not None and not request.extra:
                        break
        for name, request in requests.items():
            if name not in replies:
                failed = next((one for one in replies.values() if one.reason), None)
                reason = failed.reason if failed else "timeout"
                replies[name] = Reply(url=request.url, reason=reason, detail="not asked in time")
        return replies

    async def ask(
        self, request: Request, known: Known | None = None, *, follow: bool = True
    ) -> Reply:
        """Up to three attempts, as long as another one may help, all of them within 25 s."""
        try:
            async with asyncio.timeout(SOURCE), self._connection() as line:
                return self.opened(await self._tried(line, request, known, follow=follow))
        except TimeoutError:
            return Reply(url=request.url, reason="timeout", detail="not answered in time")

    def opened(self, reply: Reply) -> Reply:
        """A reply as it came, with its body. One whose body cannot be had is a failure, and what
        came is not kept."""
        if not reply.packed:
            return reply
        try:
            body = inflate(reply.packed)
            reason, detail = "too_large", f"over {MAX_BODY} bytes"
        except NotGzip as error:
            body, reason, detail = None, "encoding", str(error)
        if body is not None:
            return replace(reply, body=body)
        self.fresh.pop(reply.url, None)
        return replace(reply, packed=b"", reason=reason, detail=detail)

    def _connection(self) -> contextlib.aclosing[Connection]:
        return contextlib.aclosing(Connection(self.network, self._context))

    async def _tried(
        self, line: Connection, request: Request, known: Known | None, *, follow: bool
    ) -> Reply:
        reply = Reply(url=request.url, reason="timeout")
        for pause in ATTEMPTS:
            await asyncio.sleep(pause)
            reply = await self._once(line, request, known, follow=follow)
            if reply.reason not in _AGAIN or reply.not_before is not None:
                break
        return reply

    async def _once(
        self, line: Connection, request: Request, known: Known | None, *, follow: bool
    ) -> Reply:
        began = time.monotonic()
        try:
            reply = await self._hops(line, request, known, follow=follow)
        except Blocked as error:
            reply = Reply(url=request.url, reason="blocked_address", detail=str(error))
        except (*FAILURES, httpx.InvalidURL, OSError, ValueError) as error:
            reason, detail = why(error)
            return Reply(url=request.url, reason=reason, detail=detail)
        elapsed = int(1000 * (time.monotonic() - began))
        return replace(reply, elapsed_ms=elapsed)

    async def _hops(
        self, line: Connection, request: Request, known: Known | None, *, follow: bool
    ) -> Reply:
        url = httpx.URL(request.url)
        headers = self._headers(request, known)
        seconds = {"connect": CONNECT, "read": READ, "write": READ, "pool": None}
        for _ in range(MAX_REDIRECTS + 1):
            check_host(url.host, self.network)
            response = await line.ask(url, headers, seconds)
            try:
                if response.status not in REDIRECTS or not follow:
                    return await self._receive(request, response, known)
                target = fields(response.headers).get("location", "")
                url = onward(url, target, self.network)
            finally:
                with contextlib.suppress(*FAILURES):
                    await response.aclose()
        return Reply(url=request.url, reason="redirect", detail=f"more than {MAX_REDIRECTS} hops")

    def _headers(self, request: Request, known: Known | None) -> dict[str, str]:
        headers = {
            "Accept": request.accept,
            "Accept-Encoding": "gzip",
            "User-Agent": self.network.user_agent,
        }
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return headers

    async def _receive(
        self, request: Request, response: httpcore.Response, known: Known | None
    ) -> Reply:
        status, headers = response.status, fields(response.headers)
        if status == 304 and known is not None:
            return _page(request, headers, known.encoding, known.body)
        reason = status_reason(status)
        if reason is not None:
            return await self._refused(request, response, headers, reason)
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip"):
            return _failed(request, status, headers, "encoding", f"Content-Encoding {encoding}")
        if number(headers.get("content-length")) > MAX_BODY:
            return _failed(request, status, headers, "too_large", "by its Content-Length")
        raw = await bodies.whole(response)
        if raw is None:
            return _failed(request, status, headers, "too_large", f"over {MAX_BODY} bytes")
        etag, modified = validator(headers.get("etag")), validator(headers.get("last-modified"))
        if etag or modified:
            self.fresh[request.url] = Known(etag, modified, encoding, raw)
        return _page(request, headers, encoding, raw)

    async def _refused(
        self, request: Request, response: httpcore.Response, headers: dict[str, str], reason: str
    ) -> Reply:
        status = response.status
        not_before = None
        if status in (429, 503):
            not_before = retry_after(headers.get("retry-after"), self.now)
        if status in (401, 403, 503):
            text = ""
            # A refusal is one also where its words do not come, or come packed.
            if not headers.get("content-encoding"):
                with contextlib.suppress(*FAILURES):
                    text = (await bodies.beginning(response)).decode("utf-8", "replace")
            reason = "challenge" if challenged(headers, text) else reason
        return Reply(
            url=request.url, status=status, headers=headers, reason=reason, not_before=not_before
        )


@contextlib.asynccontextmanager
async def open_client(network: Network, now: int) -> AsyncIterator[Client]:
    """A client for one run; names are resolved on threads of their own, 64 at once."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="dns") as threads:
        loop.set_default_executor(threads)
        yield Client(network, now)


def _page(request: Request, headers: dict[str, str], encoding: str, raw: bytes) -> Reply:
    if encoding == "gzip":
        return Reply(url=request.url, status=200, headers=headers, packed=raw)
    return Reply(url=request.url, status=200, headers=headers, body=raw)


def _failed(
    request: Request, status: int, headers: dict[str, str], reason: str, detail: str
) -> Reply:
    return Reply(url=request.url, status=status, headers=headers, reason=reason, detail=detail)
