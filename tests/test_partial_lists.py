"""A page of which only a part of the components could be read this time."""

from dataclasses import replace

import pytest

from crawler.catalogue import Catalogue
from crawler.model import Component, Level, Reading
from crawler.scope import PARTIAL
from crawler.visit import Round
from lives import MINUTE, START, Life, incident, provider, reading, service, world
from looking import acme, case, look
from loopback import Answer, Loopback
from running import NOW

STEP = 10 * MINUTE
V2, V3 = "/api/v2/", "/api/v3/"
LISTS = {
    "incidentio": (
        "partial_summary",
        (V2 + "summary.json", V2 + "incidents.json", V2 + "components.json"),
    ),
    "instatus": ("fine", ("/summary.json", "/components.json")),
    "cloudflare_v3": ("fine", (V3 + "summary", V3 + "components")),
}
"""By platform: a case, and what is asked for, the list of components last."""


@pytest.fixture
def catalogue() -> Catalogue:
    """Two services of one page: api follows one component, app two."""
    api, app = service("api", components=["c1"]), service("app", components=["c2", "c3"])
    return world(provider("acme", api, app))


def listing(**levels: Level) -> Reading:
    return reading(components=tuple(Component(key, key, one) for key, one in levels.items()))


def partly(whole: Reading) -> Reading:
    return replace(whole, notes=(PARTIAL,))


def told(life: Life, now: int) -> dict[str, tuple[str, str | None]]:
    rows = life.board(now).rows
    return {row.service.id: (row.verdict.level.value, row.verdict.reason) for row in rows}


def test_one_list_that_comes_in_part_changes_nothing(life: Life) -> None:
    life.run(START, {"acme": listing(c1=Level.MAJOR, c2=Level.NONE, c3=Level.MINOR)})
    before = told(life, START)
    life.run(START + STEP, {"acme": partly(listing(c2=Level.NONE))})

    assert before == {"api": ("major", None), "app": ("minor", None)}
    assert told(life, START + STEP) == before


def test_what_was_not_listed_twice_is_unknown_and_says_why(life: Life) -> None:
    life.run(START, {"acme": listing(c1=Level.NONE, c2=Level.NONE, c3=Level.NONE)})
    for now in (START + STEP, START + 2 * STEP):
        life.run(now, {"acme": partly(listing(c2=Level.NONE))})

    assert told(life, now) == {"api": ("unknown", PARTIAL), "app": ("unknown", PARTIAL)}


def test_trouble_that_a_part_of_the_list_shows_is_believed(life: Life) -> None:
    life.run(START, {"acme": listing(c1=Level.NONE, c2=Level.NONE, c3=Level.NONE)})
    part = replace(listing(c2=Level.CRITICAL), incidents=(incident(impact=Level.MAJOR),))
    life.run(START + STEP, {"acme": partly(part)})

    assert told(life, START + STEP) == {"api": ("minor", None), "app": ("critical", None)}


def test_without_an_earlier_reading_a_part_without_trouble_says_nothing(life: Life) -> None:
    life.run(START, {"acme": partly(listing(c2=Level.NONE))})

    assert told(life, START) == {"api": ("unknown", PARTIAL), "app": ("unknown", PARTIAL)}


def test_a_list_that_has_all_that_is_followed_is_whole_enough(life: Life) -> None:
    life.run(START, {"acme": partly(listing(c1=Level.NONE, c2=Level.NONE, c3=Level.NONE))})

    assert told(life, START) == {"api": ("none", None), "app": ("none", None)}


@pytest.mark.parametrize("platform", LISTS)
def test_the_same_part_of_a_list_again_is_no_page_that_says_the_same(
    net: Loopback, platform: str
) -> None:
    folder, paths = LISTS[platform]
    for path in paths:
        file = path.rpartition("/")[2].removesuffix(".json")
        net.put("acme.test", path, case(f"{platform}/{folder}/{file}.json"))
    whole = Round(NOW)
    told = look(net, acme(platform), whole).reading
    assert told
    assert PARTIAL not in told.notes
    net.put("acme.test", paths[-1], Answer(status=404))

    first = Round(NOW, digests=whole.cache.digests)
    seen = look(net, acme(platform), first)
    again = look(net, acme(platform), Round(NOW, digests=first.cache.digests))

    for found in (seen, again):
        assert found.reading
        assert PARTIAL in found.reading.notes
