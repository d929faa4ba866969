"""Markdown -> HTML with contents, anchors and coloured code. Slow to import: only where needed.

Also a program (see `ahead`): JSON of texts and their root in, JSON of what is made of each out. So
it imports nothing of ours.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape, unescape
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.toc import slugify
from markdown.treeprocessors import Treeprocessor
from pygments.formatter import Formatter
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Keyword,
    Name,
    Number,
    String,
    _TokenType,
    is_token_subtype,
)

_SHOWN = (Comment, String, Number, Keyword, Name.Builtin, Name.Variable)
_FENCE = re.compile(r"^( {4,})```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SHOWN_ADDRESSES = re.compile(r">[^<]*?://[^<]+")
_ADDRESS = re.compile(r"(?<=://)[^\s<]+")
_SLASH = re.compile(r"/(?=\w)")
_LINK = re.compile(r'(<(?:a\s[^>]*?href|img\s[^>]*?src)=")([^"]*)"')


class _Labels(Treeprocessor):
    """The heading of its column on each cell of a table: on a phone the rows become lists."""

    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            labels = ["".join(cell.itertext()).strip() for cell in table.iter("th")]
            for row in table.iter("tr"):
                for label, cell in zip(labels, row.iter("td"), strict=False):
                    cell.set("data-label", label)


class _Few(Formatter[str]):
    """Only the kinds of words that the stylesheet colours get an element; the rest is text."""

    def format(self, tokensource: Iterable[tuple[_TokenType, str]], outfile: Any) -> None:
        outfile.write('<div class="hl"><pre><code>')
        for name, run in groupby(tokensource, lambda one: _class(one[0])):
            words = escape("".join(text for _, text in run), quote=False)
            outfile.write(f'<span class="{name}">{words}</span>' if name else words)
        outfile.write("</code></pre></div>\n")


@cache
def _class(kind: _TokenType) -> str:
    """The class of a kind of word, "" for plain text. The bare names that others use are taken by
    the rest of the stylesheet."""
    shown = next((one for one in _SHOWN if is_token_subtype(kind, one)), None)
    return f"z{STANDARD_TYPES[shown]}" if shown else ""


@cache
def _reader() -> Markdown:
    """Made once: it takes as long as a short article."""
    reader = Markdown(
        extensions=["extra", "sane_lists", "toc", "codehilite"],
        extension_configs={
            "codehilite": {
                "guess_lang": False,
                "pygments_formatter": _Few,
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
    return reader


def convert(text: str, root: str) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """HTML, its headings of the first rank as (anchor, HTML of the heading), and the links and
    images in it.

    A link that begins with a slash leads from the root of the site, wherever that is: `root` is
    put in its place, such as `../../`.
    """
    reader = _reader().reset()
    html = _LINK.sub(
        lambda link: f'{link[1]}{_rooted(link[2], root)}"', reader.convert(_unfenced(text))
    )
    tokens: list[dict[str, str]] = getattr(reader, "toc_tokens", [])
    headings = tuple((token["id"], token["name"]) for token in tokens)
    return _breakable(html), headings, tuple(_links(html))


def _breakable(html: str) -> str:
    """Addresses that are shown may break after each slash, so that none breaks within a word."""

    def broken(text: re.Match[str]) -> str:
        return _ADDRESS.sub(lambda address: _SLASH.sub("/<wbr>", address[0]), text[0])

    return _SHOWN_ADDRESSES.sub(broken, html)


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
        yield unescape(found[2])


def main() -> None:
    """Convert what standard input asks for."""
    texts, root = json.load(sys.stdin.buffer)
    json.dump([convert(text, root) for text in texts], sys.stdout)


if __name__ == "__main__":
    main()
