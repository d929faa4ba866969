"""The system of record: one line of JSON per run, appended to `journal/YYYY/MM/DD.ndjson`, and one
per delivered alert, in `DD.alerts.ndjson` beside it.

A last line without its newline is a run that never ended and is cut off.
"""

import os
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from msgspec import structs

from crawler import times
from crawler.errors import StorageError
from crawler.lines import Delivery, RunLine

Line = TypeVar("Line")
TOLD = ".alerts.ndjson"
"""How the name of a file of deliveries ends."""
_PACKED = ".tar.xz"
_MONTHS = f"[0-9][0-9][0-9][0-9]/[0-9][0-9]{_PACKED}"
_DAYS = "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]"


class _Start(msgspec.Struct, frozen=True):
    id: int


def read(folder: Path, known: Container[int] = ()) -> Iterator[RunLine]:
    """Every run that is not `known` by its id, in order. Raises StorageError on a damaged line,
    naming file and line."""
    decode = msgspec.json.Decoder(RunLine).decode
    for place, line, run in _runs(folder):
        if run not in known:
            yield _decoded(decode, line, place)


def ids(folder: Path) -> list[int]:
    """The ids of all runs, without reading what they say. Raises StorageError as `read` does."""
    return [run for _, _, run in _runs(folder)]


def legible(folder: Path) -> bool:
    """Whether any line of the journal can be read, or there is none."""
    decode = msgspec.json.Decoder(_Start).decode
    empty = True
    for place, line in _lines(files(folder)):
        empty = False
        try:
            _decoded(decode, line, place)
        except StorageError:
            continue
        return True
    return empty


def deliveries(folder: Path) -> set[Delivery]:
    """Every delivery of an alert. Raises StorageError as `read` does."""
    decode = msgspec.json.Decoder(Delivery).decode
    return {_decoded(decode, line, place) for place, line in _lines(told(folder))}


def _runs(folder: Path) -> Iterator[tuple[str, memoryview, int]]:
    decode = msgspec.json.Decoder(_Start).decode
    for place, line in _lines(files(folder)):
        yield place, line, _decoded(decode, line, place).id


def _lines(paths: Iterable[Path]) -> Iterator[tuple[str, memoryview]]:
    """Each whole line with its place, as a part of its file: copies of long ones would count."""
    for path in paths:
        raw = path.read_bytes()
        number = start = 0
        while end := raw.find(b"\n", start) + 1:
            number += 1
            yield f"{path}:{number}", memoryview(raw)[start:end]
            start = end


def _decoded(decode: Callable[[memoryview], Line], line: memoryview, place: str) -> Line:
    try:
        return decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StorageError(f"{place}: not a line of the journal: {error}") from None


def files(folder: Path) -> list[Path]:
    """The files of the journal in the order of their days. Raises StorageError where a month lies
    there packed, as on the branch `data`: its runs would be passed over."""
    for month in sorted(folder.glob(_MONTHS)):
        days = month.with_name(month.name.removesuffix(_PACKED))
        if not any(days.glob("*.ndjson")):
            raise StorageError(
                f"{month}: a packed month; unpack it with `tar -xJf {month} -C {folder.parent}`"
            )
    return sorted(folder.glob(f"{_DAYS}.ndjson"))


def told(folder: Path) -> list[Path]:
    """The files of the deliveries in the order of their days."""
    return sorted(folder.glob(f"{_DAYS}{TOLD}"))


def append(folder: Path, run: RunLine) -> None:
    """Write one run and make sure that it is on the disk; a torn earlier line is cut off first."""
    append_all(folder, [run])


def append_all(folder: Path, runs: Iterable[RunLine]) -> None:
    """Write many runs, which are in order, each day at once."""
    for day, group in groupby(runs, key=lambda run: times.day(run.id)):
        _append(folder / (day.replace("-", "/") + ".ndjson"), map(_pieces, group))


def _pieces(run: RunLine) -> Iterator[bytes]:
    """A run's line, one incident at a time: that of a first crawl may have tens of megabytes."""
    encode = msgspec.json.Encoder().encode
    rest = encode(structs.replace(run, incidents=run.incidents[:1])) + b"\n"
    if run.incidents:
        # Inside of a text quotes are escaped, so nothing before it looks like an incident.
        head, first, rest = rest.partition(encode(run.incidents[0]))
        yield head + first
    for one in run.incidents[1:]:
        yield b"," + encode(one)
    yield rest


def deliver(folder: Path, delivery: Delivery) -> None:
    """Write down that a message has arrived, and make sure that it is on the disk."""
    name = times.day(delivery.at).replace("-", "/") + TOLD
    _append(folder / name, [[msgspec.json.encode(delivery) + b"\n"]])


def _append(path: Path, lines: Iterable[Iterable[bytes]]) -> None:
    fresh = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        _cut(file)
        file.writelines(chain.from_iterable(lines))
        file.flush()
        os.fsync(file.fileno())
    # A new file may stand in new folders, whose names must be on the disk too.
    for place in path.parents[: 4 if fresh else 1]:
        sync(place)


def _cut(file: BinaryIO) -> None:
    """Cut off a last line without its newline."""
    end = file.seek(0, os.SEEK_END)
    if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def sync(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def union(*days: bytes) -> bytes:
    """Copies of one day's deliveries as one: each line once, where it came first."""
    whole = [line for raw in days for line in raw[: raw.rfind(b"\n") + 1].splitlines()]
    return b"".join(line + b"\n" for line in dict.fromkeys(whole))


def merge(*days: bytes) -> bytes:
    """Copies of one day's file as one: sorted by start, each id once, the first copy's.

    Lines stay as they were written, so that what a newer program added is kept. A last line
    without its newline is left out. Raises StorageError on a damaged line.
    """
    by_id: dict[int, bytes] = {}
    decoder = msgspec.json.Decoder(RunLine)
    for line in (line for day in days for line in day[: day.rfind(b"\n") + 1].splitlines()):
        try:
            by_id.setdefault(decoder.decode(line).id, line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StorageError(f"not a line of the journal: {error}") from None
    return b"".join(by_id[key] + b"\n" for key in sorted(by_id))
