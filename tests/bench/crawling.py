"""One crawl of the pretended pages in a process of its own, measured from inside.

    python crawling.py FOLDER COUNT PLATFORM DATA TURN

prints JSON: seconds, CPU seconds, peak MiB, and how many sources were lost.
"""

import json
import logging
import resource
import sys
import time
from ipaddress import ip_address, ip_network
from pathlib import Path

from crawler import crawl
from crawler.catalogue import Catalogue, Category, Provider, Service, Site, Source
from crawler.fetch import Network
from crawler.store import open_store

_BASE = int(ip_address("127.1.0.1"))
_NOW = 1_795_345_200


def _catalogue(count: int, port: int, platform: str) -> Catalogue:
    roots = [f"https://{ip_address(_BASE + n)}:{port}" for n in range(count)]
    urls = [f"{root}/feed.atom" if platform == "feed" else root for root in roots]
    providers = [
        Provider(
            id=f"p{n}",
            name=f"P {n}",
            source=Source(f"p{n}", platform, url),
            services=(Service(f"p{n}", f"P {n}", "c", "https://p.test"),),
        )
        for n, url in enumerate(urls)
    ]
    control = [f"{root}/feed.atom" for root in roots[:3]]
    site = Site("Bench", "https://b.test", "", "", "b.test,2026", control, [Category("c", "C")])
    return Catalogue(site, tuple(providers))


def main(folder: Path, count: int, platform: str, data: Path, turn: int) -> None:
    """Crawl once and print the figures."""
    logging.disable(logging.WARNING)
    port = int((folder / "port").read_text("utf-8"))
    catalogue = _catalogue(count, port, platform)
    network = Network(
        "bench", ca_file=str(folder / "ca.pem"), allow_private=(ip_network("127.0.0.0/8"),)
    )
    store = open_store(data, lambda _: None)
    used = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    line = crawl.run(catalogue, store, network, _NOW + 600 * turn)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    store.close()
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    lost = count if line.blind else len(line.troubles)
    figures = {"wall": wall, "cpu": cpu, "mib": after.ru_maxrss / 1024, "lost": lost}
    print(json.dumps({**figures, "reasons": sorted({*line.troubles.values()})}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), int(sys.argv[5]))
