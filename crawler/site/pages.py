"""Board -> the pages for people. Pure: the same board gives the same bytes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from crawler.catalogue import code_slug
from crawler.site import bars, codes, latency, live, ranking, sitemap, templating, views
from crawler.site.alternatives import alternatives
from crawler.site.articles import Article
from crawler.site.board import Board, Row
from crawler.site.codes import Code
from crawler.site.kept import ANEW, Anew
from crawler.site.moments import Moments, blank, filled
from crawler.site.shown import Shown


@dataclass(frozen=True, slots=True)
class Page:
    """A template, a path, and what the template needs besides the board. `shown` stands for all
    that the page shows of it (see `Shown`), None where nothing does; `late` are macros whose words
    are put into the page last, with their arguments, by their names in the template."""

    template: str
    path: str
    values: dict[str, object]
    shown: object = None
    late: Mapping[str, tuple[object, ...]] = field(default_factory=dict)


_DAYS = 90


def render(
    board: Board,
    articles: tuple[Article, ...],
    templates: Path,
    more: Iterable[Page] = (),
    memory: Anew = ANEW,
) -> dict[str, bytes]:
    """Every HTML page and static file, by its path on the site; the map of the site too.

    `templates` is the folder of the Jinja templates; what lies in its `static/` is copied. `more`
    are pages of other rooms. `memory` may have pages that only need the moments of this run.
    """
    folder = templates / "static"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    versions = {path: hashlib.sha256(body).hexdigest()[:8] for path, body in files.items()}
    moments = Moments(board)
    shown = Shown(board, templates, versions, moments)
    strips = bars.of_rows(board.rows, board.at, _DAYS)
    used = {"articles": articles, "version_of": versions, "strips90": strips}
    env = templating.environment(board, templates, moments, memory, used)
    macros = env.get_template("macros.html").module
    listed = []
    for one in (*_pages(board, articles, strips, shown), *more):
        late = {name: blank(name) for name in one.late}
        values = _place(board, one.path) | one.values | late
        made = {name: str(getattr(macros, name)(*of)).encode() for name, of in one.late.items()}
        said = {name.encode(): filled(body, moments.said)[0] for name, body in made.items()}
        page = partial(env.get_template(one.template).render, values)
        inputs = (shown.frame, one.template, one.shown)
        known = None if one.shown is None else moments.digest(inputs)
        files[one.path] = memory.page(one.path, known, page, moments.said | said)
        if "canonical" not in one.values and one.path != "404.html":
            listed.append(one.path)
    return files | sitemap.render(board, listed)


def _pages(
    board: Board, articles: tuple[Article, ...], strips: Mapping[str, bars.Strip], shown: Shown
) -> Iterable[Page]:
    yield Page("index.html", "index.html", {"open": views.worst_first(board.open)})
    found = codes.codes(board.rows)
    yield from _services(board, articles, found, strips, shown)
    over = [story for story in board.stories if not story.open]
    listed: dict[str, object] = {"open": views.worst_first(board.open), "days": views.by_day(over)}
    yield Page("incidents.html", "incidents/index.html", listed)
    for story in board.stories:
        path = f"{story.path}index.html"
        yield Page("incident.html", path, {"story": story}, shown.incident(story))
    yield from _codes(found, shown)
    yield from _reliability(board)
    for name in ("sources", "methodology", "guides", "about"):
        yield Page(f"{name}.html", f"{name}/index.html", {})
    for article in articles:
        yield Page("guide.html", f"{article.path}index.html", {"article": article})
    yield Page("404.html", "404.html", {})


def _services(
    board: Board,
    articles: tuple[Article, ...],
    found: tuple[Code, ...],
    strips: Mapping[str, bars.Strip],
    shown: Shown,
) -> Iterable[Page]:
    guides = {article.service: article for article in reversed(articles) if article.service}
    sources = {source.id: source for source in board.sources}
    same: dict[str, list[Row]] = {}
    for row in board.rows:
        same.setdefault(row.service.category, []).append(row)
    of_service: dict[str, list[Code]] = {}
    for code in found:
        of_service.setdefault(code.row.service.id, []).append(code)
    for row in board.rows:
        guide = guides.get(row.service.id)
        counted: dict[str, object] = {
            "check": live.check(row, sources),
            "strip": strips.get(row.service.id),
            "stretches": bars.stretches(row.uptime.headline, board.at, _DAYS),
        }
        values = counted | {
            "row": row,
            "open": views.worst_first(row.open),
            "guide": guide,
            "codes": of_service.get(row.service.id, []),
        }
        told = (counted, guide and (guide.path, guide.title))
        late = {
            "timing": (latency.curve(row.latency, board.at), row.latency_ms),
            "instead": (row, *alternatives(row, same[row.service.category])),
        }
        inputs = shown.service(row, told)
        yield Page("service.html", f"{row.path}index.html", values, inputs, late)


def _codes(found: tuple[Code, ...], shown: Shown) -> Iterable[Page]:
    same = codes.elsewhere(found)
    siblings: dict[str, list[Code]] = {}
    for code in found:
        siblings.setdefault(code.row.service.id, []).append(code)
    groups = tuple(map(tuple, siblings.values()))
    yield Page("errors.html", "errors/index.html", {"groups": groups})
    for code in found:
        others = same[code_slug(code.code)]
        values: dict[str, object] = {
            "code": code,
            "row": code.row,
            "siblings": siblings[code.row.service.id],
            "elsewhere": [one for one in others if one is not code],
        }
        yield Page("error.html", f"{code.path}index.html", values, shown.code(code, others))


def _reliability(board: Board) -> Iterable[Page]:
    for order in ranking.ORDERS:
        values: dict[str, object] = {
            "order": order,
            "orders": ranking.ORDERS,
            "tables": ranking.tables(board, order),
            "unranked": ranking.unranked(board),
        }
        if order.key:  # the same rows in another order
            values["canonical"] = _place(board, "reliability/index.html")["canonical"]
        yield Page("reliability.html", f"{order.path}index.html", values)


def _place(board: Board, path: str) -> dict[str, str]:
    """Where a page stands: the prefix that leads to the site's root, and its full address."""
    base = board.site.url.rstrip("/") + "/"
    if path == "404.html":  # served at any depth, so only full addresses lead anywhere
        return {"root": base, "canonical": base}
    return {"root": "../" * path.count("/") or "./", "canonical": base + path[: -len("index.html")]}
