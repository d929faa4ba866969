"""Random lives of a small world: what must hold after every run, whatever pages say and when."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chances import STARTS, Page, later, small_world
from crawler.alerts.transitions import due, transitions
from crawler.lines import Delivery
from crawler.model import Level, Reading, Visit
from crawler.site import api
from crawler.site.api.types import Statuses
from crawler.site.board import Board, Row, Series
from crawler.site.feeds.items import Item, incidents
from crawler.site.feeds.works import works
from crawler.store import Store, alerts, open_store, rebuild
from crawler.times import DAY
from lives import SITE, Life, V, dump


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
            for event in due(known, events, told, since=0, now=now, validity=V):
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
