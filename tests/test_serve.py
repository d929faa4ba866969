"""`whosdown serve`: the built site on this machine, with its types and its 404 page."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from lives import REPOSITORY
from running import whosdown


@contextlib.contextmanager
def served(out: Path) -> Iterator[str]:
    """`whosdown serve` on a free port; its address."""
    line = [sys.executable, "-u", "-m", "crawler", "serve", "--out", str(out), "--port", "0"]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(line, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert said is not None
        yield said[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def fetched(address: str) -> tuple[int, str, str, bytes]:
    """Status, type, allowed origin and body."""
    try:
        with urllib.request.urlopen(address, timeout=20) as reply:  # noqa: S310 (our own server)
            body = reply.read()
    except urllib.error.HTTPError as error:
        reply, body = error, error.read()
        error.close()
    head = reply.headers
    return reply.status, head["Content-Type"], head["Access-Control-Allow-Origin"], body


def test_serve_answers_with_types_and_with_our_404_page(
    data: Path, content: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    assert whosdown("build", "--content", content, "--data", data, "--out", out).returncode == 0
    with served(out) as address:
        home = fetched(address)
        assert home[:3] == (200, "text/html", "*")
        assert home[3] == (out / "index.html").read_bytes()
        assert fetched(address + "api/v1/statuses")[:3] == (200, "application/json", "*")
        assert fetched(address + "feed.rss")[1] == "application/rss+xml"
        assert fetched(address + "feed.atom")[1] == "application/atom+xml"
        for lost in ("nowhere/", "service/nobody/", "..%2f..%2fetc/passwd", "%00", "%ed%a0%80"):
            status, kind, _, body = fetched(address + lost)
            assert (status, kind) == (404, "text/html; charset=utf-8")
            assert body == (out / "404.html").read_bytes()


def test_serve_without_a_site_says_what_to_do(tmp_path: Path) -> None:
    done = whosdown("serve", "--out", tmp_path)

    assert done.returncode == 74
    assert "whosdown run" in done.stderr


def test_what_the_system_refuses_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = whosdown("serve", "--out", tmp_path, "--port", taken.getsockname()[1])

    assert (done.returncode, done.stderr) == (74, "whosdown: address already in use\n")
