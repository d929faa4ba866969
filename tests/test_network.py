"""The network of the environment: its proxy, its authority, and hosts that show that it works."""

import asyncio
import socket

import pytest

from answers import moved
from asking import AGENT, HOST, NOW, URL, ask, hurry, network
from crawler.errors import ContentError
from crawler.fetch import Network, client, open_client
from crawler.wire import Reply, Request
from loopback import Answer, Fault, Loopback

__all__ = ["hurry"]  # fixtures


def test_a_host_of_no_proxy_is_asked_directly(net: Loopback) -> None:
    made = network(net, no_proxy="direct.test,.inner.test")

    assert made.proxy_for("a.inner.test") == ""
    assert made.proxy_for(HOST) == made.proxy != ""


def test_a_proxy_that_is_not_there_refuses(net: Loopback) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gone = Network("whosdown/test", proxy=f"http://127.0.0.1:{port}", ca_file=net.ca_file)

    async def asked() -> Reply:
        async with open_client(gone, NOW) as made:
            return await made.ask(Request(URL))

    assert asyncio.run(asked()).reason == "refused"
    assert ask(net, "https://nobody.test/").reason == "refused"


def test_only_the_authority_of_ssl_cert_file_is_trusted(net: Loopback) -> None:
    net.put(HOST, "/page", Answer(body=b"x"))
    usual = {name: value for name, value in net.env.items() if name != "SSL_CERT_FILE"}

    async def without() -> Reply:
        async with open_client(Network.from_environment(usual, AGENT), NOW) as made:
            return await made.ask(Request(URL))

    assert asyncio.run(without()).reason == "tls"
    assert ask(net).reason is None


@pytest.mark.parametrize("file", ["/no/such/file.pem", __file__])
def test_a_wrong_authority_file_is_told_by_its_name(net: Loopback, file: str) -> None:
    async def opened() -> None:
        async with open_client(network(net, ssl_cert_file=file, SSL_CERT_FILE=file), NOW):
            pass

    with pytest.raises(ContentError, match=f"SSL_CERT_FILE: {file}: "):
        asyncio.run(opened())


@pytest.mark.parametrize(
    ("rule", "reachable"),
    [
        (Answer(status=204), True),
        (Answer(status=500), True),
        (moved("https://login.hotel.test/"), True),
        (Fault("refused"), False),
        (Fault("self_signed"), False),
        (Fault("hang"), False),
    ],
)
def test_a_control_host_is_there_when_it_says_anything_at_all(
    net: Loopback, monkeypatch: pytest.MonkeyPatch, rule: Answer | Fault, reachable: bool
) -> None:
    monkeypatch.setattr(client, "CONTROL", 0.5)
    net.host(HOST, rule)

    async def there() -> bool:
        async with open_client(network(net), NOW) as made:
            return await made.reachable(URL)

    assert asyncio.run(there()) is reachable
    assert "login.hotel.test" not in net.connects
