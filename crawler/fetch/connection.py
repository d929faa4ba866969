"""The connection on which one source's questions are asked, one after the other.

httpx makes a pool of connections for its transport, and searches all of it at each question; from
host to host there is nothing to share, so a question has one connection of httpx's own engine and
no pool. The next question to the same server goes on it as well, which saves half of the
handshakes where a page has two documents. Nothing is kept beyond the questions of one source.
"""

import contextlib
import ssl
from collections.abc import Mapping

import httpcore
import httpx

from crawler.errors import ContentError
from crawler.fetch.guard import GuardedBackend, Network

Seconds = Mapping[str, float | None]
"""How long each step may take, by the names of httpcore: connect, read, write, pool."""


class Connection:
    """Connects at the first question, and again where the server has left or is another one.

    To be closed by whoever asked the last one.
    """

    def __init__(self, network: Network, context: ssl.SSLContext) -> None:
        self._network = network
        self._context = context
        self._open: httpcore.AsyncHTTP11Connection | None = None

    async def ask(
        self, url: httpx.URL, headers: Mapping[str, str], seconds: Seconds
    ) -> httpcore.Response:
        """The reply to a GET, its body unread. Raises Blocked, ValueError, answers.FAILURES."""
        place = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        question = httpcore.Request(
            "GET",
            place,
            headers=[(b"Host", url.netloc), *headers.items()],
            extensions={"timeout": seconds},
        )
        if proxy := self._network.proxy_for(url.host):
            return await self._tunnel(proxy).handle_async_request(question)
        if self._open and self._open.can_handle_request(place.origin) and self._open.is_available():
            # The server may leave after any answer; what it never read may be asked again.
            with contextlib.suppress(httpcore.NetworkError, httpcore.RemoteProtocolError):
                return await self._open.handle_async_request(question)
        await self.aclose()
        self._open = await self._connected(place.origin, seconds["connect"])
        return await self._open.handle_async_request(question)

    async def aclose(self) -> None:
        """Close what is open."""
        if self._open:
            await self._open.aclose()
            self._open = None

    async def _connected(
        self, origin: httpcore.Origin, seconds: float | None
    ) -> httpcore.AsyncHTTP11Connection:
        host, secure = origin.host.decode("ascii"), origin.scheme == b"https"
        if not secure and origin.scheme != b"http":
            raise httpcore.UnsupportedProtocol(origin.scheme)
        stream = await GuardedBackend(self._network).connect_tcp(host, origin.port, seconds)
        if secure:
            stream = await stream.start_tls(self._context, host, seconds)
        return httpcore.AsyncHTTP11Connection(origin, stream)

    def _tunnel(self, address: str) -> httpcore.AsyncHTTPProxy:
        """A pool for one question: one for all is searched from end to end at each."""
        proxy = httpx.Proxy(address)
        return httpcore.AsyncHTTPProxy(
            str(proxy.url),
            proxy.raw_auth,
            ssl_context=self._context,
            max_connections=None,
            max_keepalive_connections=0,
        )


def trust(network: Network) -> ssl.SSLContext:
    """Whose certificates are accepted. Raises ContentError for a file that we cannot read."""
    if network.ca_file:
        try:
            context = ssl.create_default_context(cafile=network.ca_file)
        except OSError as error:
            raise ContentError(f"SSL_CERT_FILE: {network.ca_file}: {error}") from None
    else:
        context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context
