"""The only package that talks to the network. Whatever the network does becomes a Reply.

httpx follows redirects, decodes bodies and queues connections without a bound, so none of that is
left to it: redirects are followed by hand with the body unread, bodies are read raw and inflated
here up to a limit, and the caller's workers are the queue.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.request import proxy_bypass_environment as _bypass  # type: ignore[attr-defined]

import httpx

from crawler.errors import ContentError
from crawler.fetch import bodies
from crawler.fetch.answers import (
    REDIRECTS,
    inflate,
    number,
    retry_after,
    status_reason,
    validator,
    why,
)
from crawler.fetch.guard import Blocked, GuardedBackend, Network, check_host, onward
from crawler.wire import MAX_BODY, Reply, Request, challenged

CONNECT, READ, SOURCE, RUN, CONTROL = 5.0, 10.0, 25.0, 300.0, 5.0
ATTEMPTS = (0.0, 2.0, 8.0)
MAX_REDIRECTS = 3
AT_ONCE, DNS_THREADS = 300, 64
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=0)
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
        self._context = _tls(network)

    @property
    def now(self) -> int:
        """The time, seconds UTC, as it has moved on since the run began."""
        return self._now + int(time.monotonic() - self._started)

    async def reachable(self, url: str) -> bool:
        """Whether anything answers there at all within 5 s; asked once."""
        try:
            async with asyncio.timeout(CONTROL):
                reply = await self._once(Request(url, accept="*/*"), None, follow=False)
        except TimeoutError:
            return False
        return reply.status is not None

    async def ask_all(
        self, requests: Mapping[str, Request], known: Mapping[str, Known], spent: float = 0.0
    ) -> dict[str, Reply]:
        """Ask one source's questions one after the other, all of them within 25 s.

        After a failure of a request that is not `extra` the rest is not asked. `spent` seconds of
        the source's time are gone already.
        """
        replies: dict[str, Reply] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SOURCE - spent):
                for name, request in requests.items():
                    replies[name] = await self.ask(request, known.get(request.url))
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
        """Up to three attempts, as long as another one may help."""
        reply = Reply(url=request.url, reason="timeout")
        for pause in ATTEMPTS:
            await asyncio.sleep(pause)
            reply = await self._once(request, known, follow=follow)
            if reply.reason not in _AGAIN or reply.not_before is not None:
                break
        return reply

    async def _once(self, request: Request, known: Known | None, *, follow: bool) -> Reply:
        began = time.monotonic()
        try:
            reply = await self._hops(request, known, follow=follow)
        except Blocked as error:
            reply = Reply(url=request.url, reason="blocked_address", detail=str(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            reason, detail = why(error)
            return Reply(url=request.url, reason=reason, detail=detail)
        elapsed = int(1000 * (time.monotonic() - began))
        return replace(reply, elapsed_ms=elapsed)

    async def _hops(self, request: Request, known: Known | None, *, follow: bool) -> Reply:
        url = httpx.URL(request.url)
        for _ in range(MAX_REDIRECTS + 1):
            check_host(url.host, self.network)
            response = await self._send(url, request, known)
            try:
                if response.status_code not in REDIRECTS or not follow:
                    return await self._receive(request, response, known)
                url = onward(url, response.headers.get("location", ""), self.network)
            finally:
                with contextlib.suppress(httpx.HTTPError):
                    await response.aclose()
        return Reply(url=request.url, reason="redirect", detail=f"more than {MAX_REDIRECTS} hops")

    async def _send(self, url: httpx.URL, request: Request, known: Known | None) -> httpx.Response:
        headers = {
            "Accept": request.accept,
            "Accept-Encoding": "gzip",
            "User-Agent": self.network.user_agent,
            "Connection": "close",
        }
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        timeout = {"connect": CONNECT, "read": READ, "write": READ, "pool": None}
        question = httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout})
        return await self._transport(url.host).handle_async_request(question)

    def _transport(self, host: str) -> httpx.AsyncHTTPTransport:
        """A pool for one question: one for all is searched from end to end at each."""
        proxy = self._proxy(host)
        made = httpx.AsyncHTTPTransport(
            verify=self._context, limits=_LIMITS, proxy=proxy or None, http2=False
        )
        if not proxy:
            # httpx has no public way to pass a network backend; a test proves that this is used.
            made._pool._network_backend = GuardedBackend(self.network)  # noqa: SLF001 (see above)
        return made

    def _proxy(self, host: str) -> str:
        return "" if _bypass(host, {"no": self.network.no_proxy}) else self.network.proxy

    async def _receive(
        self, request: Request, response: httpx.Response, known: Known | None
    ) -> Reply:
        status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items()}
        if status == 304 and known is not None:
            body = inflate(known.encoding, known.body)
            return Reply(
                url=request.url, status=200, headers=headers, body=body or b"", not_modified=True
            )
        reason = status_reason(status)
        if reason is not None:
            return await self._refused(request, response, headers, reason)
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip"):
            return _failed(request, status, headers, "encoding", f"Content-Encoding {encoding}")
        if number(headers.get("content-length")) > MAX_BODY:
            return _failed(request, status, headers, "too_large", "by its Content-Length")
        raw, body = await bodies.whole(response, encoding)
        if raw is None or body is None:
            return _failed(request, status, headers, "too_large", f"over {MAX_BODY} bytes")
        etag, modified = validator(headers.get("etag")), validator(headers.get("last-modified"))
        if etag or modified:
            self.fresh[request.url] = Known(etag, modified, encoding, raw)
        return Reply(url=request.url, status=status, headers=headers, body=body)

    async def _refused(
        self, request: Request, response: httpx.Response, headers: dict[str, str], reason: str
    ) -> Reply:
        status = response.status_code
        not_before = None
        if status in (429, 503):
            not_before = retry_after(headers.get("retry-after"), self.now)
        if status in (401, 403, 503) and not headers.get("content-encoding"):
            text = (await bodies.beginning(response)).decode("utf-8", "replace")
            if challenged(headers, text):
                reason = "challenge"
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


def _tls(network: Network) -> ssl.SSLContext:
    if network.ca_file:
        try:
            return ssl.create_default_context(cafile=network.ca_file)
        except OSError as error:
            raise ContentError(f"SSL_CERT_FILE: {network.ca_file}: {error}") from None
    return httpx.create_ssl_context(trust_env=False)


def _failed(
    request: Request, status: int, headers: dict[str, str], reason: str, detail: str
) -> Reply:
    return Reply(url=request.url, status=status, headers=headers, reason=reason, detail=detail)
