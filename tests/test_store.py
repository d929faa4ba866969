"""The memory: what a long life leaves in it, and that the journal alone gives it back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler import journal, store, text
from crawler.catalogue import Catalogue, Probe
from crawler.lines import IncidentLine, RunLine, UpdateLine
from crawler.model import Component, Level, Maintenance, Reading
from crawler.records import Record
from crawler.store import incidents, rows, works
from crawler.store.fold import fold
from crawler.store.life import slug
from lives import (
    HOUR,
    MINUTE,
    START,
    Life,
    dump,
    incident,
    provider,
    reading,
    service,
    update,
    world,
)
from shared import requires_shared, strings

STEP = 5 * MINUTE
PROBE = Probe("https://api.plain.test/v1", [401])
FIRST = incident("i1", "Trouble", components=("c1",), updates=(update("u1", "Looking"),))
EDITED = replace(FIRST, title="Trouble with keys", updates=(update("u1", "We look into it"),))
DONE = replace(EDITED, open=False, ended_at=START + 30 * MINUTE, components=())
LATER = incident("i2", "Another", started=START + 40 * MINUTE, created_at=START + 40 * MINUTE)
OLDER = incident("i0", "An old one", open=False, started=START - HOUR, created_at=START - HOUR)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    everything = world(
        provider("acme", service("acme"), service("acme-chat", components=["c1"])),
        provider("cloud"),
        provider("plain", service("plain", probe=PROBE), page=False),
    )
    with Life(tmp_path, everything) as made:
        yield made


def remembered(life: Life, key: str = "i1", owner: str = "acme") -> Record:
    record = incidents.record(life.store.connection, owner, key)
    assert record is not None
    return record


def working(phase: str) -> Reading:
    work = Maintenance(id="m1", title="Upgrade", phase=phase, starts_at=START, components=("c1",))
    return replace(reading(), maintenances=(work,))


def lived(life: Life) -> None:
    """Everything that can happen to a service, a source, a probe and an incident."""
    acme: list[Reading | str] = [
        *(reading(), reading(FIRST), reading(EDITED), "timeout", "timeout", "http_403"),
        *(
            reading(DONE),
            reading(EDITED),
            reading(DONE),
            reading(DONE, LATER),
            reading(DONE, OLDER),
        ),
        *(reading(DONE, OLDER), reading(DONE, OLDER), reading(DONE, OLDER, LATER), reading(OLDER)),
    ]
    probes = ["ok", "fail", "fail", "inconclusive", "ok", "ok"]
    now = START
    for number, said in enumerate(acme):
        cloud = working("in_progress") if number == 2 else reading(word=Level.MAJOR)
        told: dict[str, Reading | str] = {"acme": said, "cloud": cloud}
        life.run(now, told, probes={"plain": probes[number % len(probes)]})
        now += STEP
    life.run(now, blind=True)
    everything = life.catalogue
    for providers in (everything.providers[:1], everything.providers[1:], everything.providers):
        now += STEP
        life.catalogue = Catalogue(everything.site, providers)
        life.run(now, probes={"plain": "ok"} if len(providers) > 1 else {})
    life.run(now + 26 * HOUR, probes={"plain": "ok"})


def rebuilt(life: Life, folder: Path) -> dict[str, list[str]]:
    count = store.rebuild(life.store.data, folder / "again.db")
    assert count == len(life.runs)
    again = store.Store(folder, store._connect(folder / "again.db"))
    try:
        return dump(again)
    finally:
        again.close()


def test_the_journal_alone_gives_the_whole_memory_back(life: Life, tmp_path: Path) -> None:
    lived(life)
    known = life.dump()

    assert rebuilt(life, tmp_path) == known
    assert [table for table in known if not known[table]] == ["waits", "alerts"]


def test_folding_a_run_twice_changes_nothing(life: Life) -> None:
    lived(life)
    known = life.dump()
    for run in journal.read(life.store.data / "journal"):
        with store.transaction(life.store.connection):
            assert not fold(life.store.connection, run)

    assert life.dump() == known


def test_a_lost_database_is_as_good_as_a_kept_one_for_the_next_run(
    life: Life,
    tmp_path: Path,
) -> None:
    lived(life)
    store.rebuild(life.store.data, tmp_path / "status.db")
    again = store.Store(tmp_path, store._connect(tmp_path / "status.db"))
    try:
        kept, found = life.store.memory(), again.memory()
        for provider in kept.owners.values():
            assert found.heads(provider) == kept.heads(provider)
        assert replace(found, heads=dict) == replace(kept, heads=dict)  # type: ignore[arg-type]
        moment = life.runs[-1].id
        assert again.memories(moment) == life.store.memories(moment)
    finally:
        again.close()


def test_what_did_not_change_takes_no_room(life: Life) -> None:
    life.run(START, {"acme": reading(FIRST)}, probes={"plain": "ok"})
    line = life.run(START + STEP, {"acme": reading(FIRST)}, probes={"plain": "ok"})

    assert not line.news
    assert line == RunLine(START + STEP, START + STEP + 20, line.version, line.v)


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


def test_folding_itself_keeps_the_union_of_components_and_regions(life: Life) -> None:
    for number, name in enumerate("ab"):
        told = IncidentLine(
            "acme", "i9", name, "T", open=True, components=(f"c{name}",), regions=(f"r{name}",)
        )
        life.store.record(RunLine(START + number, START + 9, "1", 2_700, incidents=(told,)))
    found = remembered(life, "i9").incident

    assert (found.components, found.regions) == (("ca", "cb"), ("ra", "rb"))


def test_resolved_and_reopened_are_phases_of_one_incident(life: Life) -> None:
    for number, one in enumerate((FIRST, DONE, FIRST, DONE)):
        life.run(START + HOUR + number * STEP, {"acme": reading(one)})
    record = remembered(life)

    again = START + HOUR + 2 * STEP
    assert record.phases == ((START, DONE.ended_at), (again, again))
    assert record.resolved_seen == START + HOUR + 3 * STEP


def test_an_incident_that_is_gone_from_three_lists_was_withdrawn(life: Life) -> None:
    life.run(START, {"acme": reading(OLDER)})
    life.run(START + STEP, {"acme": reading(OLDER, FIRST)})
    states = []
    for number in range(2, 6):
        now = START + number * STEP
        life.run(now, {"acme": reading(OLDER)})
        record = remembered(life)
        states.append((record.incident.open, record.withdrawn_at))

    third = START + 4 * STEP
    assert states == [(True, None), (True, None), (False, third), (False, third)]
    assert remembered(life).phases == ((START, third),)


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


def test_work_that_cannot_be_read_is_not_over(life: Life) -> None:
    life.run(START, {"acme": working("in_progress")})
    life.run(START + STEP, {"acme": "timeout"})

    work = works.maintenances(life.store.connection, START)
    assert [one.phase for _, one in work] == ["in_progress"]


def test_a_carried_conclusion_keeps_the_time_of_its_evidence(life: Life) -> None:
    life.run(START, {"acme": reading(FIRST)})
    line = life.run(START + STEP, {"acme": "timeout"})
    life.run(START + 2 * STEP, {"acme": "timeout"})

    assert "acme" in line.carried
    snapshots = life.store.memory().snapshots
    assert snapshots["acme"].last_seen == START
    assert snapshots["cloud"].last_seen == START + 2 * STEP


def test_a_blind_run_is_known_and_changes_nothing_else(life: Life) -> None:
    life.run(START, {"acme": reading(FIRST)}, probes={"plain": "ok"})
    before = life.dump()
    life.run(START + STEP, blind=True)
    after = life.dump()

    assert after.keys() == before.keys()
    assert {table for table in after if after[table] != before[table]} == {"runs"}
    assert [run.blind for run in rows.runs(life.store.connection, START)] == [False, True]


def test_troubles_are_stretches_of_one_reason(life: Life) -> None:
    said: list[Reading | str] = ["timeout", "timeout", "http_403", reading(), "http_403"]
    for number, one in enumerate(said):
        life.run(START + number * STEP, {"acme": one})
    found = life.store.connection.execute(
        "SELECT reason, first_seen, coalesce(last_seen, (SELECT max(id) FROM runs)) FROM troubles"
        " WHERE source = 'acme' ORDER BY 2",
    )

    assert [(reason, (a - START) // STEP, (b - START) // STEP) for reason, a, b in found] == [
        ("timeout", 0, 1),
        ("http_403", 2, 2),
        ("http_403", 4, 4),
    ]


def test_a_service_that_left_comes_back_with_its_history(life: Life) -> None:
    life.run(START, {"cloud": reading(word=Level.MAJOR)})
    everything = life.catalogue
    life.catalogue = Catalogue(everything.site, everything.providers[:1])
    life.run(START + STEP)
    gone = life.store.memory()
    life.catalogue = everything
    life.run(START + 2 * STEP)
    back = life.store.memory()

    assert "cloud" not in {*gone.owners, *gone.snapshots, *gone.sources}
    assert back.owners["cloud"] == "cloud"
    seen = "SELECT level FROM snapshots WHERE service = 'cloud' ORDER BY first_seen"
    assert [level for (level,) in life.store.connection.execute(seen)] == ["major", "none"]


def test_a_probe_that_left_the_catalogue_is_forgotten(life: Life) -> None:
    life.run(START, probes={"plain": "fail"})
    life.run(START + STEP, probes={"plain": "fail"})
    assert life.store.memory().probes["plain"].word == "fail"
    life.run(START + 2 * STEP, probes={})

    assert life.store.memory().probes == {}


def test_only_components_that_changed_are_told_and_all_are_known(life: Life) -> None:
    parts = tuple(Component(f"c{n}", f"Part {n}", Level.NONE) for n in range(3))
    life.run(START, {"acme": reading(components=parts)})
    changed = (replace(parts[0], level=Level.MAJOR), parts[1])
    told = life.run(START + STEP, {"acme": reading(components=changed)}).sources["acme"]

    assert told is not None
    assert told.components == {"c0": ("Part 0", Level.MAJOR), "c2": None}
    assert life.store.memory().sources["acme"].components == {
        "c0": ("Part 0", Level.MAJOR),
        "c1": ("Part 1", Level.NONE),
    }


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


@requires_shared
def test_hostile_texts_come_back_from_the_journal_exactly_as_they_were_cleaned(
    life: Life,
    tmp_path: Path,
) -> None:
    assert len(strings()) > 500
    lines = tuple(
        IncidentLine(
            provider="acme",
            id=text.plain(words) or name,
            digest=name,
            title=text.plain(words),
            open=True,
            updates=(UpdateLine(name, text.plain(words, text.BODY), START, text.plain(words)),),
        )
        for name, words in strings()
    )
    life.store.record(RunLine(START, START + 20, "1", 2_700, incidents=lines))
    life.runs.append(next(iter(journal.read(life.store.data / "journal"))))
    known = {one.incident.id: one for one in life.store.memories(START).records}

    for line in lines:
        if len([one for one in lines if one.id == line.id]) == 1:
            record = known[line.id]
            assert record.incident.title == line.title
            assert [one.text for one in record.incident.updates] == [line.updates[0].text]
    assert rebuilt(life, tmp_path) == life.dump()
