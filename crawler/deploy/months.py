"""Months that are over, each as one small file of the branch: a tar of its days, packed by xz.

A year of days, which git packs one by one, is more than twice as large. A month unpacks to its days
as they were, byte by byte; `tar -xJf` in the data folder does the same by hand.
"""

import io
import lzma
import re
import tarfile
from collections.abc import Mapping

from crawler import times
from crawler.errors import StorageError
from crawler.times import DAY

DAY_FILE = re.compile(r"journal/\d{4}/\d\d/\d\d(\.alerts)?\.ndjson")
MONTH_FILE = re.compile(r"journal/\d{4}/\d\d\.tar\.xz")
_SETTLED = 2 * DAY
_STRENGTH = 6 | lzma.PRESET_EXTREME


def file_of(day: str) -> str:
    """The file of the month to which the file of a day belongs: `journal/2026/11.tar.xz`."""
    return f"{day[: len('journal/2026/11')]}.tar.xz"


def over(month: str, now: int) -> bool:
    """Whether a month, by its file, ended two days ago: what ran late has arrived by then."""
    settled = times.day(now - _SETTLED).replace("-", "/")
    return month < file_of(f"journal/{settled}")


def fold(days: Mapping[str, bytes]) -> bytes:
    """The file of a month. It depends on nothing but the names and contents of its days."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, raw in sorted(days.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(raw), 0o644
            tar.addfile(entry, io.BytesIO(raw))
    return lzma.compress(plain.getvalue(), preset=_STRENGTH)


def unfold(month: bytes) -> dict[str, bytes]:
    """The days in the file of a month; what else is in it is left. Raises StorageError."""
    try:
        with tarfile.open(fileobj=io.BytesIO(lzma.decompress(month))) as tar:
            files = [one for one in tar if one.isfile() and DAY_FILE.fullmatch(one.name)]
            opened = {one.name: tar.extractfile(one) for one in files}
            return {name: file.read() for name, file in opened.items() if file}
    except (lzma.LZMAError, tarfile.TarError, EOFError) as error:
        raise StorageError(f"not a month of the journal: {error}") from None
