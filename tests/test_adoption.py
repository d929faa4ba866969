"""An incident that our own checks saw first and the provider tells of later: both are one."""

from dataclasses import replace
from pathlib import Path

from checked import THEIRS, catalogue, checked, checked_world, failing, go, records
from crawler.model import Component, Level, Reading, Visit
from crawler.site.stories import edits
from lives import MINUTE, START, Life, incident, provider, reading, update, world

__all__ = ["catalogue"]  # fixtures


def test_what_the_provider_says_of_its_whole_page_is_not_narrowed_to_what_we_checked(
    tmp_path: Path,
) -> None:
    parts = (Component("a", "A", Level.NONE), Component("b", "B", Level.NONE))
    theirs = incident(started=START + 20 * MINUTE)
    with Life(tmp_path, checked_world("a", "b")) as life:
        for minutes in (0, 10, 20, 30):
            told = (theirs,) if minutes >= 20 else ()
            said = {"acme": reading(*told, components=parts)}
            life.run(START + minutes * MINUTE, said, probes={"a": "fail", "b": "ok"})
        rows = life.board(START + 30 * MINUTE).rows

    assert [len(row.open) for row in rows] == [1, 1]
    assert [row.verdict.level for row in rows] == [Level.MINOR, Level.MINOR]
    assert rows[1].open[0].record.failed_at == START


def test_the_provider_s_incident_goes_on_as_ours_on_the_same_page(life: Life) -> None:
    failing(life)
    (own,) = records(life)
    theirs = incident(
        "i1", "API errors", started=START + 15 * MINUTE, created_at=START + 47 * MINUTE,
        impact=Level.MAJOR,
    )  # fmt: skip
    for minutes in (30, 40):
        go(life, minutes, "fail")
    go(life, 50, "fail", theirs, word=Level.MAJOR)
    (one,) = records(life)

    assert (one.slug, one.first_seen) == (own.slug, own.first_seen)
    assert not one.ours
    assert one.incident.id == "i1"
    assert one.incident.title == "API errors"
    assert one.phases == ((START + 10 * MINUTE, None),)
    assert one.lead == 27 * MINUTE
    done = replace(theirs, open=False, ended_at=START + 55 * MINUTE)
    go(life, 60, "ok", done)
    go(life, 70, "ok", done)
    (over,) = records(life)
    assert over.phases == ((START + 10 * MINUTE, START + 55 * MINUTE),)
    assert over.lead == 27 * MINUTE
    told = life.board(START + 70 * MINUTE).early
    assert (told.total, told.confirmed, told.unconfirmed) == (1, 1, ())


def test_journals_of_two_machines_fold_when_one_adopts_what_the_other_knew_first(
    life: Life, tmp_path: Path
) -> None:
    told = {"acme": reading(incident(started=START + 6 * MINUTE))}
    for at, outcome in ((0, "ok"), (5, "fail"), (10, "fail")):
        life.run(START + at * MINUTE, probes={"acme": outcome})
    with Life(tmp_path / "other", life.catalogue) as other:
        other.run(START + 20, probes={"acme": "ok"})
        other.run(START + 12 * MINUTE, told, probes={"acme": "ok"})
    life.run(START + 20 * MINUTE, told, probes={"acme": "fail"})
    assert [one.adopts for one in life.runs[-1].incidents] == [f"check:acme:{START + 10 * MINUTE}"]

    with Life(tmp_path / "both", life.catalogue) as both:
        both.store.record_all(sorted([*life.runs, *other.runs], key=lambda one: one.id))
        theirs, ours = both.store.memories(START + 20 * MINUTE).records
        assert (theirs.incident.id, theirs.lead, ours.ours) == ("i1", None, True)
        both.run(START + 25 * MINUTE, told, probes={"acme": "ok"})
        both.run(START + 30 * MINUTE, told, probes={"acme": "ok"})
        known = both.store.memories(START + 30 * MINUTE).records
        assert {one.incident.id: one.incident.open for one in known}[ours.incident.id] is False


def test_journals_of_two_machines_fold_when_one_ends_what_the_other_let_go_on_as_the_provider_s(
    life: Life, tmp_path: Path
) -> None:
    failing(life)
    with Life(tmp_path / "other", life.catalogue) as other:
        other.store.record_all(life.runs)
        go(other, 22, "ok")
        go(other, 27, "ok")
        go(life, 25, "fail", incident(started=START + 16 * MINUTE))
        assert life.runs[-1].incidents[0].adopts == other.runs[-1].incidents[0].id

    with Life(tmp_path / "both", life.catalogue) as both:
        lines = {line.id: line for line in [*life.runs, *other.runs]}
        both.store.record_all([lines[key] for key in sorted(lines)])
        (one,) = both.store.memories(START + 30 * MINUTE).records
        assert (one.incident.id, one.incident.open) == ("i1", True)
        go(both, 35, "fail", incident("i2", started=START + 34 * MINUTE))
        assert {(new.id, new.adopts) for new in both.runs[-1].incidents} >= {("i2", None)}


def test_a_provider_without_a_page_is_none_of_the_sources_that_could_have_been_read(
    tmp_path: Path,
) -> None:
    pages = [provider(one) for one in ("b", "c", "d")]
    silent = [provider(one, page=False) for one in ("e", "f", "g")]
    with Life(tmp_path, world(checked(), *pages, *silent)) as life:
        failing(life)
        theirs = reading(replace(THEIRS, created_at=START + 40 * MINUTE))
        said: dict[str, Reading | str | Visit] = {"acme": theirs, "b": "timeout"}
        line = life.run(START + 50 * MINUTE, said, probes={"acme": "fail"})

    # One source of three fails, which may be why we knew first.
    assert [(one.adopts, one.lead) for one in line.incidents if one.adopts] == [
        (f"check:acme:{START + 20 * MINUTE}", None)
    ]


def test_that_the_provider_s_title_takes_the_place_of_ours_is_no_edit(life: Life) -> None:
    failing(life)
    first, next_phase = update("u", "We look.", phase="investigating"), update("u", "We look.")
    for minutes, said in ((30, first), (40, replace(next_phase, phase="identified"))):
        go(life, minutes, "fail", replace(THEIRS, title="API errors", updates=(said,)))
    story = life.board(START + 40 * MINUTE).stories[0]

    assert story.record.failed_at is not None
    assert len(story.record.revisions) == 5, "two titles, our message, theirs in two phases"
    assert edits(story.record) == ()
    assert story.edits == 0


def test_what_was_over_when_it_was_first_read_counts_from_its_first_message(life: Life) -> None:
    failing(life)
    theirs = incident(
        "i1", open=False, started=START + 15 * MINUTE, created_at=None, impact=Level.MAJOR,
        ended_at=START + 49 * MINUTE, updates=(update("u1", "Looking", START + 47 * MINUTE),),
    )  # fmt: skip
    for minutes in (30, 40):
        go(life, minutes, "fail")
    go(life, 50, "fail", theirs)
    (one,) = records(life)

    assert (one.incident.id, one.lead) == ("i1", 27 * MINUTE)


def test_what_a_provider_enters_afterwards_and_dates_back_was_not_posted_then(life: Life) -> None:
    failing(life)
    for minutes in (30, 40):
        go(life, minutes, "fail")
    for minutes in range(50, 260, 10):
        go(life, minutes, "ok")
    theirs = incident("i1", open=False, started=START + 30 * MINUTE, impact=Level.MAJOR)
    go(life, 260, "ok", theirs)
    (one,) = records(life)

    assert (one.incident.id, one.lead) == ("i1", None)


def test_an_incident_of_another_part_does_not_take_ours_over(tmp_path: Path) -> None:
    with Life(tmp_path, checked_world("web", "api")) as life:
        other = incident("i1", components=("web",), started=START + 25 * MINUTE)
        for minutes, probe, told in ((0, "ok", ()), (10, "fail", ()), (20, "fail", ())):
            life.run(START + minutes * MINUTE, {"acme": reading(*told)}, probes={"api": probe})
        life.run(START + 30 * MINUTE, {"acme": reading(other)}, probes={"api": "fail"})
        found = records(life)

    assert sorted((one.incident.id == "i1", one.ours) for one in found) == [
        (False, True),
        (True, False),
    ]


def test_an_incident_after_more_than_six_hours_is_another_one(life: Life) -> None:
    failing(life)
    for minutes in range(30, 400, 10):
        go(life, minutes, "fail")
    late = incident("i1", started=START + 390 * MINUTE, created_at=START + 399 * MINUTE)
    go(life, 400, "fail", late, word=Level.MINOR)

    assert sorted(one.ours for one in records(life)) == [False, True]


def test_the_provider_s_figure_does_not_count_the_time_before_its_own_start(life: Life) -> None:
    failing(life)
    began = START + 25 * MINUTE
    theirs = incident("i1", started=began, created_at=began, impact=Level.CRITICAL)
    go(life, 30, "fail", theirs, word=Level.CRITICAL)
    done = replace(theirs, open=False, ended_at=START + 35 * MINUTE)
    go(life, 40, "ok", done)
    reported = life.board(START + 41 * MINUTE).rows[0].uptime.reported

    assert reported is not None
    assert reported.windows[30].critical == 10 * MINUTE
