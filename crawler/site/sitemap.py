"""sitemap.xml and robots.txt: what exists and when it last changed, for search engines."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from crawler import times
from crawler.site.board import Board, Row

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
)


def render(board: Board, pages: Iterable[str]) -> dict[str, bytes]:
    """Both files. `pages` are the paths of the HTML files to list."""
    base = board.site.url.rstrip("/") + "/"
    changed = _changes(board)
    lines = (_entry(base, page, changed.get(page)) for page in sorted(pages))
    listed = f"{_HEAD}{''.join(lines)}</urlset>\n"
    robots = f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"
    return {"sitemap.xml": listed.encode(), "robots.txt": robots.encode()}


def _entry(base: str, page: str, moment: int | None) -> str:
    place = escape(base + page.removesuffix("index.html"))
    when = f"<lastmod>{times.iso(moment)}</lastmod>" if moment is not None else ""
    return f"<url><loc>{place}</loc>{when}</url>\n"


def _changes(board: Board) -> Mapping[str, int]:
    """When the substance of a page last changed, in seconds UTC, where that is known."""
    found = {f"{story.path}index.html": story.record.changed_at for story in board.stories}
    newest = max(found.values(), default=None)
    if newest is not None:
        found |= {"index.html": newest, "incidents/index.html": newest}
    return found | {
        f"{row.path}index.html": moment for row in board.rows if (moment := _changed(row))
    }


def _changed(row: Row) -> int | None:
    """When the verdict or one of the incidents of a service last changed."""
    moments = [story.record.changed_at for story in (*row.open, *row.recent)]
    return max((*moments, row.verdict.since or 0)) or None
