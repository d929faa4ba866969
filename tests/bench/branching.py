"""A year of jobs that push their journal to a branch, with real git: how large it becomes.

    python branching.py FOLDER RUNS

Each job makes three of the runs of year.py and then pushes if the program itself says that this is
due. It prints JSON: the commits, the runs on the branch, bytes of the packed history, of the
largest file, of the fetch by a machine that has nothing, and by one that was there an hour ago.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec
from year import history  # type: ignore[import-not-found] # a script beside this one

from crawler import times
from crawler.deploy.branch import BRANCH, due
from crawler.deploy.git import Git
from crawler.lines import RunLine

PASSES = 3
_WHO = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"


def git(*args: str) -> str:
    """What a command of git prints."""
    return subprocess.run(["git", *args], check=True, capture_output=True, text=True).stdout


def pushes(runs: int) -> Iterator[tuple[int, dict[str, bytes], int]]:
    """Each push as (time, the days that it writes, how many runs are new)."""
    days: dict[str, list[bytes]] = {}
    waiting: list[RunLine] = []
    last = None
    made = history(runs)
    while job := list(islice(made, PASSES)):
        for run in job:
            name = f"journal/{times.day(run.id).replace('-', '/')}.ndjson"
            days.setdefault(name, []).append(msgspec.json.encode(run) + b"\n")
        waiting += job
        now = job[-1].end
        if due(waiting, last, now):
            yield now, {name: b"".join(lines) for name, lines in days.items()}, len(waiting)
            last = now
            waiting = []
            # A day that is over is not written again.
            newest = max(days)
            days = {newest: days[newest]}


def write(stream: IO[bytes], runs: int) -> tuple[int, int, int]:
    """The whole year for `git fast-import`: commits, runs, and bytes of the largest file."""
    commits = told = largest = 0
    for now, days, count in pushes(runs):
        words = f"Journal of {times.iso(now)}: {count} runs\n".encode()
        stream.write(b"commit refs/heads/%s\n" % BRANCH.encode())
        stream.write(f"committer {_WHO} {now} +0000\n".encode())
        stream.write(b"data %d\n%s\n" % (len(words), words))
        for name, raw in days.items():
            stream.write(f"M 100644 inline {name}\n".encode())
            stream.write(b"data %d\n%s\n" % (len(raw), raw))
            largest = max(largest, len(raw))
        commits += 1
        told += count
    return commits, told, largest


def size(folder: Path) -> int:
    """Bytes of everything in a repository."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(folder: Path, runs: int) -> None:
    """Make the branch, pack it, fetch it, and print the figures."""
    remote = folder / "remote.git"
    git("init", "-q", "--bare", "-b", BRANCH, str(remote))
    line = ["git", "--git-dir", str(remote), "fast-import", "--quiet"]
    with subprocess.Popen(line, stdin=subprocess.PIPE) as importing:
        assert importing.stdin is not None
        commits, told, largest = write(importing.stdin, runs)
    git("--git-dir", str(remote), "gc", "--quiet", "--prune=now")
    fetches: list[int] = []
    tip = git("--git-dir", str(remote), "rev-parse", BRANCH).strip()
    machine = Git(folder / "machine", f"file://{remote}", os.environ)
    for at in (f"{tip}~4", tip):
        git("--git-dir", str(remote), "update-ref", f"refs/heads/{BRANCH}", at)
        before = size(folder / "machine") if fetches else size_of_empty(folder)
        machine.tip(BRANCH)
        fetches.append(size(folder / "machine") - before)
    figures = {
        "commits": commits,
        "runs": told,
        "history": size(remote),
        "largest": largest,
        "fresh": fetches[0],
        "next": fetches[1],
    }
    print(json.dumps(figures))


def size_of_empty(folder: Path) -> int:
    """Bytes of a repository that holds nothing."""
    git("init", "-q", "--bare", str(folder / "empty"))
    return size(folder / "empty")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
