"""Rendering a site of 118 services: prints JSON with the seconds to build it and to write it."""

import dataclasses
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import msgspec
from sqlite_utils import Database

from crawler import content, simulate, site
from crawler.catalogue import Catalogue, Provider
from crawler.platforms import PLATFORMS
from crawler.site.gather import gather
from crawler.site.publish import publish
from crawler.store import Store, schema
from crawler.store.fold import fold

_REPOSITORY = Path(__file__).parent.parent.parent
_SERVICES, _NOW = 118, 1_795_345_200


def _grown(real: Catalogue) -> Catalogue:
    """The real catalogue, repeated under other ids until it has 118 services."""
    providers = list(real.providers)
    missing = _SERVICES - sum(len(one.services) for one in providers)
    for number, one in enumerate(list(providers) * 4):
        services = tuple(
            msgspec.structs.replace(s, id=f"{s.id}-{number}", name=f"{s.name} {number}")
            for s in one.services[: max(0, missing)]
        )
        missing -= len(services)
        if services:
            source = one.source and dataclasses.replace(one.source, id=f"{one.id}-{number}")
            providers.append(Provider(f"{one.id}-{number}", one.name, source, services))
    return Catalogue(real.site, tuple(providers))


def main() -> None:
    """Render five times and print the medians."""
    catalogue = _grown(content.load(_REPOSITORY / "content", PLATFORMS))
    store = Store(Path(), Database(sqlite3.connect(":memory:", isolation_level=None)))
    schema.create(store.db)
    for line in simulate.history(catalogue, _NOW):
        fold(store.connection, line)
    builds, writes = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            began = time.perf_counter()
            board = gather(catalogue, store.memories(_NOW), _NOW)
            files = site.build(board, _REPOSITORY / "content", _REPOSITORY / "site_templates")
            middle = time.perf_counter()
            publish(files, Path(folder) / "site")
            builds.append(middle - began)
            writes.append(time.perf_counter() - middle)
    figures = {"services": len(board.rows), "files": len(files), "build": statistics.median(builds)}
    print(json.dumps({**figures, "publish": statistics.median(writes)}))


if __name__ == "__main__":
    main()
