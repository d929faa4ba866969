"""Journals of machines that ran apart, folded into one: nothing is lost, and life goes on."""

from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chances import Page, later, small_world
from lives import START, Life


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
