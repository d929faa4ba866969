"""A connection on which TLS works on the socket itself.

The library's own way leads through a transport, its protocol, a stream above it and a pair of
buffers for TLS. Most connections carry one question, so building all that was a third of its cost.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import httpcore

T = TypeVar("T")
_NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Stream(httpcore.AsyncNetworkStream):
    """One connected socket that does not block, of which one task at a time reads or writes."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the base's name)
    ) -> bytes:
        """At most so many bytes, b"" at the end. Raises ReadTimeout, ReadError."""
        try:
            return await self._done(partial(self._socket.recv, max_bytes), timeout)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 (the base's name)
    ) -> None:
        """All of the buffer. Raises WriteTimeout, WriteError."""
        try:
            while buffer:
                sent = await self._done(partial(self._socket.send, buffer), timeout, writes=True)
                buffer = buffer[sent:]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (the base's name)
    ) -> "Stream":
        """Put TLS on it; closed where that fails. Raises ConnectTimeout, ConnectError."""
        with self.connecting():
            # On a socket that is reset already, `wrap_socket` would leave its own one open.
            if broken := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(broken, os.strerror(broken))
            self._socket = secured = ssl_context.wrap_socket(
                self._socket, do_handshake_on_connect=False, server_hostname=server_hostname
            )
            await self._done(secured.do_handshake, timeout)
        return self

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Close the socket where a step of the connection fails. Raises ConnectTimeout,
        ConnectError."""
        try:
            yield
        except BaseException as error:
            self._socket.close()
            if isinstance(error, TimeoutError):
                raise httpcore.ConnectTimeout(str(error)) from error
            if isinstance(error, OSError | ValueError):
                raise httpcore.ConnectError(str(error)) from error
            raise

    async def aclose(self) -> None:
        """Close the socket, without a word to the other side."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """The socket as `socket`, and behind TLS as `ssl_object`; None for anything else."""
        secured = info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket)
        return self._socket if info == "socket" or secured else None

    async def _done(
        self, act: Callable[[], T], seconds: float | None, *, writes: bool = False
    ) -> T:
        """What the act gives once the socket lets it. Raises TimeoutError, OSError."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        return act()
                    except ssl.SSLWantReadError:
                        await _ready(self._socket, writes=False)
                    except ssl.SSLWantWriteError:
                        await _ready(self._socket, writes=True)
                    except BlockingIOError:
                        await _ready(self._socket, writes=writes)
        except TimeoutError:
            # The limit is the server's: what came while we were busy came in time.
            with suppress(*_NOT_YET):
                return act()
            raise


async def _ready(waiting: socket.socket, *, writes: bool) -> None:
    """Wait until a socket may be read from or written to."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[None] = loop.create_future()
    watch = loop.add_writer if writes else loop.add_reader
    forget = loop.remove_writer if writes else loop.remove_reader
    handle = waiting.fileno()
    watch(handle, _tell, told)
    try:
        await told
    finally:
        forget(handle)


def _tell(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)


class SocketBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses; names are none of its business."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the base's name)
        local_address: str | None = None,  # noqa: ARG002 (the base's name)
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 (the base's name)
    ) -> Stream:
        """A connection to an address; the last two are ignored. Raises ConnectTimeout,
        ConnectError."""
        made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        stream = Stream(made)
        with stream.connecting():
            made.settimeout(0)
            # The question must not wait until the end of the handshake is acknowledged.
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(timeout):
                await asyncio.get_running_loop().sock_connect(made, (host, port))
        return stream
