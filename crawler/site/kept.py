"""Parts of an earlier build, taken over where nothing that went into them has changed.

A renderer hands over a part's inputs and a way to make its files. The part is known by the digest
of its inputs, of our code and of the libraries that write it; its files are those of the site that
stands, each proven by its own digest. So whatever was touched, lost or changed in between is made
anew, and the bytes are those of a build without a memory.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

Make = Callable[[], dict[str, bytes]]
Keep = Callable[[str, object, Make], dict[str, bytes]]
"""The files of a part, from its name, its inputs and what makes it."""

_LIBRARIES = ("feedgen", "icalendar", "jinja2", "lxml", "markdown", "msgspec")
_PACKAGE = Path(__file__).resolve().parent.parent


def anew(_: str, __: object, make: Make) -> dict[str, bytes]:
    """A Keep without a memory."""
    return make()


class Kept:
    """The memory of the site in `out`. It lies beside that folder, in a file of its own."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._index = out.with_name(f".{out.name}.kept")
        self._before = _read(self._index)
        self._now: dict[str, tuple[str, dict[str, str]]] = {}

    def part(self, name: str, inputs: object, make: Make) -> dict[str, bytes]:
        """The files of a part: those that stand, if the same inputs made them, else new ones."""
        known = digest((code(), inputs))
        before, names = self._before.get(name, ("", {}))
        files = _standing(self._out, names) if before == known else None
        if files is None:
            files = make()
            names = {path: _sum(body) for path, body in files.items()}
        self._now[name] = (known, names)
        return files

    def save(self) -> None:
        """Remember the parts of this build; call it when the site is in its place."""
        part = self._index.with_name(f"{self._index.name}.part")
        part.write_bytes(msgspec.msgpack.encode(self._now))
        part.replace(self._index)


def digest(value: object) -> str:
    """What stands for a value of ours: equal values have equal digests."""
    return _sum(msgspec.msgpack.encode(value, order="deterministic"))


@cache
def code() -> str:
    """What stands for the programs that write: our own files and the libraries."""
    own = hashlib.blake2b(digest_size=16)
    for path in sorted(_PACKAGE.rglob("*.py")):
        own.update(path.read_bytes())
    libraries = ",".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"{own.hexdigest()} {libraries}"


def _read(index: Path) -> Mapping[str, tuple[str, dict[str, str]]]:
    kind: Any = dict[str, tuple[str, dict[str, str]]]
    try:
        found: dict[str, tuple[str, dict[str, str]]] = msgspec.msgpack.decode(
            index.read_bytes(), type=kind
        )
    except (OSError, msgspec.DecodeError):
        return {}
    return found


def _standing(out: Path, names: Mapping[str, str]) -> dict[str, bytes] | None:
    """The files of the site by path, if each is there and is what it was."""
    files = {}
    for path, known in names.items():
        try:
            body = (out / path).read_bytes()
        except OSError:
            return None
        if _sum(body) != known:
            return None
        files[path] = body
    return files


def _sum(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
