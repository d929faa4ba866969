"""The reference data: recorded and hostile replies that are not part of the repository.

They lie in ../shared beside the checkout, or where WHOSDOWN_SHARED says. Tests that need them
carry `requires_shared`. A manifest may name files that a copy leaves out; those are passed over,
but a copy with fewer than the least number is broken and fails.
"""

import csv
import json
import os
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from crawler.wire import Reply

REPOSITORY = Path(__file__).parent.parent
SHARED = Path(os.environ.get("WHOSDOWN_SHARED") or REPOSITORY.parent / "shared").resolve()
PRESENT = (SHARED / "payloads" / "MANIFEST.tsv").is_file()

requires_shared = pytest.mark.skipif(
    not PRESENT,
    reason=f"the reference data is not in {SHARED}; WHOSDOWN_SHARED may name another folder",
)


class Payload(NamedTuple):
    """One recorded reply: `reads` is page (a state), history (no state) or no."""

    file: str
    platform: str
    reads: str
    level: str


class Hostile(NamedTuple):
    """One hostile file below hostile/ and the outcome that was agreed for it, in words."""

    file: str
    expect: str


def reply(file: str) -> Reply:
    """A file of the reference data as a reply of status 200."""
    return Reply(url="https://example.test/", status=200, body=(SHARED / file).read_bytes())


@cache
def payloads() -> tuple[Payload, ...]:
    """The recorded replies that this copy has; () without the reference data."""
    if not PRESENT:
        return ()
    with (SHARED / "payloads" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [
            Payload(f"payloads/{row['file']}", row["platform"], row["reads"], row["level"])
            for row in csv.DictReader(lines, delimiter="\t")
        ]
    return tuple(row for row in rows if (SHARED / row.file).is_file())


@cache
def hostile(kind: str) -> tuple[Hostile, ...]:
    """The hostile files of a kind, json or feeds; () without the reference data."""
    folder = SHARED / "hostile" / kind
    if not PRESENT:
        return ()
    expect: dict[str, str] = json.loads((folder / "EXPECT.json").read_text("utf-8"))
    present = {file: words for file, words in expect.items() if (folder / file).is_file()}
    return tuple(Hostile(f"hostile/{kind}/{file}", words) for file, words in present.items())


@cache
def strings() -> tuple[tuple[str, str], ...]:
    """Hostile texts as (id, text); () without the reference data."""
    files = sorted((SHARED / "hostile" / "strings").glob("*.json")) if PRESENT else []
    rows = [row for file in files for row in json.loads(file.read_text("utf-8"))]
    return tuple((row["id"], row["s"]) for row in rows)
