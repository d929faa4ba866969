"""The HTML of our own articles as Markdown. It knows the elements that they are made of, and takes
every text for words: what looks like markup in it is escaped."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urljoin

from lxml import html

# Inside a line; what makes a bare address a link; what only counts at the start of a line.
_MARKS = re.compile(r"([\\`*_{}\[\]<>|~&#@$]|:(?=//)|(?<=www)\.|^[-+=])", re.IGNORECASE)
_NUMBER = re.compile(r"^(\d+)([.)])")
_BLOCKS = frozenset("p h1 h2 h3 h4 ul ol pre table blockquote dl".split())
_PASSED = frozenset({"svg", "nav", "script", "button"})
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*"}

_joined = lru_cache(urljoin)  # the same few links stand in most pages


def plain(raw: str) -> str:
    """Any text as one line of Markdown in which nothing is markup."""
    return _NUMBER.sub(r"\1\\\2", _MARKS.sub(r"\\\1", " ".join(raw.split())))


def convert(fragment: str, base: str) -> str:
    """A piece of HTML as Markdown; links are resolved against `base`, the address of its page."""
    root = html.fragment_fromstring(fragment, create_parent="div")
    return "\n\n".join(block for block in _blocks(root, base) if block.strip())


def _blocks(parent: html.HtmlElement, base: str) -> Iterator[str]:
    """The blocks of an element; words that stand among them are a block of their own."""
    loose = _text(parent.text)
    for one in parent:
        if one.tag in _PASSED or not isinstance(one.tag, str):
            pass
        elif one.tag in _BLOCKS or any(inner.tag in _BLOCKS for inner in one.iterdescendants()):
            yield loose.strip()
            loose = ""
            yield from [_block(one, base)] if one.tag in _BLOCKS else _blocks(one, base)
        else:
            loose += _inline(one, base)
        loose += _text(one.tail)
    yield loose.strip()


def _block(one: html.HtmlElement, base: str) -> str:
    kind = str(one.tag)
    if kind == "pre":
        code = one.text_content().rstrip("\n")
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code) or [""]))
        return f"{fence}\n{code}\n{fence}"
    if kind in ("ul", "ol"):
        marks = ("- " if kind == "ul" else f"{n}. " for n in range(1, len(one) + 1))
        return "\n".join(_item(li, mark, base) for li, mark in zip(one, marks, strict=True))
    if kind == "table":
        return "\n".join(_rows(one, base))
    if kind == "blockquote":
        inner = "\n\n".join(block for block in _blocks(one, base) if block)
        return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    if kind == "dl":
        return "\n".join(f"- {_words(two, base)}" for two in one)
    head = f"{'#' * int(kind[1])} " if kind.startswith("h") else ""
    return head + _NUMBER.sub(r"\1\\\2", _words(one, base))


def _item(li: html.HtmlElement, mark: str, base: str) -> str:
    inner = "\n\n".join(block for block in _blocks(li, base) if block)
    return mark + inner.replace("\n", "\n" + " " * len(mark)).replace(" " * len(mark) + "\n", "\n")


def _rows(table: html.HtmlElement, base: str) -> Iterator[str]:
    for number, row in enumerate(table.iter("tr")):
        yield "| " + " | ".join(_words(cell, base) for cell in row) + " |"
        if not number:
            yield "|" + " --- |" * len(row)


def _words(one: html.HtmlElement, base: str) -> str:
    """The words inside an element, on one line."""
    inner = _text(one.text) + "".join(_inline(two, base) + _text(two.tail) for two in one)
    return " ".join(inner.split())


def _inline(one: html.HtmlElement, base: str) -> str:
    kind = one.tag
    if kind in _PASSED or not isinstance(kind, str) or "anchor" in one.get("class", ""):
        return ""
    if kind == "br":
        return " "
    if kind == "code":
        code = " ".join(one.text_content().split())
        fence = "`" * max(1, *(len(run) + 1 for run in re.findall("`+", code) or [""]))
        return f"{fence}{code}{fence}" if len(fence) == 1 else f"{fence} {code} {fence}"
    said = _words(one, base)
    if kind == "a" and one.get("href"):
        return f"[{said}](<{_joined(base, one.get('href', '')).replace('>', '%3E')}>)"
    around = _AROUND.get(kind, "")
    return f"{around}{said}{around}" if said else ""


def _text(raw: str | None) -> str:
    """A piece of text with the blanks at its ends, if it had any."""
    if not raw:
        return ""
    said = _MARKS.sub(r"\\\1", " ".join(raw.split()))
    before, after = " " * raw[0].isspace(), " " * raw[-1].isspace()
    return f"{before}{said}{after}" if said else before or after
