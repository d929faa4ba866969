"""The command that tells people what happened."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler import __version__
from crawler.cli import github, options
from crawler.errors import Busy
from crawler.exits import line

if TYPE_CHECKING:
    from crawler.alerts import Outlook, Repository
    from crawler.alerts.channels import Channel
    from crawler.catalogue import Catalogue, Site


@click.command()
@options.content
@options.data
@options.now
@click.option("--dry-run", is_flag=True, help="Print what would be sent; send and keep nothing.")
@click.option(
    "--patience",
    default="10s",
    show_default=True,
    callback=options.pause,
    metavar="TIME",
    help="End when nothing has arrived for so long; what is left is told next time.",
)
def notify(content: Path, data: Path, now: int, dry_run: bool, patience: int) -> None:
    """Tell the channels in WHOSDOWN_ALERTS, and GitHub issues if site.toml says so, what happened.

    A channel that does not answer is tried again next time, and is no failure.
    """
    from crawler import alerts, store
    from crawler.site import templates

    catalogue = options.catalogue(content)
    repository = _repository(catalogue.site)
    channels = _channels(catalogue, repository)
    if not channels:
        click.echo("alerts: no channel is set up", err=True)
        return
    with store.lock(data, ".alerts.lock"):
        with options.opened(data) as memory:
            texts = templates(content) / "alerts"
            outlook = alerts.look(catalogue, memory, channels, texts, now)
        if dry_run:
            _show(outlook)
            return
        agent = f"whosdown/{__version__} (+{catalogue.site.contact})"
        ledger = alerts.Ledger(data / "journal", now)
        problems = alerts.tell(outlook, channels, repository, ledger, agent, patience)
        for name, problem in sorted(problems.items()):
            click.echo(f"alerts: {name}: {line(problem)}; kept for the next time", err=True)
        # So that the database is level now; a run that is at work sees to it by itself.
        with suppress(Busy), options.opened(data):
            pass


def _channels(catalogue: "Catalogue", repository: "Repository | None") -> "list[Channel]":
    from crawler.alerts.channels import GITHUB, VARIABLE, Channel, parse

    channels = parse(os.environ.get(VARIABLE, ""), catalogue)
    if channels:
        from crawler.alerts import push

        push.check(channels, catalogue)
    return [*channels, Channel(GITHUB)] if repository else channels


def _repository(site: "Site") -> "Repository | None":
    from crawler.alerts import Repository
    from crawler.github.api import API

    if not site.alerts.github_issues:
        return None
    token = github.token()
    if not token:
        click.echo("alerts: github: GITHUB_TOKEN is missing, so no issue is written", err=True)
        return None
    return Repository(site.alerts.repository, token, os.environ.get("GITHUB_API_URL") or API)


def _show(outlook: "Outlook") -> None:
    for one in outlook.beginners:
        click.echo(f"{one.channel}: is new; it will hear of what begins from now on")
    for name, messages in outlook.messages.items():
        for message in messages:
            click.echo(f"{name}: {line(message.subject)}")
            for words in message.body.splitlines():
                click.echo(f"    {line(words)}")
