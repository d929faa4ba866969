"""Questions that the client itself asks the loopback, in a hurry."""

import asyncio

import pytest

from crawler.fetch import Client, Known, Network, client, open_client
from crawler.wire import Reply, Request
from loopback import Loopback

HOST = "status.example.test"
URL = f"https://{HOST}/page"
AGENT = "whosdown/9.9 (+https://example.test/contact)"
NOW = 1_795_345_200
SECONDS = (client.CONNECT, client.READ, client.SOURCE, client.RUN, client.CONTROL)
AS_WRITTEN: tuple[object, ...] = (*SECONDS, client.ATTEMPTS)
"""The waiting as it is without `hurry`."""


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting is not the point, except where a test says so."""
    monkeypatch.setattr(client, "ATTEMPTS", (0, 0.02, 0.04))
    monkeypatch.setattr(client, "READ", 1.0)
    monkeypatch.setattr(client, "SOURCE", 2.0)


def network(net: Loopback, **more: str) -> Network:
    """What the loopback's environment says, and more."""
    return Network.from_environment({**net.env, **more}, AGENT)


def asked(net: Loopback, url: str = URL, known: Known | None = None) -> tuple[Reply, Client]:
    """The reply, and the client that had it."""

    async def one() -> tuple[Reply, Client]:
        async with open_client(network(net), NOW) as made:
            return await made.ask(Request(url), known), made

    return asyncio.run(one())


def ask(net: Loopback, url: str = URL, known: Known | None = None) -> Reply:
    """The reply alone."""
    return asked(net, url, known)[0]


def ask_all(net: Loopback, *urls: str) -> dict[str, Reply]:
    """The replies of one source to these, by address."""

    async def all_of_them() -> dict[str, Reply]:
        async with open_client(network(net), NOW) as made:
            return await made.ask_all({one: Request(one) for one in urls}, {})

    return asyncio.run(all_of_them())
