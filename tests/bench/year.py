"""A year of runs every five minutes of 118 services: what it costs to write, keep and rebuild.

    python year.py FOLDER RUNS

prints JSON: seconds to write one run (median) and to open the folder, bytes of the journal, plain
and compressed, bytes of the database, seconds to rebuild it, and seconds to work out the 90 days
of uptime of all services (median), without and with all that providers told, after that time and
after five times as long.
"""

import gzip
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from sqlite_utils import Database

from crawler import journal, store
from crawler.catalogue import Service
from crawler.lines import IncidentLine, RunLine, SnapshotLine, SourceLine, UpdateLine
from crawler.memory import Memories
from crawler.model import Level
from crawler.records import Record
from crawler.scope import concerns
from crawler.site.measure import measure
from crawler.store import schema, spans
from crawler.store.fold import fold
from crawler.times import DAY

_START, _STEP, _SERVICES, _A_YEAR = 1_763_809_200, 300, 118, 48
_TEXT = "We are looking into elevated error rates for some requests and will post updates. " * 2


def _snapshot(level: Level, now: int, key: str = "") -> SnapshotLine:
    told = f"The provider reports: {key}" if key else "No problem reported."
    return SnapshotLine(
        level, told, "official", now, "reported", incidents=(key,) * bool(key), official=level,
        shown=level,
    )  # fmt: skip


def _incident(name: str, key: str, start: int, end: int | None) -> IncidentLine:
    phases = ("investigating", "resolved") if end else ("investigating",)
    updates = tuple(UpdateLine(f"{key}{p}", f"{_TEXT}{key}", start, p) for p in phases)
    return IncidentLine(
        provider=name, id=key, digest=f"{key}{end}", title=f"Elevated errors {key}",
        open=end is None, impact=Level.MINOR, phase=phases[-1], started=start, created=start,
        ended=end, components=("abcdefabcdef",), updates=updates[-1:],
    )  # fmt: skip


def history(runs: int) -> Iterator[RunLine]:
    """The lines of so many runs, with four incidents of a service in each month."""
    dice = Random(1)  # noqa: S311 (no secret)
    events: dict[int, list[tuple[str, str, int | None]]] = {}
    for number in range(_SERVICES):
        for nth in range(_A_YEAR * runs // 105_120):
            begin = dice.randrange(1, runs - 40)
            end = begin + dice.randrange(2, 36)
            name, key = f"s{number}", f"s{number}-{nth}"
            events.setdefault(begin, []).append((name, key, None))
            events.setdefault(end, []).append((name, key, begin))
    names = [f"s{number}" for number in range(_SERVICES)]
    parts: dict[str, tuple[str, Level] | None] = {
        f"c{n}": (f"Part {n}", Level.NONE) for n in range(15)
    }
    page = SourceLine(
        "statuspage", Level.NONE, Level.NONE, covers=_START, answered_by="summary", components=parts
    )
    for number in range(runs):
        now = _START + number * _STEP
        told = {name: (key, begin) for name, key, begin in events.get(number, ())}
        yield RunLine(
            id=now, end=now + 12, version="1", v=2_700,
            troubles={names[number % _SERVICES]: "timeout"} if number % 20 == 0 else {},
            owners={} if number else {name: name for name in names},
            sources={} if number else dict.fromkeys(names, page),
            services=dict.fromkeys(names, _snapshot(Level.NONE, now)) if not number else {
                name: _snapshot(*((Level.MINOR, now, key) if begin is None else (Level.NONE, now)))
                for name, (key, begin) in told.items()
            },
            incidents=tuple(
                _incident(name, key, now, None) if begin is None
                else _incident(name, key, _START + begin * _STEP, now)
                for name, (key, begin) in told.items()
            ),
        )  # fmt: skip


def uptimes(*stores: tuple[store.Store, int]) -> dict[str, float]:
    """Seconds to work out 90 days of every service from its days, and with all that its provider
    told laid over them in both series, for stores after one time and after five: medians of 9
    times, taken in turn, as the speed of a machine changes."""
    jobs = [job for one in stores for job in _jobs(*one)]
    rounds = [[_timed(job) for job in jobs] for _ in range(9)]
    names = ("uptime", "told", "uptime_later", "told_later")
    return dict(zip(names, map(statistics.median, zip(*rounds, strict=True)), strict=True))


def _jobs(opened: store.Store, now: int) -> tuple[Callable[[], None], ...]:
    known = opened.memories(now)
    services = [Service(f"s{n}", f"S {n}", "llm", "https://x.test") for n in range(_SERVICES)]
    own = {
        one.id: [
            record
            for record in known.records
            if record.provider == one.id and concerns(one, record.incident)
        ]
        for one in services
    }
    known = replace(known, maintenances=())
    plain = replace(known, covers={})

    def work(known: Memories, records: Mapping[str, Sequence[Record]]) -> None:
        days = spans.daily(opened.connection, now - now % DAY - 90 * DAY)
        fresh = replace(known, daily=days)
        for one in services:
            measure(one, one.id, fresh, records[one.id], now)

    return partial(work, plain, dict.fromkeys(own, ())), partial(work, known, own)


def _timed(job: Callable[[], None]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def main(folder: Path, runs: int) -> None:
    """Write the year, rebuild it, write twenty runs more, and print the figures."""
    journal.append_all(folder / "journal", history(runs))
    files = [path.read_bytes() for path in journal.files(folder / "journal")]
    began = time.perf_counter()
    store.rebuild(folder, folder / "status.db")
    rebuilt = time.perf_counter() - began
    began = time.perf_counter()
    opened = store.open_store(folder, lambda _: None)
    open_ = time.perf_counter() - began
    writes = []
    for number in range(20):
        moment = _START + (runs + number) * _STEP
        line = RunLine(
            moment, moment + 9, "1", 2_700, services={"s1": _snapshot(Level.NONE, moment)}
        )
        began = time.perf_counter()
        opened.record(line)
        writes.append(time.perf_counter() - began)
    later = store.Store(folder, Database(sqlite3.connect(":memory:", isolation_level=None)))
    schema.create(later.db)
    for line in history(5 * runs):
        fold(later.connection, line)
    figures = uptimes((opened, _START + runs * _STEP), (later, _START + 5 * runs * _STEP))
    figures |= {
        "open": open_,
        "write": statistics.median(writes),
        "journal": sum(map(len, files)),
        "gz": sum(len(gzip.compress(one)) for one in files),
        "gz_whole": len(gzip.compress(b"".join(files))),
        "db": (folder / "status.db").stat().st_size,
        "rebuild": rebuilt,
    }
    opened.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
