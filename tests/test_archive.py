"""The weekly archive: all of the journal, a database and tables, released once and for good."""

import gzip
import hashlib
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler import journal, store
from crawler.deploy import archive
from crawler.errors import Refused, StorageError
from crawler.github import Door
from crawler.github import GitHub as Client
from crawler.lines import IncidentLine, RunLine, SnapshotLine
from crawler.model import Level
from crawler.times import DAY
from github import CANARIES, NOW, TOKEN, GitHub, broken
from lives import START


@pytest.fixture
def client(github: GitHub) -> Iterator[Client]:
    with Door("whosdown/test", NOW, lambda _: None, CANARIES) as door:
        yield Client(door, github.repository, TOKEN, github.url)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    where = tmp_path / "data"
    bad = SnapshotLine(Level.MAJOR, '=HYPERLINK("x")', "official", START)
    found = IncidentLine("acme", "i1", "d", '@SUM(1)\n"quoted", and more', open=True)
    runs = [
        RunLine(START, START + 9, "1", 2_700, owners={"acme": "acme"}, services={"acme": bad}),
        RunLine(START + DAY, START + DAY + 9, "1", 2_700, incidents=(found,)),
    ]
    journal.append_all(where / "journal", runs)
    return where


def tables(memory: store.Store) -> dict[str, bytes]:
    return {"runs.csv": f"runs\n{len(memory.memories(START + DAY).runs)}\n".encode()}


def test_an_archive_has_everything_and_the_same_bytes_each_time(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sizes = archive.make(data, out, tables)
    again = archive.make(data, tmp_path / "again", tables)

    expected = ["SHA256SUMS", "journal.tar.gz", "runs.csv", "status.db.gz"]
    assert sorted(path.name for path in out.iterdir()) == [*sizes] == expected
    assert (out / "runs.csv").read_bytes() == b"runs\n2\n"
    assert sizes == again
    lines = [line.split("  ") for line in (out / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.iterdir()
        if path.name != "SHA256SUMS"
    }
    assert (out / "journal.tar.gz").read_bytes() == (
        tmp_path / "again" / "journal.tar.gz"
    ).read_bytes()


def test_the_journal_in_it_brings_the_history_back(data: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    archive.make(data, out, tables)
    with tarfile.open(out / "journal.tar.gz") as tar:
        tar.extractall(back, filter="data")

    assert list(journal.read(back / "journal")) == list(journal.read(data / "journal"))
    memory = store.open_store(back, lambda _: None)
    assert len(memory.memories(START + DAY).runs) == 2
    memory.close()


def test_the_database_in_it_is_whole(data: Path, tmp_path: Path) -> None:
    archive.make(data, tmp_path / "out", tables)
    path = tmp_path / "status.db"
    path.write_bytes(gzip.decompress((tmp_path / "out" / "status.db.gz").read_bytes()))

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM runs").fetchone() == (2,)


def test_a_damaged_journal_is_not_archived(data: Path, tmp_path: Path) -> None:
    with journal.files(data / "journal")[0].open("ab") as file:
        file.write(b"nonsense\n")

    with pytest.raises(StorageError, match="not a line"):
        archive.make(data, tmp_path / "out", tables)


def test_a_release_is_made_once_and_never_changed(
    client: Client, github: GitHub, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    sizes = archive.make(data, out, tables)

    assert archive.release(client, out, NOW)
    [made] = github.releases
    assert made["tag_name"] == "archive-2026-W47"
    assert made["draft"] is False
    files = dict(github.assets[made["id"]])
    assert {name: len(raw) for name, raw in files.items()} == sizes
    assert not archive.release(client, out, NOW)
    assert (github.releases, github.assets) == ([made], {made["id"]: files})


def test_a_release_whose_files_did_not_arrive_is_a_draft_until_the_next_try(
    client: Client, github: GitHub, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    sizes = archive.make(data, out, tables)
    assert archive.release(client, out, NOW - 7 * DAY)
    own = client.post("/releases", {"tag_name": "v1", "draft": True})
    kept = [dict(one) for one in github.releases]
    for _ in range(2):
        github.fail("POST", "/assets", broken(502))
        with pytest.raises(Refused, match="502"):
            archive.release(client, out, NOW)
        # The name of a file that stopped half-way stays taken.
        github.assets[github.releases[-1]["id"]]["SHA256SUMS"] = b""
        assert [one["draft"] for one in github.releases] == [False, True, True]

    assert archive.release(client, out, NOW)
    assert github.releases[:-1] == kept
    made = github.releases[-1]
    assert (made["tag_name"], made["draft"]) == ("archive-2026-W47", False)
    assert {name: len(raw) for name, raw in github.assets[made["id"]].items()} == sizes
    assert sorted(github.assets) == [kept[0]["id"], own["id"], made["id"]]
    assert not archive.release(client, out, NOW)


def test_the_week_is_that_of_the_calendar() -> None:
    assert archive.tag(NOW) == "archive-2026-W47"
    assert (
        archive.tag(1_798_761_600) == "archive-2026-W53"
    )  # 2027-01-01 is in the last week of 2026
