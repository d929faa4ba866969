"""From what is known of a service to its verdict: the agreed table, and rows of our own."""

from pathlib import Path

import pytest

import verdicts
from crawler import judge, upstream, verdict
from crawler.facts import Facts
from crawler.memory import Held, ProbeState, Snapshot
from crawler.model import Level, Upstream
from crawler.scope import Scoped
from crawler.streak import advance
from lives import HOUR, MINUTE, START, Life, V, provider, reading, world
from shared import SHARED, requires_shared
from verdicts import Row, Step

NOW, HALF = START, 30 * MINUTE
VECTORS = SHARED / "vectors" / "verdict.json"
WORDS = {
    "none": None,
    "ok": ProbeState(outcome="ok", last=NOW, ok_at=NOW),
    "pending": ProbeState(outcome="fail", last=NOW, failing_since=NOW),
    "fail": ProbeState(outcome="fail", last=NOW, failing_since=NOW - HOUR, confirmed=True),
    "inconclusive": ProbeState(outcome="inconclusive"),
}


def snapshot(level: Level, **more: object) -> Snapshot:
    known = {"headline": "", "basis": "official", "confidence": "reported"}
    return Snapshot(**{"level": level, **known, **more})  # type: ignore[arg-type]


def decided(row: Row) -> tuple[str, str, list[str]]:
    """Verdict, basis and flags of a row by the rooms that make them."""
    if row.place.startswith("blind:"):
        before = Level(row.place.removeprefix("blind:"))
        remembered = snapshot(before, last_seen=NOW - row.age * MINUTE)
        shown = judge.present(remembered, NOW, HALF, blind=True)
        return shown.level, shown.basis, sorted(shown.flags)
    official = None if row.official == "-" else Level(row.official)
    stale = official is not None and row.age > 30
    level, basis, flags = judge.decide(
        None if stale else official,
        row.probe,
        row.surfaces,
        has_page=row.place == "page",
        stale=stale,
    )
    return level, basis, sorted([*flags, *bearing(level, row.upstreams)])


def bearing(level: Level, others: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    own = upstream.State(level, (), level, ())
    states = {key: upstream.State(Level(word), (), Level(word), ()) for key, word in others}
    return upstream.flags({key: upstream.link(own, one, (key,)) for key, one in states.items()})


def judged(row: Row) -> tuple[str, str, list[str]]:
    """The same for a service with one surface, through the whole of judge."""
    official = None if row.official == "-" else Level(row.official)
    facts = Facts(
        scoped=Scoped(level=official) if official else None,
        read_at=NOW - row.age * MINUTE if official else None,
        fresh=official is not None and row.age == 0,
        probe=WORDS[row.probe],
        has_page=row.place == "page",
        reason=None if official and row.age == 0 else "timeout",
    )
    found = judge.judge(facts, None, NOW, HALF)
    return found.level, found.basis, sorted([*found.flags, *bearing(found.level, row.upstreams)])


def lived(steps: tuple[Step, ...]) -> list[tuple[str, list[str]]]:
    """What is shown after each run of a sequence."""
    previous: Snapshot | None = None
    probe: ProbeState | None = None
    scoped: Scoped | None = None
    read_at: int | None = None
    shown = []
    for step in steps:
        now = NOW + step.minute * MINUTE
        if step.official == "BLIND":
            present = judge.present(previous, now, HALF, blind=True)
            shown.append((str(present.level), sorted(present.flags)))
            continue
        outcome = {"inc": "inconclusive"}.get(step.probe, step.probe)
        probe = advance(probe, outcome, now)
        if step.official != "-":
            scoped, read_at = Scoped(level=Level(step.official)), now
        facts = Facts(
            scoped=scoped,
            read_at=read_at,
            fresh=step.official != "-",
            resolved=0 if step.resolved else None,
            probe=probe,
        )
        previous = judge.judge(facts, previous, now, HALF)
        shown.append((str(previous.level), sorted(previous.flags)))
    return shown


@pytest.mark.parametrize("number", verdicts.rows())
def test_each_row_of_the_table_is_decided_as_agreed(number: int) -> None:
    row = verdicts.rows()[number]
    agreed = (row.level, row.basis, sorted(row.flags))

    assert decided(row) == agreed
    if row.surfaces <= 1 and not row.place.startswith("blind:"):
        assert judged(row) == agreed


@pytest.mark.parametrize("name", verdicts.sequences())
def test_each_sequence_of_runs_is_shown_as_agreed(name: str) -> None:
    steps = verdicts.sequences()[name]

    assert lived(steps) == [(step.level, sorted(step.flags)) for step in steps]


@requires_shared
def test_the_table_written_here_is_the_one_of_the_reference_data() -> None:
    assert len(verdicts.rows_of(VECTORS)) == 36
    assert len(verdicts.sequences_of(VECTORS)) == 13
    assert verdicts.rows() == verdicts.rows_of(VECTORS)
    assert verdicts.sequences() == verdicts.sequences_of(VECTORS)


@pytest.mark.parametrize(
    ("level", "link", "answer", "who"),
    [
        ("none", "at_risk", "no", "nobody"),
        ("minor", "", "partly", "them"),
        ("major", "coincident", "partly", "them"),
        ("major", "named", "partly", "upstream"),
        ("critical", "named", "yes", "upstream"),
        ("critical", "", "yes", "them"),
        ("maintenance", "named", "maintenance", "them"),
        ("unknown", "named", "unknown", "unknown"),
    ],
)
def test_a_verdict_says_whether_it_is_down_and_who_has_the_problem(
    level: str,
    link: str,
    answer: str,
    who: str,
) -> None:
    flags = upstream.flags({"cloud": link})
    built = verdict.build(
        snapshot(Level(level), flags=flags, last_seen=NOW),
        None,
        (),
        [("cloud", "Cloud", Level.CRITICAL)],
        read_at=NOW,
        validity=V,
    )

    assert (built.answer, built.who) == (answer, who)
    assert built.upstreams == (Upstream("cloud", "Cloud", Level.CRITICAL, link),)


@pytest.mark.parametrize(
    ("official", "probe", "page", "confidence"),
    [
        ("none", "ok", True, "confirmed"),
        ("none", "none", True, "reported"),
        ("none", "inconclusive", True, "reported"),
        ("major", "fail", True, "confirmed"),
        ("major", "ok", True, "reported"),
        ("major", "none", True, "reported"),
        ("none", "fail", True, "possible"),
        ("-", "fail", True, "possible"),
        ("-", "ok", False, "possible"),
        ("-", "ok", True, None),
    ],
)
def test_confidence_says_who_agrees(
    official: str,
    probe: str,
    page: bool,
    confidence: str | None,
) -> None:
    level = None if official == "-" else Level(official)
    facts = Facts(
        scoped=Scoped(level=level) if level else None,
        read_at=NOW if level else None,
        fresh=level is not None,
        probe=WORDS[probe],
        has_page=page,
    )

    assert judge.judge(facts, None, NOW, V).confidence == confidence


def test_what_was_read_and_grew_too_old_is_stale_and_what_was_never_read_has_no_confidence() -> (
    None
):
    old = Facts(scoped=Scoped(level=Level.NONE), read_at=NOW - V - 1, reason="timeout")
    never = Facts(reason="timeout")

    assert judge.judge(old, None, NOW, V).confidence == "stale"
    assert judge.judge(never, None, NOW, V).confidence is None


def test_a_carried_conclusion_is_stale_and_keeps_its_level_until_it_expires() -> None:
    known = snapshot(Level.MAJOR, last_seen=NOW)

    carried = judge.present(known, NOW + V, V, blind=True)
    lost = judge.present(known, NOW + V + 1, V, blind=True)

    assert (carried.level, carried.basis, carried.confidence) == (Level.MAJOR, "carried", "stale")
    assert (lost.level, lost.basis, lost.reason) == (Level.UNKNOWN, "none", "blind")


def test_a_blind_run_adds_its_flag_and_takes_none_away() -> None:
    known = snapshot(Level.MAJOR, flags=("unstable", "upstream_named:cloud"), last_seen=NOW)
    unread = snapshot(Level.UNKNOWN, flags=("status_page_unreadable",), last_seen=NOW)

    assert [judge.present(one, NOW + V, V, blind=True).flags for one in (known, unread)] == [
        ("unstable", "upstream_named:cloud", "blind_run"),
        ("status_page_unreadable", "blind_run"),
    ]
    assert judge.present(known, NOW + V + 1, V, blind=True).flags == ("blind_run",)


def test_a_page_nobody_rebuilt_turns_unknown_and_tells_what_was_known_last() -> None:
    known = snapshot(Level.CRITICAL, last_seen=NOW)
    shown = judge.present(known, NOW + V + 1, V, blind=False)
    held = Held(Level.CRITICAL, NOW - 60)
    built = verdict.build(shown, held, (), (), read_at=NOW, validity=V)

    assert (built.level, built.answer, built.reason) == (Level.UNKNOWN, "unknown", "stale")
    assert (built.last_known, built.last_known_at) == (Level.CRITICAL, NOW - 60)
    assert built.valid_until is None


def test_recovery_is_held_for_one_reading_that_is_new() -> None:
    down = Facts(scoped=Scoped(level=Level.MAJOR), read_at=NOW, fresh=True)
    up = Facts(scoped=Scoped(level=Level.NONE), read_at=NOW + 300, fresh=True)
    kept = Facts(scoped=Scoped(level=Level.NONE), read_at=NOW + 300, reason="timeout")

    first = judge.judge(down, None, NOW, V)
    second = judge.judge(up, first, NOW + 300, V)
    third = judge.judge(kept, second, NOW + 600, V)

    assert (second.level, third.level) == (Level.MAJOR, Level.MAJOR)
    assert "recovery_pending" in third.flags


def test_a_probe_alone_keeps_a_service_without_a_page_until_its_answer_is_too_old() -> None:
    fine = ProbeState(outcome="ok", last=NOW, ok_at=NOW)
    refused = advance(fine, "inconclusive", NOW + 600)

    soon = judge.judge(Facts(probe=refused, has_page=False), None, NOW + V, V)
    late = judge.judge(Facts(probe=refused, has_page=False), None, NOW + V + 1, V)

    assert (soon.level, late.level) == (Level.NONE, Level.UNKNOWN)
    assert soon.last_seen == NOW, "it is as old as the answer"


def test_a_provider_whose_page_is_too_old_reports_nothing(tmp_path: Path) -> None:
    said = []
    with Life(tmp_path) as life:
        life.run(NOW, {"acme": reading()}, probes={"acme": "ok"})
        for minute in (30, 40, 60):
            life.run(NOW + minute * MINUTE, {"acme": "timeout"}, probes={"acme": "fail"})
            [row] = life.board(NOW + minute * MINUTE).rows
            said.append(row.verdict.headline)

    assert said[1:] == [
        "Possible issue: our checks fail, the provider reports normal.",
        "Possible issue: our checks fail.",
    ]


@pytest.mark.parametrize("outcome", ["inconclusive", "fail"])
def test_an_answer_that_stands_is_shown_no_longer_than_v_after_it(
    tmp_path: Path, outcome: str
) -> None:
    alone = world(provider("acme", page=False))
    shown, valid = {}, {}
    with Life(tmp_path, alone) as life:
        for minute, said in ((0, "ok"), (20, "ok"), (40, outcome), (60, "inconclusive")):
            life.run(NOW + minute * MINUTE, probes={"acme": said})
            for later in (minute, minute + 4, minute + 6):
                [row] = life.board(NOW + later * MINUTE).rows
                shown[later], valid[later] = str(row.verdict.level), row.verdict.valid_until
        [row] = life.board(NOW + 66 * MINUTE).rows
        known = life.store.memories(NOW + 3 * HOUR).intervals("acme", NOW, NOW + 3 * HOUR)
        life.run(NOW + 70 * MINUTE, probes={"acme": "ok"})
        [fresh] = life.board(NOW + 70 * MINUTE).rows

    assert {shown[minute] for minute in (0, 24, 40, 46, 60, 64)} == {"none"}
    assert {valid[minute] for minute in (20, 46, 60, 64)} == {NOW + 65 * MINUTE}
    assert (shown[66], row.verdict.reason) == ("unknown", "stale")
    assert known == [(NOW, NOW + 65 * MINUTE, Level.NONE)]
    assert (fresh.verdict.level, fresh.verdict.valid_until) == (Level.NONE, NOW + 115 * MINUTE)


def test_nothing_that_is_unknown_is_ever_called_well_or_down(tmp_path: Path) -> None:
    with Life(tmp_path) as life:
        life.run(NOW, {"acme": "http_403"})
        [row] = life.board(NOW).rows

    assert (row.verdict.level, row.verdict.answer) == (Level.UNKNOWN, "unknown")
    assert (row.verdict.reason, row.verdict.who) == ("http_403", "unknown")
