"""A TOML file of content/ as a type. What is wrong in it is told by file, line and key."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crawler.errors import ContentError

Choices = Mapping[str, tuple[str, ...]]
"""What may stand at a key that takes one of a few words."""
T = TypeVar("T")


def decode(path: Path, kind: type[T], choices: Choices) -> T:
    """A file as a value of `kind`. Raises ContentError."""
    raw = text(path)
    try:
        # Not every ValueError is its own: a number of 5000 digits raises a plain one.
        document = tomllib.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ContentError(f"{path}: not valid TOML: {error}") from None
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        key = where.rstrip("`").lstrip(".")
        bare = re.sub(r"\[[^\]]*\]", "", key)
        unknown = re.search(r"unknown field `([^`]+)`", message)
        last = unknown[1] if unknown else bare.rpartition(".")[2]
        full = f"{key}.{last}" if unknown and key else key or last
        options = _allowed(kind, key) if unknown else choices.get(last, ())
        allowed = f"; allowed: {', '.join(options)}" if options else ""
        if message == "Expected `array`, got `object`":
            allowed = f"; write [[{bare}]]"
        # TOML has no null to write.
        problem = message.replace(" | null", "") + allowed
        raise ContentError(
            f"{path}:{_line(raw, full, last)}: {full or 'file'}: {problem}"
        ) from None


def wrong(path: Path, key: str, problem: str) -> ContentError:
    """The error that a key of a file, such as `service[0].name`, has a problem."""
    last = re.sub(r"\[[^\]]*\]", "", key).rpartition(".")[2]
    line = _line(text(path), key, last)
    return ContentError(f"{path}:{line}: {key}: {problem}")


def text(path: Path) -> str:
    """What a file of content/ says. Raises ContentError."""
    try:
        # Some editors begin a file with a byte order mark, which nobody sees.
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: not UTF-8 at byte {error.start}") from None
    except FileNotFoundError:
        why = "; it names the site" if path.name == "site.toml" else ""
        raise ContentError(f"{path}: the file is missing{why}") from None
    except OSError as error:
        raise ContentError(f"{path}: cannot be read: {error.strerror}") from None


def _line(raw: str, key: str, last: str) -> int:
    """The line on which a key stands, table by table.

    What stands within brackets or braces is found where they begin.
    """
    lines, place, begin = raw.split("\n"), 0, 0
    parents, _, end = key.rpartition(".")
    number = re.search(r"\[(\d+)\]", end)
    parts = re.findall(r"([a-z_]+)(?:\[(\d+)\])?", parents)
    for name, nth in (*parts, (re.escape(last), number[1] if number else "")):
        heads = [*_heads(lines, begin, rf"\[\[[a-z_.]*\b{name}\]\]")]
        if nth and int(nth) < len(heads):
            place = heads[int(nth)]
        else:
            place = _first(lines, begin, name, place)
        begin = place + 1
    return place + 1


def _heads(lines: list[str], begin: int, head: str) -> Iterator[int]:
    return (n for n in range(begin, len(lines)) if re.match(rf"\s*{head}", lines[n]))


def _first(lines: list[str], begin: int, name: str, otherwise: int) -> int:
    """The first line from `begin` on with a key of the same table, or else the head of another."""
    over = next(_heads(lines, begin, r"\["), len(lines))
    for n in range(begin, over):
        if re.match(rf"\s*[a-z_.]*\b{name}\b", lines[n]):
            return n
    return next(_heads(lines, begin, rf"\[+[a-z_.]*\b{name}\]"), otherwise)


def _allowed(kind: type, key: str) -> list[str]:
    """The field names that stand where `key` points."""
    for part in re.findall(r"[a-z_]+", key):
        fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
        inner: Any = fields.get(part, kind)
        options = [inner, *getattr(inner, "__args__", ())]
        kind = next(
            (o for o in options if isinstance(o, type) and issubclass(o, msgspec.Struct)), kind
        )
    return [field.name for field in msgspec.structs.fields(kind)]
