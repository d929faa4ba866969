"""A year of jobs that push their journal to a branch, with real git: how large it becomes.

    python branching.py FOLDER RUNS

Each job makes three of the runs of year.py and then pushes if the program itself says that this is
due. It prints JSON: the commits, the runs that were pushed, bytes of the packed history, of the
largest file, of the fetch by a machine that has nothing, and by one that was there an hour ago, and
how many runs the first one then has.
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

from crawler import journal, times
from crawler.deploy import months
from crawler.deploy.branch import BRANCH, due, restore
from crawler.deploy.git import Git
from crawler.lines import RunLine

PASSES = 3
_WHO = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"


def git(*args: str) -> str:
    """What a command of git prints."""
    return subprocess.run(["git", *args], check=True, capture_output=True, text=True).stdout


def pushes(runs: int) -> Iterator[tuple[int, dict[str, bytes | None], int]]:
    """Each push as (time, the files that it writes or, with None, removes, its new runs)."""
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
            late = [name for name in days if months.over(months.file_of(name), now)]
            touched = {times.day(run.id).replace("-", "/") for run in waiting}
            files: dict[str, bytes | None] = {
                name: b"".join(days[name])
                for name in (f"journal/{one}.ndjson" for one in sorted(touched))
                if name not in late
            }
            if late:
                month = {name: b"".join(days.pop(name)) for name in late}
                files |= {months.file_of(late[0]): months.fold(month), **dict.fromkeys(month)}
            yield now, files, len(waiting)
            last = now
            waiting = []


def write(stream: IO[bytes], runs: int) -> tuple[int, int, int]:
    """The whole year for `git fast-import`: commits, runs, and bytes of the largest file."""
    commits = told = largest = 0
    for now, files, count in pushes(runs):
        words = f"Journal of {times.iso(now)}: {count} runs\n".encode()
        stream.write(b"commit refs/heads/%s\n" % BRANCH.encode())
        stream.write(f"committer {_WHO} {now} +0000\n".encode())
        stream.write(b"data %d\n%s\n" % (len(words), words))
        for name, raw in files.items():
            if raw is None:
                stream.write(f"D {name}\n".encode())
                continue
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
    restore(folder / "data", machine)
    figures = {
        "commits": commits,
        "runs": told,
        "restored": len(journal.ids(folder / "data" / "journal")),
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
