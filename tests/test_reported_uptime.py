"""The uptime that a provider's own list of incidents gives."""

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.model import Component, Incident, Level, Maintenance
from crawler.scope import PARTIAL
from crawler.times import DAY
from lives import (
    HOUR,
    MIDNIGHT,
    MINUTE,
    START,
    Life,
    V,
    incident,
    provider,
    reading,
    service,
    world,
)

STEP = 10 * MINUTE
TWO = (Component("c1", "Web", Level.NONE), Component("c2", "API", Level.NONE))


def done(key: str, day: int, hours: int = 1, level: Level = Level.CRITICAL) -> Incident:
    """An incident so many days before the start, at noon."""
    began = MIDNIGHT - day * DAY + 12 * HOUR
    return replace(
        incident(key, open=False, started=began, impact=level), ended_at=began + hours * HOUR
    )


def test_the_provider_s_list_gives_an_uptime_on_the_first_day(life: Life) -> None:
    life.run(START, {"acme": reading(done("new", 3), done("old", 40))})
    found = life.uptime(START + MINUTE)

    assert found.basis == "reported"
    assert found.reported is not None
    assert found.reported.since == MIDNIGHT - 40 * DAY + 12 * HOUR
    thirty = found.reported.windows[30]
    assert (thirty.critical, thirty.known) == (HOUR, thirty.total - MINUTE)
    assert found.reported.figures[30].uptime == "99.85"
    assert (found.median_repair, found.resolved) == (HOUR, 2)
    assert found.observed is not None
    assert found.observed.windows[30].total == MINUTE


@pytest.mark.parametrize("open", [True, False], ids=["open", "over"])
@pytest.mark.parametrize("moved", [-70, -5, 5], ids="{:+}h".format)
def test_an_incident_that_is_dated_anew_counts_from_its_new_beginning_to_its_new_end(
    life: Life,
    open: bool,  # noqa: A002 (the model's own word)
    moved: int,
) -> None:
    was = done("hit", 2)
    assert was.started_at is not None
    first = replace(was, open=True, ended_at=None) if open else was
    began = was.started_at + moved * HOUR
    dated = replace(was, started_at=began, ended_at=began + HOUR)
    for number, one in enumerate((first, dated, dated)):
        life.run(START + number * STEP, {"acme": reading(one, done("old", 40))})
    known = {one.record.incident.id: one.record for one in life.board(START + HOUR).stories}
    reported = life.uptime(START + HOUR).reported

    assert known["hit"].phases == ((began, began + HOUR),)
    assert reported is not None
    assert reported.windows[30].critical == HOUR


def test_what_was_reopened_lasted_as_long_as_its_phases_together(life: Life) -> None:
    old, over = done("old", 40), incident("i1", open=False, impact=Level.CRITICAL)
    again = START + 3 * DAY
    lasted = []
    for now, one in (
        (START, replace(over, open=True, ended_at=None)),
        (START + STEP, over),
        (again, replace(over, open=True, ended_at=None)),
        (again + STEP, replace(over, open=True, ended_at=None)),
        (again + 2 * STEP, replace(over, ended_at=again + 2 * STEP)),
    ):
        life.run(now, {"acme": reading(old, one)})
        (story,) = [one for one in life.board(now).stories if one.record.incident.id == "i1"]
        lasted.append(story.duration)

    assert lasted == [None, STEP, STEP, 2 * STEP, 3 * STEP]
    assert story.record.phases == ((START, START + STEP), (again, again + 2 * STEP))
    found = life.uptime(again + 3 * STEP)
    assert found.reported is not None
    assert found.reported.windows[7].critical == 3 * STEP
    assert (found.median_repair, found.resolved) == (3 * STEP, 2)


def test_a_build_in_the_second_in_which_a_day_begins_counts_the_days_before_it(life: Life) -> None:
    life.run(MIDNIGHT, {"acme": reading(done("old", 200))})
    reported = life.uptime(MIDNIGHT).reported

    assert reported is not None
    assert reported.figures[90].uptime == "100"
    assert min(reported.days) == MIDNIGHT - 90 * DAY
    assert max(reported.days) == MIDNIGHT - DAY


def test_a_list_that_does_not_reach_far_back_leaves_the_headline_to_our_readings(
    life: Life,
) -> None:
    life.run(START, {"acme": reading(done("new", 3))})
    found = life.uptime(START + MINUTE)

    assert found.reported is not None
    assert found.basis == "observed"


def test_a_page_without_a_list_of_incidents_has_only_what_we_observed(life: Life) -> None:
    life.run(START, {"acme": reading(history=False)})

    assert life.uptime(START + MINUTE).reported is None
    assert life.uptime(START + MINUTE).basis == "observed"


def test_a_list_that_no_longer_reaches_the_last_reading_covers_only_what_it_names(
    life: Life,
) -> None:
    life.run(START, {"acme": reading(done("a", 40), done("b", 3))})
    later = START + 10 * DAY
    recent = incident("z", open=False, started=later - DAY)
    life.run(later, {"acme": reading(recent)})
    reported = life.uptime(later + MINUTE).reported

    assert reported is not None
    assert reported.since == later - DAY


def test_a_list_that_still_reaches_the_last_reading_covers_all_that_it_ever_named(
    life: Life,
) -> None:
    life.run(START, {"acme": reading(done("a", 40), done("b", 3))})
    later = START + 10 * DAY
    recent = incident("z", open=False, started=later - DAY)
    life.run(later, {"acme": reading(recent, done("b", 3))})
    reported = life.uptime(later + MINUTE).reported

    assert reported is not None
    assert reported.since == MIDNIGHT - 40 * DAY + 12 * HOUR
    # What dropped off the list is not forgotten.
    assert reported.windows[90].critical == 2 * HOUR


def test_what_is_open_beside_the_list_does_not_make_it_reach_further_back(life: Life) -> None:
    open_for_long = incident("open", started=START - 200 * DAY, impact=Level.NONE)
    life.run(START, {"acme": reading(done("new", 3), done("old", 40), open_for_long)})
    reported = life.uptime(START + MINUTE).reported

    assert reported is not None
    assert reported.since == MIDNIGHT - 40 * DAY + 12 * HOUR


def test_a_list_of_nothing_but_what_is_open_tells_of_every_incident_from_its_first_reading(
    life: Life,
) -> None:
    life.run(START, {"acme": reading(incident("open", started=START - 5 * DAY))})
    life.run(START + STEP, {"acme": reading(incident("open", open=False, started=START - 5 * DAY))})

    lines = [line for one in life.runs if (line := one.sources["acme"])]
    assert [line.covers for line in lines] == [START, START - 5 * DAY]


@pytest.mark.parametrize(
    ("pause", "covered"), [(V, True), (V + 1, False)], ids=["short", "longer than a reading holds"]
)
def test_without_its_list_a_provider_has_told_nothing_of_a_pause(
    life: Life, pause: int, covered: bool
) -> None:
    life.run(START, {"acme": reading(done("new", 3), done("old", 40))})
    later = START + pause
    life.run(later, {"acme": reading(history=False)})
    life.run(later + STEP, {"acme": reading(history=False)})
    found = life.uptime(later + STEP + MINUTE)

    assert (found.reported is not None) == covered
    assert found.basis == ("reported" if covered else "observed")

    life.run(later + 2 * STEP, {"acme": reading(done("new", 3), done("old", 40))})
    again = life.uptime(later + 3 * STEP).reported
    assert again is not None
    assert again.since == MIDNIGHT - 40 * DAY + 12 * HOUR


def test_an_incident_of_another_component_costs_a_service_nothing(tmp_path: Path) -> None:
    parts = provider("acme", service("web", components=["c1"]), service("api", components=["c2"]))
    hit = replace(done("hit", 3), components=("c1",))
    with Life(tmp_path, world(parts)) as life:
        said = reading(hit, done("old", 40, level=Level.MINOR), components=TWO)
        life.run(START, {"acme": said})
        web, api = (row.uptime.reported for row in life.board(START + MINUTE).rows)

    assert web is not None
    assert api is not None
    assert (web.windows[30].critical, api.windows[30].critical) == (HOUR, 0)
    # One that names nothing counts as minor at most for a service that is one of several.
    assert web.windows[90].minor == HOUR


def test_announced_work_on_all_of_a_service_leaves_the_reported_figure(tmp_path: Path) -> None:
    begun = MIDNIGHT - 2 * DAY
    work = Maintenance(
        id="m", title="Work", phase="completed", starts_at=begun, ends_at=begun + 4 * HOUR,
        components=("c1",),
    )  # fmt: skip
    page = provider("acme", service("web", components=["c1"]), service("api", components=["c2"]))
    with Life(tmp_path, world(page)) as life:
        said = replace(reading(done("old", 40), components=TWO), maintenances=(work,))
        life.run(START, {"acme": said})
        web, api = (row.uptime.reported for row in life.board(START + MINUTE).rows)

    assert web is not None
    assert api is not None
    assert (web.windows[30].maintenance, api.windows[30].maintenance) == (4 * HOUR, 0)


def test_withdrawing_an_incident_never_raises_a_figure(life: Life) -> None:
    old, hit = done("old", 40), done("hit", 3)
    life.run(START, {"acme": reading(hit, old)})
    before = life.uptime(START + MINUTE).reported
    for number in range(1, 5):
        life.run(START + number * STEP, {"acme": reading(old)})
    assert life.board(START + HOUR).stories[0].record.withdrawn_at is not None
    after = life.uptime(START + 40 * MINUTE).reported

    assert before is not None
    assert after is not None
    assert after.windows[30].critical == before.windows[30].critical == HOUR


@pytest.mark.parametrize(("begins", "hidden"), [(0, HOUR), (1, 0)], ids=["finished", "called off"])
def test_announced_work_hides_an_outage_only_as_long_as_it_is_announced(
    tmp_path: Path, begins: int, hidden: int
) -> None:
    only = service("acme", components=["c1"])
    began = START + begins * HOUR
    work = Maintenance(
        id="m",
        title="Work",
        phase="scheduled" if begins else "in_progress",
        starts_at=began,
        ends_at=began + 4 * HOUR,
        components=("c1",),
    )
    outage = incident(started=START, impact=Level.MAJOR, components=("c1",))
    with Life(tmp_path, world(provider("acme", only))) as life:
        life.run(START - HOUR, {"acme": replace(reading(), maintenances=(work,))})
        for now in range(START, START + 4 * HOUR + 1, STEP):
            there = (work,) if now < began + HOUR and not begins else ()
            life.run(now, {"acme": replace(reading(outage), maintenances=there)})
        reported = life.uptime(now).reported

    assert reported is not None
    assert reported.windows[30].major == 4 * HOUR - hidden


def test_a_list_that_can_name_none_of_a_service_s_components_gives_it_no_figure(
    tmp_path: Path,
) -> None:
    page = provider("acme", service("web", components=["c1"]), service("api", components=["gone"]))
    with Life(tmp_path, world(page)) as life:
        life.run(START, {"acme": reading(done("old", 40))})
        life.run(START + STEP, {"acme": "timeout"})
        web, api = (row.uptime for row in life.board(START + STEP + MINUTE).rows)

    assert web.basis == "reported"
    assert (api.reported, api.basis) == (None, "observed")


def test_a_list_of_a_page_without_components_counts_for_a_service_that_follows_some(
    tmp_path: Path,
) -> None:
    page = provider("acme", service("api", components=["c1"]))
    with Life(tmp_path, world(page)) as life:
        life.run(START, {"acme": replace(reading(done("old", 40)), components=None)})
        assert life.uptime(START + MINUTE).basis == "reported"


def test_a_list_of_components_that_was_read_in_part_takes_no_figure_away(tmp_path: Path) -> None:
    page = provider("acme", service("web", components=["c1"]), service("api", components=["c2"]))
    part = replace(reading(done("old", 40), components=TWO[:1]), notes=(PARTIAL,))
    with Life(tmp_path, world(page)) as life:
        life.run(START, {"acme": reading(done("old", 40), components=TWO)})
        for number in (1, 2):
            life.run(START + number * STEP, {"acme": part})
        found = [row.uptime.basis for row in life.board(START + 2 * STEP + MINUTE).rows]

    assert found == ["reported", "reported"]
