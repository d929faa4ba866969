"""Board -> the pages for people. Pure: the same board gives the same bytes."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from crawler.site import bars, codes, latency, live, ranking, sitemap, views
from crawler.site.alternatives import alternatives
from crawler.site.articles import Article
from crawler.site.board import Board
from crawler.site.codes import Code
from crawler.site.feeds.examples import examples
from crawler.site.templating import environment

Page = tuple[str, str, dict[str, object]]
"""A template, a path, and what the template needs besides the board."""
_DAYS = 90


def render(
    board: Board, articles: tuple[Article, ...], templates: Path, more: Iterable[Page] = ()
) -> dict[str, bytes]:
    """Every HTML page and static file, by its path on the site; the map of the site too.

    `templates` is the folder of the Jinja templates; what lies in its `static/` is copied. `more`
    are pages of other rooms.
    """
    folder = templates / "static"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    env = environment(board, articles, templates)
    env.globals["version_of"] = {
        path: hashlib.sha256(body).hexdigest()[:8] for path, body in files.items()
    }
    listed = []
    for template, path, values in (*_pages(board, articles), *more):
        place = _place(board, path)
        files[path] = env.get_template(template).render(place | values).encode()
        if "canonical" not in values and path != "404.html":
            listed.append(path)
    return files | sitemap.render(board, listed)


def _pages(board: Board, articles: tuple[Article, ...]) -> Iterable[Page]:
    yield "index.html", "index.html", {"open": views.worst_first(board.open)}
    found = codes.codes(board.rows)
    strips = bars.of_rows(board.rows, board.at, _DAYS)
    yield from _services(board, articles, found, strips)
    yield "incidents.html", "incidents/index.html", {"days": views.by_day(board.stories)}
    for story in board.stories:
        yield "incident.html", f"{story.path}index.html", {"story": story}
    yield from _codes(found)
    yield from _reliability(board, strips)
    yield "subscribe.html", "subscribe/index.html", {"examples": examples(board)}
    for name in ("sources", "methodology", "guides", "about"):
        yield f"{name}.html", f"{name}/index.html", {}
    for article in articles:
        yield "guide.html", f"{article.path}index.html", {"article": article}
    yield "404.html", "404.html", {}


def _services(
    board: Board,
    articles: tuple[Article, ...],
    found: tuple[Code, ...],
    strips: Mapping[str, bars.Strip],
) -> Iterable[Page]:
    guides = {article.service: article for article in reversed(articles) if article.service}
    sources = {source.id: source for source in board.sources}
    of_service: dict[str, list[Code]] = {}
    for code in found:
        of_service.setdefault(code.row.service.id, []).append(code)
    for row in board.rows:
        instead, shared = alternatives(row, board.rows)
        values: dict[str, object] = {
            "row": row,
            "guide": guides.get(row.service.id),
            "check": live.check(row, sources),
            "strip": strips.get(row.service.id),
            "stretches": bars.stretches(row.uptime.headline, board.at, _DAYS),
            "curve": latency.curve(row.latency, board.at),
            "instead": instead,
            "shared": shared,
            "codes": of_service.get(row.service.id, []),
        }
        yield "service.html", f"{row.path}index.html", values


def _codes(found: tuple[Code, ...]) -> Iterable[Page]:
    same = codes.elsewhere(found)
    siblings: dict[str, list[Code]] = {}
    for code in found:
        siblings.setdefault(code.row.service.id, []).append(code)
    yield "errors.html", "errors/index.html", {"groups": tuple(map(tuple, siblings.values()))}
    for code in found:
        values: dict[str, object] = {
            "code": code,
            "row": code.row,
            "siblings": siblings[code.row.service.id],
            "elsewhere": [one for one in same[codes.slug(code.code)] if one is not code],
        }
        yield "error.html", f"{code.path}index.html", values


def _reliability(board: Board, strips: Mapping[str, bars.Strip]) -> Iterable[Page]:
    for order in ranking.ORDERS:
        values: dict[str, object] = {
            "order": order,
            "orders": ranking.ORDERS,
            "tables": ranking.tables(board, order),
            "unranked": ranking.unranked(board),
            "strips90": strips,
        }
        if order.key:  # the same rows in another order
            values["canonical"] = _place(board, "reliability/index.html")["canonical"]
        yield "reliability.html", f"{order.path}index.html", values


def _place(board: Board, path: str) -> dict[str, str]:
    """Where a page stands: the prefix that leads to the site's root, and its full address."""
    base = board.site.url.rstrip("/") + "/"
    if path == "404.html":  # served at any depth, so only full addresses lead anywhere
        return {"root": base, "canonical": base}
    return {"root": "../" * path.count("/") or "./", "canonical": base + path[: -len("index.html")]}
