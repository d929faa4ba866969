"""What a page says about a service: its parts, its incidents, its own word, the worst of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.model import Component, Incident, Level, Reading, worst
from crawler.scope import page_level, scope
from crawler.times import DAY
from lives import START, Life, incident, provider, reading, service, world


@pytest.mark.parametrize(
    ("levels", "result"),
    [
        ("", "unknown"),
        ("unknown", "unknown"),
        ("unknown none", "none"),
        ("none minor major", "major"),
        ("critical major", "critical"),
        ("maintenance none minor major", "maintenance"),
        ("maintenance critical", "critical"),
        ("maintenance unknown", "maintenance"),
    ],
)
def test_the_worst_level_ignores_unknown_and_maintenance_hides_all_but_critical(
    levels: str,
    result: str,
) -> None:
    assert worst(map(Level, levels.split())) == result


def part(level: str, key: str = "c1") -> Component:
    return Component(key, f"Part {key}", Level(level))


def page(word: str | None, *parts: Component, told: tuple[Incident, ...] = ()) -> Reading:
    return Reading(word=Level(word) if word else None, components=parts or None, incidents=told)


def named(level: str, *keys: str, key: str = "i1") -> Incident:
    return incident(key, impact=Level(level), components=keys)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (page("none", part("none")), "none"),
        (page("none", part("major")), "major"),
        (page("minor", part("none")), "minor"),
        (page("none", part("none"), told=(named("critical"),)), "critical"),
        (page("none", part("none"), told=(incident(impact=None),)), "minor"),
        (page("none", told=(incident(open=False, impact=Level.CRITICAL),)), "none"),
        (page("maintenance", part("maintenance"), part("none", "c2")), "maintenance"),
        (page("none", part("maintenance"), part("none", "c2")), "none"),
        (page("none", part("maintenance"), part("maintenance", "c2")), "maintenance"),
        (page("minor", part("maintenance"), part("minor", "c2")), "minor"),
        (page("maintenance", part("maintenance"), part("critical", "c2")), "critical"),
        (page("maintenance", part("maintenance"), told=(named("minor", "c1"),)), "maintenance"),
        (page("unknown", part("none")), "unknown"),
        (page("unknown", part("major")), "major"),
        (page(None, told=(named("major"),)), None),
    ],
)
def test_the_level_of_a_whole_page(said: Reading, level: str | None) -> None:
    assert page_level(said) == level


@pytest.mark.parametrize(
    ("said", "level", "flags"),
    [
        # Its own components only; the page's word does not count.
        (page("critical", part("none"), part("critical", "c2")), "none", ""),
        (page("none", part("major")), "major", ""),
        # Incidents count where they name one of its components.
        (page("none", part("none"), told=(named("major", "c1"),)), "major", ""),
        (page("major", part("none"), told=(named("major", "c2"),)), "none", ""),
        (page("none", part("none"), told=(named("major", "Part c1"),)), "none", ""),
        # An incident that names nothing counts as minor at most, and says so.
        (page("critical", part("none"), told=(named("critical"),)), "minor", "scope_unstated"),
        (page("none", part("major"), told=(named("critical"),)), "major", "scope_unstated"),
        # Maintenance only when everything in scope is under it; critical beats it.
        (page("none", part("maintenance")), "maintenance", ""),
        (page("none", part("maintenance"), told=(named("major", "c1"),)), "maintenance", ""),
        (page("none", part("maintenance"), told=(named("critical", "c1"),)), "critical", ""),
        (page("maintenance", part("none")), "none", ""),
        # Work that is told as an incident hides nothing and is no trouble.
        (page("none", part("major"), told=(named("maintenance", "c1"),)), "major", ""),
        (page("none", part("none"), told=(named("maintenance", "c1"),)), "none", ""),
        # A word that we do not know is never well.
        (page("none", part("unknown")), "unknown", ""),
        (page("none", part("unknown"), told=(named("none", "c1"),)), "unknown", ""),
        (page("none", part("unknown"), told=(named("minor", "c1"),)), "minor", ""),
        # Components that are gone make it unknown, loudly.
        (page("none", part("none", "c9")), None, "components_missing"),
        # A feed lists no components, so its incidents alone speak.
        (page(None), "none", ""),
        (page(None, told=(named("major", "c1"),)), "major", ""),
        (page(None, told=(named("major"),)), "minor", "scope_unstated"),
    ],
)
def test_the_level_of_a_service_that_follows_one_component(
    said: Reading,
    level: str | None,
    flags: str,
) -> None:
    found = scope(["c1"], (), said)

    assert found.level == level
    assert " ".join(found.flags) == flags


def test_a_service_some_of_whose_components_are_gone_is_judged_by_the_rest_and_says_so() -> None:
    found = scope(["c1", "c2"], (), page("none", part("minor")))

    assert (found.level, found.flags) == (Level.MINOR, ("components_partly_missing",))


@pytest.mark.parametrize(
    ("other", "told", "level"),
    [
        ("none", (), "unknown"),
        ("none", (named("none", "c1"),), "unknown"),
        ("minor", (), "minor"),
        ("none", (named("minor", "c1"),), "minor"),
        ("maintenance", (), "unknown"),
    ],
)
def test_a_component_in_a_state_that_we_do_not_know_keeps_the_rest_from_being_good_news(
    other: str, told: tuple[Incident, ...], level: str
) -> None:
    said = page("none", part("unknown"), part(other, "c2"), told=told)

    assert scope(["c1", "c2"], (), said).level == level


@pytest.mark.parametrize(
    ("followed", "flags"),
    [
        (["Login", "API"], ("components_partly_missing",)),
        (["Login"], ()),
        (["Login", "c1"], ()),
    ],
)
def test_what_is_gone_is_told_by_name_and_not_by_number(
    followed: list[str], flags: tuple[str, ...]
) -> None:
    twins = (Component("c1", "Login", Level.NONE), Component("c2", "Login", Level.NONE))
    said = replace(page("none"), components=twins)

    assert scope(followed, (), said).flags == flags


def test_a_service_may_follow_a_component_by_its_exact_name() -> None:
    said = page("none", part("major"), part("none", "c2"))

    assert scope(["Part c1"], (), said).level is Level.MAJOR
    assert scope(["part c1"], (), said).level is None


def test_work_on_one_of_two_followed_components_does_not_hide_trouble_on_the_other() -> None:
    said = page("none", part("maintenance"), part("minor", "c2"))

    assert scope(["c1", "c2"], (), said).level is Level.MINOR


def test_work_told_as_an_incident_hides_no_other_where_there_is_no_page_s_word() -> None:
    said = page(None, told=(named("maintenance"), named("major", key="i2")))

    assert scope((), (), said).level is Level.MAJOR


def test_a_page_whose_word_and_parts_disagree_is_flagged() -> None:
    assert scope((), (), page("none", part("major"))).flags == ("inconsistent_page",)
    assert scope((), (), page("none", part("none"))).flags == ()


def test_components_that_match_nothing_make_a_service_unknown_with_that_reason(
    tmp_path: Path,
) -> None:
    strays = world(provider("acme", service("acme", components=["gone"])))
    with Life(tmp_path, strays) as life:
        line = life.run(START)

    told = line.services["acme"]
    assert told is not None
    assert (told.level, told.reason) == (Level.UNKNOWN, "components_missing")


def test_an_open_incident_keeps_the_components_it_ever_named_in_force(tmp_path: Path) -> None:
    split = world(
        provider("acme", service("one", components=["c1"]), service("two", components=["c2"])),
    )
    parts = (part("none"), part("none", "c2"))
    with Life(tmp_path, split) as life:
        life.run(START, {"acme": reading(named("major", "c1"), components=parts)})
        life.run(START + 300, {"acme": reading(named("major"), components=parts)})
        levels = {row.service.id: row.verdict.level for row in life.board(START + 300).rows}

    assert levels == {"one": Level.MAJOR, "two": Level.NONE}


OLD = incident("old", "Slow exports", started=START - 200 * DAY)
DOWN = incident("new", "All is down", started=START - 60, impact=Level.CRITICAL)
BEFORE = incident("first", "Errors", started=START - 120, impact=Level.CRITICAL)


@pytest.mark.parametrize(
    ("before", "told", "since"),
    [
        ((OLD,), (OLD, DOWN), START - 60),
        ((OLD,), (OLD, DOWN, BEFORE), START - 120),
        ((OLD,), (OLD,), START),
        ((), (OLD,), OLD.started_at),
        ((), (OLD, incident("new", started=START - 60)), START - 60),
        ((OLD,), (replace(OLD, impact=Level.CRITICAL),), OLD.started_at),
    ],
    ids=["worse", "two", "component only", "no other", "all are lesser", "the notice itself"],
)
def test_trouble_dates_from_the_incidents_that_are_as_grave_and_not_from_a_lesser_notice(
    before: tuple[Incident, ...], told: tuple[Incident, ...], since: int, life: Life
) -> None:
    life.run(START - 300, {"acme": reading(*before)})
    life.run(START, {"acme": reading(*told, components=(part("critical"),))})
    (row,) = life.board(START + 1).rows

    assert (row.verdict.level, row.verdict.since) == (Level.CRITICAL, since)
