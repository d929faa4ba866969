"""What every template may use: filters, and what stands on more than one page."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.runtime import Macro
from markupsafe import Markup

from crawler import times
from crawler.errors import REASONS
from crawler.model import Level
from crawler.site import bars, live, ranking, views, words
from crawler.site.board import Board, Row
from crawler.site.codes import Code
from crawler.site.feeds.links import Link, alternates
from crawler.site.kept import Anew
from crawler.site.moments import Moments
from crawler.site.stories import edits

_SECTIONS = (
    ("", "Status"),
    ("incidents/", "Incidents"),
    ("reliability/", "Reliability"),
    ("guides/", "Guides"),
    ("subscribe/", "Subscribe"),
    ("api/", "API"),
)


_SMALL = ("top", "foot", "icon", "state", "mark", "when", "both", "ago")
"""Macros of a few plain arguments that many pages use with the same ones: each rendered once."""

_LISTS = {
    "announced": "alternate",
    "own": "coded",
    "lines": "elsewhere",
    "peers": "peer",
    "measured": "figures",
}
"""Lists by the macro that writes a line of each."""

_Listed = TypeVar("_Listed", Code, Row, Link)

_COMPILED: dict[tuple[str, str], bytes] = {}
"""The templates that this process has compiled, by their key and the digest of their text."""


class _Compiled(BytecodeCache):
    """Templates that this process or an earlier build has compiled, as long as their text is the
    same: compiling them takes as long as half of what a later build has to render."""

    def __init__(self, memory: Anew) -> None:
        self._memory = memory

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what is known for its text."""
        known = _COMPILED.get((bucket.key, bucket.checksum), b"")
        if code := self._memory.note(f"template {bucket.key}", bucket.checksum, lambda: known):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember what was compiled."""
        code = _COMPILED[bucket.key, bucket.checksum] = bucket.bytecode_to_string()
        self._memory.note(f"template {bucket.key}", bucket.checksum, lambda: code)


def environment(
    board: Board, templates: Path, moments: Moments, memory: Anew, more: Mapping[str, object]
) -> Environment:
    """The Jinja environment of the templates in a folder, for one board and `more` that they use.
    What it renders has blanks, which `moments` fills; `memory` may have the templates compiled."""
    env = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_Compiled(memory),
    )
    env.tests["web"] = lambda url: bool(url) and url.startswith(("https://", "http://"))
    names = {row.service.id: row.service.name for row in board.rows}
    parts = views.component_names(board.rows)
    forms = moments.filters()
    env.filters |= forms | {
        "day": times.day,
        "span": times.span,
        "flag": lambda slug: words.flag(slug, names),
        "named": lambda ids, provider: views.named(ids, parts.get(provider, {})),
        "edits": edits,
        "nearest": views.nearest,
        "gathered": views.gathered,
        "regions": views.by_region,
        "ranked": lambda row: row.uptime.figure(ranking.WINDOW),
        "allowing": live.allowing,
        "holds": lambda at: forms["seconds"](
            board.deadline(None if at is None else at + board.validity)
        ),
    }
    env.globals |= _values(board, forms["seconds"])
    env.globals |= {"known": names, "sections": _SECTIONS, **more}
    env.globals |= {name: _lines(env, macro) for name, macro in _LISTS.items()}
    env.globals |= _macros(env)  # last: they look the others up when they are read
    return env


def _macros(env: Environment) -> dict[str, Callable[..., str]]:
    """The macros of `macros.html` by name. A text is never taken for the markup that it equals."""
    module = vars(env.get_template("macros.html").module)
    found = {name: one for name, one in module.items() if isinstance(one, Macro)}
    return found | {name: lru_cache(None, typed=True)(found[name]) for name in _SMALL}


def _lines(env: Environment, macro: str) -> Callable[[Sequence[_Listed], str], Markup]:
    """Things as lines of a list, by a macro that takes one of them and `root`; each is rendered
    once for all pages of the same depth."""
    known: dict[tuple[str, str], Markup] = {}

    def written(listed: Sequence[_Listed], root: str) -> Markup:
        line = getattr(env.get_template("macros.html").module, macro)
        for one in listed:
            if (one.path, root) not in known:
                known[one.path, root] = line(one, root)
        return Markup("\n").join(known[one.path, root] for one in listed)

    return written


def _values(board: Board, seconds: Callable[[int], str]) -> dict[str, Any]:
    return {
        "board": board,
        "base": board.site.url.rstrip("/") + "/",
        "levels": tuple(Level),
        "reasons": REASONS,
        "words": words,
        "alternates": alternates(board),
        "until": {
            row.service.id: seconds(board.deadline(row.verdict.valid_until)) for row in board.rows
        },
        "overall": views.overall(board),
        "strips": bars.of_rows(board.rows, board.at, 30),
        "policy": live.policy(),
    }
