"""Board -> the pages for people. Pure: the same board gives the same bytes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler import times
from crawler.errors import REASONS
from crawler.model import Level, Upstream
from crawler.records import Record, Revision
from crawler.site import words
from crawler.site.articles import Article
from crawler.site.board import Board, Row, Story
from crawler.site.feeds.examples import examples
from crawler.site.feeds.links import alternates
from crawler.site.nearby import began
from crawler.site.parts import errors_table

# What providers use as ids of components: Statuspage, incident.io, Better Stack and the like.
_MACHINE_ID = re.compile(r"[0-9a-z]{10,16}|[0-9A-Z]{26}|[0-9a-f-]{32,36}|\d+")
_AT_ONCE = 6


def render(
    board: Board,
    articles: tuple[Article, ...],
    templates: Path,
    more: Iterable[tuple[str, str, dict[str, object]]] = (),
) -> dict[str, bytes]:
    """Every HTML page and static file, by its path on the site.

    `templates` is the folder of the Jinja templates; what lies in its `static/` is copied. `more`
    are pages of other rooms: template, path, and what it needs besides the board.
    """
    env = _environment(board, articles, templates)
    folder = templates / "static"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for template, path, values in (*_pages(board, articles), *more):
        text = env.get_template(template).render(_place(board, path), **values)
        files[path] = text.encode()
    return files


def _pages(
    board: Board, articles: tuple[Article, ...]
) -> Iterable[tuple[str, str, dict[str, object]]]:
    """(template, path, what it needs besides the board) of every page."""
    guides = {article.service: article for article in reversed(articles) if article.service}
    yield "index.html", "index.html", {"overall": overall(board), "open": worst_first(board.open)}
    for row in board.rows:
        path = f"{row.path}index.html"
        yield "service.html", path, {"row": row, "guide": guides.get(row.service.id)}
    yield "incidents.html", "incidents/index.html", {"days": by_day(board.stories)}
    for story in board.stories:
        yield "incident.html", f"{story.path}index.html", {"story": story}
    yield "subscribe.html", "subscribe/index.html", {"examples": examples(board)}
    for name in ("sources", "methodology", "guides"):
        yield f"{name}.html", f"{name}/index.html", {}
    for article in articles:
        yield "guide.html", f"{article.path}index.html", {"article": article}
    yield "404.html", "404.html", {}


def _place(board: Board, path: str) -> dict[str, str]:
    """Where a page stands: the prefix that leads to the site's root, and its full address."""
    base = board.site.url.rstrip("/") + "/"
    if path == "404.html":  # served at any depth, so only full addresses lead anywhere
        return {"root": base, "canonical": base}
    return {"root": "../" * path.count("/") or "./", "canonical": base + path[: -len("index.html")]}


def _environment(board: Board, articles: tuple[Article, ...], templates: Path) -> Environment:
    env = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    names = {row.service.id: row.service.name for row in board.rows}
    parts = _component_names(board.rows)
    env.filters |= {
        "iso": cache(times.iso),  # one moment stands on many pages
        "human": cache(times.human),
        "short": cache(short),
        "span": times.span,
        "flag": lambda slug: words.flag(slug, names),
        "named": lambda ids, provider: named(ids, parts.get(provider, {})),
        "edits": edits,
        "nearest": nearest,
        "errors": errors_table,
    }
    env.tests["web"] = lambda url: bool(url) and url.startswith(("https://", "http://"))
    env.globals |= {
        "board": board,
        "articles": articles,
        "levels": tuple(Level),
        "reasons": REASONS,
        "words": words,
        "alternates": alternates(board),
        "until": _deadlines(board),
        "latest": _deadline(board, None),
        "known": names,
    }
    return env


def _deadline(board: Board, valid_until: int | None) -> int:
    """When a shown state stops counting in the browser, in seconds UTC."""
    last = (board.at if board.ran_at is None else board.ran_at) + words.FRESH
    return last if valid_until is None else min(valid_until, last)


def _deadlines(board: Board) -> dict[str, int]:
    return {row.service.id: _deadline(board, row.verdict.valid_until) for row in board.rows}


def _component_names(rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """Provider -> component id -> name, as far as any service shows the component."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.provider, {}).update((one.id, one.name) for one in row.components)
    return found


def named(ids: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """The names among ids and names of components, each once; ids that nobody can read go."""
    found = (names.get(one, "" if _MACHINE_ID.fullmatch(one) else one) for one in ids)
    return tuple(dict.fromkeys(one for one in found if one.strip()))


def short(moment: int) -> str:
    """A time for a narrow column: `22 Nov, 10:41 UTC`."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%b, %H:%M} UTC"


def overall(board: Board) -> tuple[Level, str, str]:
    """The state of everything: the shape to show, one sentence, and what must be added to it.

    All is never called well while something is unknown.
    """
    count = dict.fromkeys(Level, 0)
    for row in board.rows:
        count[row.verdict.level] += 1
    total = len(board.rows)
    unknown, work = count[Level.UNKNOWN], count[Level.MAINTENANCE]
    trouble = sum(count[level] for level in Level if level.trouble)
    rest = [
        f"{work} under maintenance" if work else "",
        f"{unknown} unknown: no claim either way" if unknown else "",
    ]
    more = "; ".join(part for part in rest if part)
    if not total:
        return Level.UNKNOWN, "No services are listed yet", ""
    if trouble:
        worst = board.troubled[0].verdict.level
        verb = "has" if trouble == 1 else "have"
        return worst, f"{trouble} of {total} services {verb} trouble", more
    if unknown == total:
        return Level.UNKNOWN, f"We cannot tell: none of {total} services could be read", ""
    if unknown:
        return Level.UNKNOWN, f"No trouble at the {total - unknown} services that we can read", more
    if work:
        return Level.MAINTENANCE, f"No trouble at {total} services", more
    return Level.NONE, f"All {total} services are operational", ""


def worst_first(stories: Iterable[Story]) -> tuple[Story, ...]:
    """Open incidents by the weight of what they say, the newest first among equals."""
    order = (Level.CRITICAL, Level.MAJOR, Level.MINOR)
    rank = {level: place for place, level in enumerate(order)}
    return tuple(sorted(stories, key=lambda one: rank.get(one.record.incident.weight, len(order))))


def nearest(upstreams: Sequence[Upstream]) -> tuple[Sequence[Upstream], Sequence[Upstream]]:
    """The upstreams to show at once, the troubled ones first, and those that can wait."""
    troubled = [one for one in upstreams if one.level.trouble or one.link]
    rest = [one for one in upstreams if one not in troubled]
    if len(upstreams) <= _AT_ONCE:
        return (*troubled, *rest), ()
    return troubled, rest


def by_day(stories: Iterable[Story]) -> tuple[tuple[int, tuple[Story, ...]], ...]:
    """(a moment of the UTC day, its incidents), newest first."""
    ordered = sorted(stories, key=lambda story: (-began(story), story.path))
    groups = groupby(ordered, key=lambda story: times.day(began(story)))
    days = (tuple(group) for _, group in groups)
    return tuple((began(group[0]), group) for group in days)


def edits(record: Record) -> tuple[tuple[Revision, ...], ...]:
    """The wordings, oldest first, of each text that the provider changed after publishing it."""
    texts: dict[str, list[Revision]] = {}
    for revision in sorted(record.revisions, key=lambda one: one.seen_at):
        texts.setdefault(revision.key, []).append(revision)
    changed = (_distinct(wordings) for wordings in texts.values())
    return tuple(wordings for wordings in changed if len(wordings) > 1)


def _distinct(wordings: Sequence[Revision]) -> tuple[Revision, ...]:
    """The first of each run of equal texts; a new phase alone is no edit."""
    return tuple(next(run) for _, run in groupby(wordings, key=lambda one: one.text))
