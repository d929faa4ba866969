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


def write(board: Board, content: Path, out: Path) -> None:
    """Build the site and put it in place of the one in `out`; raises as `build` does."""
    publish.publish(build(board, content, templates(content)), out)


def templates(content: Path) -> Path:
    """The folder of the templates: the one beside `content`, else ours."""
    beside = content.parent / "site_templates"
    ours = Path(__file__).resolve().parent.parent.parent / "site_templates"
    return beside if beside.is_dir() else ours
