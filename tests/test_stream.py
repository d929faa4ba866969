"""The direct way to a server, without a proxy between: one socket, TLS on it, its questions and
its end."""

import asyncio
import contextlib
import os
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import httpcore
import pytest

import certificates
from crawler.fetch import Client, Network, client, open_client
from crawler.fetch.answers import why
from crawler.fetch.stream import SocketBackend, Stream
from crawler.wire import Reply, Request

Act = Callable[[socket.socket], None]
HERE = "127.0.0.1"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
LONG = bytes(range(256)) * 12_000


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting is not the point."""
    monkeypatch.setattr(client, "ATTEMPTS", (0,))
    monkeypatch.setattr(client, "CONNECT", 0.5)
    monkeypatch.setattr(client, "READ", 0.5)
    monkeypatch.setattr(client, "SOURCE", 1.0)


@contextlib.contextmanager
def served(act: Act) -> Iterator[int]:
    """A port on which each caller is handled by a function, and then left."""
    callers: list[socket.socket] = []

    def handle(caller: socket.socket) -> None:
        with contextlib.suppress(OSError):
            act(caller)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                callers.append(door.accept()[0])
                threading.Thread(target=handle, args=callers[-1:], daemon=True).start()

    with socket.create_server((HERE, 0)) as door:
        threading.Thread(target=accept, daemon=True).start()
        yield door.getsockname()[1]
    for caller in callers:
        caller.close()


def behind_tls(act: Act, flaw: str = "") -> Act:
    """The same after a handshake and a whole question."""

    def act_on(caller: socket.socket) -> None:
        with certificates.context(HERE, flaw).wrap_socket(caller, server_side=True) as line:
            while not line.recv(65_536).endswith(b"\r\n\r\n"):
                pass
            act(line)

    return act_on


def ask(tmp_path: Path, port: int) -> Reply:
    async def asked() -> Reply:
        async with direct(tmp_path) as made:
            return await _one(made, f"https://{HERE}:{port}/")

    return asyncio.run(asked())


def direct(tmp_path: Path) -> contextlib.AbstractAsyncContextManager[Client]:
    """A client that trusts our certificates and may ask this machine."""
    (tmp_path / "ca.pem").write_bytes(certificates.pem())
    network = Network(
        "whosdown/test",
        ca_file=str(tmp_path / "ca.pem"),
        allow_private=(ip_network("127.0.0.0/8"),),
    )
    return open_client(network, 0)


async def _one(made: Client, url: str) -> Reply:
    return (await made.ask_all({"page": Request(url)}, {}))["page"]


def reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(line.detach())


def drip(line: socket.socket) -> None:
    line.sendall(HEAD % len(LONG))
    for _ in range(100):
        line.sendall(b"x")
        time.sleep(0.1)


def hang(_: socket.socket) -> None:
    time.sleep(3)


def begin(line: socket.socket) -> None:
    line.sendall(HEAD % 100 + b"only this")
    time.sleep(3)


def test_a_long_page_comes_whole(tmp_path: Path) -> None:
    with served(behind_tls(lambda line: line.sendall(HEAD % len(LONG) + LONG))) as port:
        reply = ask(tmp_path, port)

    assert (reply.status, reply.reason) == (200, None)
    assert reply.body == LONG


def test_a_page_without_a_length_ends_with_its_connection(tmp_path: Path) -> None:
    with served(behind_tls(lambda line: line.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello"))) as port:
        assert ask(tmp_path, port).body == b"hello"


@pytest.mark.parametrize("flaw", ["expired", "wrong_name", "self_signed"])
def test_a_flawed_certificate_is_not_accepted(tmp_path: Path, flaw: str) -> None:
    with served(behind_tls(hang, flaw)) as port:
        assert ask(tmp_path, port).reason == "tls"


@pytest.mark.parametrize(
    ("act", "reasons"),
    [
        (hang, {"timeout"}),
        (lambda line: line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), {"tls"}),
        (lambda line: line.close(), {"tls", "reset"}),
        (reset, {"reset"}),
        (behind_tls(hang), {"timeout"}),
        (behind_tls(begin), {"timeout"}),
        (behind_tls(drip), {"timeout"}),
        (behind_tls(reset), {"reset"}),
        (behind_tls(lambda _: None), {"reset"}),
        (behind_tls(lambda line: line.sendall(HEAD % 100 + b"only this")), {"protocol"}),
        (behind_tls(lambda line: line.sendall(b"\x00" * 900)), {"protocol"}),
    ],
    ids=(
        *("silent", "not_tls", "closed", "reset", "silent_behind_tls", "half", "drip"),
        *("reset_behind_tls", "closed_behind_tls", "short", "rubbish"),
    ),
)
def test_a_failure_has_its_reason_ends_in_time_and_leaves_no_socket_open(
    tmp_path: Path, act: Act, reasons: set[str]
) -> None:
    with served(act) as port:
        began = time.monotonic()
        reply = ask(tmp_path, port)
        took = time.monotonic() - began
        calling = [line for line in _connections() if line == port]

    assert reply.reason in reasons, (reply.reason, reply.detail)
    assert took < 2.5
    assert calling == []


def _connections() -> list[int]:
    """The ports that this process is connected to."""
    found = []
    for name in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(name.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(name.name))) as copy:
                    found.append(copy.getpeername()[1])
    return [one for one in found if isinstance(one, int)]


def test_nobody_there_is_refused(tmp_path: Path) -> None:
    with socket.create_server((HERE, 0)) as gone:
        port = gone.getsockname()[1]

    assert ask(tmp_path, port).reason == "refused"


def pair() -> tuple[Stream, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    return Stream(ours), theirs


def test_what_came_while_we_were_busy_came_in_time() -> None:
    async def read() -> bytes:
        stream, theirs = pair()
        with theirs:
            reading = asyncio.create_task(stream.read(100, timeout=0.1))
            await asyncio.sleep(0)
            theirs.sendall(b"an answer")
            time.sleep(0.3)  # noqa: ASYNC251 (that is the point)
            found = await reading
            await stream.aclose()
            return found

    assert asyncio.run(read()) == b"an answer"


def test_silence_is_a_timeout_also_when_we_were_busy() -> None:
    async def read() -> None:
        stream, theirs = pair()
        with theirs:
            reading = asyncio.create_task(stream.read(100, timeout=0.1))
            await asyncio.sleep(0)
            time.sleep(0.3)  # noqa: ASYNC251 (that is the point)
            with pytest.raises(httpcore.ReadTimeout):
                await reading
            await stream.aclose()

    asyncio.run(read())


def test_what_does_not_fit_is_written_when_there_is_room() -> None:
    async def write() -> bytes:
        stream, theirs = pair()
        with theirs:
            writing = asyncio.create_task(stream.write(LONG, timeout=5))
            await asyncio.sleep(0.05)
            assert not writing.done()
            found = await asyncio.to_thread(_all, theirs, len(LONG))
            await writing
            await stream.aclose()
            return found

    assert asyncio.run(write()) == LONG


def _all(line: socket.socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length:
        found += line.recv(65_536)
    return bytes(found)


def test_a_reader_who_never_reads_ends_the_writing() -> None:
    async def write() -> None:
        stream, theirs = pair()
        with theirs, pytest.raises(httpcore.WriteTimeout):
            await stream.write(LONG * 4, timeout=0.1)
        await stream.aclose()

    asyncio.run(write())


def test_a_connection_that_is_given_up_is_closed() -> None:
    async def connect(port: int) -> None:
        stream = await SocketBackend().connect_tcp(HERE, port, timeout=1)
        context = ssl.create_default_context()
        securing = asyncio.create_task(stream.start_tls(context, HERE, timeout=5))
        await asyncio.sleep(0.05)
        held = stream.get_extra_info("socket")
        assert held.fileno() >= 0
        securing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await securing
        assert held.fileno() == -1

    with served(hang) as port:
        asyncio.run(connect(port))


def test_a_connection_that_is_reset_before_tls_is_closed() -> None:
    async def connect(door: socket.socket) -> None:
        stream = await SocketBackend().connect_tcp(HERE, door.getsockname()[1], timeout=1)
        held = stream.get_extra_info("socket")
        handle = held.fileno()
        reset(door.accept()[0])
        assert select.select([held], [], [], 5)[0]
        with pytest.raises(httpcore.ConnectError) as told:
            await stream.start_tls(ssl.create_default_context(), HERE, timeout=5)
        assert why(told.value)[0] == "reset"
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(handle)

    with socket.create_server((HERE, 0)) as door:
        asyncio.run(connect(door))


class Pages:
    """Answers every question on a connection, and counts both; `after` each answer it acts."""

    def __init__(self, *answers: bytes, after: Act = lambda _: None) -> None:
        self.answers = iter(answers)
        self.after = after
        self.asked: list[int] = []

    def __call__(self, caller: socket.socket) -> None:
        self.asked.append(0)
        place = len(self.asked) - 1
        with certificates.context(HERE).wrap_socket(caller, server_side=True) as line:
            while line.fileno() >= 0 and line.recv(65_536):
                self.asked[place] += 1
                line.sendall(next(self.answers, b""))
                self.after(line)


def two(tmp_path: Path, *urls: str) -> list[bytes]:
    """The bodies of questions that belong together; extra, so that one may fail."""

    async def asked() -> list[bytes]:
        async with direct(tmp_path) as made:
            requests = {one: Request(one, extra=True) for one in urls}
            replies = await made.ask_all(requests, {})
            return [replies[one].body for one in urls]

    return asyncio.run(asked())


ONE, OTHER = (HEAD % len(body) + body for body in (b"one", b"other"))


def test_the_questions_of_a_source_go_on_one_connection_that_is_closed_then(tmp_path: Path) -> None:
    pages = Pages(ONE, OTHER)
    with served(pages) as port:
        bodies = two(tmp_path, f"https://{HERE}:{port}/a", f"https://{HERE}:{port}/b")
        calling = [line for line in _connections() if line == port]

    assert bodies == [b"one", b"other"]
    assert pages.asked == [2]
    assert calling == []


@pytest.mark.parametrize("leave", [lambda line: line.close(), reset], ids=["closed", "reset"])
def test_a_server_that_leaves_after_its_answer_costs_a_connection_and_no_attempt(
    tmp_path: Path, leave: Act
) -> None:
    pages = Pages(ONE, OTHER, after=leave)
    with served(pages) as port:
        bodies = two(tmp_path, f"https://{HERE}:{port}/a", f"https://{HERE}:{port}/b")

    assert bodies == [b"one", b"other"]
    assert pages.asked == [1, 1]


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nnothing",
        b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\nContent-Length: 2\r\n\r\nno",
    ],
    ids=["closing", "failed", "redirect"],
)
def test_nothing_is_asked_behind_a_body_that_was_not_read_or_a_good_bye(
    tmp_path: Path, first: bytes
) -> None:
    pages = Pages(first, OTHER)
    with served(pages) as port:
        bodies = two(tmp_path, f"https://{HERE}:{port}/a", f"https://{HERE}:{port}/b")

    assert bodies == [b"", b"other"]
    assert pages.asked == [1, 1]


def test_another_server_has_another_connection(tmp_path: Path) -> None:
    pages, others = Pages(ONE), Pages(OTHER)
    with served(pages) as port, served(others) as second:
        bodies = two(tmp_path, f"https://{HERE}:{port}/a", f"https://{HERE}:{second}/b")

    assert bodies == [b"one", b"other"]
    assert pages.asked == others.asked == [1]


def test_a_connection_that_was_kept_and_says_nothing_more_is_a_timeout(tmp_path: Path) -> None:
    pages = Pages(ONE, after=hang)
    with served(pages) as port:
        began = time.monotonic()
        bodies = two(tmp_path, f"https://{HERE}:{port}/a", f"https://{HERE}:{port}/b")

    assert bodies == [b"one", b""]
    assert time.monotonic() - began < 1.5
