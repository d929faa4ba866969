"""The whole internet on 127.0.0.1: an HTTPS proxy that answers for any host that a test names.

The client is configured as behind a company's proxy, with real TCP, TLS and HTTP:

    with Loopback() as net:
        net.put("status.claude.com", "/api/v2/summary.json", Answer(body=b"{}"))
        net.host("broken.test", Fault("reset"))
        client(env=net.env)
        assert net.log[0].path == "/api/v2/summary.json"

A host that nobody named gets 502 to CONNECT, a path that nobody named 404, and a request in the
absolute form (plain http) 403. Every connection serves one request. Leaving ends what still hangs.
"""

import asyncio
import contextlib
import tempfile
import threading
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import certificates
from answers import CONNECTION, HANDSHAKE, Answer, Fault
from delivery import head, reply, send, silence

__all__ = ["Answer", "Asked", "Fault", "Loopback"]

_SITE = Path(__file__).parent.parent / "content" / "site.toml"
_GONE = (OSError, EOFError, ValueError, asyncio.LimitOverrunError)


class Asked(NamedTuple):
    """One request that arrived; the path has its query, header names are lower case."""

    host: str
    path: str
    headers: dict[str, str]


class Loopback:
    """A proxy in a thread of its own; see the module's docstring.

    `log` has the requests, `connects` the hosts of every CONNECT, `plain` the addresses asked for
    in the absolute form. `latency` holds seconds to wait before CONNECT is answered, by host.
    `peak` is the most connections open at once, `peaks` the same by host.
    """

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.connects: list[str] = []
        self.plain: list[str] = []
        self.latency: dict[str, float] = {}
        self.peak = 0
        self.peaks: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._paths: dict[tuple[str, str], list[Answer | Fault]] = {}
        self._hosts: dict[str, Answer | Fault | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="loopback", daemon=True
        )
        self._folder = tempfile.TemporaryDirectory(prefix="loopback-")
        self._port = 0

    def __enter__(self) -> Self:
        (Path(self._folder.name) / "ca.pem").write_bytes(certificates.pem())
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._folder.cleanup()

    @property
    def address(self) -> tuple[str, int]:
        """Where the proxy listens."""
        return "127.0.0.1", self._port

    @property
    def ca_file(self) -> str:
        """The path of the certificate that a client must trust."""
        return str(Path(self._folder.name) / "ca.pem")

    @property
    def env(self) -> dict[str, str]:
        """The environment of a client; lower case too, because that wins where both are set."""
        proxy = f"http://127.0.0.1:{self._port}"
        upper = {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "NO_PROXY": ""}
        lower = {name.lower(): value for name, value in upper.items()}
        return {**upper, **lower, "SSL_CERT_FILE": self.ca_file}

    def put(self, host: str, path: str, *answers: Answer | Fault) -> None:
        """Answer for one path of a host; of several answers, each serves once and the last stays.

        A path without a query also serves requests with one.
        """
        for one in answers:
            if isinstance(one, Fault) and one.name in CONNECTION | HANDSHAKE:
                raise ValueError(f"{one.name!r} comes before any path is known: use host()")
        self._named(host)
        self._hosts.setdefault(host, None)
        self._paths[host, path] = list(answers)

    def host(self, host: str, answer: Answer | Fault) -> None:
        """Answer for every path of a host that has no answer of its own."""
        self._named(host)
        self._hosts[host] = answer

    def control(self, working: int = 3) -> None:
        """Let so many of the control hosts of content/site.toml answer; the others refuse."""
        for number, url in enumerate(tomllib.loads(_SITE.read_text("utf-8"))["control"]):
            parts = urlsplit(url)
            if number >= working:
                self.host(parts.netloc, Fault("refused"))
                continue
            self._hosts[parts.netloc] = None
            status = 204 if parts.path == "/generate_204" else 200
            self.put(parts.netloc, parts.path, Answer(status=status))

    @staticmethod
    def _named(host: str) -> None:
        # A name that no certificate can carry fails here, in the test, and not in the thread.
        certificates.context(host)

    def asked(self, host: str) -> list[Asked]:
        """The requests for one host, in order."""
        return [one for one in self.log if one.host == host]

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=1024)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        # A connection that was accepted in this moment has no task yet.
        await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # The transports that were just aborted close their sockets in the next turns of the loop.
        await asyncio.sleep(0.01)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(*_GONE):
                await self._proxy(reader, writer)
            writer.close()
            with contextlib.suppress(*_GONE):
                await writer.wait_closed()
        except asyncio.CancelledError:
            pass  # the test is over; asyncio before 3.12 would report a cancelled connection
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _proxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _ = await head(reader)
        if method != "CONNECT":
            self.plain.append(target)
            await send(writer, Answer(status=403, body=b"plain http is not served here"))
            return
        host = target.rpartition(":")[0].strip("[]")
        self.connects.append(host)
        self._open[host] += 1
        self.peaks[host] = max(self.peaks[host], self._open[host])
        self.peak = max(self.peak, self._open.total())
        try:
            await asyncio.sleep(self.latency.get(host, 0))
            await self._host(host, reader, writer)
        finally:
            self._open[host] -= 1

    async def _host(
        self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if host not in self._hosts:
            await send(writer, Answer(status=502, body=b"no such host"))
            return
        rule = self._hosts[host]
        fault = rule.name if isinstance(rule, Fault) else ""
        if fault in CONNECTION:
            await silence(reader if fault == "hang_connect" else None)
            return
        context = certificates.context(host, fault if fault in HANDSHAKE else "")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.start_tls(context)
        _, path, headers = await head(reader)
        self.log.append(Asked(host, path, headers))
        await reply(self._choose(host, path), headers, reader, writer)

    def _choose(self, host: str, path: str) -> Answer | Fault:
        for one in (path, path.partition("?")[0]):
            if answers := self._paths.get((host, one)):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return self._hosts[host] or Answer(status=404, body=b"not here")
