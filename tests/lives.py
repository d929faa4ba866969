"""A small world of status pages and the memory of it: conclude and remember, without a network."""

import sqlite3
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from crawler import conclude, content, simulate, text
from crawler.catalogue import Catalogue, Category, Provider, Service, Site, Source
from crawler.hear import hear
from crawler.lines import RunLine
from crawler.model import Component, Incident, Level, Reading, Update, Visit
from crawler.platforms import PLATFORMS
from crawler.site.board import Board, Uptime
from crawler.site.gather import gather
from crawler.store import Store, incidents, open_store, schema
from crawler.store.fold import fold
from crawler.store.schema import CACHES
from crawler.times import DAY

REPOSITORY = Path(__file__).parent.parent
START = 1_795_345_200
"""2026-11-22T11:00:00Z."""
MINUTE, HOUR, V = 60, 3_600, 2_700
MIDNIGHT = START - START % DAY
SITE = Site(
    name="whosdown",
    url="https://example.test/base/",
    tagline="Who?",
    contact="https://example.test/contact",
    feed_authority="example.test,2026",
    control=["https://a.test/", "https://b.test/", "https://c.test/"],
    category=[Category("gateway", "Gateways")],
)


def service(key: str, **more: object) -> Service:
    """A service; its name is its id with a capital."""
    known = {"name": key.capitalize(), "category": "gateway", "homepage": f"https://{key}.test"}
    return Service(**{"id": key, **known, **more})  # type: ignore[arg-type]


def provider(key: str, *services: Service, page: bool = True) -> Provider:
    """A provider of its own name with a Statuspage, or without a page."""
    source = Source(key, "statuspage", f"https://status.{key}.test") if page else None
    named = services or (service(key),)
    return Provider(id=key, name=key.capitalize(), source=source, services=named)


def world(*providers: Provider) -> Catalogue:
    """A catalogue of some providers; of one called acme when none is given."""
    return Catalogue(SITE, providers or (provider("acme"),))


def run(start: int, **more: object) -> RunLine:
    """A line of the journal that says no more than this."""
    return RunLine(**{"id": start, "end": start + 9, "version": "1", "v": V, **more})  # type: ignore[arg-type]


def reading(
    *incidents: Incident,
    word: Level = Level.NONE,
    history: bool = True,
    components: tuple[Component, ...] = (Component("c1", "API", Level.NONE),),
) -> Reading:
    """What a Statuspage says, with its list of incidents."""
    return Reading(
        headline="As told",
        word=word,
        incidents=incidents,
        history=history,
        components=components,
    )


def incident(
    key: str = "i1",
    title: str = "Trouble",
    *,
    open: bool = True,  # noqa: A002 (the model's own word)
    started: int = START,
    **more: object,
) -> Incident:
    """An incident; one that is not open ended ten minutes after it began."""
    ended = None if open else started + 10 * MINUTE
    rest = {"impact": Level.MINOR, "created_at": started, "ended_at": ended, **more}
    return Incident(id=key, title=title, open=open, started_at=started, **rest)  # type: ignore[arg-type]


def update(key: str, words: str, at: int = START, phase: str = "investigating") -> Update:
    """One message of an incident, cleaned as a platform cleans it."""
    return Update(key, at, phase, text.plain(words, text.BODY))


class Life:
    """The data folder of a world. Each `run` is told what pages say; a text is a reason slug."""

    def __init__(self, folder: Path, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or world()
        self.store: Store = open_store(folder, lambda _: None)
        self.runs: list[RunLine] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: object,
        trace: TracebackType | None,
    ) -> None:
        self.store.close()

    def run(
        self,
        now: int,
        said: Mapping[str, Reading | str | Visit] | None = None,
        *,
        probes: Mapping[str, str] | None = None,
        blind: bool = False,
    ) -> RunLine:
        """One run; pages of which nothing is said are well and list nothing. A text is a reason; a
        Visit tells that another endpoint answered."""
        wells = {one.id: reading() for one in self.catalogue.providers if one.source}
        visits = {
            key: one
            if isinstance(one, Visit)
            else Visit(key, now, reason=one, platform="statuspage")
            if isinstance(one, str)
            else Visit(key, now, one, platform="statuspage", answered_by="summary")
            for key, one in {**wells, **(said or {})}.items()
        }
        memory = self.store.memory()
        remembered = partial(incidents.record, self.store.connection)
        heard = {
            one.id: hear(one, visits[one.id], memory, remembered, now)
            for one in self.catalogue.providers
            if one.id in visits
        }
        asked = conclude.Asked(
            visits={} if blind else visits | {key: visit for key, (visit, _) in heard.items()},
            told={key: told for key, (_, told) in heard.items()},
            probes=probes or {},
            platforms=dict.fromkeys(visits, "statuspage"),
            blind=blind,
        )
        line = conclude.conclude(
            self.catalogue,
            memory,
            asked,
            remembered,
            now=now,
            end=now + 20,
            validity=V,
        )
        self.store.record(line)
        self.runs.append(line)
        return line

    def board(self, now: int) -> Board:
        """The board of the site at a moment."""
        return gather(self.catalogue, self.store.memories(now), now)

    def uptime(self, now: int) -> Uptime:
        """What the board says of the first service's uptime at a moment."""
        return self.board(now).rows[0].uptime

    def dump(self) -> dict[str, list[str]]:
        """Every row that is history, by table."""
        return dump(self.store)


def dump(store: Store) -> dict[str, list[str]]:
    """Every row of a database that is history, by table."""
    names = [
        name
        for (name,) in store.connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        if name not in CACHES and not name.startswith(("sqlite_", "_"))
    ]
    assert "snapshots" in names
    return {name: _rows(store, name) for name in names}


def _rows(store: Store, table: str) -> list[str]:
    return sorted(map(repr, store.connection.execute(f"SELECT * FROM {table}")))  # noqa: S608 (ours)


@cache
def simulated(now: int = START) -> Board:
    """The board of the 90 invented days of the real catalogue, without a folder."""
    catalogue = content.load(REPOSITORY / "content", PLATFORMS)
    memory = Store(Path(), Database(sqlite3.connect(":memory:", isolation_level=None)))
    try:
        schema.create(memory.db)
        for line in simulate.history(catalogue, now):
            fold(memory.connection, line)
        return gather(catalogue, memory.memories(now), now, simulated=True)
    finally:
        memory.close()
