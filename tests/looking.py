"""One visit of one source, with real sockets."""

import asyncio
from pathlib import Path

from crawler.catalogue import Source
from crawler.fetch import Network, open_client
from crawler.model import Visit
from crawler.visit import Round, visit
from loopback import Answer, Loopback
from running import NOW

CASES = Path(__file__).parent / "platforms"


def look(net: Loopback, source: Source, turn: Round | None = None, now: int = NOW) -> Visit:
    """What a visit says."""

    async def one() -> Visit:
        async with open_client(Network.from_environment(net.env, "test"), now) as asker:
            return await visit(asker, source, turn or Round(), now)

    return asyncio.run(one())


def acme(platform: str = "statuspage", **more: object) -> Source:
    """The source `acme` at acme.test."""
    return Source("acme", platform, "https://acme.test", **more)  # type: ignore[arg-type]


def case(name: str) -> Answer:
    """A recorded reply of a platform, by `<platform>/<case>/<file>`."""
    return Answer(body=(CASES / name).read_bytes())


def paths(net: Loopback, host: str) -> list[str]:
    """What a host was asked for, in order."""
    return [one.path for one in net.asked(host)]
