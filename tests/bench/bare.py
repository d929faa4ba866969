"""What httpx alone costs: a loop of workers that asks the pretended pages and reads the replies.

    python bare.py FOLDER COUNT PATH...

prints JSON: seconds, CPU seconds, and how many replies there were.
"""

import asyncio
import json
import resource
import ssl
import sys
import time
from ipaddress import ip_address
from pathlib import Path

import httpx

_BASE = int(ip_address("127.1.0.1"))
_WORKERS = 300


async def _ask(folder: Path, count: int, paths: list[str]) -> int:
    port = int((folder / "port").read_text("utf-8"))
    roots = iter([f"https://{ip_address(_BASE + n)}:{port}" for n in range(count)])
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    read = 0

    async def worker(client: httpx.AsyncClient) -> None:
        nonlocal read
        for root in roots:
            for path in paths:
                reply = await client.get(root + path)
                read += reply.status_code == 200 and bool(reply.content)

    async with httpx.AsyncClient(verify=context, limits=limits, timeout=60) as client:
        await asyncio.gather(*(worker(client) for _ in range(_WORKERS)))
    return read


def main(folder: Path, count: int, paths: list[str]) -> None:
    """Ask once and print the figures."""
    used, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    read = asyncio.run(_ask(folder, count, paths))
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "read": read}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
