"""Whether what is served, or lies in a folder, is the build that we made."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawler import times
from crawler.errors import Refused, StorageError
from crawler.github import Door

BUILD = "api/v1/build.json"
PATIENCE, STEP = 180, 5
"""How long a host has to serve a new build, and how often it is asked, in seconds."""
Read = Callable[[str], bytes]


def built(out: Path) -> str:
    """The id of the build in a folder, whose files agree with it. Raises StorageError."""

    def read(path: str) -> bytes:
        try:
            return (out / path).read_bytes()
        except OSError:
            raise Refused(f"{path} is missing") from None

    try:
        found = _build(read)
        _agree(found, read)
    except Refused as error:
        raise StorageError(f"{out}: {error}; build the site again") from None
    return str(found["id"])


def verify(door: Door, url: str, build: str) -> str:
    """Read build.json, statuses.json and the first page until all are of this build; the time at
    which it was built. Raises Refused after three minutes, with what is served instead."""
    until = door.now + PATIENCE
    while problem := _problem(door, url, build):
        if door.now >= until:
            raise Refused(f"{url}: not this build ({build}) after {PATIENCE} s: {problem}")
        door.wait(STEP)
    return str(_build(_reader(door, url, build)).get("builtAt"))


def built_at(door: Door, url: str) -> int | None:
    """When the build that is served was made, seconds UTC; None where that cannot be read."""
    try:
        return times.parse(_build(_reader(door, url, str(door.now))).get("builtAt"))
    except Refused:
        return None


def _problem(door: Door, url: str, build: str) -> str:
    read = _reader(door, url, build)
    try:
        found = _build(read)
        if found["id"] != build:
            return f"it serves {found['id']}"
        _agree(found, read)
    except Refused as error:
        return str(error)
    return ""


def _reader(door: Door, url: str, mark: str) -> Read:
    def read(path: str) -> bytes:
        # A query steps over caches on the way; a page is asked as visitors ask for it.
        address = f"{url.rstrip('/')}/{path.removesuffix('index.html')}?b={mark}"
        answer = door.ask("GET", address, {"Cache-Control": "no-cache"})
        if answer.status != 200:
            raise Refused(f"{path}: status {answer.status}", answer.status)
        return answer.body

    return read


def _build(read: Read) -> dict[str, Any]:
    try:
        found = json.loads(read(BUILD))
    except ValueError:
        found = None
    files = found.get("files") if isinstance(found, dict) else None
    known = isinstance(files, dict) and isinstance(found.get("id"), str)
    if not known or not found["id"].isalnum() or not files:
        raise Refused(f"{BUILD}: not a build.json")
    return dict(found)


def _agree(build: dict[str, Any], read: Read) -> None:
    for path, digest in sorted(build["files"].items()):
        if hashlib.sha256(read(path)).hexdigest() != digest:
            raise Refused(f"{path}: of another build than {BUILD}")
