"""The branch that carries the journal: it only grows, by fast-forward, whoever else writes to it.

Its repository is `data/.branch`, bare and shallow. Losing that folder costs one larger fetch.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from crawler import journal, times
from crawler.deploy.git import Git
from crawler.deploy.holding import Holding, named
from crawler.errors import Refused
from crawler.lines import RunLine
from crawler.store import files

BRANCH = "data"
AT_LEAST_EVERY = 1_800
"""Seconds after which a push is due although nothing changed."""
ATTEMPTS = (0, 1, 2, 4, 8)
"""Seconds before each try at a push; up to one second more, so that two machines part."""
_NO_BLOB = "0" * 40


@dataclass(frozen=True, slots=True)
class Restored:
    """What came from the branch: its newest commit (None without a branch) and how many days of
    the journal it changed here."""

    tip: str | None
    days: int


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push ended: the branch's newest commit (None without a branch), whether it is ours,
    and how many runs are in it."""

    sha: str | None
    pushed: bool
    runs: int


def restore(data: Path, git: Git) -> Restored:
    """Bring the journal in `data` level with the branch; what is only here stays.

    Raises Refused where the branch cannot be asked, StorageError where it is not a journal.
    """
    tip = git.tip(BRANCH)
    return Restored(tip, _take(data, Holding(git, tip)))


def push(
    data: Path, git: Git, now: int, wait: Callable[[float], None], *, heartbeat: bool = False
) -> Pushed:
    """Put the journal of `data` on the branch, when that is due; a heartbeat always is.

    On a rejected push the branch is fetched, merged and tried again, five times in all. `now` is
    in seconds UTC. Raises Refused, StorageError.
    """
    for pause in ATTEMPTS:
        if pause:
            wait(pause + secrets.randbelow(1_000) / 1_000)
        tip = git.tip(BRANCH)
        there = Holding(git, tip)
        _take(data, there)
        here = dict(_files(data))
        lacking = {day: lines for day, raw in here.items() if (lines := there.lacking(day, raw))}
        told = any(day.endswith(journal.TOLD) for day in lacking)
        runs = [run for day, lines in lacking.items() for run in _runs(day, lines)]
        last = _made_at(git, tip) if tip else None
        # An alert that is known to nobody else would be sent again.
        if not heartbeat and not told and not due(runs, last, now):
            return Pushed(tip, pushed=False, runs=len(runs))
        commit = _commit(git, tip, there.changes(here, now), now, len(runs))
        if git.push(commit, BRANCH):
            return Pushed(commit, pushed=True, runs=len(runs))
    raise Refused(f"{git.folder}: the branch {BRANCH} moved on {len(ATTEMPTS)} times; try again")


def due(runs: list[RunLine], last: int | None, now: int) -> bool:
    """Whether runs that are not on the branch must go there: one learned something, or the last
    push, at `last`, is half an hour old, or was made by a clock that is ahead of ours."""
    if not runs:
        return False
    news = any(run.news or run.probes or run.owners for run in runs)
    return news or last is None or not last <= now < last + AT_LEAST_EVERY


def _take(data: Path, there: Holding) -> int:
    """Merge what the branch has into the files here; how many of them that changed."""
    changed = 0
    for day in there.days():
        path = data / day
        ours = path.read_bytes() if path.is_file() else b""
        if ours and there.holds(day, _whole(ours)):
            continue
        with named(f"{BRANCH}:{day}"):
            join = journal.union if day.endswith(journal.TOLD) else journal.merge
            merged = join(*there.copies(day), ours)
        if merged != ours:
            _write(path, merged)
            changed += 1
        if _lost(ours, merged):
            # Of two runs of one second theirs stays; the database knows ours.
            files.remove(data / "status.db")
    return changed


def _lost(ours: bytes, merged: bytes) -> bool:
    return not {*_whole(ours).splitlines()} <= {*merged.splitlines()}


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(raw)
    part.replace(path)
    journal.sync(path.parent)


def _files(data: Path) -> Iterator[tuple[str, bytes]]:
    """The days here, each without a last line that was never ended."""
    folder = data / "journal"
    for path in (*journal.files(folder), *journal.told(folder)):
        yield path.relative_to(data).as_posix(), _whole(path.read_bytes())


def _whole(raw: bytes) -> bytes:
    """The lines of a file that were ended."""
    return raw[: raw.rfind(b"\n") + 1]


def _runs(day: str, lines: bytes) -> list[RunLine]:
    """The runs among the lines of a day. Raises StorageError on a damaged one."""
    if day.endswith(journal.TOLD):
        return []
    with named(day):
        merged = journal.merge(lines)
    return [msgspec.json.decode(line, type=RunLine) for line in merged.splitlines()]


def _made_at(git: Git, tip: str) -> int:
    return int(git.run("show", "--no-patch", "--format=%ct", tip))


def _commit(
    git: Git, tip: str | None, changes: Iterable[tuple[str, bytes | None]], now: int, runs: int
) -> str:
    """A commit after `tip` with files written, or removed where None; everything else stays."""
    index = {"GIT_INDEX_FILE": str(git.folder / "journal.index")}
    git.run("read-tree", *([tip] if tip else ["--empty"]), more=index)
    entries = []
    for name, raw in changes:
        if raw is None:
            entries.append(f"0 {_NO_BLOB}\t{name}\n")
        else:
            sha = git.run("hash-object", "-w", "--stdin", given=raw).decode().strip()
            entries.append(f"100644 {sha}\t{name}\n")
    git.run("update-index", "--add", "--index-info", given="".join(entries).encode(), more=index)
    tree = git.run("write-tree", more=index).decode().strip()
    parents = ["-p", tip] if tip else []
    words = f"Journal of {times.iso(now)}: {runs} runs\n"
    date = f"{now} +0000"
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return git.run("commit-tree", tree, *parents, given=words.encode(), more=dates).decode().strip()
