"""The branch that carries the journal: it only grows, by fast-forward, whoever else writes to it.

Its repository is `data/.branch`, bare and shallow. Losing that folder costs one larger fetch.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from crawler import journal, times
from crawler.deploy.git import Git
from crawler.errors import Refused, StorageError
from crawler.lines import RunLine
from crawler.store import files

BRANCH = "data"
AT_LEAST_EVERY = 1_800
"""Seconds after which a push is due although nothing changed."""
ATTEMPTS = (0, 1, 2, 4, 8)
"""Seconds before each try at a push; up to one second more, so that two machines part."""
_DAY_FILE = re.compile(r"journal/\d{4}/\d\d/\d\d(\.alerts)?\.ndjson")
_ENTRY = re.compile(rb"(\d+) blob ([0-9a-f]{40})\t([^\0]+)\0")


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
    return Restored(tip, _take(data, git, tip) if tip else 0)


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
        if tip:
            _take(data, git, tip)
        known = _days(git, tip) if tip else {}
        fresh = {name: raw for name, raw in _files(data) if known.get(name) != _blob(raw)}
        told = [name for name in fresh if name.endswith(journal.TOLD)]
        days = [pair for pair in fresh.items() if pair[0] not in told]
        runs = [run for name, raw in days for run in _new(git, name, raw, known)]
        last = _made_at(git, tip) if tip else None
        # An alert that is known to nobody else would be sent again.
        if not heartbeat and not told and not due(runs, last, now):
            return Pushed(tip, pushed=False, runs=len(runs))
        commit = _commit(data, git, tip, [*fresh], now, len(runs))
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


def _take(data: Path, git: Git, tip: str) -> int:
    """Merge what the branch has into the files here; how many of them that changed."""
    changed = 0
    for name, blob in _days(git, tip).items():
        path = data / name
        ours = path.read_bytes() if path.is_file() else b""
        if ours and _blob(ours) == blob:
            continue
        theirs = git.run("cat-file", "blob", blob)
        with _named(f"{BRANCH}:{name}"):
            join = journal.union if name.endswith(journal.TOLD) else journal.merge
            merged = join(theirs, ours)
        if merged != ours:
            _write(path, merged)
            changed += 1
        if _lost(ours, merged):
            # Of two runs of one second theirs stays; the database knows ours.
            files.remove(data / "status.db")
    return changed


def _lost(ours: bytes, merged: bytes) -> bool:
    whole = ours[: ours.rfind(b"\n") + 1].splitlines()
    return not {*whole} <= {*merged.splitlines()}


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(raw)
    part.replace(path)
    journal.sync(path.parent)


def _days(git: Git, tip: str) -> dict[str, str]:
    """The days on the branch: the path of each and the hash of its content."""
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", tip, "--", "journal")
    found = {name.decode("utf-8", "replace"): sha for _, sha, name in _ENTRY.findall(listed)}
    return {name: sha.decode() for name, sha in found.items() if _DAY_FILE.fullmatch(name)}


def _files(data: Path) -> Iterator[tuple[str, bytes]]:
    """The days here, each without a last line that was never ended."""
    folder = data / "journal"
    for path in (*journal.files(folder), *journal.told(folder)):
        raw = path.read_bytes()
        yield path.relative_to(data).as_posix(), raw[: raw.rfind(b"\n") + 1]


def _blob(raw: bytes) -> str:
    """The name that git gives to a content."""
    whole = raw[: raw.rfind(b"\n") + 1]
    return hashlib.sha1(b"blob %d\0" % len(whole) + whole, usedforsecurity=False).hexdigest()


def _new(git: Git, name: str, raw: bytes, known: dict[str, str]) -> list[RunLine]:
    """The runs of a day that the branch does not have. Raises StorageError on a damaged line."""
    theirs = git.run("cat-file", "blob", known[name]) if name in known else b""
    lines = {*raw.splitlines()} - {*theirs.splitlines()}
    with _named(name):
        merged = journal.merge(b"".join(line + b"\n" for line in lines))
    return [msgspec.json.decode(line, type=RunLine) for line in merged.splitlines()]


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Put the file's name before what is wrong in it."""
    try:
        yield
    except StorageError as error:
        raise StorageError(f"{name}: {error}") from None


def _made_at(git: Git, tip: str) -> int:
    return int(git.run("show", "--no-patch", "--format=%ct", tip))


def _commit(data: Path, git: Git, tip: str | None, names: list[str], now: int, runs: int) -> str:
    """A commit after `tip` with these files as they are here; everything else stays."""
    index = {"GIT_INDEX_FILE": str(git.folder / "journal.index")}
    git.run("read-tree", *([tip] if tip else ["--empty"]), more=index)
    entries = [
        f"100644 {git.run('hash-object', '-w', '--stdin', given=raw).decode().strip()}\t{name}\n"
        for name, raw in _files(data)
        if name in names
    ]
    git.run("update-index", "--add", "--index-info", given="".join(entries).encode(), more=index)
    tree = git.run("write-tree", more=index).decode().strip()
    parents = ["-p", tip] if tip else []
    words = f"Journal of {times.iso(now)}: {runs} runs\n"
    date = f"{now} +0000"
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return git.run("commit-tree", tree, *parents, given=words.encode(), more=dates).decode().strip()
