"""A thousand status pages on a thousand addresses of this machine, behind TLS, in this process.

    python pretended.py FOLDER COUNT

writes FOLDER/ca.pem and FOLDER/port, serves https://127.1.x.y:PORT/ until its standard input
ends, and answers each after 50 to 800 ms with 20 to 100 KB that travel compressed.
"""

import asyncio
import gzip
import json
import ssl
import sys
from ipaddress import ip_address
from pathlib import Path
from random import Random

import trustme

_BASE = int(ip_address("127.1.0.1"))
_A_CERTIFICATE = 50
_WORDS = (
    "we are looking into elevated error rates for requests of some models in one region".split()
)


def address(number: int) -> str:
    """The address of one of the pages."""
    return str(ip_address(_BASE + number))


def delay(number: int) -> float:
    """Seconds until a page answers: log-normal, between 0.05 and 0.8, the same in every run."""
    return min(0.8, max(0.05, Random(number).lognormvariate(-1.7, 0.6)))  # noqa: S311 (no secret)


def bodies(number: int) -> dict[str, bytes]:
    """The documents of one page by path, compressed."""
    dice = Random(number)  # noqa: S311 (no secret)
    size = dice.randrange(20_000, 100_000)
    told: list[dict[str, object]] = []
    while len(json.dumps(told)) < size:
        told += [_incident(dice, f"{number:04}{len(told):08}") for _ in range(4)]
    page = {"id": f"page{number:08}", "name": "Bench", "time_zone": "Etc/UTC"}
    parts = [
        {"id": f"{number:06}{n:06}", "name": f"Part {n}", "status": "operational"}
        for n in range(20)
    ]
    summary = {
        "page": page,
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": parts,
        "incidents": [],
        "scheduled_maintenances": [],
    }
    items = "".join(_item(one) for one in told)
    rss = f'<rss version="2.0"><channel><title>Bench</title>{items}</channel></rss>'
    plain = {
        "/api/v2/summary.json": json.dumps(summary),
        "/api/v2/incidents.json": json.dumps({"page": page, "incidents": told}),
        "/feed.rss": rss,
    }
    return {path: gzip.compress(words.encode(), 6, mtime=0) for path, words in plain.items()}


def _incident(dice: Random, key: str) -> dict[str, object]:
    day = f"2026-{dice.randrange(1, 11):02}-{dice.randrange(1, 28):02}"
    updates = [
        {
            "id": f"{key}{phase}",
            "status": phase,
            "body": " ".join(dice.choices(_WORDS, k=40)),
            "created_at": f"{day}T1{hour}:00:00Z",
            "display_at": f"{day}T1{hour}:00:00Z",
        }
        for hour, phase in enumerate(("investigating", "monitoring", "resolved"))
    ]
    return {
        "id": key,
        "name": " ".join(dice.choices(_WORDS, k=6)),
        "status": "resolved",
        "impact": "minor",
        "created_at": f"{day}T10:00:00Z",
        "started_at": f"{day}T10:00:00Z",
        "resolved_at": f"{day}T12:00:00Z",
        "incident_updates": updates[::-1],
        "components": [],
    }


def _item(one: dict[str, object]) -> str:
    day = str(one["created_at"])
    text = "&lt;p&gt;&lt;strong&gt;Resolved&lt;/strong&gt; - " + " ".join(_WORDS * 3) + "&lt;/p&gt;"
    return (
        f"<item><title>{one['name']}</title><guid>https://bench.test/{one['id']}</guid>"
        f"<pubDate>{day}</pubDate><description>{text}</description></item>"
    )


async def _answer(
    number: int, files: dict[str, bytes], r: asyncio.StreamReader, w: asyncio.StreamWriter
) -> None:
    try:
        path = (await r.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        await asyncio.sleep(delay(number))
        body = files[path]
        w.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        await w.drain()
    except (OSError, EOFError, ssl.SSLError):
        pass
    finally:
        w.close()


async def _serve(folder: Path, count: int) -> None:
    authority = trustme.CA()
    port = 0
    for first in range(0, count, _A_CERTIFICATE):
        numbers = range(first, min(count, first + _A_CERTIFICATE))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.num_tickets = 0
        authority.issue_cert(*map(address, numbers)).configure_cert(context)
        for number in numbers:
            files = bodies(number)
            server = await asyncio.start_server(
                lambda r, w, n=number, f=files: _answer(n, f, r, w),  # type: ignore[misc]
                address(number),
                port,
                ssl=context,
            )
            port = server.sockets[0].getsockname()[1]
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    (folder / "port.part").write_text(str(port), encoding="utf-8")
    (folder / "port.part").rename(folder / "port")
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
