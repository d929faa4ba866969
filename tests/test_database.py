"""The database: what no column accepts, and that a transaction or a full disk leaves it whole."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from crawler import journal, store
from lives import START, Life, dump
from loopback import Loopback
from opening import Opener, folder, opened, said

__all__ = ["folder", "opened", "said"]  # fixtures


def test_every_table_of_ours_is_strict(folder: Path, opened: Opener) -> None:
    listed = opened(folder).connection.execute("PRAGMA table_list").fetchall()
    ours = {name: strict for space, name, kind, _, _, strict in listed if kind == "table"}
    loose = {name for name, strict in ours.items() if not strict}

    assert {"runs", "snapshots", "incidents"} <= ours.keys()
    assert {name for name in loose if not name.startswith(("sqlite_", "_sqlite"))} == set()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO runs VALUES ('soon', 1, '1', 1, 0, 0)",
        "INSERT INTO runs VALUES (1, 'later', '1', 1, 0, 0)",
        "INSERT INTO runs VALUES (1, 1, '1', 1, 2, 0)",
        "INSERT INTO runs VALUES (1, 1, NULL, 1, 0, 0)",
        "INSERT INTO waits VALUES ('acme', 1.5)",
        "INSERT INTO cache VALUES ('u', NULL, NULL, '', 'text is no blob')",
        "UPDATE incidents SET open = 2",
        "UPDATE incidents SET slug = NULL",
    ],
)
def test_no_column_accepts_another_kind_of_value(
    statement: str,
    folder: Path,
    opened: Opener,
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        opened(folder).connection.execute(statement)


def test_the_file_is_kept_safe_rather_than_fast(folder: Path, opened: Opener) -> None:
    connection = opened(folder).connection

    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_transaction_is_all_or_nothing(folder: Path, opened: Opener) -> None:
    one = opened(folder)
    before = dump(one)
    with contextlib.suppress(KeyError), store.transaction(one.connection):
        one.connection.execute("DELETE FROM runs")
        raise KeyError

    assert dump(one) == before


# Python would keep half of what it compiles, and fail on it ever after: hence -B.
FULL = """
import resource, signal, sys
from pathlib import Path
from crawler import store
from crawler.lines import RunLine, SnapshotLine
from crawler.model import Level

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
data, allowed = Path(sys.argv[1]), int(sys.argv[2])
memory = store.open_store(data, lambda _: None)
resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, allowed))
names = [f"s{n}" for n in range(400)]
told = SnapshotLine(Level.MINOR, "As told " * 9, "official", 1)
memory.record(RunLine(int(sys.argv[3]), 1, "1", 2700, owners=dict.fromkeys(names, "p"),
                      services=dict.fromkeys(names, told)))
"""


@pytest.mark.parametrize("room", [0, 1_000, 20_000, 80_000])
def test_a_full_disk_costs_the_run_and_nothing_that_was_known(
    room: int, tmp_path: Path, opened: Opener
) -> None:
    with Life(tmp_path) as life:
        for number in range(3):
            life.run(START + number * 600)
        known = life.dump()
    path = tmp_path / "status.db"
    allowed = room or 1
    command = [sys.executable, "-B", "-c", FULL, str(tmp_path), str(allowed), str(START + 9_000)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode != 0
    assert "OSError" in ran.stderr or "sqlite3." in ran.stderr
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = opened(tmp_path)
    runs = [one for (one,) in again.connection.execute("SELECT id FROM runs ORDER BY id")]
    assert runs[:3] == [START, START + 600, START + 1_200]
    if len(runs) == 3:
        assert dump(again) == known
    # What the journal has in whole is there; what was cut off is not half there.
    written = again.connection.execute("SELECT count(*) FROM services").fetchone()[0]
    assert written == (1 if len(runs) == 3 else 401)
    assert runs == journal.ids(tmp_path / "journal")
    with Life(tmp_path) as life:
        life.run(START + 20_000)


LIMITED = """
import resource, sys
from crawler.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
main(sys.argv[1:])
"""


@pytest.mark.parametrize("command", ["archive", "check", "demo"])
def test_a_full_disk_for_a_history_of_the_moment_is_no_answer_and_no_traceback(
    command: str, tmp_path: Path, content: Path, data: Path, net: Loopback
) -> None:
    options = {
        "archive": [str(tmp_path / "archive"), "--data", str(data)],
        "check": ["--live"],
        "demo": ["--out", str(tmp_path / "site")],
    }
    line = [
        sys.executable,
        "-B",
        "-c",
        LIMITED,
        command,
        *options[command],
        "--content",
        str(content),
    ]
    env = {**os.environ, **net.env}
    ran = subprocess.run(line, capture_output=True, text=True, check=False, env=env)

    assert (ran.returncode, ran.stdout) == (74, "")
    assert "Traceback" not in ran.stderr
    assert ran.stderr.startswith("whosdown: ")
