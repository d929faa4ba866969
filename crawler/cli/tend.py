"""The commands that keep a site on GitHub going for years: watchdog, archive, checkup."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from crawler.cli import github, options
from crawler.exits import line

if TYPE_CHECKING:
    from crawler.github import Door

_MB = 1 << 20


@click.command()
@click.argument("url", required=False, callback=options.web)
@options.content
@options.now
def watchdog(url: str | None, content: Path, now: int) -> None:
    """Start a crawl when the last good one, or the site at URL, is too old.

    Without URL it is that of site.toml.

    When that did not help twice, one issue says so; exit 1 then. HEARTBEAT_URL is pinged when
    neither is too old.
    """
    from crawler.deploy import served, watch

    url = options.trusted(url or options.site(content).url)
    with github.opened(now) as door:
        hub = github.hub(door)
        seen = watch.look(hub, now, served.built_at(door, url))
        act = watch.decide(seen, now)
        click.echo(watch.words(seen, now, line(url)))
        # What helps comes first: where issues are switched off, telling fails.
        if act.start:
            watch.start(hub, publish=act.publish)
            click.echo("A crawl was started.")
        if act.alarm:
            watch.tell(hub, seen, now, line(url))
        if act.well:
            _ping(door)
            watch.end(hub, seen, now, line(url))
    sys.exit(1 if act.alarm else 0)


@click.command()
@options.now
@click.option("--passes", type=click.IntRange(1, 100), required=True, help="How many are left.")
def resume(now: int, passes: int) -> None:
    """Let a run of its own make the passes that news cut short; works inside GitHub Actions."""
    from crawler.deploy import watch

    with github.opened(now) as door:
        watch.resume(github.hub(door), passes)
    click.echo(f"crawl: {passes} more passes follow in a run of their own", err=True)


def _ping(door: "Door") -> None:
    from crawler.deploy import watch

    if url := os.environ.get("HEARTBEAT_URL"):
        heard = watch.ping(door, url)
        click.echo("The outside switch " + ("heard us." if heard else "did not answer."))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options.content
@options.data
@options.now
def archive(folder: Path, content: Path, data: Path, now: int) -> None:
    """Write the journal, a database made from all of it, and tables into FOLDER."""
    from crawler import store
    from crawler.deploy import archive as archiving
    from crawler.site import tables
    from crawler.site.gather import gather

    catalogue = options.catalogue(content)

    def read(memory: "store.Store") -> dict[str, bytes]:
        board = gather(catalogue, memory.memories(now), now)
        return {
            f"{name}.csv": tables.as_csv(make(board), columns).encode()
            for name, (make, columns) in tables.TABLES.items()
        }

    with store.lock(data):
        sizes = archiving.make(data, folder, read)
    rows = [f"| {name} | {size:,} |" for name, size in sizes.items()]
    github.summary("\n".join(["| File | Bytes |", "|---|---:|", *rows]))
    for name, size in sizes.items():
        click.echo(f"{folder / name}: {size:,} bytes")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@options.now
def release(folder: Path, now: int) -> None:
    """Publish the archive in FOLDER as this week's release; an existing one is never changed."""
    from crawler.deploy import archive as archiving

    with github.opened(now) as door:
        hub = github.hub(door)
        made = archiving.release(hub, folder, now)
        size = archiving.size(hub)
    words = f"{archiving.tag(now)}: {'published' if made else 'exists already, left as it is'}"
    click.echo(words)
    growth = f"The repository has {size // _MB} MB."
    if size > archiving.LARGE:
        growth += " That is over 500 MB: see *Growth* in the README."
        click.echo(f"::warning::{growth}" if os.environ.get("GITHUB_ACTIONS") else growth)
    github.summary(f"{words}\n\n{growth}")


def checkup(content: Path, now: int, *, as_json: bool) -> NoReturn:
    """What `whosdown doctor --github` does; exit 1 when something needs a hand."""
    from crawler.deploy import checkup as checking

    site = options.site(content)
    with github.opened(now) as door:
        facts = checking.ask(github.hub(door))
    name = str(facts.get("repository").get("full_name", ""))
    used = options.in_repository(site, name)
    found = list(checking.checks(facts, site.url, used, now))
    if as_json:
        click.echo(options.printed([one._asdict() for one in found], indent=1))
    for one in () if as_json else found:
        click.echo(f"{one.what}: {line(one.says)}")
        if one.repair:
            click.echo(f"    repair: {line(one.repair)}")
    sys.exit(1 if any(one.repair for one in found) else 0)
