"""Programs that strangers wrote to read feeds, as their users run them, on this machine only."""

import mailbox
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import reader

REPOSITORY = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address, with a slash at its end, at which `whosdown serve` shows a folder."""
    command = [sys.executable, "-m", "crawler", "serve", "--out", str(folder), "--port", "0"]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split()[0]
        finally:
            process.terminate()


class Library:
    """The library `reader` with its database in a folder."""

    def __init__(self, folder: Path) -> None:
        self._reader = reader.make_reader(str(folder / "reader.sqlite"), feed_root=None)

    def update(self, url: str) -> list[str]:
        """Read a feed; the titles of the entries that are new since the last time, oldest first.

        An entry that was modified is a failure, and so is a feed that cannot be read.
        """
        known = {one.id for one in self._reader.get_entries(feed=url)}
        self._reader.add_feed(url, exist_ok=True)
        told = self._reader.update_feed(url)
        assert self._reader.get_feed(url).last_exception is None
        assert told is None or told.modified == 0
        fresh = [one for one in self._reader.get_entries(feed=url) if one.id not in known]
        assert all(one.title and one.link and one.published for one in fresh)
        fresh.sort(key=lambda one: (one.published, one.id))
        return [str(one.title) for one in fresh]

    def close(self) -> None:
        """Close the database."""
        self._reader.close()


class Mail:
    """rss2email, which follows one feed, and a mail server that keeps what it is sent."""

    def __init__(self, folder: Path, url: str) -> None:
        self._box, self._config = folder / "box", folder / "rss2email.cfg"
        self._env = {**os.environ, "HOME": str(folder), "NO_PROXY": "*", "no_proxy": "*"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        keep = ("-c", "aiosmtpd.handlers.Mailbox", str(self._box))
        where = f"127.0.0.1:{self._port}"
        self._sink = subprocess.Popen([BIN / "aiosmtpd", "-n", "-l", where, *keep])
        self._r2e("new", "you@sink.test")
        settings = {
            "from": "feeds@sink.test",
            "email-protocol": "smtp",
            "smtp-server": where,
            "html-mail": "True",
            "date-header": "True",
            "feed-timeout": "30",
        }
        text = self._config.read_text("utf-8")
        for key, value in settings.items():
            text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        self._config.write_text(text, "utf-8")
        self._r2e("add", "incidents", url)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the mail server does not answer")

    def _r2e(self, *args: str) -> None:
        folder = self._config.parent
        files = ("-c", str(self._config), "-d", str(folder / "rss2email.json"))
        done = subprocess.run(
            [BIN / "r2e", *files, *args], env=self._env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert not re.search(r"(?i)error|warning|traceback", done.stderr), done.stderr

    def forget(self) -> None:
        """Take what the feed has now for old news."""
        self._r2e("run", "--no-send")

    def update(self) -> list[EmailMessage]:
        """Read the feed; the mails that come of it, in the order of their dates."""
        box = mailbox.Maildir(self._box)
        before = {*box.keys()}
        self._r2e("run")
        fresh = [
            message_from_bytes(box.get_bytes(key), policy=policy.default)
            for key in box.keys()  # noqa: SIM118 (a mailbox gives its messages)
            if key not in before
        ]
        return sorted(fresh, key=lambda one: one["Date"].datetime)

    def close(self) -> None:
        """End the mail server."""
        self._sink.terminate()
        self._sink.wait(10)


def newsboat(folder: Path, url: str) -> int:
    """How many items with a title, a link and a date newsboat keeps of a feed."""
    folder.mkdir()
    (folder / "urls").write_text(f"{url}\n", "utf-8")
    (folder / "config").write_text(f'error-log "{folder}/errors"\nmax-items 0\n', "utf-8")
    files = ("-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config")
    command = [str(shutil.which("newsboat")), "-q", *map(str, files), "-x", "reload"]
    env = {**os.environ, "HOME": str(folder), "NO_PROXY": "*", "no_proxy": "*"}
    subprocess.run(command, env=env, check=True, timeout=120)
    said = folder / "errors"
    assert not said.exists() or not said.read_text("utf-8").strip()
    query = (
        "SELECT count(*) FROM rss_item WHERE title != '' AND url LIKE 'https://%' AND pubDate > 0"
    )
    with closing(sqlite3.connect(folder / "cache.db")) as db:
        return int(db.execute(query).fetchone()[0])
