"""What a commit of the journal's branch holds: days as files, and months that are over, folded.

A day may stand in both, then its copies are merged.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from crawler.deploy import months
from crawler.deploy.git import Git
from crawler.errors import StorageError

_ENTRY = re.compile(rb"(\d+) blob ([0-9a-f]{40})\t([^\0]+)\0")


class Holding:
    """The journal of a commit; without one, of a branch that does not exist yet.

    Raises StorageError where the file of a month cannot be read.
    """

    def __init__(self, git: Git, tip: str | None) -> None:
        self._git = git
        listed = _listed(git, tip) if tip else {}
        self._loose = {name: sha for name, sha in listed.items() if months.DAY_FILE.fullmatch(name)}
        self._folded: dict[str, dict[str, bytes]] = {}
        for name in filter(months.MONTH_FILE.fullmatch, listed):
            with named(name):
                self._folded[name] = months.unfold(self._blob(listed[name]))

    def days(self) -> list[str]:
        """The file of each day, in order."""
        return sorted({*self._loose, *(day for days in self._folded.values() for day in days)})

    def lacking(self, day: str, raw: bytes) -> bytes:
        """The lines of a day, each whole, that the branch does not have."""
        if self.holds(day, raw):
            return b""
        theirs = {line for copy in self.copies(day) for line in copy.splitlines()}
        return b"".join(line + b"\n" for line in raw.splitlines() if line not in theirs)

    def copies(self, day: str) -> list[bytes]:
        """What the branch has of a day: nothing, once, or twice."""
        month = self._folded.get(months.file_of(day), {})
        found = [month[day]] if day in month else []
        return [*found, self._blob(self._loose[day])] if day in self._loose else found

    def holds(self, day: str, raw: bytes) -> bool:
        """Whether a day is there once, and is exactly this."""
        month = self._folded.get(months.file_of(day), {})
        if day in month:
            return day not in self._loose and month[day] == raw
        return self._loose.get(day) == _name(raw)

    def changes(self, here: Mapping[str, bytes], now: int) -> Iterator[tuple[str, bytes | None]]:
        """What a commit must write, and what it must remove (None), so that the branch has the
        days that are `here`: months that are over as one file, the others day by day."""
        late: dict[str, dict[str, bytes]] = {}
        for day, raw in here.items():
            month = months.file_of(day)
            if months.over(month, now):
                late.setdefault(month, {})[day] = raw
            elif self.lacking(day, raw):
                yield day, raw
        for month, days in late.items():
            if days != self._folded.get(month):
                yield month, months.fold(days)
            yield from ((day, None) for day in days if day in self._loose)

    def _blob(self, sha: str) -> bytes:
        return self._git.run("cat-file", "blob", sha)


@contextmanager
def named(name: str) -> Iterator[None]:
    """Put the file's name before what is wrong in it."""
    try:
        yield
    except StorageError as error:
        raise StorageError(f"{name}: {error}") from None


def _listed(git: Git, tip: str) -> dict[str, str]:
    """The files of the journal in a commit: the path of each and the hash of its content."""
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", tip, "--", "journal")
    found = _ENTRY.findall(listed)
    return {name.decode("utf-8", "replace"): sha.decode() for _, sha, name in found}


def _name(raw: bytes) -> str:
    """The name that git gives to a content."""
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
