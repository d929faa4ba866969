"""The parts of pages that are computed: bars, codes, order of reliability, what to ask, the map."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import boards
from crawler.cadence import Cadence
from crawler.catalogue import ErrorCode
from crawler.memory import Latency
from crawler.model import Level, Upstream, Verdict
from crawler.site import badges, bars, codes, latency, live, ranking, sitemap, views
from crawler.site.alternatives import alternatives
from crawler.site.api import services
from crawler.site.board import Board, Row, SourceRow, Uptime
from crawler.times import DAY
from lives import HOUR, SITE, START, Life, incident, reading, service

TODAY = START - START % DAY


def row(key: str, level: Level = Level.NONE, **more: object) -> Row:
    """A row of a service of its own provider; keys of a service go to the service."""
    about = {name: more.pop(name) for name in ("upstreams", "errors", "components", "regions",
             "browser_check") if name in more}  # fmt: skip
    verdict = Verdict(level=level, answer="no", who="nobody", headline="", confidence="reported",
                      basis="official")  # fmt: skip
    values = {"provider": key, "page_url": None, "verdict": verdict, **more}
    return Row(service=service(key, **about), **values)  # type: ignore[arg-type]


def board(*rows: Row) -> Board:
    """A board of some rows."""
    return Board(at=START, site=SITE, version="1", rows=rows, stories=(), sources=(),
                 cadence=Cadence(runs=0), validity=2_700, ran_at=START)  # fmt: skip


def error(code: str, **more: str) -> ErrorCode:
    """An error code whose fault is theirs."""
    values = {
        "name": code,
        "fault": "them",
        "wait": "yes",
        "meaning": "x",
        "source": "https://a.test",
    }
    return ErrorCode(**{"code": code, **values, **more})


# Bars.


@given(st.lists(st.sampled_from(list(Level)), max_size=95))
def test_bars_draw_each_day_once_and_in_its_place(levels: list[Level]) -> None:
    strip = bars.draw(levels, "")
    drawn: dict[int, Level] = {}
    for level, path in strip.paths:
        for piece in path.split("M")[1:]:
            at, rest = piece.split(" ")
            for day in range(int(at), int(at) + int(rest.split("h")[1])):
                assert drawn.setdefault(day, level) is level

    assert [drawn[day] for day in range(len(levels))] == levels
    assert len(drawn) == strip.length == len(levels)


def test_a_day_that_nobody_watched_is_drawn_as_unknown() -> None:
    known = boards.series([(START - 2 * DAY, START, Level.NONE)], START - 2 * DAY, START)
    strip = bars.recent(known, START, 30)

    assert dict(strip.paths) == {Level.UNKNOWN: "M0 9.5h27", Level.NONE: "M27 8h3"}
    assert strip.said == "30 days: none with trouble, 27 of which too little is known"
    assert bars.recent(None, START, 30).paths == ((Level.UNKNOWN, "M0 9.5h30"),)


def test_in_the_second_in_which_a_day_begins_the_day_before_it_is_the_last() -> None:
    known = boards.series([(TODAY - 2 * DAY, TODAY, Level.NONE)], TODAY - 2 * DAY, TODAY)

    assert bars.recent(known, TODAY, 2).said == "2 days: none with trouble"
    assert bars.stretches(known, TODAY, 2)[-1].last == TODAY - DAY


def test_days_are_told_in_words_and_equal_neighbours_together() -> None:
    down = (TODAY - 3 * DAY + HOUR, TODAY - 3 * DAY + 2 * HOUR, Level.CRITICAL)
    known = boards.series([(TODAY - 90 * DAY, START, Level.NONE), down], TODAY - 90 * DAY, START)
    told = bars.stretches(known, START, 90)

    assert [(one.days, one.level, one.said) for one in told] == [
        (86, Level.NONE, "No trouble"),
        (1, Level.CRITICAL, "Major outage 1 h"),
        (3, Level.NONE, "No trouble"),
    ]
    assert sum(one.days for one in told) == 90
    assert told[-1].last == TODAY
    assert told[1].first == TODAY - 3 * DAY


def test_a_day_that_was_watched_in_part_says_how_much() -> None:
    known = boards.series([(TODAY - 18 * HOUR, TODAY, Level.NONE)], TODAY - DAY, START)

    assert bars.stretches(known, START, 2)[0].said == "No trouble; 75.00% of the time is known"


# The curve.


def test_a_curve_stops_at_a_gap_and_says_what_it_measured() -> None:
    samples = [(START - DAY + n * 1_800, 100 + n) for n in range(48) if n != 10]
    found = latency.curve(Latency(recent=tuple(samples), daily=((TODAY, 40, 90, 200),)), START)

    assert found
    assert found.path.count("M") == 2
    assert (found.n, found.median, found.slowest, found.usual, found.days) == (47, 124, 147, 90, 1)
    assert latency.curve(Latency(recent=((START, 5),)), START) is None


# Error codes.


def test_a_code_with_two_cases_has_one_page() -> None:
    cases = [error("429", fault="you"), error("429", when="busy", fault="upstream", wait="no")]
    [found] = codes.codes([row("acme", errors=cases)])

    assert found.path == "errors/acme/429/"
    assert found.answer == "Yours or an upstream"
    assert found.waits == ("yes", "no")
    assert [case.when for case in found.cases] == ["", "busy"]


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        ("429", "429"),
        ("invalid_api_key", "invalid-api-key"),
        ("HTTP/2 stream error", "http-2-stream-error"),
    ],
)
def test_a_code_becomes_an_address(code: str, slug: str) -> None:
    assert codes.path("acme", code) == f"errors/acme/{slug}/"


# Reliability.


def uptime(down: int, basis: str, repair: int | None = None) -> Uptime:
    """An uptime with so many seconds of major outage on one day."""
    since = TODAY - 90 * DAY
    told = [(since, START, Level.NONE), (TODAY - DAY, TODAY - DAY + down, Level.CRITICAL)]
    found = boards.series(told, since, START)
    parts = {basis: found} if basis else {}
    return Uptime(**parts, basis=basis, median_repair=repair, resolved=2)


def test_what_is_watched_since_yesterday_has_no_figure_that_stands_alone() -> None:
    young = boards.series([(START - DAY, START, Level.NONE)], START - DAY, START)
    old = boards.series([(START - 80 * DAY, START, Level.NONE)], START - 80 * DAY, START)
    rows = [
        row(name, uptime=Uptime(observed=one, basis="observed"))
        for name, one in (("young", young), ("old", old))
    ]
    site = board(*rows)

    assert (young.figures[30].uptime, young.figure(7), young.figure(30)) == ("100", None, None)
    assert old.figure(90) is not None
    assert [one.service.id for one in ranking.unranked(site)] == ["young"]
    told = [services.service(one, site) for one in rows]
    assert [one.uptime30dPct for one in told] == [None, 100.0]
    images = badges.render(site)
    assert b">no data<" in images["api/badge/young-uptime.svg"]
    assert b">100%<" in images["api/badge/old-uptime.svg"]


def test_the_two_bases_are_never_ranked_together() -> None:
    rows = (
        row("a", uptime=uptime(6_000, "reported", 60)),
        row("b", uptime=uptime(0, "observed")),
        row("c", uptime=uptime(60, "reported")),
        row("d"),
    )
    found = ranking.tables(board(*rows), ranking.ORDERS[0])

    assert [(one.basis, [r.service.id for r in one.rows]) for one in found] == [
        ("reported", ["c", "a"]),
        ("observed", ["b"]),
    ]
    assert [one.service.id for one in ranking.unranked(board(*rows))] == ["d"]
    by_repair = next(order for order in ranking.ORDERS if order.key == "repair")
    assert [r.service.id for r in ranking.tables(board(*rows), by_repair)[0].rows] == ["a", "c"]


def test_equal_figures_share_a_place_and_who_has_none_gets_none() -> None:
    median = {"a": 70, "b": 95, "c": 300, "d": None}
    rows = [row(name, uptime=uptime(0, "reported", ended)) for name, ended in median.items()]
    places = {order.key: ranking.tables(board(*rows), order)[0].places for order in ranking.ORDERS}

    assert places[""] == (1, 1, 1, 1)
    assert places["repair"] == (1, 1, 3, None)
    assert places["name"] == (1, 2, 3, 4)


# Who can stand in.


def test_alternatives_leave_out_what_the_same_trouble_may_reach() -> None:
    hit = row("acme", Level.MAJOR, upstreams=["cloud"])
    verdict = replace(hit.verdict, upstreams=(Upstream("cloud", "Cloud", Level.CRITICAL, "named"),))
    hit = replace(hit, verdict=verdict)
    others = (
        row("well"),
        row("shares", upstreams=["cloud"]),
        row("uses", upstreams=["acme"]),
        row("sibling", provider="acme"),
        row("bad", Level.MINOR),
        row("dark", Level.UNKNOWN),
    )
    instead, shared = alternatives(hit, (hit, *others))

    assert [one.service.id for one in instead] == ["well"]
    assert [one.service.id for one in shared] == ["shares", "uses", "sibling"]


# Check right now.


def test_a_check_asks_two_hosts_at_most_and_names_them() -> None:
    source = SourceRow(id="acme", platform="statuspage", url="https://status.acme.test",
                       services=("acme",), read_at=None, level=None)  # fmt: skip
    found = live.check(row("acme", browser_check="https://api.acme.test/v1"), {"acme": source})

    assert found
    assert found.page == "https://status.acme.test/api/v2/summary.json"
    assert "connect-src 'self' https://api.acme.test https://status.acme.test;" in found.policy
    assert live.check(row("acme"), {}) is None


@pytest.mark.parametrize("url", ["http://a.test/", "https://a.test;script-src/", "https://u:p@a.test/",
                                 "https://*/", "https://ä.test/", "https://[::1/"])  # fmt: skip
def test_an_address_that_could_widen_the_policy_is_not_asked(url: str) -> None:
    assert live.check(row("acme", browser_check=url), {}) is None


# What stands for many.


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ([Level.MAINTENANCE, Level.MINOR], Level.MINOR),
        ([Level.UNKNOWN, Level.NONE], Level.NONE),
        ([Level.MAINTENANCE, Level.UNKNOWN], Level.MAINTENANCE),
        ([Level.UNKNOWN], Level.UNKNOWN),
        ([], Level.UNKNOWN),
    ],
)
def test_many_upstreams_have_one_level(levels: list[Level], level: Level) -> None:
    found = [Upstream(str(n), str(n), one) for n, one in enumerate(levels)]

    assert views.gathered(found) is level


def test_all_is_never_well_while_something_is_unknown() -> None:
    found = views.overall(board(row("a"), row("b", Level.UNKNOWN)))

    assert found.level is Level.UNKNOWN
    assert found.sentence == "No trouble at the 1 service that we can read"
    assert found.more == "1 unknown: no claim either way"
    assert views.overall(board(row("a"))).sentence == "The one service is operational"


def named(key: str, *causes: str) -> Row:
    """A row in trouble whose own incident names some upstreams."""
    above = tuple(Upstream(one.lower(), one, Level.CRITICAL, "named") for one in causes)
    known = row(key, Level.MAJOR)
    return replace(known, verdict=replace(known.verdict, who="upstream", upstreams=above))


def test_what_several_services_name_as_the_cause_is_said_for_all_of_them() -> None:
    one, other = named("a", "Cloud"), named("b", "Hub", "Cloud")
    unknown = row("c", Level.UNKNOWN)

    told = views.overall(board(one, other, unknown)).more
    assert told == "2 of them name Cloud, which had trouble first; 1 unknown: no claim either way"
    assert views.overall(board(one, row("b", Level.MAJOR))).more == ""
    four = [named(key, "A", "B", "C") for key in "abcd"]
    assert [part.split()[4] for part in views.overall(board(*four)).more.split("; ")] == [
        "A,",
        "B,",
    ]


def test_among_equals_the_cause_stands_before_what_names_it(life: Life) -> None:
    hits = [incident(key, impact=Level.MAJOR, started=START - n) for n, key in enumerate("abc")]
    life.run(START, {"acme": reading(*hits, incident("light", started=START + 1))})
    first, *rest = life.board(START).open
    found = views.worst_first([replace(first, upstreams=(service("cloud"),)), *rest])

    assert [one.record.incident.id for one in found] == ["b", "c", "a", "light"]


def test_a_time_says_its_year_where_that_is_another_one() -> None:
    assert views.short(START, START + 38 * DAY) == "22 Nov, 11:00 UTC"
    assert views.short(START, START + 40 * DAY) == "22 Nov 2026, 11:00 UTC"
    assert views.short(START - 400 * DAY, START) == "18 Oct 2025, 11:00 UTC"


# For search engines.


def test_the_map_lists_pages_with_the_date_of_their_last_change() -> None:
    since = replace(row("acme").verdict, since=START)
    files = sitemap.render(
        board(replace(row("acme"), verdict=since)), ["index.html", "service/acme/index.html"]
    )
    tree = ET.fromstring(files["sitemap.xml"])  # noqa: S314 (our own)
    found = [[child.text for child in url] for url in tree]

    assert found == [
        ["https://example.test/base/"],
        ["https://example.test/base/service/acme/", "2026-11-22T11:00:00Z"],
    ]
    assert b"Sitemap: https://example.test/base/sitemap.xml" in files["robots.txt"]
