"""Whole runs of the command: a small content folder, a data folder, and a site, in one place."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from answers import JSON, Answer
from killer import Killer
from loopback import Loopback

REPOSITORY = Path(__file__).parent.parent
NOW = 1_795_345_200
"""2026-11-22T11:00:00Z, when the first run of a test begins."""
SITE = """\
name = "whosdown"
url = "https://example.test/base"
tagline = "Who?"
contact = "https://example.test/contact"
feed_authority = "example.test,2026"
control = [
    "https://www.gstatic.com/generate_204",
    "https://captive.apple.com/hotspot-detect.html",
    "https://detectportal.firefox.com/success.txt",
]
robots = "documented"
allow_private = []

[[category]]
id = "cloud"
name = "Clouds"
"""
SUMMARY, INCIDENTS = "/api/v2/summary.json", "/api/v2/incidents.json"


def provider(
    name: str, page: str = "statuspage", url: str = "", probe: str = "", feed: str = ""
) -> str:
    """A provider file with one service of its own name; no `page` leaves the page out."""
    lines = (
        [f'[page]\nplatform = "{page}"\nurl = "{url or f"https://{name}.test"}"'] if page else []
    )
    lines += [f'feed = "{feed}"'] if feed else []
    lines.append(f'[[service]]\nid = "{name}"\nname = "The {name}"\ncategory = "cloud"')
    lines.append(f'homepage = "https://www.{name}.test"')
    lines += [f'probe = {{ url = "{probe}", expect = [200] }}'] if probe else []
    return "\n".join(lines) + "\n"


def incident(
    key: str, title: str, body: str = "We look into it.", **more: object
) -> dict[str, Any]:
    """An open incident of Statuspage that began an hour before NOW."""
    began = "2026-11-22T10:00:00Z"
    update = {"id": f"{key}-1", "status": "investigating", "body": body, "created_at": began}
    return {
        "id": key,
        "name": title,
        "status": "investigating",
        "impact": "major",
        "created_at": began,
        "started_at": began,
        "incident_updates": [update],
        "components": [],
        **more,
    }


def summary(*incidents: Mapping[str, Any], level: str = "none", component: str = "") -> Answer:
    """A page of Statuspage with one component and the given incidents."""
    state = component or "operational"
    page = {
        "page": {"id": "kctbh9vrtdwd", "time_zone": "Etc/UTC"},
        "status": {"indicator": level, "description": "As the page says"},
        "components": [{"id": "api", "name": "API", "status": state, "group": False}],
        "incidents": list(incidents),
        "scheduled_maintenances": [],
    }
    return Answer(headers={"Content-Type": JSON}, body=json.dumps(page).encode())


def well(net: Loopback, *hosts: str) -> None:
    """Let the pages of these hosts say that all is well."""
    for host in hosts:
        net.put(host, SUMMARY, summary())
        net.put(host, INCIDENTS, Answer(body=b'{"page": {"id": "kctbh9vrtdwd"}, "incidents": []}'))


class Place:
    """A folder with content/, data/ and site/, and the command that works on it."""

    forks: Killer | None = None
    """Where runs are forked; without it each run is a process of its own, like a person's."""

    def __init__(
        self, folder: Path, env: Mapping[str, str], site: str = SITE, **providers: str
    ) -> None:
        self.folder, self.env = folder, {**os.environ, **env, "PYTHONPATH": str(REPOSITORY)}
        self.env.pop("SSL_CERT_DIR", None)
        self.content, self.data, self.out = folder / "content", folder / "data", folder / "site"
        (self.content / "providers").mkdir(parents=True)
        (self.content / "site.toml").write_text(site, encoding="utf-8")
        for name, text in providers.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Write a provider file."""
        (self.content / "providers" / f"{name}.toml").write_text(text, encoding="utf-8")

    def args(self, command: str = "run", now: int = NOW, *more: str) -> list[str]:
        """The arguments after `whosdown`."""
        folders = ["--content", str(self.content)]
        folders += ["--data", str(self.data)] if command != "demo" else []
        out = ["--out", str(self.out)] if command not in ("crawl", "notify") else []
        return [command, *folders, *out, "--now", str(now), *more]

    def start(self, command: str = "run", now: int = NOW, *more: str) -> "subprocess.Popen[str]":
        """The command, under way."""
        line = [sys.executable, "-W", "error", "-m", "crawler", *self.args(command, now, *more)]
        return subprocess.Popen(
            line,
            env=self.env,
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, command: str = "run", now: int = NOW, *more: str) -> tuple[int, str, str]:
        """The command to its end: exit code, standard output, standard error."""
        if self.forks:
            ended = self.forks.run(self.args(command, now, *more), self.env)
            code, out, err = ended.code, ended.out, ended.said
        else:
            with self.start(command, now, *more) as process:
                out, err = process.communicate(timeout=120)
            code = process.returncode
        assert "Traceback" not in err, err
        assert code is not None
        return code, out, err

    def well(self, now: int = NOW, *more: str) -> str:
        """A run that must succeed; what it said."""
        code, out, err = self.run("run", now, *more)
        assert code == 0, err
        assert out == ""
        return err

    def services(self) -> dict[str, dict[str, Any]]:
        """The services of statuses.json by their ids."""
        found = json.loads((self.out / "statuses.json").read_bytes())["services"]
        return {one["id"]: one for one in found}

    def reasons(self) -> dict[str, str | None]:
        """Why each service is unknown."""
        return {key: one["unreachableReason"] for key, one in self.services().items()}

    def levels(self) -> dict[str, str]:
        """The level of each service."""
        return {key: one["indicator"] for key, one in self.services().items()}

    def items(self) -> list[str]:
        """The titles of the feed's items."""
        feed = ET.parse(self.out / "feed.rss")  # noqa: S314 (our own file)
        return [one.findtext("title", "") for one in feed.iter("item")]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(self.data / "status.db")) as db:
            return db.execute(query).fetchall()

    def lines(self) -> list[dict[str, Any]]:
        """The runs of the journal."""
        paths = sorted((self.data / "journal").rglob("*.ndjson"))
        return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def whosdown(
    *args: object, at: Path | None = None, python: tuple[str, ...] = (), **env: str
) -> "subprocess.CompletedProcess[str]":
    """The command with any arguments, in a folder, to its end; a Traceback is never the answer."""
    line = [sys.executable, *python, "-m", "crawler", *map(str, args)]
    known = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(
        line,
        cwd=at or REPOSITORY,
        env={**known, "PYTHONPATH": str(REPOSITORY), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def statuses(folder: Path, **levels: str) -> Path:
    """A built site that says no more than these levels."""
    folder.mkdir()
    rows = [
        {
            "id": key.replace("_", "-"),
            "indicator": level,
            "description": f"It is {level}",
            "validUntil": "2099-01-01T00:00:00Z",
        }
        for key, level in levels.items()
    ]
    (folder / "statuses.json").write_text(json.dumps({"services": rows}), encoding="utf-8")
    return folder
