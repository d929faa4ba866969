"""Board in, files out: everything that people and programs read."""

from pathlib import Path

from crawler.site import api, articles, feeds, hosts, pages, publish
from crawler.site import build as building
from crawler.site.board import Board


def build(board: Board, content: Path, templates: Path) -> dict[str, bytes]:
    """Every file of the site by its path. The same board gives the same bytes.

    Raises SiteError for a broken link or a path claimed twice, ContentError for an article.
    """
    people = pages.render(board, articles.load(content, board), templates)
    programs = api.render(board)
    return publish.together(
        people,
        programs,
        building.render(board, {**people, **programs}),
        feeds.render(board),
        hosts.render(),
        {".nojekyll": b""},
        base=board.site.url,
    )


def write(board: Board, content: Path, out: Path) -> None:
    """Build the site and put it in place of the one in `out`; raises as `build` does.

    Its templates are those beside `content`, else ours.
    """
    beside = content.parent / "site_templates"
    ours = Path(__file__).resolve().parent.parent.parent / "site_templates"
    publish.publish(build(board, content, beside if beside.is_dir() else ours), out)
