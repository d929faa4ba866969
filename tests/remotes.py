"""Machines that keep the journal on a branch of one remote."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from crawler import journal
from crawler.deploy import branch
from crawler.deploy.branch import push, restore
from crawler.deploy.git import Git
from crawler.lines import RunLine, SnapshotLine
from crawler.model import Level
from github import TOKEN
from lives import START

NEWS = {"acme": SnapshotLine(Level.MINOR, "Trouble", "official", START)}


def git(where: Path, *args: str) -> str:
    """What git says in a repository."""
    done = subprocess.run(["git", "-C", where, *args], check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Machine:
    """A data folder and its way to the remote."""

    def __init__(self, data: Path, remote: str) -> None:
        self.data, self.waits = data, list[float]()
        self.git = Git(data / ".branch", remote, os.environ, TOKEN)

    def learn(self, *runs: RunLine) -> None:
        """Append runs to the journal."""
        for one in runs:
            journal.append(self.data / "journal", one)

    def push(self, now: int, *, heartbeat: bool = False) -> branch.Pushed:
        """Push what is due; `waits` are the pauses that it would have made."""
        return push(self.data, self.git, now, self.waits.append, heartbeat=heartbeat)

    def restore(self) -> branch.Restored:
        """Take what the branch has."""
        return restore(self.data, self.git)

    def ids(self) -> list[int]:
        """The runs of the journal."""
        return [one.id for one in journal.read(self.data / "journal")]


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository that refuses force, so that no test passes by it."""
    where = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", where], check=True)
    git(where, "config", "receive.denyNonFastForwards", "true")
    git(where, "config", "receive.denyDeletes", "true")
    return where


@pytest.fixture
def machine(tmp_path: Path, remote: Path) -> Callable[[str], Machine]:
    """Makes machines by their names."""
    return lambda name: Machine(tmp_path / name, f"file://{remote}")


Maker = Callable[[str], Machine]


def published(remote: Path) -> list[int]:
    """The runs on the branch."""
    names = git(remote, "ls-tree", "-r", "--name-only", "data").splitlines()
    lines = [line for one in names for line in git(remote, "show", f"data:{one}").splitlines()]
    return [msgspec.json.decode(line, type=RunLine).id for line in lines]


def hook(remote: Path, script: str, name: str = "pre-receive") -> None:
    """Let the remote run a script before it takes a push."""
    path = remote / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\nunset GIT_DIR GIT_QUARANTINE_PATH\n{script}\n", "utf-8")
    path.chmod(0o755)
