"""What is remembered of an incident and of announced work: wordings, phases, ends, addresses."""

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.lines import IncidentLine, RunLine
from crawler.model import Reading, Visit
from crawler.records import Record
from crawler.store import incidents, works
from crawler.store.life import slug
from lives import HOUR, START, Life, incident, provider, reading, service, update, world
from wordings import DONE, EDITED, FIRST, LATER, OLDER, STEP, catalogue, working

__all__ = ["catalogue"]  # fixtures


def remembered(life: Life, key: str = "i1") -> Record:
    record = incidents.record(life.store.connection, "acme", key)
    assert record is not None
    return record


def test_an_incident_keeps_every_wording_and_when_we_saw_it(life: Life) -> None:
    life.run(START, {"acme": reading(FIRST)})
    life.run(START + STEP, {"acme": reading(EDITED)})
    life.run(START + 2 * STEP, {"acme": reading(EDITED)})
    record = remembered(life)

    assert record.incident.title == "Trouble with keys"
    assert [(one.key, one.seen_at, one.text) for one in record.revisions] == [
        ("", START, "Trouble"),
        ("u1", START, "Looking"),
        ("", START + STEP, "Trouble with keys"),
        ("u1", START + STEP, "We look into it"),
    ]
    assert record.changed_at == START + STEP


def test_an_edit_writes_only_what_was_edited_to_the_journal(life: Life) -> None:
    two = replace(FIRST, updates=(update("u2", "More", START + 60), *FIRST.updates))
    life.run(START, {"acme": reading(FIRST)})
    [line] = life.run(START + STEP, {"acme": reading(two)}).incidents

    assert [one.id for one in line.updates] == ["u2"]


def test_components_that_are_unlinked_stay_with_the_incident(life: Life) -> None:
    life.run(START, {"acme": reading(FIRST)})
    life.run(START + STEP, {"acme": reading(replace(FIRST, components=("c2",)))})
    life.run(START + 2 * STEP, {"acme": reading(DONE)})

    assert remembered(life).incident.components == ("c1", "c2")


def test_folding_itself_keeps_the_union_of_components_and_at_the_end_the_last_regions(
    life: Life,
) -> None:
    known = []
    for number, name in enumerate("abc"):
        told = IncidentLine(
            *("acme", "i9", name, "T", name != "c"),
            components=(f"c{name}",),
            regions=(f"r{name}",),
        )
        life.store.record(RunLine(START + number, START + 9, "1", 2_700, incidents=(told,)))
        known.append(remembered(life, "i9").incident)

    assert [one.components for one in known] == [("ca",), ("ca", "cb"), ("ca", "cb", "cc")]
    assert [one.regions for one in known] == [("ra",), ("rb",), ("rb", "rc")]


@pytest.mark.parametrize(
    ("region", "then", "level"), [("eu", ("us",), "none"), ("asia", (), "minor")]
)
def test_a_page_that_says_the_same_again_means_the_same_regions(
    region: str, then: tuple[str, ...], level: str, tmp_path: Path
) -> None:
    local = world(provider("acme", service("acme", regions=[region])))
    with Life(tmp_path, local) as place:
        for number, regions in enumerate((("eu",), then, then)):
            now = START + number * STEP
            place.run(now, {"acme": reading(incident(regions=regions))})
        for again in (now + STEP, now + 2 * STEP):
            place.run(again, {"acme": Visit("acme", again, unchanged=True)})

        assert place.store.memory().snapshots["acme"].level == level


def test_resolved_and_reopened_are_phases_of_one_incident(life: Life) -> None:
    for number, one in enumerate((FIRST, DONE, FIRST, DONE)):
        life.run(START + HOUR + number * STEP, {"acme": reading(one)})
    record = remembered(life)

    again = START + HOUR + 2 * STEP
    assert record.phases == ((START, DONE.ended_at), (again, again))
    assert record.resolved_seen == START + HOUR + 3 * STEP


def test_an_incident_that_states_no_start_is_open_since_the_first_that_was_told_of_it(
    life: Life,
) -> None:
    bare = replace(FIRST, started_at=None, created_at=None)
    first, later = (update(key, key, START - hours * HOUR) for key, hours in (("u1", 3), ("u2", 1)))
    life.run(START, {"acme": reading(replace(bare, updates=(first,)))})
    over = replace(bare, open=False, ended_at=START - HOUR, updates=(later, first))
    life.run(START + STEP, {"acme": reading(over)})
    record = remembered(life)

    assert record.began_at == START - 3 * HOUR
    assert record.phases == ((START - 3 * HOUR, START - HOUR),)


def test_an_incident_that_is_gone_from_three_lists_was_withdrawn(life: Life) -> None:
    life.run(START, {"acme": reading(OLDER)})
    life.run(START + STEP, {"acme": reading(OLDER, FIRST)})
    states = []
    for number in range(2, 6):
        now = START + number * STEP
        life.run(now, {"acme": reading(OLDER)})
        record = remembered(life)
        states.append((record.incident.open, record.withdrawn_at))

    first, third = START + 2 * STEP, START + 4 * STEP
    assert states == [(True, None), (True, None), (False, third), (False, third)]
    assert remembered(life).phases == ((START, first),)


def test_an_incident_that_comes_back_into_the_list_was_only_missing(life: Life) -> None:
    life.run(START, {"acme": reading(OLDER, FIRST)})
    for number in (1, 2):
        life.run(START + number * STEP, {"acme": reading(OLDER)})
    life.run(START + 3 * STEP, {"acme": reading(OLDER, FIRST)})
    for number in (4, 5):
        life.run(START + number * STEP, {"acme": reading(OLDER)})

    assert remembered(life).withdrawn_at is None
    assert remembered(life).incident.open


@pytest.mark.parametrize(
    "said",
    [
        reading(),
        reading(replace(OLDER, id="x1"), replace(LATER, id="x2")),
        reading(OLDER, history=False),
        "timeout",
    ],
    ids=["an empty list", "a list of strangers", "a list without history", "no list"],
)
def test_nothing_is_withdrawn_by_a_reply_that_is_not_the_list(
    said: Reading | str,
    life: Life,
) -> None:
    life.run(START, {"acme": reading(OLDER, FIRST)})
    for number in range(1, 6):
        life.run(START + number * STEP, {"acme": said})

    assert remembered(life).withdrawn_at is None


def test_what_is_older_than_the_list_was_not_withdrawn(life: Life) -> None:
    life.run(START, {"acme": reading(OLDER, FIRST)})
    for number in range(1, 6):
        life.run(START + number * STEP, {"acme": reading(FIRST)})

    assert remembered(life, "i0").withdrawn_at is None


def test_work_is_over_when_the_page_no_longer_lists_it(life: Life) -> None:
    phases = []
    for number, said in enumerate((working("scheduled"), working("in_progress"), reading())):
        life.run(START + number * STEP, {"acme": said})
        phases.append([one.phase for _, one in works.maintenances(life.store.connection, START)])

    assert phases == [["scheduled"], ["in_progress"], ["completed"]]


def announced(phase: str, starts: int, ends: int | None) -> Reading:
    (one,) = working(phase).maintenances
    return replace(reading(), maintenances=(replace(one, starts_at=starts, ends_at=ends),))


@pytest.mark.parametrize(
    ("phase", "starts", "ends", "expected"),
    [
        ("in_progress", START, START + HOUR, START + STEP),
        ("scheduled", START, START + HOUR, START + STEP),
        ("in_progress", START - HOUR, START + 1, START + 1),
        ("scheduled", START + HOUR, START + 2 * HOUR, None),
        ("in_progress", START, None, None),
    ],
    ids=["ended early", "was never called begun", "ended in time", "called off", "no end known"],
)
def test_work_that_left_the_page_ends_no_later_than_that(
    phase: str, starts: int, ends: int | None, expected: int | None, life: Life
) -> None:
    life.run(START, {"acme": announced(phase, starts, ends)})
    seen = []
    for number in range(1, 4):
        life.run(START + number * STEP)
        [(_, work)] = works.maintenances(life.store.connection, START)
        seen.append((work.phase, work.starts_at, work.ends_at))

    assert seen == [("completed", starts, expected)] * 3
    assert [len(run.maintenances) for run in life.runs] == [1, 1, 0, 0]


def test_work_that_the_page_calls_completed_before_its_end_ended_when_we_saw_it(
    life: Life,
) -> None:
    life.run(START, {"acme": announced("in_progress", START, START + HOUR)})
    for number in range(1, 20):
        life.run(START + number * STEP, {"acme": announced("completed", START, START + HOUR)})
    [(_, work)] = works.maintenances(life.store.connection, START)

    assert work.ends_at == START + STEP
    assert [len(run.maintenances) for run in life.runs] == [1, 1, *[0] * 18]


def test_a_feed_in_the_place_of_the_page_completes_no_work_by_its_silence(life: Life) -> None:
    life.run(START, {"acme": working("in_progress")})
    now = START + STEP
    life.run(now, {"acme": Visit("acme", now, reading(), platform="feed", note="fallback:dns")})

    work = works.maintenances(life.store.connection, START)
    assert [one.phase for _, one in work] == ["in_progress"]


def test_work_that_cannot_be_read_is_not_over(life: Life) -> None:
    life.run(START, {"acme": working("in_progress")})
    life.run(START + STEP, {"acme": "timeout"})

    work = works.maintenances(life.store.connection, START)
    assert [one.phase for _, one in work] == ["in_progress"]


def test_the_address_of_an_incident_is_fixed_at_first_sight(life: Life) -> None:
    seen = START + 20 * HOUR  # the 23rd, while it began on the 22nd
    life.run(seen, {"acme": reading(FIRST)})
    place = remembered(life).slug
    moved = replace(EDITED, started_at=START - 3 * HOUR, created_at=START - 3 * HOUR)
    life.run(seen + STEP, {"acme": reading(moved)})

    assert remembered(life).slug == place == slug("acme", "i1", seen)
    assert place.startswith("2026-11-23-")


@pytest.mark.parametrize(
    ("provider_id", "incident_id", "expected"),
    [
        ("acme", "i1", "2026-11-22-i7jpc5kopb"),
        ("acme", "i2", "2026-11-22-of3mkfjfoz"),
        ("acmei", "1", "2026-11-22-vw63zeucg6"),
        ("acme", "ünï/../<b>", "2026-11-22-6spzyz5qzr"),
    ],
)
def test_an_address_never_changes_between_versions(
    provider_id: str,
    incident_id: str,
    expected: str,
) -> None:
    assert slug(provider_id, incident_id, START) == expected
