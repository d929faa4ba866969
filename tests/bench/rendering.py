"""Rendering a site of many services: prints JSON with the seconds that it takes.

`rendering.py FOLDER 118 4` takes the real catalogue, repeated under other ids until it is so large,
and goes round so often after the first time. After a cold build comes one after a later run, which
is what happens in life, then one of the same board, and one in which every hundredth service says
something else at the same moment.

The sites stay in FOLDER: ext4 makes files up to twenty times more slowly in the minutes after many
were deleted, so a bench that tidied up between its rounds would measure its own tidying.
"""

import dataclasses
import json
import os
import sqlite3
import statistics
import sys
import time
from pathlib import Path

import msgspec
from sqlite_utils import Database

from crawler import content, simulate, site
from crawler.catalogue import Catalogue, Provider
from crawler.lines import RunLine, SnapshotLine
from crawler.model import Level
from crawler.platforms import PLATFORMS
from crawler.site import api, badges, feeds, kept, tables
from crawler.site.board import Board
from crawler.site.gather import gather
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
    """Build into a new folder and on, several times; print what the first build took, which also
    compiles the templates, and the medians of the others."""
    catalogue = _grown(content.load(_REPOSITORY / "content", PLATFORMS), int(sys.argv[2]))
    store = Store(Path(), Database(sqlite3.connect(":memory:", isolation_level=None)))
    schema.create(store.db)
    for line in simulate.history(catalogue, _NOW):
        fold(store.connection, line)
    store.time(simulate.timings(catalogue, _NOW))
    board = gather(catalogue, store.memories(_NOW), _NOW)
    later = _ten_minutes_later(catalogue, store)
    steps = {"cold": board, "later": later, "same": later, "other": _another_headline(later)}
    kept.code()  # once in a process, however many builds it makes
    rounds = []
    for number in range(1 + int(sys.argv[3])):
        out = Path(sys.argv[1]) / str(number) / "site"
        rounds.append({name: _written(one, out) for name, one in steps.items()})
    sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    middle = {
        f"{name}_{kind}": statistics.median(one[name][place] for one in rounds[1:])
        for name in rounds[0]
        for place, kind in enumerate(("wall", "cpu"))
    }
    figures = {
        "services": len(board.rows),
        "files": len(sizes),
        "megabytes": sum(sizes) / 1e6,
        "machines": _machines(board),
        "first": rounds[0]["cold"][0],
    }
    print(json.dumps(figures | middle))


def _written(board: Board, out: Path) -> tuple[float, float]:
    """Seconds to build a site and to put it into its place, by the clock and of all processors."""
    began, before = time.perf_counter(), os.times()
    site.write(board, _REPOSITORY / "content", out, {})
    wall, after = time.perf_counter() - began, os.times()
    return wall, sum(after[:4]) - sum(before[:4])


def _another_headline(board: Board) -> Board:
    """The same at the same moment, with another headline for every hundredth service."""
    rows = tuple(
        dataclasses.replace(row, verdict=dataclasses.replace(row.verdict, headline="Otherwise"))
        if not number % 100
        else row
        for number, row in enumerate(board.rows)
    )
    return dataclasses.replace(board, rows=rows)


def _ten_minutes_later(catalogue: Catalogue, store: Store) -> Board:
    """After one more run: every page was read and timed again, every hundredth service has another
    level, and the rest is as it was."""
    now = _NOW + 600
    changed = [service.id for _, service in catalogue.services()][::100]
    said = "The provider reports: it is slow."
    line = SnapshotLine(Level.MINOR, said, "official", now, confidence="reported")
    unread = {"perplexity": "http_403"}
    run = RunLine(now, now + 20, "0", 2_700, troubles=unread, services=dict.fromkeys(changed, line))
    fold(store.connection, run)
    store.time([(now, {one.id: 100 + len(one.id) for one in catalogue.providers if one.source})])
    return gather(catalogue, store.memories(now), now)


def _machines(board: Board) -> float:
    """Seconds for all feeds, JSON and badges."""
    began = time.perf_counter()
    for render in (api.render, badges.render, feeds.render, tables.render):
        render(board)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
