"""The commands that ask: how services are, and for the data behind it."""

import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli import options
from crawler.errors import Unreadable
from crawler.exits import line

if TYPE_CHECKING:
    from crawler.catalogue import Catalogue


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="Every service; the default.")
@click.option(
    "--site", callback=options.web, metavar="URL", help="Ask this site; else the one of site.toml."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Read a site built here."
)
@click.option("--live", is_flag=True, help="Ask the providers themselves, now.")
@click.option(
    "--max-age",
    callback=options.pause,
    metavar="TIME",
    help="Take older evidence for unknown: 90s, 5m, 1h.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.content
@options.now
def check(
    names: Sequence[str],
    every: bool,
    site: str | None,
    out: Path | None,
    live: bool,
    max_age: int | None,
    as_json: bool,
    content: Path,
    now: int,
) -> None:
    """Say how services are, by id, name or alias.

    Exit 0: up. 1: degraded or under maintenance. 2: down. 3: unknown, or no answer. Of several,
    the worst; what is known counts before what is not.
    """
    from crawler import check as checking

    if sum((site is not None, out is not None, live)) > 1:
        raise click.UsageError("--site, --out and --live exclude each other")
    if every and names:
        raise click.UsageError("--all and names exclude each other")
    try:
        document = _document(names, site, out, live, content, now)
        rows = checking.found(document, () if live else names)
    except checking.Stranger as error:
        raise click.BadParameter(line(str(error))) from None
    except Unreadable as error:
        click.echo(f"whosdown: no answer: {line(str(error))}", err=True)
        sys.exit(3)
    told = [checking.aged(row, document, now, max_age) for row in rows]
    if as_json:
        click.echo(options.printed(told, indent=1))
    else:
        for row in told:
            click.echo(line(f"{row['id']}: {row['indicator']}: {row.get('description') or ''}"))
    sys.exit(checking.exit_code(told))


def _document(
    names: Sequence[str], site: str | None, out: Path | None, live: bool, content: Path, now: int
) -> dict[str, Any]:
    """The statuses.json to answer from."""
    from crawler import check as checking

    if live:
        return _live(names, content, now)
    if out is not None:
        return checking.built(out)
    return checking.fetched(site or options.site(content).url, options.anywhere(), now)


def _live(names: Sequence[str], content: Path, now: int) -> dict[str, Any]:
    """What a site would say that asks only the providers of these services, once, now."""
    from crawler import check as checking
    from crawler import crawl
    from crawler.site import api
    from crawler.site.gather import gather
    from crawler.store import opened

    catalogue = options.catalogue(content)
    known = {
        "services": [
            {"id": s.id, "name": s.name, "aliases": s.aliases} for _, s in catalogue.services()
        ]
    }
    wanted = {row["id"] for row in checking.found(known, names)}
    few = _only(catalogue, wanted)
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder), lambda _: None) as store,
    ):
        crawl.run(few, store, options.network(catalogue.site), now)
        board = gather(few, store.memories(now), now)
    document: dict[str, Any] = json.loads(api.statuses(board))
    document["services"] = [row for row in document["services"] if row["id"] in wanted]
    return document


def _only(catalogue: "Catalogue", wanted: set[str]) -> "Catalogue":
    """The catalogue with the providers of some services alone."""
    from dataclasses import replace

    providers = [p for p in catalogue.providers if wanted & {s.id for s in p.services}]
    return replace(catalogue, providers=tuple(providers))


@click.command()
@click.argument("table", type=click.Choice(["incidents", "days"]), default="incidents")
@click.option(
    "--format", "form", type=click.Choice(["csv", "ndjson"]), default="csv", show_default=True
)
@options.content
@options.data
@options.now
def export(table: str, form: str, content: Path, data: Path, now: int) -> None:
    """Print the open data: every incident, or the seconds of every service and UTC day."""
    from crawler.site import tables
    from crawler.site.gather import gather

    catalogue = options.catalogue(content)
    with options.opened(data) as memory:
        board = gather(catalogue, memory.memories(now), now)
    make, columns = tables.TABLES[table]
    rows = make(board)
    if form == "ndjson":
        _print(options.printed(row) + "\n" for row in rows)
    else:
        # GitHub's runner obeys this anywhere in what is printed.
        _print([tables.as_csv(rows, columns).replace("##[", "## [")])


def _print(parts: Iterable[str]) -> None:
    for part in parts:
        sys.stdout.buffer.write(part.encode())
    sys.stdout.buffer.flush()
