"""The journal: one line per run, in the file of its day, whole or not there."""

from pathlib import Path

import msgspec
import pytest

from crawler import journal
from crawler.errors import StorageError
from crawler.lines import IncidentLine, MaintenanceLine, RunLine, SnapshotLine
from crawler.model import Level
from crawler.times import DAY
from lives import MIDNIGHT, START, run


def file_of(folder: Path, day: str = "2026/11/22") -> Path:
    return folder / f"{day}.ndjson"


def test_runs_come_back_in_order_whatever_their_day(tmp_path: Path) -> None:
    runs = [run(MIDNIGHT - 1), run(MIDNIGHT), run(MIDNIGHT + 5), run(MIDNIGHT + 40 * DAY)]
    for one in runs:
        journal.append(tmp_path, one)

    assert list(journal.read(tmp_path)) == runs
    names = [str(path.relative_to(tmp_path)) for path in journal.files(tmp_path)]
    assert names == ["2026/11/21.ndjson", "2026/11/22.ndjson", "2027/01/01.ndjson"]


def test_the_day_is_that_of_utc_and_of_the_start(tmp_path: Path) -> None:
    journal.append(tmp_path, run(MIDNIGHT - 1, end=MIDNIGHT + 100))

    assert file_of(tmp_path, "2026/11/21").is_file()


def test_a_run_that_learned_nothing_takes_less_than_a_hundred_bytes(tmp_path: Path) -> None:
    journal.append(tmp_path, run(START))

    assert file_of(tmp_path).stat().st_size < 100


def test_a_last_line_without_its_newline_is_no_run(tmp_path: Path) -> None:
    journal.append(tmp_path, run(START))
    whole = file_of(tmp_path).read_bytes()
    torn = msgspec.json.encode(run(START + 300))
    for length in (1, len(torn) // 2, len(torn)):
        file_of(tmp_path).write_bytes(whole + torn[:length])

        assert list(journal.read(tmp_path)) == [run(START)]


def test_the_next_run_cuts_a_torn_line_off(tmp_path: Path) -> None:
    file_of(tmp_path).parent.mkdir(parents=True)
    file_of(tmp_path).write_bytes(msgspec.json.encode(run(START)) + b"\n" + b'{"id": 17953')

    journal.append(tmp_path, run(START + 300))

    assert list(journal.read(tmp_path)) == [run(START), run(START + 300)]
    assert file_of(tmp_path).read_bytes().count(b"\n") == 2


def test_a_file_that_is_only_a_torn_line_is_an_empty_day(tmp_path: Path) -> None:
    file_of(tmp_path).parent.mkdir(parents=True)
    file_of(tmp_path).write_bytes(b'{"id"')

    assert list(journal.read(tmp_path)) == []
    journal.append(tmp_path, run(START))
    assert list(journal.read(tmp_path)) == [run(START)]


@pytest.mark.parametrize(
    "damage",
    [b"nonsense", b'{"id": "x"}', b"{}", b"[1]", b'{"id":1,"end":1,"version":"\xff","v":1}', b""],
    ids=["words", "wrong type", "no keys", "a list", "not utf-8", "an empty line"],
)
def test_a_damaged_line_in_the_middle_is_named_and_never_skipped(
    damage: bytes,
    tmp_path: Path,
) -> None:
    journal.append(tmp_path, run(START))
    with file_of(tmp_path).open("ab") as file:
        file.write(damage + b"\n")
    journal.append(tmp_path, run(START + 300))

    with pytest.raises(StorageError, match=r"22\.ndjson:2: not a line of the journal"):
        list(journal.read(tmp_path))


def test_other_files_in_the_folder_are_not_read(tmp_path: Path) -> None:
    journal.append(tmp_path, run(START))
    for name in ("README.md", "2026/notes.ndjson", "2026/11/22.ndjson.bak", "2026/11/x.ndjson"):
        (tmp_path / name).write_text("not a journal", encoding="utf-8")

    assert list(journal.read(tmp_path)) == [run(START)]


def test_a_line_keeps_every_field_and_a_newer_one_is_read_by_an_older_program(
    tmp_path: Path,
) -> None:
    full = run(
        START,
        troubles={"acme": "timeout"},
        carried=("acme",),
        owners={"acme": "acme"},
        services={"acme": SnapshotLine(Level.MINOR, "x", "official", START), "old": None},
        incidents=(IncidentLine("acme", "i", "d", "title\u2028line", open=True),),
        waits={"acme": START + 60},
    )
    journal.append(tmp_path, full)
    [raw] = file_of(tmp_path).read_bytes().splitlines(keepends=True)
    file_of(tmp_path).write_bytes(raw.replace(b'{"id"', b'{"a_field_of_tomorrow":[1],"id"', 1))

    assert list(journal.read(tmp_path)) == [full]


@pytest.mark.parametrize("count", range(4))
def test_a_line_is_written_as_it_would_be_at_once(count: int, tmp_path: Path) -> None:
    told = tuple(IncidentLine("acme", f"i{n}", "d", '{"provider":"', open=True) for n in range(4))
    work = MaintenanceLine("acme", "m", "title", "scheduled")
    one = run(START, incidents=told[:count], maintenances=(work,), owners={"provider": "acme"})
    journal.append(tmp_path, one)

    assert file_of(tmp_path).read_bytes() == day(one)


def day(*runs: RunLine) -> bytes:
    return b"".join(msgspec.json.encode(one) + b"\n" for one in runs)


def test_two_journals_merge_by_start_and_each_run_once() -> None:
    mine = [run(START), run(START + 600), run(START + 1_200)]
    theirs = [run(START + 300), run(START + 600), run(START + 1_500)]
    both = sorted({one.id: one for one in mine + theirs}.values(), key=lambda one: one.id)

    assert journal.merge(day(*mine), day(*theirs)) == day(*both)
    assert journal.merge(day(*theirs), day(*mine)) == day(*both)
    assert journal.merge(day(*mine), day(*mine)) == day(*mine)
    assert journal.merge(b"", day(*mine)) == day(*mine)
    assert journal.merge() == b""


def test_a_merge_keeps_what_a_newer_program_wrote_and_leaves_a_torn_line_out() -> None:
    newer = day(run(START)).replace(b'{"id"', b'{"a_field_of_tomorrow":[1],"id"')

    assert journal.merge(newer + b'{"id":17', day(run(START + 300))) == newer + day(
        run(START + 300)
    )


def test_a_damaged_line_is_never_merged() -> None:
    with pytest.raises(StorageError, match="not a line"):
        journal.merge(day(run(START)), b"nonsense\n")


def test_many_runs_at_once_are_written_as_one_by_one(tmp_path: Path) -> None:
    runs = [run(MIDNIGHT + hours * 3_600) for hours in range(-30, 30, 7)]
    journal.append_all(tmp_path / "many", runs)
    for one in runs:
        journal.append(tmp_path / "single", one)
    many, single = (journal.files(tmp_path / name) for name in ("many", "single"))

    assert len(many) == 4
    assert [path.read_bytes() for path in many] == [path.read_bytes() for path in single]


def test_of_two_runs_of_one_second_the_first_journal_wins() -> None:
    ours, others = run(START, version="ours"), run(START, version="others")

    assert journal.merge(day(ours), day(others)) == day(ours)
