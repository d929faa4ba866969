"""Board in, files out: everything that people and programs read."""

from pathlib import Path

from crawler.site import api, articles, feeds, pages, publish
from crawler.site.board import Board


def build(board: Board, content: Path, templates: Path) -> dict[str, bytes]:
    """Every file of the site by its path. The same board gives the same bytes.

    Raises SiteError for a broken link or a path claimed twice, ContentError for an article.
    """
    return publish.together(
        pages.render(board, articles.load(content, board), templates),
        api.render(board),
        feeds.render(board),
        {".nojekyll": b""},
        base=board.site.url,
    )
