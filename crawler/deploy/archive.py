"""The weekly archive: the journal, a database made from all of it, and tables, as one release.

A release is made once and never changed, so that nothing which happens later can harm it.
"""

import csv
import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from crawler import journal, store, times
from crawler.errors import Refused, StorageError
from crawler.github import GitHub
from crawler.lines import RunLine
from crawler.store import files

LARGE = 500 << 20
"""Bytes of the repository above which the operator should hear of it."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def make(data: Path, out: Path) -> dict[str, int]:
    """Write the files of an archive into `out`; the bytes of each by name.

    The database is folded anew from the whole journal and checked. Raises StorageError.
    """
    out.mkdir(parents=True, exist_ok=True)
    database = out / "status.db"
    count = store.rebuild(data, database)
    if problem := files.problem(database):
        raise StorageError(f"{database}: {problem}, made from {count} runs")
    runs = list(journal.read(data / "journal"))
    parts = {
        "status.db.gz": gzip.compress(database.read_bytes(), mtime=0),
        "journal.tar.gz": _tar(data),
        "changes.csv": _table(("at", "service", "level", "headline", "basis"), _changes(runs)),
        "incidents.csv": _table(
            ("seen", "provider", "id", "title", "impact", "open", "started", "ended", "url"),
            _incidents(runs),
        ),
    }
    files.remove(database)
    sums = [f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in parts.items()]
    parts["SHA256SUMS"] = "".join(sums).encode()
    for name, raw in parts.items():
        (out / name).write_bytes(raw)
    return {name: len(raw) for name, raw in parts.items()}


def tag(now: int) -> str:
    """`archive-2026-W47`: the ISO week of a moment in seconds UTC."""
    year, week, _ = datetime.fromtimestamp(now, UTC).isocalendar()
    return f"archive-{year}-W{week:02}"


def release(hub: GitHub, folder: Path, now: int) -> bool:
    """Make this week's release from the files in a folder; False where it exists already.

    It is a draft until all its files are there. Raises Refused.
    """
    name = tag(now)
    try:
        hub.get(f"/releases/tags/{name}")
        return False
    except Refused as error:
        if error.status != 404:
            raise
    body = {"tag_name": name, "name": name, "draft": True, "body": _words(now)}
    made = hub.post("/releases", body)
    for path in sorted(folder.iterdir()):
        hub.upload(made["upload_url"], path.name, path.read_bytes())
    hub.patch(f"/releases/{made['id']}", {"draft": False, "make_latest": "false"})
    return True


def size(hub: GitHub) -> int:
    """Bytes of the repository with its history, as GitHub counts them. Raises Refused."""
    return int(hub.get("").get("size", 0)) << 10


def _words(now: int) -> str:
    return (
        f"The whole journal until {times.human(now)}, a database and tables made from it.\n\n"
        "To restore: unpack journal.tar.gz into data/ and run `whosdown push`."
    )


def _tar(data: Path) -> bytes:
    """The journal as an archive whose bytes depend on nothing but its content."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as pressed,
        tarfile.open(fileobj=pressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in journal.files(data / "journal"):
            raw = path.read_bytes()
            entry = tarfile.TarInfo(path.relative_to(data).as_posix())
            entry.size, entry.mode = len(raw), 0o644
            tar.addfile(entry, io.BytesIO(raw))
    return packed.getvalue()


def _table(names: Iterable[str], rows: Iterable[tuple[object, ...]]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(map(_cell, row) for row in rows)
    return written.getvalue().encode()


def _cell(value: object) -> str:
    """What a stranger wrote must not become a formula of a spreadsheet."""
    words = "" if value is None else str(value)
    return f"'{words}" if words.startswith(_FORMULA) else words


def _changes(runs: Iterable[RunLine]) -> Iterator[tuple[object, ...]]:
    for run in runs:
        for service, one in sorted(run.services.items()):
            if one is not None:
                yield times.iso(run.id), service, one.level, one.headline, one.basis


def _incidents(runs: Iterable[RunLine]) -> Iterator[tuple[object, ...]]:
    for run in runs:
        for one in run.incidents:
            yield (
                *(times.iso(run.id), one.provider, one.id, one.title, one.impact, one.open),
                *(_iso(one.started), _iso(one.ended), one.url),
            )


def _iso(moment: int | None) -> str | None:
    return None if moment is None else times.iso(moment)
