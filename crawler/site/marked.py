"""Markdown -> HTML with contents, anchors and coloured code. Slow to import: only where needed."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.toc import slugify
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup
from pygments.formatters import HtmlFormatter
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    String,
    Text,
    _TokenType,
    is_token_subtype,
)

_SHOWN = (Comment, String, Number, Keyword, Name.Builtin, Name.Variable)
_FENCE = re.compile(r"^( {4,})```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SHOWN_TEXT = re.compile(r">[^<]+")
_ADDRESS = re.compile(r"(?<=://)[^\s<]+")
_SLASH = re.compile(r"/(?=\w)")
_LINK = re.compile(r'(<a\s[^>]*?href=")([^"]*)"')


class _Labels(Treeprocessor):
    """The heading of its column on each cell of a table: on a phone the rows become lists."""

    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            labels = ["".join(cell.itertext()).strip() for cell in table.iter("th")]
            for row in table.iter("tr"):
                for label, cell in zip(labels, row.iter("td"), strict=False):
                    cell.set("data-label", label)


class _Few(HtmlFormatter[str]):
    """Only the kinds of words that the stylesheet colours get an element; the rest is text."""

    def format_unencoded(self, tokensource: Iterable[tuple[_TokenType, str]], outfile: Any) -> None:
        few = ((_coarse(kind), text) for kind, text in tokensource)
        super().format_unencoded(few, outfile)


def _coarse(kind: _TokenType) -> _TokenType:
    return next((shown for shown in _SHOWN if is_token_subtype(kind, shown)), Text)


def convert(text: str, root: str) -> tuple[str, tuple[tuple[str, Markup], ...], list[str]]:
    """HTML, its headings of the first rank as (anchor, heading), and the links in it.

    A link that begins with a slash leads from the root of the site, wherever that is: `root` is
    put in its place, such as `../../`.
    """
    reader = Markdown(
        extensions=["extra", "sane_lists", "toc", "codehilite"],
        extension_configs={
            "codehilite": {
                "css_class": "hl",
                "guess_lang": False,
                "pygments_formatter": _Few,
                "classprefix": "z",  # the bare names are taken by the rest of the stylesheet
            },
            "toc": {
                "slugify": _anchor,
                "permalink": "#",
                "permalink_class": "anchor",
                "permalink_title": "Link to this section",
            },
        },
    )
    reader.treeprocessors.register(_Labels(reader), "labels", 1)  # after the words are in place
    html = _LINK.sub(
        lambda link: f'{link[1]}{_rooted(link[2], root)}"', reader.convert(_unfenced(text))
    )
    tokens: list[dict[str, str]] = getattr(reader, "toc_tokens", [])
    headings = tuple((token["id"], Markup(token["name"])) for token in tokens)
    return _breakable(html), headings, list(_links(html))


def _breakable(html: str) -> str:
    """Addresses that are shown may break after each slash, so that none breaks within a word."""

    def broken(text: re.Match[str]) -> str:
        return _ADDRESS.sub(lambda address: _SLASH.sub("/<wbr>", address[0]), text[0])

    return _SHOWN_TEXT.sub(broken, html)


def _anchor(heading: str, separator: str) -> str:
    """The id of a heading: begins with a letter, so that it is a name in CSS too."""
    slug = slugify(heading, separator)
    return slug if slug[:1].isalpha() else f"part{separator}{slug}".rstrip(separator)


def _unfenced(text: str) -> str:
    """Fences within lists as indented code that names its language: Markdown knows no others."""

    def indented(fence: re.Match[str]) -> str:
        lines = [
            f":::{fence[2] or 'text'}",
            *(line[len(fence[1]) :] for line in fence[3].split("\n")),
        ]
        return "\n".join(f"{fence[1]}    {line}".rstrip() for line in lines)

    return _FENCE.sub(indented, text)


def _rooted(link: str, root: str) -> str:
    return root + link[1:] if link.startswith("/") and not link.startswith("//") else link


def _links(html: str) -> Iterator[str]:
    for found in _LINK.finditer(html):
        yield Markup(found[2]).unescape()
