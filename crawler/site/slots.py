"""The live parts of an article: Jinja expressions in its Markdown.

A helper such as `{{ card("openrouter") }}` leaves a slot, and its HTML is put in after Markdown has
run, so what a provider wrote never meets Markdown, and all around the slots is made once for each
text.
"""

import re
from collections.abc import Callable, Collection
from functools import cache
from inspect import signature
from pathlib import Path
from types import TracebackType

import msgspec
from jinja2 import Environment, StrictUndefined, Template, TemplateError, UndefinedError, nodes
from markupsafe import Markup
from msgspec import structs

from crawler import times
from crawler.errors import ContentError
from crawler.site import nearby, parts
from crawler.site.board import Board, Row
from crawler.site.programs import programs

SLOT = re.compile(r"wdslot(\d+)x")
"""Where a live part goes in an article, by its number in `Article.live`."""
_LANGUAGE = Environment(autoescape=True, undefined=StrictUndefined)

Part = Callable[..., Markup]


class Call(msgspec.Struct, frozen=True, array_like=True):
    """A live part that an article asks for: its name, the service, and other services."""

    part: str
    service: str
    others: tuple[str, ...]


class _NoService(LookupError):
    """An article names a service that the board does not have."""


def filled(path: Path, body: str, board: Board, calls: list[Call]) -> str:
    """The Markdown after Jinja: our settings written out, each live part a numbered slot, and what
    it asks for in `calls`. Raises ContentError with file and line."""
    rows = {row.service.id: row for row in board.rows}

    def known(service: str) -> Row:
        if service not in rows:
            raise _NoService(f"no service {service!r}")
        return rows[service]

    def helper(name: str, part: Part) -> Callable[..., Markup]:
        def slot(service: str, *others: str) -> Markup:
            signature(part).bind(*map(known, (service, *others)), board)
            calls.append(Call(name, service, others))
            return Markup(f"wdslot{len(calls) - 1}x")

        return slot

    helpers: dict[str, object] = {name: helper(name, part) for name, part in PARTS.items()}
    helpers["programs"] = lambda service: programs(known(service), board)
    own = structs.replace(board.site, url=board.site.url.rstrip("/"))
    site = {"site": own, "root": parts.ROOT, "validity": times.span(board.validity)}
    try:
        return _template(body).render(helpers | site)
    except (TemplateError, _NoService, TypeError, AttributeError, ArithmeticError) as error:
        missing = isinstance(error, _NoService)
        told = [f"{path}:{one}" for one in _strays(body, helpers, rows)] if missing else []
        line = getattr(error, "lineno", None) or _line_in_template(error.__traceback__)
        unknown = isinstance(error, UndefinedError) and str(error).endswith("is undefined")
        allowed = f"; allowed: {', '.join(helpers)}, site.url, validity" if unknown else ""
        raise ContentError(*(told or [f"{path}:{line}: {error}{allowed}"])) from None


def _strays(body: str, helpers: Collection[str], services: Collection[str]) -> dict[str, None]:
    """The line and what is wrong, for each service that is written out in a call of a helper and is
    none of those that there are; each once, in their order."""
    calls = _LANGUAGE.parse(body).find_all(nodes.Call)
    words = (
        word
        for call in calls
        if isinstance(call.node, nodes.Name) and call.node.name in helpers
        for word in call.args
        if isinstance(word, nodes.Const) and word.value not in services
    )
    return dict.fromkeys(f"{word.lineno}: no service {word.value!r}" for word in words)


@cache
def _template(body: str) -> Template:
    return _LANGUAGE.from_string(body)


def _line_in_template(trace: TracebackType | None) -> int:
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


PARTS: dict[str, Part] = {
    "card": parts.card,
    "service": parts.inline,
    "upstreams": parts.upstreams,
    "errors": lambda row, _: parts.errors_table(row),
    "feeds": lambda row, _: parts.feeds(row),
    "links": lambda row, _: parts.links(row),
    "outages": nearby.outages,
    "alternatives": nearby.stand_ins,
}
"""How each live part is made of a row, further rows and the board."""
