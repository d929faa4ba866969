"""The commands that carry what was learned and built to where others see it, and prove it."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli import github, options
from crawler.exits import line

if TYPE_CHECKING:
    from crawler.deploy.git import Git

_remote = click.option("--remote", metavar="URL", help="Where the branch is; else `origin`.")


@contextmanager
def _branch(data: Path, remote: str | None) -> Iterator["Git"]:
    """The journal's branch, while nobody else writes to the data folder."""
    from crawler import store
    from crawler.deploy.git import Git, origin

    with store.lock(data):
        place = remote or origin(os.environ)
        if not place:
            raise click.UsageError("no remote: name one with --remote, or run this in a clone")
        yield Git(data / ".branch", place, os.environ, github.token())


@click.command()
@options.data
@_remote
def restore(data: Path, remote: str | None) -> None:
    """Bring the journal level with the branch `data`; what is only here stays."""
    from crawler.deploy import branch

    with _branch(data, remote) as git:
        found = branch.restore(data, git)
    if found.tip is None:
        click.echo(f"{data}: there is no branch {branch.BRANCH} yet", err=True)
    else:
        click.echo(f"{data}: level with {found.tip}, {found.days} days changed", err=True)


@click.command()
@options.data
@_remote
@options.now
@click.option("--heartbeat", is_flag=True, help="Push now, even if nothing is new.")
def push(data: Path, remote: str | None, now: int, heartbeat: bool) -> None:
    """Push the journal to the branch `data`, when that is due.

    It is due when a run learned something, else 30 minutes after the last push. Never by force: a
    branch that moved on is fetched, merged and tried again.
    """
    from crawler.deploy import branch

    with _branch(data, remote) as git:
        ended = branch.push(data, git, now, time.sleep, heartbeat=heartbeat)
    github.output(pushed=ended.pushed, sha=ended.sha or "")
    if ended.pushed:
        click.echo(f"{branch.BRANCH}: {ended.runs} runs pushed as {ended.sha}", err=True)
    else:
        click.echo(f"{branch.BRANCH}: {ended.runs} new runs, not due yet", err=True)


@click.command()
@click.argument("target", type=click.Choice(["github-pages"]))
@options.now
@click.option("--artifact", type=int, required=True, help="The id of the uploaded artifact.")
@click.option("--commit", required=True, help="A commit that was never deployed: its full SHA.")
def deploy(target: str, now: int, artifact: int, commit: str) -> None:
    """Publish an uploaded site; works inside a job of GitHub Actions."""
    from crawler.deploy import pages
    from crawler.deploy.git import SHA

    if not SHA.fullmatch(commit):
        raise click.BadParameter(f"{commit!r} is not a full SHA", param_hint="--commit")
    ask = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    proof = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    with github.opened(now) as door:
        hub = github.hub(door)
        url = pages.deploy(hub, artifact, commit, lambda: pages.identity(door, ask, proof))
    github.output(url=url)
    click.echo(f"{target}: {commit} is at {line(url)}", err=True)


@click.command()
@click.argument("place", metavar="URL|FOLDER")
@options.built
@options.now
@click.option("--build", help="The id of the build to find; else that of the site in --out.")
def verify(place: str, out: Path, now: int, build: str | None) -> None:
    """Read a site as served until it is the build that we made, for 3 minutes.

    Of a FOLDER, check that its files agree and print the id of the build.
    """
    from crawler.deploy import served

    if not re.match("https?://", place, re.IGNORECASE):
        click.echo(found := served.built(Path(place)))
        github.output(build=found)
        return
    options.trusted(place)
    wanted = build or served.built(out)
    with github.opened(now) as door:
        at = served.verify(door, place, wanted)
    click.echo(f"{line(place)}: serves {wanted}, built {line(at)}", err=True)
