"""content/articles/*.md -> guides: our own words in Markdown with live parts of the board in them.

An article is a TOML head between two `+++` lines, then Markdown with Jinja expressions. A helper
such as `{{ card("openrouter") }}` leaves a slot, and its HTML is put in after Markdown has run,
so what a provider wrote never meets Markdown.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from jinja2 import Environment, StrictUndefined, TemplateError
from markupsafe import Markup, escape

from crawler import times
from crawler.catalogue import SLUG
from crawler.errors import ContentError
from crawler.model import Level
from crawler.site import head, words
from crawler.site.board import Board, Row, Story

ROOT = "../../"
_SLOT = re.compile(r"<p>wdslot(\d+)x</p>|wdslot(\d+)x")
_WORDS_A_MINUTE = 220


@dataclass(frozen=True, slots=True)
class Article:
    """A guide. `service` is an id or ""; `card` its live answer; `toc` (anchor, heading) pairs."""

    slug: str
    title: str
    dek: str
    service: str
    minutes: int
    card: Markup
    toc: tuple[tuple[str, Markup], ...]
    html: Markup

    @property
    def path(self) -> str:
        """`guides/<slug>/`, without a leading slash."""
        return f"guides/{self.slug}/"


class _NoService(LookupError):
    """An article names a service that the board does not have."""


def load(content: Path, board: Board) -> tuple[Article, ...]:
    """Every article in `content`/articles, by file name. Raises ContentError with file and line."""
    return tuple(_article(path, board) for path in sorted((content / "articles").glob("*.md")))


def _article(path: Path, board: Board) -> Article:
    if not SLUG.fullmatch(path.stem):
        raise ContentError(f"{path}: the file name is not a slug (a-z, 0-9, -)")
    top, body = head.read(path)
    if taken := _SLOT.search(body):
        raise ContentError(f"{path}: {taken[0]!r} is a word that is kept for live parts")
    slots: list[Markup] = []
    text = _filled(path, body, board, slots)
    html, toc = _markdown(text)
    row = next((row for row in board.rows if row.service.id == top.service), None)
    if top.service and row is None:
        line = head.line_of(path, "service")
        raise ContentError(f"{path}:{line}: service: no service {top.service!r}")
    card = _card(row, board) if row else Markup()
    live = _SLOT.sub(lambda found: slots[int(found[1] or found[2])], html)
    minutes = max(1, round(len(body.split()) / _WORDS_A_MINUTE))
    return Article(path.stem, top.title, top.dek, top.service, minutes, card, toc, Markup(live))


def _filled(path: Path, body: str, board: Board, slots: list[Markup]) -> str:
    """The Markdown after Jinja: our settings written out, each live part a numbered slot."""
    env = Environment(autoescape=True, undefined=StrictUndefined)
    rows = {row.service.id: row for row in board.rows}

    def helper(part: Callable[[Row, Board], Markup]) -> Callable[[str], Markup]:
        def slot(service: str) -> Markup:
            if service not in rows:
                raise _NoService(f"no service {service!r}")
            slots.append(part(rows[service], board))
            return Markup(f"wdslot{len(slots) - 1}x")

        return slot

    parts = {name: helper(part) for name, part in _PARTS.items()}
    site = {"site": board.site, "root": ROOT, "validity": times.span(board.validity)}
    try:
        return env.from_string(body).render(parts | site)
    except (TemplateError, _NoService, TypeError, AttributeError, ArithmeticError) as error:
        line = getattr(error, "lineno", None) or _line_in_template(error.__traceback__)
        raise ContentError(f"{path}:{line}: {error}") from None


def _line_in_template(trace: TracebackType | None) -> int:
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _markdown(text: str) -> tuple[str, tuple[tuple[str, Markup], ...]]:
    # Slow to import, and most commands need no article.
    from markdown import Markdown

    reader = Markdown(extensions=["extra", "sane_lists", "toc"])
    html = reader.convert(text)
    tokens: list[dict[str, str]] = getattr(reader, "toc_tokens", [])
    return html, tuple((token["id"], Markup(token["name"])) for token in tokens)


def _icon(level: Level) -> Markup:
    mark = '<svg class="i" width="16" height="16" aria-hidden="true"><use href="#i-{}"/></svg>'
    return Markup(mark).format(level)


def _state(level: Level, until: int) -> Markup:
    attribute = "" if level is Level.UNKNOWN else Markup(' data-until="{}"').format(until)
    html = '<span class="st {}"{}>{}<b class="w">{}</b></span>'
    return Markup(html).format(level, attribute, _icon(level), level.label)


def _until(row: Row | None, board: Board) -> int:
    last = (board.at if board.ran_at is None else board.ran_at) + words.FRESH
    limit = row.verdict.valid_until if row else None
    return last if limit is None else min(limit, last)


def _time(moment: int) -> Markup:
    html = '<time datetime="{}">{}</time>'
    return Markup(html).format(times.iso(moment), times.human(moment))


def _link(row: Row) -> Markup:
    return Markup('<a href="{}{}"><bdi>{}</bdi></a>').format(ROOT, row.path, row.service.name)


def _card(row: Row, board: Board) -> Markup:
    verdict = row.verdict
    at = words.seen(verdict)
    read = Markup("Seen {}.").format(_time(at)) if at is not None else "Never read."
    until = _until(row, board)
    limit = "" if verdict.level is Level.UNKNOWN else Markup(' data-until="{}"').format(until)
    return Markup(
        '<aside class="answer {}"{} aria-label="{} now">'
        '<p class="word">{}<b class="w">{}</b></p><p class="lead"><bdi dir="auto">{}</bdi></p>'
        '<p class="who">{}</p>{}<p class="meta"><span>{}</span>'
        '<span><a href="{}{}">Evidence and history</a></span></p></aside>'
    ).format(
        verdict.level,
        limit,
        row.service.name,
        _icon(verdict.level),
        words.ANSWERS[verdict.answer],
        verdict.headline,
        words.who(row.service.name, verdict),
        _incidents(row.open),
        read,
        ROOT,
        row.path,
    )


def _incidents(stories: tuple[Story, ...]) -> Markup:
    if not stories:
        return Markup("")
    item = Markup('<li><bdi>{}</bdi>: <a href="{}{}"><bdi dir="auto">{}</bdi></a></li>')
    lines = (
        item.format(
            story.provider_name,
            ROOT,
            story.path,
            story.record.incident.title.strip() or "Incident without a title",
        )
        for story in stories
    )
    return Markup("<ul>{}</ul>").format(Markup("").join(lines))


def _inline(row: Row, board: Board) -> Markup:
    level = row.verdict.level
    return Markup("{} {}").format(_link(row), _state(level, _until(row, board)))


def _upstreams(row: Row, board: Board) -> Markup:
    rows = {one.service.id: one for one in board.rows}
    if not row.verdict.upstreams:
        return Markup("<p>No upstream is listed for <bdi>{}</bdi>.</p>").format(row.service.name)
    item = Markup("<li>{} {}{}</li>")
    lines = []
    for one in sorted(row.verdict.upstreams, key=lambda one: not (one.link or one.level.trouble)):
        other = rows.get(one.id)
        name = _link(other) if other else escape(one.name)
        said = words.LINKS.get(one.link, "")
        note = Markup(' <span class="dim">{}</span>').format(said) if said else ""
        lines.append(item.format(name, _state(one.level, _until(other, board)), note))
    return Markup('<ul class="parts">{}</ul>').format(Markup("").join(lines))


def errors_table(row: Row) -> Markup:
    """What the errors of a service mean: whose fault, does waiting help, where it is written."""
    if not row.service.errors:
        return Markup("<p>No error is described for <bdi>{}</bdi> yet.</p>").format(
            row.service.name
        )
    cell = Markup(
        '<tr><th scope="row">{} {}{}</th><td data-label="Whose fault">{}</td>'
        '<td data-label="Waiting helps">{}</td><td>{}'
        ' <a href="{}" rel="nofollow noopener noreferrer">Source</a></td></tr>'
    )
    lines = (
        cell.format(
            error.code,
            error.name,
            Markup(' <span class="dim">{}</span>').format(error.when) if error.when else "",
            words.FAULTS[error.fault],
            error.wait,
            error.meaning,
            error.source,
        )
        for error in row.service.errors
    )
    return Markup(
        '<table class="stack"><thead><tr><th scope="col">Error</th><th scope="col">Whose fault</th>'
        '<th scope="col">Waiting helps</th><th scope="col">What it means</th></tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(Markup("").join(lines))


def _feeds(row: Row) -> Markup:
    html = '<a href="{0}{1}feed.rss">RSS</a> or <a href="{0}{1}feed.atom">Atom</a>'
    return Markup(html).format(ROOT, row.path)


_PARTS: dict[str, Callable[[Row, Board], Markup]] = {
    "card": _card,
    "service": _inline,
    "upstreams": _upstreams,
    "errors": lambda row, _: errors_table(row),
    "feeds": lambda row, _: _feeds(row),
}
