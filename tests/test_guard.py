"""Nothing inside a private network is ever asked, however its address is dressed up."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import httpcore
import pytest

from crawler.errors import ContentError
from crawler.fetch import Network, client, open_client
from crawler.fetch.guard import Blocked, GuardedBackend, check_host
from crawler.wire import Reply, Request

NETWORK = Network("whosdown/test")
# Addresses that lead inside, or nowhere, as a resolver may give them.
PRIVATE = [
    *(
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104 (one of those that are refused)
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
    ),
    *("192.168.1.1", "100.64.0.1", "169.254.169.254", "169.254.1.1", "100.100.100.200"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),
    *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1", "3fff::1"),
    *("fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1"),
]
# The same and more, as somebody may write them in an address.
WRITTEN = [
    *("2130706433", "0x7f000001", "017700000001", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1"),
    *("0x7f.1", "0", "3232235777", "0xa9fea9fe", "2852039166", "169.254.43518", "127.0.0.1."),
    *("[::1]", "[::ffff:7f00:1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[0:0:0:0:0:0:0:1]"),
    *("localhost", "LOCALHOST", "localhost.", "localhost..", "a.localhost", "router", "printer."),
    *("metadata", "metadata.google.internal", "metadata.google.internal.", "instance-data"),
    *("vault.service.internal", "nas.local", "localhost.localdomain"),
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700::6810:84e5", "2a00:1450:4001:80e::200e"]


@pytest.mark.parametrize("host", [*PRIVATE, *WRITTEN])
def test_a_private_place_is_refused_as_it_is_written(host: str) -> None:
    with pytest.raises(Blocked):
        check_host(host, NETWORK)


@pytest.mark.parametrize("host", [*PUBLIC, "status.openai.com", "1password.com", "0x.org", "a.b."])
def test_a_public_place_is_not_refused(host: str) -> None:
    check_host(host, NETWORK)


@pytest.mark.parametrize(
    "url",
    [
        *("https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::1]/"),
        *("https://[::ffff:127.0.0.1]/", "https://localhost./", "https://user@127.0.0.1/"),
        *(
            "https://①②⑦.⓪.⓪.①/",
            "https://１２７.0.0.1/",
            "https://ⓛocalhost/",
            "https://127。0。0。1/",
        ),
        *("https://127.0.0.1:8443/", "https://%31%32%37.0.0.1/", "https://127.0.0.1%00.a.test/"),
        *("https:///", "https://.", "https://[::1", "https://[fe80::1%25lo]/"),
    ],
)
def test_no_way_to_write_an_address_reaches_this_machine(url: str) -> None:
    reply = asyncio.run(_ask(url, NETWORK))

    assert reply.status is None
    assert reply.reason in ("blocked_address", "protocol", "dns")


async def _ask(url: str, network: Network) -> Reply:
    async with open_client(network, 0) as made, made._connection() as line:
        return await made._once(line, Request(url), None, follow=True)


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name have these addresses; the names that were asked for."""
    asked: list[str] = []

    async def getaddrinfo(
        self: object, host: str, port: int, **extra: object
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_resolves_inside_is_refused_when_connecting(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    asked = resolve(monkeypatch, address)

    with pytest.raises(Blocked):
        asyncio.run(GuardedBackend(NETWORK).connect_tcp("harmless.test", 443, timeout=2))

    assert asked == ["harmless.test"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolve(monkeypatch, "8.8.8.8", "127.0.0.1")

    with pytest.raises(Blocked):
        asyncio.run(GuardedBackend(NETWORK).connect_tcp("mixed.test", 443, timeout=2))


class Ear:
    """A listening socket that counts who comes."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def heard(self) -> int:
        """How many connections were made since the last time."""
        count = 0
        while True:
            try:
                caller, _ = self.socket.accept()
            except BlockingIOError:
                return count
            caller.close()
            count += 1


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.socket.close()


def test_a_direct_client_opens_no_socket_to_a_name_that_resolves_here(
    monkeypatch: pytest.MonkeyPatch, ear: Ear
) -> None:
    resolve(monkeypatch, "127.0.0.1")

    reply = asyncio.run(_ask(f"https://rebound.test:{ear.port}/", NETWORK))

    assert (reply.status, reply.reason) == (None, "blocked_address")
    assert ear.heard() == 0


def test_the_operator_opens_exactly_one_network(monkeypatch: pytest.MonkeyPatch, ear: Ear) -> None:
    open_here = Network("whosdown/test", allow_private=(ip_network("127.0.0.0/8"),))
    elsewhere = Network("whosdown/test", allow_private=(ip_network("10.0.0.0/8"),))
    resolve(monkeypatch, "127.0.0.1")

    outside = asyncio.run(_ask(f"https://inner.test:{ear.port}/", elsewhere))
    refused = ear.heard()
    monkeypatch.setattr(client, "CONNECT", 0.3)
    asyncio.run(_ask(f"https://inner.test:{ear.port}/", open_here))

    assert (outside.reason, refused) == ("blocked_address", 0)
    assert ear.heard() == 1


@pytest.mark.parametrize(
    ("opened", "fine", "refused"),
    [
        ("10.0.0.0/8", ["10.9.8.7", "status", "::ffff:10.0.0.1"], ["192.168.1.1", "127.0.0.1"]),
        ("10.0.0.0/8", ["wiki.corp.internal"], ["localhost", "metadata.google.internal"]),
        ("127.0.0.0/8", ["localhost", "127.1"], ["::1", "10.0.0.1", "169.254.169.254"]),
        ("fd00::/8", ["fd12::1"], ["fe80::1", "127.0.0.1", "fd00.test@localhost", "fc00::1"]),
    ],
)
def test_what_is_opened_is_a_network_and_nothing_beside_it(
    opened: str, fine: list[str], refused: list[str]
) -> None:
    network = Network("whosdown/test", allow_private=(ip_network(opened),))

    for host in fine:
        check_host(host, network)
    for host in refused:
        with pytest.raises(Blocked):
            check_host(host.rpartition("@")[2], network)


def test_the_address_that_was_checked_is_the_one_that_is_used(
    monkeypatch: pytest.MonkeyPatch, ear: Ear
) -> None:
    asked = resolve(monkeypatch, "127.0.0.1")
    network = Network("whosdown/test", allow_private=(ip_network("127.0.0.0/8"),))

    async def connect() -> None:
        stream = await GuardedBackend(network).connect_tcp("name.test", ear.port, timeout=2)
        await stream.aclose()

    asyncio.run(connect())

    assert ear.heard() == 1
    assert asked[0] == "name.test"
    assert set(asked[1:]) <= {"127.0.0.1"}, "the name was resolved a second time"


def test_an_address_that_fails_leaves_the_next_one_its_turn(
    monkeypatch: pytest.MonkeyPatch, ear: Ear
) -> None:
    resolve(monkeypatch, "127.0.0.2", "127.0.0.1")
    network = Network("whosdown/test", allow_private=(ip_network("127.0.0.0/8"),))

    async def connect() -> None:
        stream = await GuardedBackend(network).connect_tcp("two.test", ear.port, timeout=2)
        await stream.aclose()

    asyncio.run(connect())

    assert ear.heard() == 1


def test_resolving_and_connecting_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "127.0.0.2", "127.0.0.3", "127.0.0.4")
    network = Network("whosdown/test", allow_private=(ip_network("127.0.0.0/8"),))
    shares: list[float] = []

    class Silent(httpcore.AnyIOBackend):
        async def connect_tcp(self, *args: Any, **_: object) -> httpcore.AsyncNetworkStream:
            shares.append(args[2])
            await asyncio.sleep(args[2])
            raise httpcore.ConnectTimeout

    backend = GuardedBackend(network)
    backend._inner = Silent()

    async def connect() -> float:
        began = asyncio.get_running_loop().time()
        with pytest.raises(httpcore.ConnectTimeout):
            await backend.connect_tcp("silent.test", 443, timeout=0.4)
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(connect()) < 0.6
    assert len(shares) == 3


@pytest.mark.parametrize(
    ("environment", "proxy", "no_proxy"),
    [
        ({}, "", ""),
        ({"HTTPS_PROXY": "http://p.test:8080"}, "http://p.test:8080", ""),
        ({"HTTPS_PROXY": "p.test:8080"}, "http://p.test:8080", ""),
        ({"ALL_PROXY": "http://all.test"}, "http://all.test", ""),
        (
            {"https_proxy": "http://low.test", "HTTPS_PROXY": "http://up.test"},
            "http://low.test",
            "",
        ),
        (
            {"HTTPS_PROXY": "http://up.test", "https_proxy": "http://low.test"},
            "http://low.test",
            "",
        ),
        ({"HTTP_PROXY": "http://plain.test", "NO_PROXY": "a.test,.b.test"}, "", "a.test,.b.test"),
    ],
)
def test_the_usual_variables_are_read(
    environment: dict[str, str], proxy: str, no_proxy: str
) -> None:
    found = Network.from_environment(environment, "whosdown/test")

    assert (found.proxy, found.no_proxy) == (proxy, no_proxy)


@pytest.mark.parametrize(
    "proxy", ["socks5://user:secret@p.test:1080", "ftp://p.test", "http://", "http://[::1"]
)
def test_a_proxy_that_we_cannot_use_is_told_without_its_password(proxy: str) -> None:
    with pytest.raises(ContentError, match="write http://host:port") as caught:
        Network.from_environment({"ALL_PROXY": proxy}, "whosdown/test")

    assert "secret" not in str(caught.value)
