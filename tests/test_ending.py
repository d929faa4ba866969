"""What is left when a command ends early: told to by the system, or without room on the disk."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from answers import Fault
from crawler import site
from crawler.site import publish
from lives import REPOSITORY, Life, incident, reading
from loopback import Loopback
from running import NOW, SUMMARY, Place, provider, summary, tree

ENV = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def eventually(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def first_process(out: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """`whosdown serve` as the first process of a container, once it serves, and its number here."""
    if subprocess.run(["unshare", "-rpf", "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -rpf does not work here")
    serve = [sys.executable, "-u", "-m", "crawler", "serve", "--out", str(out), "--port", "0"]
    with subprocess.Popen(
        ["unshare", "-rpf", *serve], env=ENV, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        inner = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8")
        yield process, int(inner)
        process.kill()


def test_the_first_process_of_a_container_ends_when_it_is_told_to(tmp_path: Path) -> None:
    publish.publish({"index.html": b"", "404.html": b""}, tmp_path / "site")
    with first_process(tmp_path / "site") as (process, inner):
        os.kill(inner, signal.SIGTERM)
        assert process.wait(60) == 143


@pytest.mark.parametrize(
    "line",
    [
        ["--help"],
        ["export", "--help"],
        ["--version"],
        ["export", "--content", "content", "--data", "data"],
        ["export", "days", "--content", "content", "--data", "data", "--format", "ndjson"],
        ["read", "reply.json", "reply.json"],
        ["check", "--out", "site"],
        ["notify", "--content", "content", "--data", "data", "--dry-run"],
    ],
    ids=" ".join,
)
def test_a_command_whose_reader_has_left_dies_of_that_in_silence(
    tmp_path: Path, line: list[str]
) -> None:
    place = Place(tmp_path, {}, acme=provider("acme"))
    with Life(place.data) as life:
        life.run(NOW - 300, {"acme": reading(incident())})
    (tmp_path / "reply.json").write_bytes(b"{}")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "statuses.json").write_bytes(
        b'{"services": [{"id": "acme", "indicator": "none", "validUntil": "2099-01-01T00:00:00Z"}]}'
    )
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [sys.executable, "-m", "crawler", *line],
        env={**ENV, "WHOSDOWN_ALERTS": "json://127.0.0.1:9/"},
        cwd=tmp_path,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert (done.stderr, done.returncode) == (b"", -signal.SIGPIPE)


def test_a_mistake_that_nobody_reads_is_no_other_mistake(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    for line in (["check", "--nothing"], ["build", "--content", str(tmp_path / "none")]):
        done = subprocess.run(
            [sys.executable, "-m", "crawler", *line],
            env=ENV,
            cwd=tmp_path,
            stderr=writer,
            check=False,
        )
        assert done.returncode == -signal.SIGPIPE
    os.close(writer)


def test_a_command_that_is_told_to_end_clears_up_and_dies_of_that_signal(
    net: Loopback, tmp_path: Path
) -> None:
    place = Place(tmp_path / "place", net.env, acme=provider("acme"))
    net.put("status.acme.test", SUMMARY, Fault("hang"))
    mine = tmp_path / "tmp"
    mine.mkdir()
    args = ["check", "acme", "--live", "--content", str(place.content), "--now", str(NOW)]
    with subprocess.Popen(
        [sys.executable, "-m", "crawler", *args],
        env={**place.env, "TMPDIR": str(mine)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        eventually(lambda: [*mine.iterdir()])
        process.terminate()
        _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (-signal.SIGTERM, "")
    assert not [*mine.iterdir()]


def test_a_site_that_cannot_be_written_leaves_no_half_of_it_and_the_old_one(tmp_path: Path) -> None:
    publish.publish({"a": b"1"}, tmp_path / "site")
    with pytest.raises(OSError, match="name too long"):
        publish.publish({"a": b"2", "b": b"2", "x" * 300: b"2"}, tmp_path / "site")

    assert tree(tmp_path) == {"site/a": b"1"}


def test_a_site_that_finds_no_room_is_told_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # half a file would stay
    place = Place(tmp_path, {}, acme=provider("acme"))
    with Life(place.data) as life:
        life.run(NOW)
        board = life.board(NOW)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(OSError, match="too large") as told:
            site.write(board, place.content, place.out, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert told.value.filename == place.out
    assert not place.out.exists()


def test_a_provider_file_that_cannot_be_written_is_not_left_behind(
    net: Loopback, tmp_path: Path
) -> None:
    place = Place(tmp_path / "place", net.env, other=provider("other", ""))
    net.put("status.new.test", SUMMARY, summary())
    before = tree(place.folder)
    args = ["add", "https://status.new.test", "--content", str(place.content), "--now", str(NOW)]
    done = subprocess.run(
        [sys.executable, "-B", "-m", "crawler", *args],
        env=place.env,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 74, done.stderr
    assert "too large" in done.stderr
    assert tree(place.folder) == before
