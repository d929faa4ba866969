"""Rendering a site of many services: prints JSON with the seconds to build it and to write it.

`rendering.py 118` takes the real catalogue, repeated under other ids until it is so large.
"""

import dataclasses
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from sqlite_utils import Database

from crawler import content, simulate, site
from crawler.catalogue import Catalogue, Provider
from crawler.platforms import PLATFORMS
from crawler.site import api, badges, feeds, tables
from crawler.site.board import Board
from crawler.site.gather import gather
from crawler.site.publish import publish
from crawler.store import Store, schema
from crawler.store.fold import fold

_REPOSITORY = Path(__file__).parent.parent.parent
_NOW = 1_795_345_200


def _grown(real: Catalogue, wanted: int) -> Catalogue:
    """The real catalogue, repeated under other ids until it has so many services."""
    providers = list(real.providers)
    missing = wanted - sum(len(one.services) for one in providers)
    for number, one in enumerate(list(providers) * 20):
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
    catalogue = _grown(content.load(_REPOSITORY / "content", PLATFORMS), int(sys.argv[1]))
    store = Store(Path(), Database(sqlite3.connect(":memory:", isolation_level=None)))
    schema.create(store.db)
    for line in simulate.history(catalogue, _NOW):
        fold(store.connection, line)
    known = store.memories(_NOW)
    board = gather(catalogue, known, _NOW)
    builds, writes, agains = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(3):
            out = Path(folder) / f"site{number}"
            began = time.perf_counter()
            files = site.build(board, _REPOSITORY / "content", _REPOSITORY / "site_templates")
            middle = time.perf_counter()
            publish(files, out)
            builds.append(middle - began)
            writes.append(time.perf_counter() - middle)
            site.write(board, _REPOSITORY / "content", out, {})
            later = _a_little_later(board)
            began = time.perf_counter()
            site.write(later, _REPOSITORY / "content", out, {})
            agains.append(time.perf_counter() - began)
    figures = {
        "services": len(board.rows),
        "files": len(files),
        "megabytes": sum(map(len, files.values())) / 1e6,
        "build": statistics.median(builds),
        "publish": statistics.median(writes),
        "again": statistics.median(agains),
        "machines": _machines(board),
    }
    print(json.dumps(figures))


def _a_little_later(board: Board) -> Board:
    """The same at the same moment, with another headline for every hundredth service."""
    rows = tuple(
        dataclasses.replace(row, verdict=dataclasses.replace(row.verdict, headline="Otherwise"))
        if not number % 100
        else row
        for number, row in enumerate(board.rows)
    )
    return dataclasses.replace(board, rows=rows)


def _machines(board: Board) -> float:
    """Seconds for all feeds, JSON and badges."""
    began = time.perf_counter()
    for render in (api.render, badges.render, feeds.render, tables.render):
        render(board)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
