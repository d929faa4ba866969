"""Board in, files out: everything that people and programs read."""

import gc
import os
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path

from crawler.catalogue import Catalogue
from crawler.errors import templated
from crawler.memory import NOTHING
from crawler.site import (
    api,
    articles,
    badges,
    feeds,
    hosting,
    kept,
    pages,
    publish,
    reference,
    tables,
    twins,
)
from crawler.site import build as building
from crawler.site.board import Board
from crawler.site.feeds.examples import examples
from crawler.site.gather import gather


def build(
    board: Board, content: Path, templates: Path, memory: kept.Anew = kept.ANEW
) -> dict[str, bytes]:
    """Every file of the site by its path. The same board gives the same bytes.

    `memory` may take over parts of an earlier build instead of making them again.
    Raises SiteError for a broken link, a path claimed twice or a template that cannot be used,
    ContentError for an article.
    """
    guides = articles.load(content, board, memory)
    machines = (
        api.render(board),
        badges.render(board),
        twins.render(board, guides),
        tables.render(board),
    )
    subscribed = feeds.render(board, memory)
    told = reference.reference(board, ChainMap(*machines))
    about = [
        pages.Page("api.html", "api/index.html", {"reference": told}),
        pages.Page("subscribe.html", "subscribe/index.html", {"examples": examples(subscribed)}),
    ]
    with templated():
        people = pages.render(board, guides, templates, about, memory)
    files = (
        people,
        *machines,
        twins.of_guides(board, guides, memory),
        building.render(board, ChainMap(people, *machines)),
        subscribed,
        hosting.render(board.site),
    )
    # First, because it knows the line.
    articles.check_links(guides, ChainMap(*files), board.site.url)
    return publish.together(*files, base=board.site.url, memory=memory)


def check(catalogue: Catalogue, content: Path, out: Path, *needed: Path) -> None:
    """Say before anything is asked or written what would end a build that goes to `out`.

    Raises ContentError for an article that no build can use, SiteError where a site in `out` would
    take the place of something else, such as one of the folders that are `needed`.
    """
    publish.check_place(out, content, *needed)
    articles.check(content, gather(catalogue, NOTHING, 0))


def write(board: Board, content: Path, out: Path, more: Mapping[str, bytes]) -> None:
    """Build the site and put it in place of the one in `out`; raises as `build` does.

    `more` are files by path that are no part of the build, such as a copy of the database.
    """
    memory = kept.Kept(Path(os.path.realpath(out)))
    collecting = gc.isenabled()
    gc.disable()  # what is made stays until it is written; a tenth of the time went into looking
    try:
        files = build(board, content, templates(content), memory)
    finally:
        if collecting:
            gc.enable()
    try:
        publish.publish({**files, **more}, out, memory.standing)
        memory.save()
    except OSError as error:
        # A write that finds no room names no file.
        error.filename = error.filename or out
        raise


def templates(content: Path) -> Path:
    """The folder of the templates: the one beside `content`, else ours."""
    beside = content.parent / "site_templates"
    ours = Path(__file__).resolve().parent.parent.parent / "site_templates"
    return beside if beside.is_dir() else ours
