"""What programs make of the files that they are given: the address space, validators, a client."""

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, Union

import msgspec

from crawler.model import Level
from crawler.site.api.schema import DOCUMENTS, Document
from crawler.site.board import Board, Row, Series, Uptime
from crawler.times import DAY
from crawler.uptime import by_day, figure, windows


def kinds(files: Mapping[str, bytes]) -> Iterator[tuple[Document, str]]:
    """Every JSON file with its kind, as the paths of the documents tell them apart."""
    for path in files:
        if path.endswith((".json", "/statuses")) and "/schema/" not in path:
            found = [one for one in DOCUMENTS if any(_fits(p, path) for p in one.paths)]
            if found:
                [one] = found
                yield one, path


def _fits(pattern: str, path: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\{id\}", "[^/]+"), path))


def measured(row: Row, now: int) -> Row:
    """The row with both series: a major outage of an hour yesterday, and a gap in our readings."""
    start = now - 60 * DAY
    outage = (now - DAY, now - DAY + 3_600)
    sure = [(start, now, Level.NONE), (*outage, Level.MAJOR)]
    seen = [(start, now - 40 * DAY, Level.NONE), (now - 30 * DAY, now, Level.NONE)]
    return replace(
        row,
        uptime=Uptime(
            reported=series(sure, start, now),
            observed=series(seen, start, now),
            basis="reported",
            median_repair=3_600,
            resolved=1,
        ),
    )


def series(intervals: list[tuple[int, int, Level]], start: int, now: int) -> Series:
    """A series as it is made of intervals."""
    days = by_day(intervals, start, now)
    sums = windows(days, now)
    figures = {length: figure(one) for length, one in sums.items()}
    return Series(since=start, days=days, windows=sums, figures=figures)


def with_uptime(board: Board) -> Board:
    """The board with a measured uptime for every third service."""
    rows = tuple(measured(r, board.at) if not n % 3 else r for n, r in enumerate(board.rows))
    return replace(board, rows=rows)


def client(schema: dict[str, Any]) -> Any:
    """A type that decodes what a schema describes, made from nothing but the schema."""
    made: dict[str, Any] = {}

    def kind(one: dict[str, Any]) -> Any:
        if "$ref" in one:
            return named(one["$ref"].rpartition("/")[2])
        if "anyOf" in one:
            return Union[tuple(map(kind, one["anyOf"]))]  # noqa: UP007 (built from a list)
        if "enum" in one:
            return Literal[tuple(one["enum"])]
        if "const" in one:
            return Literal[one["const"]]
        if one["type"] == "array":
            return list[kind(one["items"])]  # type: ignore[misc]
        if one["type"] == "object":
            return dict[str, kind(one["additionalProperties"])]  # type: ignore[misc]
        plain = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}
        return plain[one["type"]]

    def named(name: str) -> Any:
        if name not in made:
            one = schema["$defs"][name]
            if "properties" not in one:
                made[name] = kind(one)
            else:
                assert {*one["required"]} == {*one["properties"]}, name
                assert not any(map(keyword.iskeyword, one["properties"]))
                fields = [(key, kind(inner)) for key, inner in one["properties"].items()]
                made[name] = msgspec.defstruct(name, fields, forbid_unknown_fields=True)
        return made[name]

    return named(schema["$ref"].rpartition("/")[2])
