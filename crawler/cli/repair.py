"""The commands that add a source and find those that need a hand."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from crawler import times
from crawler.cli import options, tend
from crawler.errors import ContentError, Unreadable
from crawler.exits import line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.catalogue import Site, Source
    from crawler.doctor import Finding
    from crawler.model import Reading


@click.command()
@click.argument("page", metavar="URL", callback=options.page)
@options.content
@options.now
@click.option("--id", "key", help="The id of the provider and its service; else from the host.")
@click.option("--name", help="The name of the service; else from the id.")
@click.option("--category", help="One of site.toml; else the last one there.")
@click.option("--homepage", help="The service's own site; else the host of the page.")
def add(
    page: str,
    content: Path,
    now: int,
    key: str | None,
    name: str | None,
    category: str | None,
    homepage: str | None,
) -> None:
    """Find out what a status page is, and write its provider file.

    Exit 65 when the page cannot be read; nothing is written then.
    """
    from crawler import discover
    from crawler.catalogue import SLUG

    site = options.site(content)
    category = _category(site, category)
    key = key or discover.identifier(page)
    if not SLUG.fullmatch(key):
        raise click.BadParameter(f"{key!r} is not a slug (a-z, 0-9, -)")
    path = content / "providers" / f"{key}.toml"
    if path.exists():
        raise ContentError(f"{path}: exists already; choose another --id")
    source, reading = _find(page, site, now)
    written = discover.provider_file(
        source,
        reading,
        service=key,
        name=name or key.replace("-", " ").title(),
        category=category,
        homepage=homepage or f"https://{urlsplit(page).hostname}",
    )
    _write(content, path, written)
    _tell(source, reading, path)


def _category(site: "Site", wanted: str | None) -> str:
    known = [one.id for one in site.category]
    if wanted is not None and wanted not in known:
        raise click.BadParameter(f"{wanted!r} is not one of {', '.join(known)}")
    return wanted or known[-1]


def _find(page: str, site: "Site", now: int) -> "tuple[Source, Reading]":
    from crawler import discover

    found = discover.find(page, options.network(site), now)
    if found.source is None or found.reading is None:
        for address, reason in found.tried:
            click.echo(f"tried {line(address)}: {reason}", err=True)
        raise Unreadable(
            found.tried[-1][1] if found.tried else "never_read", f"{page} was not read"
        )
    return found.source, found.reading


def _write(content: Path, path: Path, written: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.write_text(written, encoding="utf-8")
        options.catalogue(content)
    except (ContentError, OSError):
        # Such as a page that another file reads already, or a full disk: nothing half right stays.
        path.unlink(missing_ok=True)
        raise


def _tell(source: "Source", reading: "Reading", path: Path) -> None:
    incidents = len(reading.incidents)
    click.echo(f"{path}: {source.platform}, {line(reading.headline) or 'no headline'}")
    click.echo(f"{incidents} incidents, {sum(one.open for one in reading.incidents)} open")
    for one in reading.components or ():
        click.echo(f"  {line(one.id)}  {line(one.name)}: {one.level}")


def _table(findings: "Iterable[Finding]") -> "Iterator[str]":
    """One row a source, aligned, and under it what to repair."""
    yield f"{'PROVIDER':22} {'PLATFORM':20} {'NEWEST':>10} {'ROBOTS':7} STATE"
    for one in findings:
        age = "-" if one.newest is None else times.span(one.newest)
        robots = {None: "-", True: "allow", False: "forbid"}[one.robots]
        yield f"{one.provider:22} {one.platform:20} {age:>10} {robots:7} {line(one.state)}"
        if one.repair:
            yield f"{'':22} repair: {line(one.repair)}"


@click.command()
@options.content
@options.now
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--github", is_flag=True, help="Check the repository on GitHub instead.")
def doctor(content: Path, now: int, as_json: bool, github: bool) -> None:
    """Check content, then ask every source and say what to repair.

    With --github, ask GitHub how the repository is set up; GITHUB_TOKEN is the token. Exit 1 when
    something needs a hand.
    """
    if github:
        tend.checkup(content, now, as_json=as_json)
    from crawler import crawl
    from crawler.doctor import diagnose
    from crawler.progress import progress

    catalogue = options.catalogue(content)
    with progress(sys.stderr) as tick:
        seen = crawl.look(catalogue, options.network(catalogue.site), now, tick)
    if seen is None:
        raise Unreadable("blind", "our own network does not work")
    findings = diagnose(catalogue, *seen, now)
    if as_json:
        click.echo(options.printed([asdict(one) for one in findings], indent=1))
    else:
        for row in _table(findings):
            click.echo(row)
    sys.exit(1 if any(one.repair for one in findings) else 0)
