"""A TOML file of content/ as a type. What is wrong in it is told by file, line and key."""

import re
import tomllib
from collections.abc import Mapping
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
        unknown = re.search(r"unknown field `([^`]+)`", message)
        last = unknown[1] if unknown else re.sub(r"\[[^\]]*\]", "", key).rpartition(".")[2]
        full = f"{key}.{last}" if unknown and key else key or last
        options = _allowed(kind, key) if unknown else choices.get(last, ())
        allowed = f"; allowed: {', '.join(options)}" if options else ""
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
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: not UTF-8 at byte {error.start}") from None
    except FileNotFoundError:
        why = "; it names the site" if path.name == "site.toml" else ""
        raise ContentError(f"{path}: the file is missing{why}") from None
    except OSError as error:
        raise ContentError(f"{path}: cannot be read: {error.strerror}") from None


def _line(raw: str, key: str, last: str) -> int:
    """The line on which a key stands: after the n-th `[[table]]` header that `key` counts to.

    What stands within a list in brackets is found where the list begins.
    """
    lines = raw.split("\n")
    start = 0
    for table, number in re.findall(r"([a-z_]+)\[(\d+)\]", key):
        heads = [
            n for n, line in enumerate(lines) if re.match(rf"\s*\[\[[a-z_.]*{table}\]\]", line)
        ]
        heads = [n for n in heads if n >= start]
        if int(number) >= len(heads):
            last = table
            break
        start = heads[int(number)]
    for number, line in enumerate(lines[start:], start + 1):
        if re.match(rf"\s*(\[*[a-z_.]*\b)?{re.escape(last)}\b", line):
            return number
    return start + 1


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
