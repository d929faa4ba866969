"""Months that are over stand folded on the branch; whoever folded them, nothing is lost."""

import io
import lzma
import os
import subprocess
import tarfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import journal
from crawler.deploy import months
from crawler.errors import StorageError
from crawler.lines import Delivery
from crawler.times import DAY
from lives import START, run
from remotes import NEWS, Machine, Maker, git, machine, remote

__all__ = ["machine", "remote"]  # fixtures

NOVEMBER = "journal/2026/11.tar.xz"
# START is 2026-11-22 at 11:06.
LATER = START + 11 * DAY


def listed(where: Path) -> list[str]:
    return git(where, "ls-tree", "-r", "--name-only", "data").splitlines()


def unfolded(where: Path, month: str = NOVEMBER) -> dict[str, bytes]:
    shown = subprocess.run(
        ["git", "-C", where, "show", f"data:{month}"], check=True, capture_output=True
    )
    return months.unfold(shown.stdout)


def days(one: Machine) -> dict[str, bytes]:
    folder = one.data / "journal"
    paths = (*journal.files(folder), *journal.told(folder))
    return {path.relative_to(one.data).as_posix(): path.read_bytes() for path in paths}


def put(where: Path, files: dict[str, bytes], tmp_path: Path) -> None:
    """Let another program put files on the branch."""
    clone = tmp_path / f"clone{len(list(tmp_path.iterdir()))}"
    git(tmp_path, "clone", "-q", "-b", "data", str(where), clone.name)
    for name, raw in files.items():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_bytes(raw)
    git(clone, "add", "-A")
    git(clone, "-c", "user.name=x", "-c", "user.email=x@x.test", "commit", "-qm", "Other")
    git(clone, "push", "-q")


def test_a_month_that_is_over_becomes_one_file_and_comes_back_byte_by_byte(
    machine: Maker, remote: Path
) -> None:
    one, two = machine("one"), machine("two")
    one.learn(run(START - DAY), run(START, services=NEWS))
    journal.deliver(one.data / "journal", Delivery("team", "acme", START, "opened", START))
    one.push(START + 10)
    assert len(listed(remote)) == 3
    one.learn(run(LATER))
    one.push(LATER)

    assert listed(remote) == [NOVEMBER, "journal/2026/12/03.ndjson"]
    assert two.restore().days == 4
    assert days(two) == days(one)
    assert one.restore().days == two.restore().days == 0
    assert not one.push(LATER + 9_999).pushed


def test_a_month_is_folded_when_it_has_been_over_for_two_days() -> None:
    end = START - START % DAY + 9 * DAY  # 1 December, 00:00

    assert not months.over(NOVEMBER, START)
    assert not months.over(NOVEMBER, end + 2 * DAY - 1)
    assert months.over(NOVEMBER, end + 2 * DAY)
    assert months.over("journal/2025/12.tar.xz", START)
    assert not months.over("journal/2027/01.tar.xz", START)


def test_nothing_is_pushed_only_to_fold(machine: Maker, remote: Path) -> None:
    one = machine("one")
    one.learn(run(START))
    one.push(START + 10)

    assert not one.push(LATER).pushed
    assert one.push(LATER, heartbeat=True).pushed
    assert listed(remote) == [NOVEMBER]


def test_what_a_machine_learned_before_the_month_was_folded_joins_it(
    machine: Maker, remote: Path
) -> None:
    one, two = machine("one"), machine("two")
    two.learn(run(START + 300, services=NEWS), run(START + DAY))
    one.learn(run(START), run(LATER))
    one.push(LATER)
    two.push(LATER + 60)
    one.restore()

    assert listed(remote) == [NOVEMBER, "journal/2026/12/03.ndjson"]
    assert one.ids() == two.ids() == [START, START + 300, START + DAY, LATER]
    assert unfolded(remote) == {name: raw for name, raw in days(one).items() if "/11/" in name}


def test_a_branch_of_days_alone_is_read_and_folded_by_the_next_push(
    machine: Maker, remote: Path
) -> None:
    old = [START - 400 * DAY, START - 40 * DAY, START]
    one = machine("one")
    for at in old:
        one.learn(run(at, services=NEWS))
        assert one.push(at).pushed
    # As the branch was before months were folded.
    git(remote, "update-ref", "refs/heads/data", commit(remote, days(one)))
    two = machine("two")

    assert two.restore().days == 3
    assert two.ids() == old
    two.learn(run(START + 300))
    two.push(START + 9_999)
    assert listed(remote) == [
        "journal/2025/10.tar.xz", "journal/2026/10.tar.xz", "journal/2026/11/22.ndjson",
    ]  # fmt: skip
    one.restore()
    assert one.ids() == two.ids() == [*old, START + 300]


def commit(where: Path, files: dict[str, bytes]) -> str:
    """A commit without parents that holds these files and nothing else."""
    index = {**os.environ, "GIT_DIR": str(where), "GIT_INDEX_FILE": str(where / "test.index")}
    for name, raw in files.items():
        line = ["git", "hash-object", "-w", "--stdin"]
        sha = subprocess.run(line, input=raw, env=index, check=True, capture_output=True).stdout
        entry = f"100644,{sha.decode().strip()},{name}"
        line = ["git", "update-index", "--add", "--cacheinfo", entry]
        subprocess.run(line, env=index, check=True)
    line = ["git", "write-tree"]
    tree = subprocess.run(line, env=index, check=True, capture_output=True, text=True).stdout
    who = ["-c", "user.name=x", "-c", "user.email=x@x.test"]
    return git(where, *who, "commit-tree", "-m", "Journal", tree.strip())


def test_days_beside_their_folded_month_join_it(
    machine: Maker, remote: Path, tmp_path: Path
) -> None:
    one = machine("one")
    one.learn(run(START), run(LATER))
    one.push(LATER)
    # An older program knows days alone.
    other = machine("other")
    other.learn(run(START + 300), run(START + DAY))
    put(remote, days(other), tmp_path)
    one.learn(run(LATER + 300, services=NEWS))
    one.push(LATER + 400)

    assert listed(remote) == [NOVEMBER, "journal/2026/12/03.ndjson"]
    assert one.ids() == [START, START + 300, START + DAY, LATER, LATER + 300]
    assert list(unfolded(remote)) == ["journal/2026/11/22.ndjson", "journal/2026/11/23.ndjson"]


def test_a_month_that_a_fast_clock_folded_too_early_goes_on_day_by_day(
    machine: Maker, remote: Path
) -> None:
    fast, right = machine("fast"), machine("right")
    fast.learn(run(START))
    fast.push(LATER)
    first = git(remote, "rev-parse", f"data:{NOVEMBER}")
    for at in (START + 300, START + 600):
        right.learn(run(at, services=NEWS))
        right.push(at)

    assert listed(remote) == [NOVEMBER, "journal/2026/11/22.ndjson"]
    assert git(remote, "rev-parse", f"data:{NOVEMBER}") == first
    fast.restore()
    assert fast.ids() == right.ids() == [START, START + 300, START + 600]
    right.learn(run(LATER))
    right.push(LATER)
    assert listed(remote) == [NOVEMBER, "journal/2026/12/03.ndjson"]
    assert len(unfolded(remote)["journal/2026/11/22.ndjson"].splitlines()) == 3


def test_a_month_that_another_packer_folded_is_not_written_again(
    machine: Maker, remote: Path, tmp_path: Path
) -> None:
    one = machine("one")
    one.learn(run(START))
    one.push(LATER)
    other = lzma.compress(tar(days(one)), preset=0)
    assert other != months.fold(days(one))
    put(remote, {NOVEMBER: other}, tmp_path)
    one.learn(run(LATER))
    one.push(LATER + 1_800)

    theirs = subprocess.run(
        ["git", "-C", remote, "show", f"data:{NOVEMBER}"], check=True, capture_output=True
    )
    assert theirs.stdout == other
    assert one.ids() == [START, LATER]


def test_a_damaged_month_is_named_and_nothing_is_written(
    machine: Maker, remote: Path, tmp_path: Path
) -> None:
    one, two = machine("one"), machine("two")
    one.learn(run(START))
    one.push(LATER)
    put(remote, {NOVEMBER: b"nonsense"}, tmp_path)

    for attempt in (two.restore, lambda: one.push(LATER, heartbeat=True)):
        with pytest.raises(StorageError, match=r"2026/11\.tar\.xz: not a month"):
            attempt()
    assert not (two.data / "journal").exists()


def tar(files: dict[str, bytes]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as made:
        for name, raw in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(raw)
            made.addfile(entry, io.BytesIO(raw))
    return plain.getvalue()


_days = st.from_regex(r"journal/[0-9]{4}/[0-9]{2}/[0-9]{2}(\.alerts)?\.ndjson", fullmatch=True)


@given(st.dictionaries(_days, st.binary(max_size=2_000), max_size=8), st.randoms())
def test_a_folded_month_unfolds_to_its_days_and_its_bytes_depend_on_nothing_else(
    made: dict[str, bytes], dice: Random
) -> None:
    names = list(made)
    dice.shuffle(names)
    folded = months.fold({name: made[name] for name in names})

    assert months.unfold(folded) == made
    assert folded == months.fold(made)


def test_only_days_are_taken_out_of_a_month() -> None:
    day = "journal/2026/11/22.ndjson"
    strange = ["../../etc/passwd", "/journal/2026/11/22.ndjson", "journal/x", f"{day}/../../x"]
    packed = lzma.compress(tar({day: b"1\n", **dict.fromkeys(strange, b"2\n")}))

    assert months.unfold(packed) == {day: b"1\n"}


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_half_a_month_is_no_month(cut: int) -> None:
    whole = months.fold({"journal/2026/11/22.ndjson": b"1\n" * 500})
    with pytest.raises(StorageError, match="not a month"):
        months.unfold(whole[:cut])
