"""A feed that is read because the page cannot be: it has names, and services follow ids."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.catalogue import Catalogue
from crawler.lines import SourceLine
from crawler.model import Component, Incident, Level, Maintenance, Reading, Visit
from crawler.times import DAY
from lives import HOUR, MINUTE, START, Life, dump, incident, provider, reading, run, service, world
from loopback import Answer, Loopback
from running import NOW, SUMMARY, Place, well
from running import provider as written

CHAT, LOGIN = "01CHAT", "01LOGIN"
LISTED = (
    Component(CHAT, "Chat Completions", Level.NONE),
    Component(LOGIN, "Login", Level.NONE),
)
FOLLOWED = world(
    provider("acme", service("api", components=[CHAT]), service("app", components=[LOGIN]))
)
STEP = 10 * MINUTE


def trouble(*components: str, impact: Level | None = None) -> Incident:
    return incident(impact=impact, components=components)


def page(*incidents: Incident) -> Reading:
    return reading(*incidents, word=Level.MAJOR, components=LISTED)


def feed(now: int, *incidents: Incident, works: tuple[Maintenance, ...] = ()) -> Visit:
    """What comes of a run in which the page's own document cannot be read."""
    said = Reading(incidents=incidents, maintenances=works, history=True)
    return Visit("acme", now, said, platform="feed", note="fallback:http_5xx")


def told(life: Life, now: int) -> dict[str, tuple[str, tuple[str, ...], int]]:
    """Level, flags and the number of open incidents of each service."""
    return {
        row.service.id: (str(row.verdict.level), row.verdict.flags, len(row.open))
        for row in life.board(now).rows
    }


@pytest.fixture
def catalogue() -> Catalogue:
    return FOLLOWED


def test_names_in_a_feed_stand_for_the_ids_that_the_page_listed_last(life: Life) -> None:
    life.run(START, {"acme": page()})
    for now in (START + STEP, START + 2 * STEP):
        life.run(now, {"acme": feed(now, trouble("Chat Completions", impact=Level.MAJOR))})

    assert told(life, START + 2 * STEP) == {
        "api": ("major", ("components_unreadable",), 1),
        "app": ("none", ("components_unreadable",), 0),
    }


@pytest.mark.parametrize("level", [Level.MINOR, Level.CRITICAL, Level.MAINTENANCE])
def test_a_feed_without_incidents_does_not_end_what_the_page_said_of_a_component(
    life: Life, level: Level
) -> None:
    down = (Component(CHAT, "Chat Completions", level), LISTED[1])
    life.run(START, {"acme": reading(word=level, components=down)})
    seen = []
    for now in range(START + STEP, START + 5 * STEP, STEP):
        life.run(now, {"acme": feed(now, incident("old", open=False))})
        seen.append(told(life, now))
    api = next(row for row in life.board(now).rows if row.service.id == "api")
    later = now + 24 * HOUR
    life.run(later, {"acme": feed(later, incident("old", open=False))})

    assert {one["api"][0] for one in seen} == {"unknown"}
    assert {one["app"][0] for one in seen} == {"none"}
    assert (api.verdict.reason, api.verdict.who) == ("components_unreadable", "unknown")
    assert told(life, later)["api"] == ("none", ("components_unreadable",), 0)


def test_a_page_that_is_read_again_speaks_for_its_components(life: Life) -> None:
    down = (Component(CHAT, "Chat Completions", Level.MAJOR), LISTED[1])
    seen = []
    for number, said in enumerate((down, None, down, None, LISTED)):
        now = START + number * STEP
        again = reading(word=Level.MAJOR, components=said) if said else feed(now)
        life.run(now, {"acme": again})
        seen.append(told(life, now)["api"][0])

    assert seen == ["major", "unknown", "major", "unknown", "none"]


def test_what_its_incident_explains_is_over_when_the_feed_says_so(life: Life) -> None:
    hit = trouble(CHAT, impact=Level.MAJOR)
    life.run(START, {"acme": page(hit)})
    now = START + STEP
    life.run(now, {"acme": feed(now, replace(hit, open=False, phase="resolved", ended_at=now))})

    assert told(life, now)["api"][0] == "none"


@pytest.mark.parametrize(
    ("note", "phase"),
    [
        ("fallback:timeout", "scheduled"),
        ("fallback:robots", "completed"),
        ("platform:upptime", "completed"),
    ],
)
def test_work_that_a_second_endpoint_leaves_out_may_still_stand_on_the_page(
    life: Life, note: str, phase: str
) -> None:
    planned = Maintenance(id="m", title="Move", phase="scheduled", starts_at=START + 9 * STEP)
    life.run(START, {"acme": replace(page(), maintenances=(planned,))})
    now = START + STEP
    # Its kind of status page knows no announced work.
    life.run(now, {"acme": Visit("acme", now, page(), platform="upptime", note=note)})

    (known,) = life.store.memory().maintenances.values()
    assert known.phase == phase


@pytest.mark.parametrize("names", [("Sora",), ("Chat Completions", "Sora"), ()])
def test_an_incident_that_cannot_be_placed_counts_as_degraded_and_concerns_all(
    life: Life, names: tuple[str, ...]
) -> None:
    life.run(START, {"acme": page()})
    now = START + STEP
    life.run(now, {"acme": feed(now, trouble(*names, impact=Level.CRITICAL))})

    seen = ("minor", ("components_unreadable", "scope_unstated"), 1)
    assert told(life, now) == {"api": seen, "app": seen}


def test_before_the_page_was_ever_read_no_name_can_be_placed(life: Life) -> None:
    life.run(START, {"acme": feed(START, trouble("Chat Completions"))})

    seen = ("minor", ("components_unreadable", "scope_unstated"), 1)
    assert told(life, START) == {"api": seen, "app": seen}


def test_a_service_that_follows_a_name_needs_no_list(tmp_path: Path) -> None:
    by_name = world(provider("acme", service("api", components=["Chat Completions"])))
    with Life(tmp_path / "data", by_name) as life:
        life.run(START, {"acme": feed(START, trouble("Chat Completions", impact=Level.MAJOR))})

        assert told(life, START)["api"][0] == "major"


def test_what_a_feed_could_not_place_is_no_better_placed_when_the_page_is_back(life: Life) -> None:
    life.run(START, {"acme": feed(START, trouble("Chat Completions"))})
    unnamed = trouble(impact=Level.MAJOR)
    life.run(START + STEP, {"acme": page(unnamed)})

    assert told(life, START + STEP) == {
        "api": ("minor", ("scope_unstated",), 1),
        "app": ("minor", ("scope_unstated",), 1),
    }


def test_trouble_that_the_feed_placed_stays_when_the_page_is_back(life: Life) -> None:
    unnamed = trouble(impact=Level.MAJOR)
    life.run(START, {"acme": page(unnamed)})
    now = START + STEP
    life.run(now, {"acme": feed(now, trouble("Chat Completions"))})
    for now in (START + 2 * STEP, START + 3 * STEP):
        life.run(now, {"acme": page(unnamed)})

        assert told(life, now)["api"] == ("major", (), 1)


def test_a_service_none_of_whose_components_the_page_lists_is_not_well_in_its_feed(
    life: Life,
) -> None:
    life.run(START, {"acme": reading(components=LISTED[1:])})
    now = START + STEP
    life.run(now, {"acme": feed(now)})
    api, app = (row.verdict for row in life.board(now).rows)

    assert (api.level, api.reason) == (Level.UNKNOWN, "components_missing")
    assert app.level is Level.NONE
    life.run(now + STEP, {"acme": "http_5xx"})
    assert told(life, now + STEP)["api"][0] == "unknown"


def test_another_platform_that_lists_no_components_is_read_by_the_page_s_names_too(
    life: Life,
) -> None:
    life.run(START, {"acme": page()})
    now = START + STEP
    widget = Reading(word=Level.MAJOR, incidents=(trouble("Sora"),))
    life.run(now, {"acme": Visit("acme", now, widget, platform="incidentio_widget")})

    assert told(life, now)["api"] == ("minor", ("scope_unstated",), 1)


def test_a_page_s_list_is_kept_by_name_and_its_old_levels_are_not(life: Life) -> None:
    broken = (Component(CHAT, "Chat Completions", Level.CRITICAL), LISTED[1])
    life.run(START, {"acme": reading(components=broken)})
    lines = []
    for now in (START + STEP, START + 2 * STEP):
        lines.append(life.run(now, {"acme": feed(now)}))
    known = life.store.memory().sources["acme"]

    assert (known.listed, {*known.components}) == (False, {CHAT, LOGIN})
    assert {one[1] for one in known.components.values() if one} == {Level.UNKNOWN}
    assert all(row.components == () for row in life.board(now).rows)
    assert lines[1].sources == {}, "the same feed again is no news"

    life.run(now + STEP, {"acme": page()})
    assert life.store.memory().sources["acme"].components == {
        one.id: (one.name, one.level) for one in LISTED
    }


def test_a_component_that_is_unknown_on_the_page_is_listed_all_the_same(life: Life) -> None:
    odd = tuple(Component(one.id, one.name, Level.UNKNOWN) for one in LISTED)
    life.run(START, {"acme": page()})
    life.run(START + STEP, {"acme": feed(START + STEP)})
    life.run(START + 2 * STEP, {"acme": reading(components=odd)})

    assert life.store.memory().sources["acme"].listed


def test_a_journal_that_dropped_the_list_is_read_as_it_was_written(life: Life) -> None:
    full = SourceLine("statuspage", components={CHAT: ("Chat Completions", Level.NONE)})
    bare = SourceLine("feed", listed=False, components={CHAT: None})
    for now, line in ((START, full), (START + STEP, bare)):
        life.store.record(run(now, sources={"acme": line}))

    known = life.store.memory().sources["acme"]
    assert (known.listed, known.components) == (False, {})
    assert dump(life.store)["readings"]


def test_an_open_outage_keeps_the_impact_and_the_start_that_a_feed_does_not_state(
    life: Life,
) -> None:
    began = START - STEP
    broken = (Component(CHAT, "Chat Completions", Level.CRITICAL), LISTED[1])
    outage = incident(
        impact=Level.CRITICAL, started=began, components=(CHAT,), url="https://a.test/1"
    )
    life.run(START, {"acme": replace(page(outage), components=broken)})
    bare = replace(outage, impact=None, started_at=None, created_at=None, components=(), url=None)
    now = START + STEP
    life.run(now, {"acme": feed(now, bare)})
    life.run(now + STEP, {"acme": "http_5xx"})
    (record,) = life.store.memories(now).records
    known = record.incident

    assert told(life, now + STEP)["api"] == ("critical", ("components_unreadable",), 1)
    assert (known.impact, known.started_at, known.created_at) == (Level.CRITICAL, began, began)
    assert (known.url, known.components) == ("https://a.test/1", (CHAT,))


def test_a_severity_and_a_start_that_a_feed_states_are_news(life: Life) -> None:
    life.run(START, {"acme": page(trouble(CHAT, impact=Level.MINOR))})
    now = START + STEP
    worse = replace(trouble("Chat Completions", impact=Level.CRITICAL), started_at=START - STEP)
    life.run(now, {"acme": feed(now, worse)})
    (record,) = life.store.memories(now).records

    assert told(life, now)["api"][0] == "critical"
    assert record.incident.started_at == START - STEP


def test_a_feed_that_stands_in_once_moves_no_uptime_and_no_end_that_was_told(
    life: Life,
) -> None:
    began = START - 7 * DAY
    over = incident("x", open=False, started=began, impact=Level.CRITICAL, components=(CHAT,))
    old = incident("old", open=False, started=START - 80 * DAY)
    # The feed dates the end by its newest message, a report of two days later.
    told_again = replace(
        over, impact=None, started_at=None, created_at=None, ended_at=began + 2 * DAY, components=()
    )
    figures, phases = [], []
    said: list[Reading | Visit] = [page(over, old), feed(START + STEP, told_again), page(over, old)]
    for number, one in enumerate(said):
        now = START + number * STEP
        life.run(now, {"acme": one})
        reported = life.uptime(now + MINUTE).reported
        assert reported is not None
        figures.append(reported.windows[30].critical)
        (known,) = (one for one in life.board(now).stories if one.record.incident.id == "x")
        phases.append(known.record.phases)

    assert figures == [10 * MINUTE] * 3
    assert phases == [((began, began + 10 * MINUTE),)] * 3


def test_a_feed_that_states_no_starts_reaches_no_further_back_by_those_that_are_remembered(
    life: Life,
) -> None:
    first, second = (incident(f"i{n}", open=False, started=START - n * HOUR) for n in (9, 5))
    life.run(START, {"acme": page(first, second)})
    bare = replace(first, impact=None, started_at=None, created_at=None)
    for now in range(START + STEP, START + 5 * STEP, STEP):
        life.run(now, {"acme": feed(now, bare)})

    assert {one.withdrawn_at for one in life.store.memories(now).records} == {None}


def test_announced_work_keeps_the_window_that_a_feed_does_not_state(life: Life) -> None:
    begins = START + 9 * STEP
    planned = Maintenance(
        id="m", title="Move", phase="scheduled", starts_at=begins, ends_at=begins + HOUR,
        components=(CHAT,),
    )  # fmt: skip
    life.run(START, {"acme": replace(page(), maintenances=(planned,))})
    for number, phase in enumerate(("scheduled", "in_progress", "completed")):
        now = begins + number * STEP
        bare = Maintenance(id="m", title="Move", phase=phase)
        life.run(now, {"acme": feed(now, works=(bare,))})
    (known,) = life.store.memory().maintenances.values()

    assert (known.phase, known.starts, known.ends) == ("completed", begins, now)
    assert known.components == (CHAT,)


FEED = """\
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Status</title><entry>
<title>Errors</title><id>https://p0.test/incidents/01K000000000000000000000E1</id>
<link href="https://p0.test/incidents/01K000000000000000000000E1"/>
<updated>2026-11-22T10:58:02Z</updated>
<content type="html">&lt;b&gt;Status: Investigating&lt;/b&gt;&lt;br/&gt;
We look.&lt;br/&gt;
&lt;br/&gt;&lt;b&gt;Affected components&lt;/b&gt;&lt;ul&gt;&lt;li&gt;API (Full outage)&lt;/li&gt;
&lt;/ul&gt;</content></entry></feed>
"""


def test_whole_runs_read_the_feed_by_what_the_page_listed(
    make: Callable[..., Place], net: Loopback
) -> None:
    followed = written("p0", feed="https://p0.test/feed.atom") + 'components = ["api"]\n'
    place = make("p1", p0=followed)
    well(net, "p0.test")
    net.put("p0.test", "/feed.atom", Answer(body=FEED.encode()))
    place.well(NOW)
    net.put("p0.test", SUMMARY, Answer(status=403))
    place.well(NOW + STEP)
    place.well(NOW + 2 * STEP)

    assert place.levels() == {"p0": "minor", "p1": "none"}
    assert place.services()["p0"]["verdict"]["flags"] == ["components_unreadable"]
