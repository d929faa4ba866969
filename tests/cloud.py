"""Where the scripts of our workflows run: a GitHub of ours with git, machines, cache and Pages."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.deploy.git import Git
from crawler.deploy.holding import Holding
from github import CANARIES, NOW, Deployment, GitHub
from hosting import Host
from killer import Killer
from launcher import Launcher
from loopback import Loopback
from running import REPOSITORY, SITE, provider, tree, well
from workflows import Ended, Runner

WORKFLOWS = REPOSITORY / ".github" / "workflows"
NAP = 0.01
"""Minutes between passes, and between questions to GitHub, are milliseconds here."""
GOOD = {
    "crawl": "success",
    "notify": "skipped",
    "journal": "success",
    "deploy": "success",
} | dict.fromkeys(("heartbeat", "again"), "skipped")
"""How the jobs of crawl.yml end when something is published,"""
QUIET = GOOD | {"deploy": "skipped"}
"""and when nothing is."""


class Cloud:
    """A repository on GitHub with its branch, its cache, its artifacts and its Pages."""

    def __init__(
        self, folder: Path, net: Loopback, github: GitHub, host: Host, launcher: Launcher
    ) -> None:
        self.folder, self.net, self.github, self.host = folder, net, github, host
        self.launcher = launcher
        self.cache: dict[str, Path] = {}
        self.artifacts: dict[int, Path] = {}
        self.evict = False
        self.machines = 0
        self.remote = folder / "remote.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.remote], check=True)
        self.main = folder / "main"
        self._fill_main()
        github.page_url = host.url
        github.on_success = self.publish
        self.now = NOW

    def _fill_main(self) -> None:
        (self.main / "content" / "providers").mkdir(parents=True)
        (self.main / "content" / "site.toml").write_text(SITE, "utf-8")
        (self.main / "content" / "providers" / "acme.toml").write_text(provider("acme"), "utf-8")
        (self.main / "data").mkdir()
        (self.main / "data" / "README.md").write_text("What is remembered.", "utf-8")
        for name in ("Makefile", "pyproject.toml", "requirements.lock"):
            shutil.copy(REPOSITORY / name, self.main / name)
        (self.main / ".gitignore").write_text("data/*\n!data/README.md\n.venv\n_site\n", "utf-8")
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", "The beginning")
        self.git("push", "-q", str(self.remote), "main")

    def git(self, *args: str, where: Path | None = None) -> str:
        """What git says in a repository, by itself in the checkout of `main`."""
        who = ["-c", "user.name=x", "-c", "user.email=x@example.test"]
        line = ["git", "-C", str(where or self.main), *who, *args]
        done = subprocess.run(line, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def publish(self, done: Deployment) -> None:
        """What Pages does when it is in a good mood."""
        self.host.folder = self.artifacts[done.artifact]

    def machine(self, job: str) -> Path:
        """A fresh machine with a checkout and what `make setup` would have installed."""
        self.machines += 1
        place = self.folder / f"machine{self.machines}-{job}"
        subprocess.run(["git", "clone", "-q", self.remote, place], check=True)
        programs = place / ".venv" / "bin"
        programs.mkdir(parents=True)
        self.launcher.install(programs / "whosdown")
        (programs / "python").symlink_to(sys.executable)
        (place / ".venv" / ".runtime").touch()
        return place

    def restore(self, place: Path, given: dict[str, Any]) -> dict[str, str]:
        """Play actions/cache/restore."""
        wanted = [given["key"]] if given["key"] in self.cache else []
        wanted += [k for k in reversed(self.cache) if k.startswith(given.get("restore-keys", "?"))]
        if wanted and not (self.evict and "fail-on-cache-miss" not in given):
            shutil.copytree(self.cache[wanted[0]], place / given["path"], dirs_exist_ok=True)
        elif given.get("fail-on-cache-miss"):
            raise OSError("no cache")
        return {}

    def save(self, place: Path, given: dict[str, Any]) -> dict[str, str]:
        """Play actions/cache/save."""
        kept = self.folder / f"cache-{given['key']}"
        shutil.copytree(place / given["path"], kept)
        self.cache[given["key"]] = kept
        return {}

    def upload(self, place: Path, given: dict[str, Any]) -> dict[str, str]:
        """Play actions/upload-pages-artifact."""
        number = 42 + len(self.artifacts)
        self.artifacts[number] = self.folder / f"artifact{number}"
        shutil.copytree(place / given["path"], self.artifacts[number])
        return {"artifact_id": str(number)}

    def run(self, event: str = "schedule", **more: Any) -> dict[str, Ended]:
        """One run of the workflow."""
        return self.runner(event, **more).run(self.machine)

    def runner(self, event: str = "schedule", name: str = "crawl.yml", **more: Any) -> Runner:
        """What GitHub would put around the workflow after an event."""
        nothing: Callable[[Path, dict[str, Any]], dict[str, str]] = lambda *_: {}  # noqa: E731
        repository = {"default_branch": "main", "fork": False, "is_template": False}
        return Runner(
            WORKFLOWS / name,
            self.env,
            {
                "event_name": event,
                "ref_name": "main",
                "run_id": more.pop("run_id", 900 + self.machines),
                "run_attempt": more.pop("attempt", 1),
                "token": self.github.env["GITHUB_TOKEN"],
                "event": {
                    "repository": {**repository, **more.pop("repository", {})},
                    "client_payload": more.pop("payload", {}),
                },
            },
            {
                "actions/checkout": nothing,
                "actions/setup-python": nothing,
                "actions/attest-build-provenance": nothing,
                "actions/cache/restore": self.restore,
                "actions/cache/save": self.save,
                "actions/upload-pages-artifact": self.upload,
            },
            **more,
        )

    @property
    def env(self) -> dict[str, str]:
        """What is the same for every step. Without the token: steps get it where they name it."""
        hub = {key: value for key, value in self.github.env.items() if key != "GITHUB_TOKEN"}
        return {
            **self.net.env,
            **hub,
            **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.folder.parent / "compiled"),
            "SOURCE_DATE_EPOCH": str(self.now),
            "GITHUB_TOKEN": "",
            "GH_TOKEN": "",
            "GITHUB_STEP_SUMMARY": "",
        }

    def journal(self) -> list[dict[str, Any]]:
        """The runs on the branch."""
        held = Holding(Git(self.remote, str(self.remote), os.environ), "data")
        copies = [copy for day in held.days() for copy in held.copies(day)]
        return [json.loads(line) for copy in copies for line in copy.splitlines()]

    def pushes(self) -> int:
        """The commits of the branch."""
        return int(self.git("rev-list", "--count", "data", where=self.remote))


@pytest.fixture
def cloud(
    tmp_path: Path, net: Loopback, github: GitHub, host: Host, forks: Killer
) -> Iterator[Cloud]:
    """A cloud whose machines reach a page that is well."""
    net.control()
    well(net, "acme.test")
    with Launcher(forks, NAP) as launcher:
        yield Cloud(tmp_path, net, github, host, launcher)


def results(ended: dict[str, Ended]) -> dict[str, str]:
    """How each job ended."""
    return {name: one.result for name, one in ended.items()}


def check(cloud: Cloud, ended: dict[str, Ended]) -> None:
    """No secret is anywhere, and nothing was forced or cancelled."""
    said = "".join(words for one in ended.values() for words in one.said.values())
    files = [tree(cloud.folder / "remote.git"), *map(tree, cloud.artifacts.values())]
    files += map(tree, cloud.cache.values())
    for canary in CANARIES:
        assert canary not in said
        assert not [name for one in files for name, raw in one.items() if canary.encode() in raw]
    assert cloud.github.asked("POST", "cancel") == []
