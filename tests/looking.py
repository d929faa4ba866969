"""One visit of one source, with real sockets; and one reading of replies made by hand."""

import asyncio
import json
from pathlib import Path

from crawler import platforms
from crawler.catalogue import Source
from crawler.fetch import Network, open_client
from crawler.model import Reading, Visit
from crawler.visit import Round, visit
from crawler.wire import Reply
from loopback import Answer, Loopback
from running import NOW

CASES = Path(__file__).parent / "platforms"


def look(net: Loopback, source: Source, turn: Round | None = None, now: int = NOW) -> Visit:
    """What a visit says."""

    async def one() -> Visit:
        async with open_client(Network.from_environment(net.env, "test"), now) as asker:
            return await visit(asker, source, turn or Round(now))

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


def read(platform: str, **replies: object) -> Reading:
    """What a platform reads from replies by their names; what is not bytes is sent as JSON."""
    bodies = {
        name: body if isinstance(body, bytes) else json.dumps(body).encode()
        for name, body in replies.items()
    }
    url = "https://status.acme.test/"
    given = {name: Reply(url=url, status=200, body=body) for name, body in bodies.items()}
    return platforms.read(platform, given)
