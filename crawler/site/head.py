"""The TOML head of an article: what stands between its two `+++` lines."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from crawler import toml
from crawler.errors import ContentError

_ALLOWED = "title, dek, service, updated, and [[faq]] with q and a"
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question and its answer, both plain text."""

    q: Text
    a: Text


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an article says of itself. `service` is the id of the service that it is about, or "";
    `updated` the day on which somebody last checked what it says."""

    title: Text
    dek: Text
    service: str = ""
    updated: date | None = None
    faq: list[Asked] = []


def read(path: Path) -> tuple[Head, str]:
    """The head, and the body with as many empty lines before it as the head has lines.

    So line numbers of the body are those of the file. Raises ContentError with file and line.
    """
    text = toml.text(path).replace("\r\n", "\n")
    found = re.match(r"\+\+\+\n(.*?\n)\+\+\+\n", text, re.DOTALL)
    if not found:
        raise ContentError(f"{path}:1: an article begins with a head between two +++ lines")
    try:
        head = msgspec.convert(tomllib.loads(found[1]), Head)
    except msgspec.ValidationError as error:
        line = _line_of_error(path, str(error))
        raise ContentError(f"{path}:{line}: {error}; allowed: {_ALLOWED}") from None
    except (ValueError, RecursionError) as error:
        near = re.search(r"line (\d+)", str(error))
        line = int(near[1]) + 1 if near else 2
        raise ContentError(f"{path}:{line}: the head is not valid TOML: {error}") from None
    return head, "\n" * found[0].count("\n") + text[found.end() :]


def line_of(path: Path, key: str) -> int:
    """The line on which a key of the head stands."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if re.match(rf"{key}\s*=", line)), 2)


def _line_of_error(path: Path, error: str) -> int:
    if number := re.search(r"\$\.faq\[(\d+)\]", error):
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        tables = [n for n, line in lines if line.strip() == "[[faq]]"]
        return tables[int(number[1])] if int(number[1]) < len(tables) else 2
    key = re.search(r"field `(\w+)`|`\$\.(\w+)`", error)
    return line_of(path, key[1] or key[2]) if key else 2
