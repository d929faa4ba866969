"""Random lives of a small world: what must hold after every run, whatever pages say and when."""

from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crawler.alerts.transitions import due, transitions
from crawler.catalogue import Catalogue, Probe, Source
from crawler.lines import Delivery
from crawler.model import Component, Incident, Level, Maintenance, Reading, Visit
from crawler.site import api
from crawler.site.api.types import Statuses
from crawler.site.board import Board, Row, Series
from crawler.site.feeds.items import Item, incidents, works
from crawler.store import Store, alerts, open_store, rebuild
from crawler.times import DAY
from lives import HOUR, SITE, START, Life, V, dump, provider, reading, service, update, world

STARTS = (START, 1_798_761_600, 1_835_395_200)
"""A morning, the first second of 2027, and that of a leap day."""
REASONS = ("timeout", "http_403", "not_json", "robots", "rate_limited", "unexpected_shape")
IMPACTS = (None, Level.NONE, Level.MINOR, Level.MAJOR, Level.CRITICAL)
TOLD = Source("told", "feed", "https://told.test/feed")


def small_world() -> Catalogue:
    """A page of three services, one on which they depend, a feed, and a service without a page."""
    probe = Probe("https://api.test/", [401])
    acme = (
        service("acme", components=["c1"], upstreams=["cloud"], probe=probe),
        service("acme-web", components=["c2"]),
        service("acme-all"),
    )
    return world(
        provider("acme", *acme),
        provider("cloud", service("cloud", mentions=["Cloud"])),
        replace(provider("told"), source=TOLD),
        provider("hidden", service("hidden", probe=probe), page=False),
    )


def later(dice: Random, now: int) -> int:
    """When the next run begins: minutes later, at the edges of V and of a day, after days."""
    midnight = now - now % DAY + DAY
    steps = (1, 300, 300, 600, 600, V, V + 1, 3 * HOUR, 20 * HOUR, 40 * DAY)
    return dice.choice((*(now + one for one in steps), midnight, midnight, midnight + DAY - 1))


def stated(dice: Random, now: int) -> int | None:
    """A time as pages state it: true, missing, long ago or still to come."""
    back = (0, 0, 60, 500, HOUR, DAY, 100 * DAY, -60, -HOUR, -9 * DAY)
    return dice.choice((None, *(now - one for one in back)))


def trouble(dice: Random, key: str, now: int) -> Incident:
    """An incident of which anything may have changed since it was told last."""
    lasts = dice.random() < 0.6
    said = [update(f"u{n}", dice.choice(("Looking", "Cloud fails")), now - n) for n in range(2)]
    return Incident(
        id=key,
        title=dice.choice(("Trouble", "Cloud", "")),
        open=lasts,
        impact=dice.choice(IMPACTS),
        phase="investigating" if lasts else "resolved",
        started_at=stated(dice, now),
        created_at=stated(dice, now),
        ended_at=None if lasts else stated(dice, now),
        components=dice.choice(((), ("c1",), ("c2",), ("API",), ("c9",))),
        updates=tuple(said[: dice.randrange(3)]),
    )


def work(dice: Random, key: str, now: int) -> Maintenance:
    """Announced work of which anything may have changed since."""
    starts = stated(dice, now)
    return Maintenance(
        id=key,
        title="Upgrade",
        phase=dice.choice(("scheduled", "in_progress", "completed")),
        starts_at=starts,
        ends_at=None if starts is None else dice.choice((None, starts, starts + HOUR)),
        components=dice.choice(((), ("c2",), ("c1", "c2"))),
    )


class Page:
    """What one page says: incidents and work come, change and vanish, levels flap."""

    def __init__(self) -> None:
        self.troubles: dict[str, Incident] = {}
        self.works: dict[str, Maintenance] = {}

    def said(self, dice: Random, source: Source, now: int) -> Reading | Visit | str:
        """What it says in one run, or why it was not read."""
        for _ in range(dice.randrange(3)):
            key = f"i{min(dice.randrange(9), dice.randrange(9))}"
            self.troubles.pop(key, None)
            if dice.random() < 0.8:
                self.troubles[key] = trouble(dice, key, now)
        if dice.random() < 0.3:
            self.works = {key: work(dice, key, now) for key in ("m1", "m2")[: dice.randrange(3)]}
        if dice.random() < 0.2:
            return dice.choice(REASONS)
        listed, works = tuple(self.troubles.values()), tuple(self.works.values())
        if source.platform == "feed":
            feed = Reading(incidents=listed, maintenances=works, history=True)
            return Visit(source.id, now, feed, platform="feed", answered_by="feed")
        parts = (("c1", "API"), ("c2", "Web"))
        whole = reading(
            *listed,
            word=dice.choice((Level.NONE, *Level)),
            history=dice.random() < 0.9,
            components=tuple(Component(*one, dice.choice((Level.NONE, *Level))) for one in parts),
        )
        return replace(whole, maintenances=works)


class Witness:
    """What was seen of a life, and what must hold of all that is seen later."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.told: dict[str, list[Delivery]] = {}
        self.read: dict[str, int] = {}
        self.fresh: dict[str, Reading] = {}
        self.named: dict[tuple[str, str], set[str]] = {}

    def board(self, board: Board, now: int) -> None:
        """A board, of which the newest run was at `now`."""
        msgspec.json.decode(api.statuses(board), type=Statuses)
        for row in board.rows:
            self.row(row, board)
        for story in board.stories:
            told, phases = story.record.told, story.record.phases
            assert story.duration is None or story.duration > 0
            assert all(over is None or began <= over <= now for began, over in phases)
            assert all(one.opened <= (one.ended or now) <= now for one in told)
            assert (phases[-1][1] is None) == story.record.incident.open
        self.feed(board, now)

    def row(self, row: Row, board: Board) -> None:
        """A verdict is as fresh as its evidence; figures are of the time that there was."""
        level, at = row.verdict.level, self.read.get(row.provider)
        if row.page_url and not {"early_warning"} & {*row.verdict.flags}:
            old = at is None or board.at - at > V
            assert level is Level.UNKNOWN or not old
        assert (row.verdict.reason is None) == (level is not Level.UNKNOWN)
        assert row.verdict.who != "upstream" or row.verdict.upstreams[0].link == "named"
        for one in (row.uptime.reported, row.uptime.observed):
            if one:
                series(one, board.at)
        if board.at in self.read.values() and row.provider in self.fresh:
            self.official(row, self.fresh[row.provider])

    def official(self, row: Row, said: Reading) -> None:
        """What a page tells just now is shown, and its trouble is never good news."""
        ours = {*row.service.components}
        union = {one.id: self.named[row.provider, one.id] for one in said.incidents}
        about = [
            one for one in said.incidents if not ours or not union[one.id] or ours & union[one.id]
        ]
        shown = {story.record.incident.id for story in row.open if not story.record.ours}
        assert {one.id for one in about if one.open} <= shown
        assert not shown & {one.id for one in said.incidents if not one.open}
        working = {
            name
            for one in said.components or ()
            if one.level is Level.MAINTENANCE
            for name in (one.id, one.name)
        }
        weights = [one.weight for one in about if not union[one.id] or not working >= union[one.id]]
        assert row.verdict.level is not Level.NONE or not any(one.trouble for one in weights)

    def feed(self, board: Board, now: int) -> None:
        """An item never changes; no end comes before its opening."""
        made = [group for story in board.stories for group in incidents(story, SITE)]
        made += [group for one in board.planned for group in works(one, SITE)]
        every = [item for group in made for item in group]
        assert len({item.id for item in every}) == len(every)
        for item in every:
            assert item.at <= now
            assert self.items.setdefault(item.id, item) == item
        assert self.items.keys() <= {item.id for item in every}
        assert all(group[0].at <= group[-1].at for group in made)

    def stretches(self, life: Life, now: int) -> None:
        """Nothing is known twice over: where one stretch ends the next may begin."""
        known = life.store.memories(now).intervals
        for _, one in life.catalogue.services():
            spans = known(one.id, 0, now)
            assert all(first[1] <= second[0] for first, second in pairwise(spans))

    def alerts(self, store: Store, now: int) -> None:
        """Of each trouble a channel hears one beginning, and an end only after it."""
        for key, known in alerts.stretches(store.connection, 0).items():
            told = self.told.setdefault(key, [])
            events = list(transitions(key, known, lambda _: True))
            for event in due(key, known, events, told, since=0, now=now, validity=V):
                fresh = not told or told[-1].kind == "resolved"
                assert (event.kind == "opened") == fresh
                assert event.began <= event.at <= now
                told.append(Delivery("all", key, event.began, event.kind, now))


def series(one: Series, now: int) -> None:
    """Each day has its seconds and no more, and the figures lie between their bounds."""
    for first, tally in one.days.items():
        assert tally.total == min(first + DAY, now) - max(first, one.since)
        assert 0 <= sum(tally[2:]) <= tally.known <= tally.total <= DAY
    for figure in one.figures.values():
        if figure.low and figure.uptime and figure.high:
            assert 0 <= float(figure.low) <= float(figure.uptime) <= float(figure.high) <= 100


def lived(dice: Random, life: Life, witness: Witness) -> Iterator[int]:
    """The moments of some runs, each once it is over."""
    pages = {one.id: Page() for one in life.catalogue.providers if one.source}
    sources = [one.source for one in life.catalogue.providers if one.source]
    now = dice.choice(STARTS)
    for _ in range(dice.randint(1, 12)):
        said = {one.id: pages[one.id].said(dice, one, now) for one in sources}
        word = dice.choice(("ok", "fail", "fail", "fail", "inconclusive"))
        probes = {"acme": word, "hidden": word}
        blind = life.run(now, said, probes=probes, blind=dice.random() < 0.1).blind
        read = {key: one for key, one in said.items() if not isinstance(one, str)}
        fresh = {key: one.reading if isinstance(one, Visit) else one for key, one in read.items()}
        witness.fresh = {} if blind else {key: one for key, one in fresh.items() if one}
        witness.read.update(dict.fromkeys(witness.fresh, now))
        for key, one in witness.fresh.items():
            for each in one.incidents:
                witness.named.setdefault((key, each.id), set()).update(each.components)
        yield now
        now = later(dice, now)


# A seed says all, and a smaller one is no simpler life: nothing to shrink.
@settings(max_examples=12, phases=[Phase.generate])
@given(st.integers(0, 2**32 - 1))
def test_whatever_pages_say_and_whenever_they_are_asked(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 (no secret)
    witness = Witness()
    with TemporaryDirectory() as name, Life(Path(name) / "data", small_world()) as life:
        for now in lived(dice, life, witness):
            witness.board(life.board(now), now)
            witness.board(life.board(dice.choice((now + V, now + V + 1, now + 9 * DAY))), now)
            witness.alerts(life.store, now)
            witness.stretches(life, now)
        rebuild(Path(name) / "data", Path(name) / "status.db")
        (Path(name) / "journal").symlink_to(Path(name) / "data" / "journal")
        again = open_store(Path(name), lambda _: None)
        assert dump(again) == life.dump()
        again.close()


def apart(dice: Random, life: Life, pages: dict[str, Page], now: int) -> int:
    """Some runs of one machine in calm days, in which our checks often fail; when the next is."""
    for _ in range(dice.randint(1, 7)):
        calm = dice.random() < 0.65
        told = [] if calm else [one.source for one in life.catalogue.providers if one.source]
        word = dice.choice(("ok", "fail", "fail", "fail", "fail", "inconclusive"))
        said = {one.id: pages[one.id].said(dice, one, now) for one in told}
        life.run(now, said, probes={"acme": word, "hidden": word}, blind=dice.random() < 0.05)
        now = dice.choice((now + 300, now + 300, now + 600, later(dice, now))) + dice.randrange(90)
    return now


@pytest.mark.soak
@settings(max_examples=300, phases=[Phase.generate])
@given(st.integers(0, 2**32 - 1))
def test_the_journals_of_machines_that_ran_apart_make_one_life(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 (no secret)
    with TemporaryDirectory() as name, Life(Path(name) / "one", small_world()) as one:
        folders = [Path(name) / each for each in ("other", "both", "portions")]
        with ExitStack() as stack:
            other, both, portions = (
                stack.enter_context(Life(each, one.catalogue)) for each in folders
            )
            pages = {each.id: Page() for each in one.catalogue.providers if each.source}
            now = apart(dice, one, pages, START)
            other.store.record_all(one.runs)
            theirs = apart(dice, other, deepcopy(pages), now + dice.randrange(1, 60))
            now = max(theirs, apart(dice, one, pages, now))
            # Of two runs of one second the first counts.
            every = {line.id: line for line in [*other.runs, *one.runs]}
            lines = sorted(every.values(), key=lambda line: line.id)
            both.store.record_all(lines)
            for part in (lines[: len(lines) // 2], lines[len(lines) // 2 :]):
                portions.store.record_all(part)

            assert portions.dump() == both.dump()
            told = [each for line in lines if not line.blind for each in line.incidents]
            ends = {each.id for each in told if each.service and each.confirmed is None}
            begun = {(each.provider, each.id) for each in told if each.id not in ends}
            adopted = {(each.provider, each.adopts) for each in told}
            known = {(each.provider, each.incident.id) for each in both.store.memories(now).records}
            assert begun - adopted <= known
            for _ in range(4):
                now = apart(dice, both, pages, now)
