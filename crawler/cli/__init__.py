"""The command `whosdown`. This package alone reads the clock and the environment."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler import __version__
from crawler.cli import options
from crawler.cli.github import output
from crawler.errors import StorageError
from crawler.exits import Group

if TYPE_CHECKING:
    from crawler.catalogue import Catalogue
    from crawler.lines import RunLine
    from crawler.store import Store


_EVERY = 300


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="whosdown")
def main() -> None:
    """Is it me, is it them, or is it their upstream?"""


@main.command()
@options.content
@options.data
@options.out
@options.now
@options.init
@click.option("--passes", type=click.IntRange(1, 100), default=1, help="Ask so many times.")
@click.option(
    "--every",
    callback=options.pause,
    metavar="TIME",
    help="Keep so far apart (90s, 5m, 1h), also from the run before. Passes alone: 5m.",
)
@click.option("--until-news", is_flag=True, help="End at the first change, to publish it.")
def run(
    content: Path,
    data: Path,
    out: Path,
    now: int,
    init: bool,
    passes: int,
    every: int | None,
    until_news: bool,
) -> None:
    """Crawl, then build. With --passes, build after each change and at the end.

    A job of GitHub Actions hears as `left` how many passes --until-news has left.
    """
    catalogue = options.checked(content, out, data)
    with options.opened(data, init=init) as store:
        moment, started = now - 1, time.monotonic()
        begin = started + _owed(store, now, every or 0)
        apart = _EVERY if every is None else every
        for left in reversed(range(passes)):
            time.sleep(max(0.0, begin + apart * (passes - 1 - left) - time.monotonic()))
            # A run is known by its second, so a pass that follows a late one has the next.
            moment = max(moment + 1, now + int(time.monotonic() - started))
            line = _crawl(catalogue, store, moment)
            ends = left == 0 or (until_news and line.news)
            if ends:
                output(left=left or "")
            if ends or line.news:
                ended = max(moment, now + int(time.monotonic() - started))
                _build(catalogue, store, content, out, ended)
            if ends:
                break


def _owed(store: "Store", now: int, every: int) -> int:
    """How many seconds are missing until the newest run is `every` seconds ago."""
    from crawler.store import rows

    recent = (one.id for one in rows.runs(store.connection, now - every))
    return max((one + every - now for one in recent if one <= now), default=0)


@main.command()
@options.content
@options.data
@options.now
@options.init
def crawl(content: Path, data: Path, now: int, init: bool) -> None:
    """Ask every source once and remember what they say."""
    catalogue = options.catalogue(content)
    with options.opened(data, init=init) as store:
        _crawl(catalogue, store, now)


@main.command()
@options.content
@options.data
@options.out
@options.now
def build(content: Path, data: Path, out: Path, now: int) -> None:
    """Write the site from what is remembered."""
    catalogue = options.checked(content, out, data)
    with options.opened(data) as store:
        _build(catalogue, store, content, out, now)


@main.command()
@options.content
@options.out
@options.now
def demo(content: Path, out: Path, now: int) -> None:
    """Build a site from 90 simulated days; every page says so."""
    import tempfile

    from crawler import simulate
    from crawler.store import opened

    catalogue = options.checked(content, out)
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder), lambda _: None) as memory,
    ):
        memory.record_all(simulate.history(catalogue, now))
        memory.time(simulate.timings(catalogue, now))
        _build(catalogue, memory, content, out, now, simulated=True)


@main.command()
@options.built
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(out: Path, port: int) -> None:
    """Show the built site at http://127.0.0.1:PORT/ until interrupted."""
    from crawler.serve import serve_folder

    if not (out / "index.html").is_file():
        raise StorageError(f"{out}: there is no site; build one with `whosdown run` or `demo`")
    serve_folder(out, port, click.echo)


@main.command()
@options.data
def rebuild(data: Path) -> None:
    """Fold the journal into a new database."""
    from crawler import store

    with store.lock(data):
        count = store.rebuild(data, data / "status.db")
    click.echo(f"{data / 'status.db'}: rebuilt from {count} runs")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--platform", help="Read as this platform instead of finding it by shape.")
def read(files: Sequence[Path], platform: str | None) -> None:
    """Print what would be read from saved replies of status pages, one JSON line per file.

    Exit 65 when a file is unreadable.
    """
    from crawler.platforms import PLATFORMS
    from crawler.saved import describe

    if platform is not None and platform not in PLATFORMS:
        raise click.BadParameter(f"{platform!r} is not one of {', '.join(PLATFORMS)}")
    code = 0
    for path in files:
        told = describe(path, platform)
        click.echo(options.printed(told))
        code = 65 if "reason" in told else code
    sys.exit(code)


def _crawl(catalogue: "Catalogue", store: "Store", now: int) -> "RunLine":
    import logging

    from crawler import crawl as crawling
    from crawler.progress import progress, summary

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    network = options.network(catalogue.site)
    with progress(sys.stderr) as tick:
        line = crawling.run(catalogue, store, network, now, tick)
    click.echo(summary(line, sum(one.source is not None for one in catalogue.providers)), err=True)
    return line


def _build(
    catalogue: "Catalogue",
    store: "Store",
    content: Path,
    out: Path,
    now: int,
    *,
    simulated: bool = False,
) -> None:
    from crawler import site
    from crawler.platforms import EXPERIMENTAL
    from crawler.site.gather import gather

    known = store.memories(now)
    board = gather(catalogue, known, now, simulated=simulated, experimental=EXPERIMENTAL)
    site.write(board, content, out, _copied(store))
    click.echo(f"{out}: {len(board.rows)} services", err=True)


def _copied(store: "Store") -> dict[str, bytes]:
    """A copy of the database, and what it holds, by their paths on the site."""
    import tempfile

    from crawler.store import published

    with tempfile.TemporaryDirectory() as folder:
        published.publish(store, Path(folder) / "status.db")
        return {f"data/{path.name}": path.read_bytes() for path in Path(folder).iterdir()}


# At the end, because these commands are parts of `main` that stand in another file.
from crawler.cli.publish import deploy, push, restore, verify  # noqa: E402
from crawler.cli.query import check, export  # noqa: E402
from crawler.cli.repair import add, doctor  # noqa: E402
from crawler.cli.tell import notify  # noqa: E402
from crawler.cli.tend import archive, release, resume, watchdog  # noqa: E402

for command in (
    *(add, archive, check, deploy, doctor, export),
    *(notify, push, release, restore, resume, verify, watchdog),
):
    main.add_command(command)
