"""content/articles/*.md -> guides: our own words in Markdown with live parts of the board in them.

An article is a TOML head between two `+++` lines, then Markdown with Jinja expressions. A helper
such as `{{ card("openrouter") }}` leaves a slot, and its HTML is put in after Markdown has run,
so what a provider wrote never meets Markdown.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import msgspec
from jinja2 import Environment, StrictUndefined, TemplateError
from markupsafe import Markup
from msgspec import structs

from crawler import times
from crawler.catalogue import SLUG
from crawler.errors import ContentError
from crawler.site import faq, head, nearby, parts, publish
from crawler.site.board import Board, Row
from crawler.site.kept import ANEW, Anew
from crawler.site.programs import programs

_SLOT = re.compile(r"<p>wdslot(\d+)x</p>|wdslot(\d+)x")
_WORDS_A_MINUTE = 220

Part = Callable[..., Markup]


@dataclass(frozen=True, slots=True)
class Link:
    """A link that an article makes inside the site: `where` is its file and line."""

    where: str
    written: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A guide. `service` is an id or "", `row` the same on the board; `card` its live answer;
    `toc` (anchor, heading) pairs; `updated` a day such as 2026-11-22 or ""; `data` for JSON-LD."""

    slug: str
    title: str
    dek: str
    service: str
    row: Row | None
    updated: str
    minutes: int
    card: Markup
    toc: tuple[tuple[str, Markup], ...]
    html: Markup
    faq: tuple[faq.Question, ...]
    data: Mapping[str, object]
    links: tuple[Link, ...]

    @property
    def path(self) -> str:
        """`guides/<slug>/`, without a leading slash."""
        return f"guides/{self.slug}/"


class _NoService(LookupError):
    """An article names a service that the board does not have."""


def load(content: Path, board: Board, memory: Anew = ANEW) -> tuple[Article, ...]:
    """Every article in `content`/articles, by file name. Raises ContentError with file and line."""
    return tuple(
        _article(path, board, memory) for path in sorted((content / "articles").glob("*.md"))
    )


def check_links(articles: Iterable[Article], files: Mapping[str, bytes], base: str) -> None:
    """Raise ContentError with file and line for a link of an article that leads nowhere.

    `files` is the whole site by path, `base` its address.
    """
    for article in articles:
        own = f"{article.path}index.html"
        for link in article.links:
            target = publish.target(article.path.rstrip("/"), link.target, base)
            page, _, anchor = link.target.partition("#")
            body = files.get((target or own) if page else own)
            if target is None and page:
                continue
            if body is None or (anchor and f'id="{anchor}"'.encode() not in body):
                raise ContentError(f"{link.where}: the link {link.written} leads nowhere")


def _article(path: Path, board: Board, memory: Anew) -> Article:
    if not SLUG.fullmatch(path.stem):
        raise ContentError(f"{path}: the file name is not a slug (a-z, 0-9, -)")
    top, body = head.read(path)
    if taken := _SLOT.search(body):
        raise ContentError(f"{path}: {taken[0]!r} is a word that is kept for live parts")
    slots: list[Markup] = []
    html, toc, found = _converted(path, _filled(path, body, board, slots), memory)
    row = next((row for row in board.rows if row.service.id == top.service), None)
    if top.service and row is None:
        line = head.line_of(path, "service")
        raise ContentError(f"{path}:{line}: service: no service {top.service!r}")
    asked = faq.questions(top, row, board)
    live = _SLOT.sub(lambda slot: slots[int(slot[1] or slot[2])], html)
    answers = " ".join(one.text for one in asked)
    return Article(
        slug=path.stem,
        title=top.title,
        dek=top.dek,
        service=top.service,
        row=row,
        updated=top.updated.isoformat() if top.updated else "",
        minutes=max(1, round(len(f"{body} {answers}".split()) / _WORDS_A_MINUTE)),
        card=parts.card(row, board) if row else Markup(),
        toc=toc,
        html=Markup(live),
        faq=asked,
        data=faq.data(top, asked, f"guides/{path.stem}/", board),
        links=tuple(_link(path, body, link) for link in found),
    )


def _converted(
    path: Path, text: str, memory: Anew
) -> tuple[str, tuple[tuple[str, Markup], ...], list[str]]:
    """Markdown as HTML, its headings, its links: made once for each text, as it takes its time."""

    def make() -> bytes:
        from crawler.site import marked

        return msgspec.msgpack.encode(marked.convert(text, parts.ROOT), enc_hook=str)

    html, toc, found = msgspec.msgpack.decode(memory.note(f"article {path.stem}", text, make))
    return html, tuple((anchor, Markup(name)) for anchor, name in toc), found


def _link(path: Path, body: str, target: str) -> Link:
    """A link with the first line on which its end is written."""
    written = target.removeprefix(parts.ROOT)
    lines = body.split("\n")
    line = next((number for number, text in enumerate(lines, 1) if written in text), 1)
    return Link(f"{path}:{line}", written if written == target else f"/{written}", target)


def _filled(path: Path, body: str, board: Board, slots: list[Markup]) -> str:
    """The Markdown after Jinja: our settings written out, each live part a numbered slot."""
    env = Environment(autoescape=True, undefined=StrictUndefined)
    rows = {row.service.id: row for row in board.rows}

    def known(service: str) -> Row:
        if service not in rows:
            raise _NoService(f"no service {service!r}")
        return rows[service]

    def helper(part: Part) -> Callable[..., Markup]:
        def slot(service: str, *others: str) -> Markup:
            row, *more = map(known, (service, *others))
            slots.append(part(row, board, *(one.service.id for one in more)))
            return Markup(f"wdslot{len(slots) - 1}x")

        return slot

    helpers: dict[str, object] = {name: helper(part) for name, part in _PARTS.items()}
    helpers["programs"] = lambda service: programs(known(service), board)
    own = structs.replace(board.site, url=board.site.url.rstrip("/"))
    site = {"site": own, "root": parts.ROOT, "validity": times.span(board.validity)}
    try:
        return env.from_string(body).render(helpers | site)
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


_PARTS: dict[str, Part] = {
    "card": parts.card,
    "service": parts.inline,
    "upstreams": parts.upstreams,
    "errors": lambda row, _: parts.errors_table(row),
    "feeds": lambda row, _: parts.feeds(row),
    "links": lambda row, _: parts.links(row),
    "outages": nearby.outages,
    "alternatives": nearby.stand_ins,
}
