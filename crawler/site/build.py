"""build.json: which build this is, so that anybody can tell whether it is the one being served."""

import hashlib
from collections.abc import Mapping

import msgspec

from crawler.site.api.types import Moment
from crawler.site.board import Board
from crawler.times import iso, iso_or_none

PATH = "api/v1/build.json"
PROVEN = ("statuses.json", "index.html")
"""The files whose content build.json vouches for."""


class Gaps(msgspec.Struct, frozen=True):
    """The measured cadence of the last 7 days; gaps between runs in seconds."""

    runs: int
    median: int | None
    p90: int | None
    longest: int | None


class Build(msgspec.Struct, frozen=True, rename="camel"):
    """The whole file. `files` has the SHA-256 of those that `verify` reads; `id` is that of
    statuses.json and the version together, its first 16 digits; `simulated` marks invented data."""

    schema_version: str
    id: str
    version: str
    built_at: Moment
    last_run: Moment | None
    ran_at: Moment | None
    cadence: Gaps
    files: dict[str, str]
    simulated: bool


def render(board: Board, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """build.json for a site that has these files."""
    one = board.cadence
    build = Build(
        schema_version="1.0",
        id=hashlib.sha256(files["statuses.json"] + board.version.encode()).hexdigest()[:16],
        version=board.version,
        built_at=iso(board.at),
        last_run=iso_or_none(board.last_run),
        ran_at=iso_or_none(board.ran_at),
        cadence=Gaps(one.runs, one.median, one.p90, one.longest),
        files={name: hashlib.sha256(files[name]).hexdigest() for name in PROVEN},
        simulated=board.simulated,
    )
    return {PATH: msgspec.json.encode(build, order="sorted") + b"\n"}
