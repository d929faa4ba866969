"""content/articles/*.md -> guides: our own words in Markdown with live parts of the board in them.

An article is a TOML head between two `+++` lines, then Markdown with live parts in it, see `slots`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path

import msgspec
from markupsafe import Markup

from crawler.catalogue import SLUG
from crawler.errors import ContentError, noted
from crawler.site import faq, head, parts, publish, slots
from crawler.site.ahead import converted
from crawler.site.board import Board, Row
from crawler.site.kept import ANEW, Anew, Wanted, digest
from crawler.site.slots import SLOT, Call

_PLACED = re.compile(rf"<p>{SLOT.pattern}</p>|{SLOT.pattern}")
_WORDS_A_MINUTE = 220


@dataclass(frozen=True, slots=True)
class Link:
    """A link that an article makes inside the site: `where` is its file and line."""

    where: str
    written: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a guide says: `toc` (anchor, heading) pairs; `text` as it was written, with a slot for
    each `live` part; in `html` they are in their places."""

    toc: tuple[tuple[str, Markup], ...]
    html: Markup
    text: str
    live: tuple[Markup, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class Article:
    """A guide. `service` is an id or "", `row` the same on the board; `card` its live answer;
    `updated` a day or None; `data` for JSON-LD; `written` waits for its body."""

    slug: str
    title: str
    dek: str
    service: str
    row: Row | None
    updated: date | None
    minutes: int
    card: Markup
    faq: tuple[faq.Question, ...]
    data: Mapping[str, object]
    written: Callable[[], Body] = field(compare=False)

    @cached_property
    def body(self) -> Body:
        """What it says. Raises ContentError, with file and line, for what is wrong in it."""
        return self.written()

    @property
    def path(self) -> str:
        """`guides/<slug>/`, without a leading slash."""
        return f"guides/{self.slug}/"


class _Fixed(msgspec.Struct, frozen=True, array_like=True):
    """What of an article no state of a service changes: the body, as Markdown and as HTML, with a
    slot for each of the `calls`, its headings as (anchor, heading), and its links."""

    text: str
    html: str
    toc: tuple[tuple[str, str], ...]
    links: tuple[str, ...]
    calls: tuple[Call, ...]


def load(content: Path, board: Board, memory: Anew = ANEW) -> tuple[Article, ...]:
    """Every article in `content`/articles, by file name. Raises ContentError with file and line.

    Their bodies take the longest of all that a build makes, so they are begun here, and waited for
    where they are asked for.
    """
    told = [(row.service, row.provider, row.page_url) for row in board.rows]
    platforms = [(source.id, source.platform) for source in board.sources]
    settings = digest((board.site, board.validity, told, platforms))
    opened = [(path, *_opened(path)) for path in _paths(content)]
    bodies = memory.notes(
        [Wanted(f"article {path.stem}", (body, settings)) for path, _, body in opened],
        lambda places: _fixed([(opened[n][0], opened[n][2]) for n in places], board),
    )
    return tuple(
        _article(path, top, body, board, partial(_nth, bodies, place))
        for place, (path, top, body) in enumerate(opened)
    )


def _nth(bodies: Callable[[], list[bytes]], place: int) -> bytes:
    return bodies()[place]


def check(content: Path, board: Board) -> None:
    """Raise ContentError, with file and line, for every article that `load` would refuse.

    The services of `board` count, not how they are. Links are looked at when the site is there.
    """
    told: list[str] = []
    for path in _paths(content):
        with noted(told):
            top, body = _opened(path)
            with noted(told):
                _about(path, top, board)
            slots.filled(path, body, board, [])
    if told:
        raise ContentError(*told)


def check_links(articles: Iterable[Article], files: Mapping[str, bytes], base: str) -> None:
    """Raise ContentError with file and line for every link of an article that leads nowhere.

    `files` is the whole site by path, `base` its address.
    """
    told = []
    for article in articles:
        own = f"{article.path}index.html"
        for link in article.body.links:
            target = publish.target(article.path.rstrip("/"), link.target, base)
            page, _, anchor = link.target.partition("#")
            body = files.get((target or own) if page else own)
            if target is None and page:
                continue
            if body is None or (anchor and f'id="{anchor}"'.encode() not in body):
                told.append(f"{link.where}: the link {link.written} leads nowhere")
    if told:
        raise ContentError(*dict.fromkeys(told))


def _paths(content: Path) -> list[Path]:
    return sorted((content / "articles").glob("*.md"))


def _opened(path: Path) -> tuple[head.Head, str]:
    """The head of an article and its body."""
    if not SLUG.fullmatch(path.stem):
        raise ContentError(f"{path}: the file name is not a slug (a-z, 0-9, -)")
    top, body = head.read(path)
    if taken := SLOT.search(body):
        raise ContentError(f"{path}: {taken[0]!r} is a word that is kept for live parts")
    return top, body


def _about(path: Path, top: head.Head, board: Board) -> Row | None:
    """The service that an article is about."""
    row = next((row for row in board.rows if row.service.id == top.service), None)
    if top.service and row is None:
        line = head.line_of(path, "service")
        raise ContentError(f"{path}:{line}: service: no service {top.service!r}")
    return row


def _article(
    path: Path, top: head.Head, body: str, board: Board, fixed: Callable[[], bytes]
) -> Article:
    row = _about(path, top, board)
    asked = faq.questions(top, row, board)
    answers = " ".join(one.text for one in asked)
    return Article(
        slug=path.stem,
        title=top.title,
        dek=top.dek,
        service=top.service,
        row=row,
        updated=top.updated,
        minutes=max(1, round(len(f"{body} {answers}".split()) / _WORDS_A_MINUTE)),
        card=parts.card(row, board) if row else Markup(),
        faq=asked,
        data=faq.data(top, asked, f"guides/{path.stem}/", board),
        written=lambda: _body(path, body, board, msgspec.msgpack.decode(fixed(), type=_Fixed)),
    )


def _body(path: Path, body: str, board: Board, fixed: _Fixed) -> Body:
    rows = {row.service.id: row for row in board.rows}
    live = tuple(
        slots.PARTS[one.part](rows[one.service], board, *one.others) for one in fixed.calls
    )
    return Body(
        toc=tuple((anchor, Markup(name)) for anchor, name in fixed.toc),
        html=Markup(_PLACED.sub(lambda slot: live[int(slot[1] or slot[2])], fixed.html)),
        text=fixed.text,
        live=live,
        links=tuple(_link(path, body, link) for link in fixed.links),
    )


def _fixed(bodies: Iterable[tuple[Path, str]], board: Board) -> Callable[[], list[bytes]]:
    """What is fixed of articles, each as msgpack, when it is asked for."""
    texts, asked = [], []
    for path, body in bodies:
        calls: list[Call] = []
        texts.append(slots.filled(path, body, board, calls))
        asked.append(tuple(calls))
    words = converted(texts, parts.ROOT)

    def made() -> list[bytes]:
        return [
            msgspec.msgpack.encode(_Fixed(text, *told, calls))
            for text, told, calls in zip(texts, words(), asked, strict=True)
        ]

    return made


def _link(path: Path, body: str, target: str) -> Link:
    """A link with the first line on which its end is written."""
    written = target.removeprefix(parts.ROOT)
    line = 1 + body.count("\n", 0, max(0, body.find(written)))
    return Link(f"{path}:{line}", written if written == target else f"/{written}", target)
