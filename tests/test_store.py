"""The memory: what a long life leaves in it, and that the journal alone gives it back."""

from dataclasses import replace
from pathlib import Path

from crawler import journal, store, text
from crawler.catalogue import Catalogue
from crawler.lines import IncidentLine, RunLine, UpdateLine
from crawler.model import Component, Level, Reading
from crawler.store import rows
from crawler.store.fold import fold
from lives import HOUR, START, Life, dump, incident, provider, reading, service, world
from shared import requires_shared, strings
from wordings import DONE, EDITED, FIRST, LATER, OLDER, STEP, catalogue, working

__all__ = ["catalogue"]  # fixtures


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


def test_what_another_page_said_of_a_service_waits_for_no_all_clear_of_its_page(
    tmp_path: Path,
) -> None:
    with Life(tmp_path, world(provider("acme"), provider("beta"))) as one:
        one.run(START, {"acme": reading(incident(impact=Level.MAJOR), word=Level.MAJOR)})
        one.catalogue = world(provider("beta", service("beta"), service("acme")))
        moved = one.run(START + STEP).services["acme"]

    assert moved is not None
    assert (moved.level, moved.flags) == (Level.NONE, ())


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
