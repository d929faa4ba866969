"""How commands reach GitHub from here: its variables, the token, and what a job hears of them."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from crawler import __version__
from crawler.errors import Refused

if TYPE_CHECKING:
    from crawler.github import Door, GitHub

_SAFE = re.compile(r"[0-9A-Za-z:/._~-]{0,300}")
_REPOSITORY = re.compile(r"[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


def token() -> str:
    """The token at hand, or ""."""
    return os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN") or ""


@contextmanager
def opened(now: int) -> Iterator["Door"]:
    """The way out, which repeats no secret of this environment. `now` in seconds UTC."""
    from crawler.github import Door

    names = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "HEARTBEAT_URL", "GITHUB_TOKEN", "GH_TOKEN")
    secrets = [os.environ.get(name, "") for name in names]
    with Door(f"whosdown/{__version__}", now, time.sleep, secrets) as door:
        yield door


def hub(door: "Door") -> "GitHub":
    """The repository that GITHUB_REPOSITORY names, else that of the clone that we are in."""
    from crawler.deploy.git import origin
    from crawler.github import GitHub
    from crawler.github.api import API

    name = os.environ.get("GITHUB_REPOSITORY") or ""
    if not name:
        found = _REPOSITORY.search(origin(os.environ))
        if not found:
            raise click.UsageError(
                "no repository: set GITHUB_REPOSITORY to owner/name, or run this in its clone"
            )
        name = found[1]
    if not token():
        raise click.UsageError("no token: set GITHUB_TOKEN")
    return GitHub(door, name, token(), os.environ.get("GITHUB_API_URL") or API)


def output(**values: object) -> None:
    """Hand plain values to the later steps of a job: numbers, SHAs, booleans, addresses."""
    path = os.environ.get("GITHUB_OUTPUT")
    for name, value in values.items():
        words = str(value).lower() if isinstance(value, bool) else str(value)
        if not _SAFE.fullmatch(words):
            raise Refused(f"{name}: not a plain value")
        if path:
            with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 (its place is given)
                file.write(f"{name}={words}\n")


def summary(words: str) -> None:
    """Show our own words on the page of a job."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 (its place is given)
            file.write(words + "\n")
