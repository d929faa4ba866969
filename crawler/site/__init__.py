"""Board in, files out: everything that people and programs read."""

from collections import ChainMap
from pathlib import Path

from crawler.site import api, articles, feeds, pages, publish
from crawler.site.board import Board


def build(board: Board, content: Path, templates: Path) -> dict[str, bytes]:
    """Every file of the site by its path. The same board gives the same bytes.

    Raises SiteError for a broken link or a path claimed twice, ContentError for an article.
    """
    guides = articles.load(content, board)
    files = (
        pages.render(board, guides, templates),
        api.render(board),
        feeds.render(board),
        {".nojekyll": b""},
    )
    # First, because it knows the line.
    articles.check_links(guides, ChainMap(*files), board.site.url)
    return publish.together(*files, base=board.site.url)


def write(board: Board, content: Path, out: Path) -> None:
    """Build the site and put it in place of the one in `out`; raises as `build` does.

    Its templates are those beside `content`, else ours.
    """
    beside = content.parent / "site_templates"
    ours = Path(__file__).resolve().parent.parent.parent / "site_templates"
    publish.publish(build(board, content, beside if beside.is_dir() else ours), out)
