"""Parts of an earlier build, taken over where nothing that went into them has changed.

A renderer hands over a part's inputs and a way to make its files. The part is known by the digest
of its inputs, of our code and of the libraries that write it; its files are those of the site that
stands, each proven by its own digest. So whatever was touched, lost or changed in between is made
anew, and the bytes are those of a build without a memory. A page that differs only in the moments
of the run (see `moments`) is taken over too, and these are filled in anew.
"""

import hashlib
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import msgspec

from crawler.site.moments import Blanks, filled, refilled

Files = dict[str, bytes]

_LIBRARIES = ("feedgen", "icalendar", "jinja2", "lxml", "markdown", "msgspec", "pygments")
_PACKAGE = Path(__file__).resolve().parent.parent


class Wanted(NamedTuple):
    """A note by its name, and what it is made of and nothing else."""

    name: str
    inputs: object


Begin = Callable[[Sequence[int]], Callable[[], list[bytes]]]
"""Begins to make the notes at these places of a list, and gives what waits for them."""


class Anew:
    """A build without a memory: everything is made."""

    def part(self, name: str, inputs: object, make: Callable[[], dict[str, bytes]]) -> Files:  # noqa: ARG002
        """The files of a part by path, from its name, its inputs and what makes them."""
        return make()

    def note(self, name: str, inputs: object, make: Callable[[], bytes]) -> bytes:  # noqa: ARG002
        """Something that is no file and takes long to make, in the same way."""
        return make()

    def notes(self, wanted: Sequence[Wanted], begin: Begin) -> Callable[[], list[bytes]]:
        """Many of them: they are begun at once, and waited for where they are asked for."""
        return cache(begin(range(len(wanted))))

    def page(
        self,
        path: str,  # noqa: ARG002
        known: str | None,  # noqa: ARG002
        make: Callable[[], str],
        said: Mapping[bytes, bytes],
    ) -> bytes:
        """A page with its blanks filled, from the digest of what it shows (`Moments.digest`; None
        where nothing stands for it), what renders it, and what fills its blanks."""
        return filled(make().encode(), said)[0]

    def linked(self, files: Mapping[str, bytes]) -> Container[str]:  # noqa: ARG002
        """The pages whose links surely lead to one of these files."""
        return ()


ANEW = Anew()
"""For builds that have nothing to take over."""


class Kept(Anew):
    """The memory of the site in `out`. It lies beside that folder, in a file of its own."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._index = out.with_name(f".{out.name}.kept")
        self._before = _read(self._index)
        self._now = _Index()
        self._taken: set[str] = set()
        self.standing: set[str] = set()
        """The paths whose files have in `out` the bytes that this build has."""

    def part(self, name: str, inputs: object, make: Callable[[], dict[str, bytes]]) -> Files:
        """Those that stand, if the same inputs made them, else new ones."""
        known = digest((code(), inputs))
        before, names = self._before.parts.get(name, ("", {}))
        files = _standing(self._out, names) if before == known else None
        if files is not None:
            self.standing.update(files)
        else:
            files = make()
            names = {path: _sum(body) for path, body in files.items()}
        self._now.parts[name] = (known, names)
        return files

    def note(self, name: str, inputs: object, make: Callable[[], bytes]) -> bytes:
        """The one of the last build, if the same inputs made it, else a new one."""
        known, body = self._noted(name, inputs)
        self._now.notes[name] = (known, make() if body is None else body)
        return self._now.notes[name][1]

    def notes(self, wanted: Sequence[Wanted], begin: Begin) -> Callable[[], list[bytes]]:
        """Those of the last build, if the same inputs made them, else new ones."""
        kept = [(one, *self._noted(one.name, one.inputs)) for one in wanted]
        missing = [place for place, (*_, body) in enumerate(kept) if body is None]
        made = begin(missing) if missing else list[bytes]

        def found() -> list[bytes]:
            fresh = iter(made())
            for one, known, body in kept:
                self._now.notes[one.name] = (known, next(fresh) if body is None else body)
            return [self._now.notes[one.name][1] for one in wanted]

        return cache(found)

    def _noted(self, name: str, inputs: object) -> tuple[str, bytes | None]:
        """The digest of the inputs, and the note of the last build if they made it."""
        known = digest((code(), inputs))
        before, body = self._before.notes.get(name, ("", b""))
        return known, body if before == known else None

    def page(
        self, path: str, known: str | None, make: Callable[[], str], said: Mapping[bytes, bytes]
    ) -> bytes:
        """The one that stands with its blanks filled anew, if the same inputs made it."""
        if known is None:
            return filled(make().encode(), said)[0]
        known = f"{known} {code()}"
        before = self._before.pages.get(path)
        old = None
        if before is not None and before.known == known:
            old = _standing(self._out, {path: before.sum})
        if before is None or old is None:
            body, blanks = filled(make().encode(), said)
        else:
            self._taken.add(path)
            body, blanks = refilled(old[path], before.blanks, said)
            if body == old[path]:
                self.standing.add(path)
        self._now.pages[path] = _Page(known, _sum(body), blanks)
        return body

    def linked(self, files: Mapping[str, bytes]) -> Container[str]:
        """The pages that were taken over, unless a file of the last build is no more."""
        self._now.paths = [*files]
        gone = any(path not in files for path in self._before.paths)
        return () if gone else self._taken

    def save(self) -> None:
        """Remember this build; call it when the site is in its place."""
        body = msgspec.msgpack.encode(self._now)
        part = self._index.with_name(f"{self._index.name}.part")
        part.write_bytes(_sum(body).encode() + body)
        part.replace(self._index)


class _Page(msgspec.Struct, array_like=True):
    """What a page was made from, its own digest, and the blanks in it."""

    known: str
    sum: str
    blanks: Blanks


class _Index(msgspec.Struct):
    """The digest of the inputs, and the digest of each file or the note itself, by name; the pages;
    the paths of the whole site."""

    parts: dict[str, tuple[str, dict[str, str]]] = {}
    pages: dict[str, _Page] = {}
    paths: list[str] = []
    notes: dict[str, tuple[str, bytes]] = {}


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


def _read(index: Path) -> _Index:
    try:
        raw = index.read_bytes()
        if _sum(raw[32:]).encode() == raw[:32]:
            return msgspec.msgpack.decode(raw[32:], type=_Index)
    except (OSError, msgspec.DecodeError):
        pass
    return _Index()


def _standing(out: Path, names: Mapping[str, str]) -> Files | None:
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
