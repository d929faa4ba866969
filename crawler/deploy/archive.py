"""The weekly archive: the journal, a database made from all of it, and tables, as one release.

A release is made once and never changed, so that nothing which happens later can harm it.
"""

import gzip
import hashlib
import io
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from crawler import journal, store, times
from crawler.errors import Refused, StorageError
from crawler.github import GitHub
from crawler.store import Store, published

LARGE = 500 << 20
"""Bytes of the repository above which the operator should hear of it."""


def make(data: Path, out: Path, tables: Callable[[Store], Mapping[str, bytes]]) -> dict[str, int]:
    """Write the files of an archive into `out`; the bytes of each by name.

    The database is folded anew from the whole journal, and checked; `tables` reads more files out
    of it. Raises StorageError.
    """
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        if not journal.files(data / "journal"):
            raise StorageError(f"{data}: no journal to archive")
        shutil.copytree(data / "journal", there / "journal")
        with store.opened(there, lambda _: None) as memory:
            parts = dict(tables(memory))
            published.publish(memory, there / "copy.db")
        parts["status.db.gz"] = gzip.compress((there / "copy.db").read_bytes(), mtime=0)
    parts["journal.tar.gz"] = _tar(data)
    sums = [f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in sorted(parts.items())]
    parts["SHA256SUMS"] = "".join(sums).encode()
    out.mkdir(parents=True, exist_ok=True)
    for name, raw in parts.items():
        (out / name).write_bytes(raw)
    return {name: len(raw) for name, raw in sorted(parts.items())}


def tag(now: int) -> str:
    """`archive-2026-W47`: the ISO week of a moment in seconds UTC."""
    year, week, _ = datetime.fromtimestamp(now, UTC).isocalendar()
    return f"archive-{year}-W{week:02}"


def release(hub: GitHub, folder: Path, now: int) -> bool:
    """Make this week's release from the files in a folder; False where it exists already.

    It is a draft until all its files are there; drafts of this week that an earlier try left are
    removed. Raises Refused.
    """
    name = tag(now)
    try:
        hub.get(f"/releases/tags/{name}")
        return False
    except Refused as error:
        if error.status != 404:
            raise
    # A draft of a try that failed is not found by its tag, and files stopped half-way in it.
    found = [one for one in hub.every("/releases") if one["draft"] and one["tag_name"] == name]
    for one in found:
        hub.delete(f"/releases/{one['id']}")
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
        folder = data / "journal"
        for path in (*journal.files(folder), *journal.told(folder)):
            raw = path.read_bytes()
            entry = tarfile.TarInfo(path.relative_to(data).as_posix())
            entry.size, entry.mode = len(raw), 0o644
            tar.addfile(entry, io.BytesIO(raw))
    return packed.getvalue()
