"""The scripts of crawl.yml as they stand: two git repositories, a static host, a GitHub of ours."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from answers import Answer
from crawler.deploy.git import Git
from crawler.deploy.holding import Holding
from github import (
    CANARIES,
    NOW,
    RESET,
    Deployment,
    GitHub,
    Reply,
    broken,
    busy,
    exhausted,
    forbidden,
    invalid,
    iso,
    secondary,
)
from hosting import Host
from killer import Killer
from launcher import Launcher
from loopback import Loopback
from running import REPOSITORY, SITE, incident, provider, summary, tree, well
from workflows import Ended, Runner

WORKFLOWS = REPOSITORY / ".github" / "workflows"
NAP = 0.01
"""Minutes between passes, and between questions to GitHub, are milliseconds here."""


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
        wanted = [given["key"]] if given["key"] in self.cache else []
        wanted += [k for k in reversed(self.cache) if k.startswith(given.get("restore-keys", "?"))]
        if wanted and not (self.evict and "fail-on-cache-miss" not in given):
            shutil.copytree(self.cache[wanted[0]], place / given["path"], dirs_exist_ok=True)
        elif given.get("fail-on-cache-miss"):
            raise OSError("no cache")
        return {}

    def save(self, place: Path, given: dict[str, Any]) -> dict[str, str]:
        kept = self.folder / f"cache-{given['key']}"
        shutil.copytree(place / given["path"], kept)
        self.cache[given["key"]] = kept
        return {}

    def upload(self, place: Path, given: dict[str, Any]) -> dict[str, str]:
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
                "run_id": 900 + self.machines,
                "run_attempt": 1,
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
        return int(self.git("rev-list", "--count", "data", where=self.remote))


@pytest.fixture
def cloud(
    tmp_path: Path, net: Loopback, github: GitHub, host: Host, forks: Killer
) -> Iterator[Cloud]:
    net.control()
    well(net, "acme.test")
    with Launcher(forks, NAP) as launcher:
        yield Cloud(tmp_path, net, github, host, launcher)


def results(ended: dict[str, Ended]) -> dict[str, str]:
    return {name: one.result for name, one in ended.items()}


GOOD = {
    "crawl": "success",
    "notify": "skipped",
    "journal": "success",
    "deploy": "success",
} | dict.fromkeys(("heartbeat", "again"), "skipped")
QUIET = GOOD | {"deploy": "skipped"}


def check(cloud: Cloud, ended: dict[str, Ended]) -> None:
    """No secret is anywhere, and nothing was forced or cancelled."""
    said = "".join(words for one in ended.values() for words in one.said.values())
    files = [tree(cloud.folder / "remote.git"), *map(tree, cloud.artifacts.values())]
    files += map(tree, cloud.cache.values())
    for canary in CANARIES:
        assert canary not in said
        assert not [name for one in files for name, raw in one.items() if canary.encode() in raw]
    assert cloud.github.asked("POST", "cancel") == []


def test_the_whole_cycle_from_nothing(cloud: Cloud) -> None:
    first = cloud.run()
    # A first run learns much, so it ends after one pass and is published; two passes are left.
    assert results(first) == GOOD, first
    assert cloud.github.events == [{"event_type": "crawl", "client_payload": {"passes": 2}}]
    assert [line["id"] for line in cloud.journal()] == [NOW]
    sha = cloud.git("rev-parse", "data", where=cloud.remote)
    assert [one.version for one in cloud.github.deployments] == [sha]
    assert first["deploy"].outputs["served"] == "true"
    assert "starting one" in first["crawl"].said["Crawl and build"]

    cloud.now += 600
    second = cloud.run()
    # Nothing changed and half an hour is not over: three passes, no push, no deployment.
    assert results(second) == QUIET, second
    assert cloud.pushes() == len(cloud.github.deployments) == 1
    assert len(cloud.journal()) == 1
    assert len(cloud.github.events) == 1

    cloud.now += 1_800
    third = cloud.run()
    assert results(third) == GOOD, third
    ids = [line["id"] for line in cloud.journal()]
    assert len(ids) == 1 + 3 + 3
    assert ids == sorted(ids)
    assert cloud.pushes() == len(cloud.github.deployments) == 2
    assert cloud.host.folder
    found = json.loads((cloud.host.folder / "api" / "v1" / "build.json").read_bytes())
    assert found["id"] == third["crawl"].outputs["build"]
    check(cloud, first | second | third)


@pytest.mark.soak
def test_news_show_what_strangers_wrote_and_no_command(cloud: Cloud) -> None:
    cloud.run()
    trouble = summary(incident("i1", "::error::API down ##[group]"), level="major")
    cloud.net.put("acme.test", "/api/v2/summary.json", trouble)
    cloud.now += 300
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert len(cloud.journal()) == 2
    assert cloud.host.folder
    assert "API down" in (cloud.host.folder / "index.html").read_text("utf-8")
    said = ended["crawl"].said["Crawl and build"]
    token = said.splitlines()[0].removeprefix("::stop-commands::")
    assert len(token) == 48
    assert said.splitlines()[-1] == f"::{token}::"


@pytest.mark.soak
def test_a_dispatched_run_asks_once_and_can_publish_what_is_not_new(cloud: Cloud) -> None:
    cloud.run()
    cloud.now += 300
    ended = cloud.run("workflow_dispatch", inputs={"publish": True})

    assert results(ended) == GOOD, ended
    assert len(cloud.journal()) == 2
    assert cloud.pushes() == 2


def test_news_are_published_at_once_and_the_passes_that_are_left_tell_people(
    cloud: Cloud,
) -> None:
    path = cloud.main / "content" / "site.toml"
    alerts = '\n[alerts]\ngithub_issues = true\nrepository = "acme/whosdown"\n'
    path.write_text(SITE + alerts, "utf-8")
    cloud.git("commit", "-qam", "Alerts")
    cloud.git("push", "-q", str(cloud.remote), "main")
    on = {"variables": {"ALERTS": "on"}}
    cloud.run("workflow_dispatch", **on)
    assert cloud.github.events == []
    trouble = summary(incident("i1", "::error::API down ##[group]"), level="major")
    cloud.net.put("acme.test", "/api/v2/summary.json", trouble)
    cloud.now += 900
    news = cloud.run("schedule", **on)
    # Published after the first pass; told when it has lasted for ten minutes, by the later ones.
    assert results(news)["deploy"] == "success"
    assert cloud.github.issues == []
    [left] = cloud.github.events
    cloud.now += 600
    told = cloud.run("repository_dispatch", payload=left["client_payload"], **on)
    assert len(cloud.github.events) == 1
    assert len([one for one in cloud.journal() if "id" in one]) == 1 + 1 + 2
    cloud.evict = True
    cloud.now += 900
    again = cloud.run("workflow_dispatch", **on)

    assert results(told)["notify"] == results(again)["notify"] == "success"
    assert results(told)["journal"] == results(again)["journal"] == "success"
    assert len(cloud.github.issues) == len(cloud.github.comments[1]) == 1
    kinds = [one["kind"] for one in cloud.journal() if "kind" in one]
    assert kinds == ["start", "opened"]
    assert len(cloud.github.asked("POST", "/comments$")) == 1
    assert cloud.github.asked("GET", "/comments") == []
    check(cloud, again)


def test_an_evicted_cache_costs_nothing_that_was_pushed(cloud: Cloud) -> None:
    cloud.run()
    cloud.now += 1_800
    cloud.evict = True
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert "1 days changed" in ended["crawl"].said["Restore the journal"]
    assert cloud.journal()[0]["id"] == NOW
    assert len(cloud.journal()) == 4


@pytest.mark.soak
def test_a_deleted_branch_comes_back_from_the_cache(cloud: Cloud) -> None:
    cloud.run()
    cloud.git("update-ref", "-d", "refs/heads/data", where=cloud.remote)
    cloud.now += 300
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert cloud.journal()[0]["id"] == NOW
    assert len(cloud.journal()) == 4


@pytest.mark.soak
def test_sixty_days_of_silence_are_a_gap_and_nothing_else(cloud: Cloud) -> None:
    cloud.run()
    cloud.now += 60 * 86_400
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert cloud.host.folder
    found = json.loads((cloud.host.folder / "statuses.json").read_bytes())
    assert [one["indicator"] for one in found["services"]] == ["none"]
    assert cloud.journal()[0]["id"] == NOW


@pytest.mark.soak
def test_a_clock_an_hour_ahead_stops_nothing_for_good(cloud: Cloud) -> None:
    cloud.now = NOW + 3_600
    cloud.run()
    cloud.now = NOW + 300
    ended = cloud.run()
    # A run may not stand before the last one, so this one refuses, says why, and changes nothing.
    assert results(ended)["crawl"] == "failure"
    assert "is the clock right?" in ended["crawl"].said["Crawl and build"]
    assert len(cloud.journal()) == 1
    cloud.now = NOW + 3_600 + 300
    assert results(cloud.run())["crawl"] == "success"


def test_a_build_that_fails_loses_nothing_that_was_learned(cloud: Cloud) -> None:
    article = cloud.main / "content" / "articles" / "broken.md"
    article.parent.mkdir()
    head = '+++\ntitle = "T"\ndek = "D"\n+++\n'
    article.write_text(f"{head}A [link](/nowhere/).\n", "utf-8")
    cloud.git("add", "-A")
    cloud.git("commit", "-qm", "A broken link")
    cloud.git("push", "-q", str(cloud.remote), "main")
    ended = cloud.run()

    assert results(ended) == GOOD | {"crawl": "failure", "deploy": "skipped"}, ended
    assert "broken.md:5: the link /nowhere/ leads" in ended["crawl"].said["Crawl and build"]
    assert [line["id"] for line in cloud.journal()] == [NOW]
    assert cloud.host.folder is None


def test_a_deployment_that_is_never_served_gets_a_new_commit_and_another_try(
    cloud: Cloud,
) -> None:
    def lazy(done: Deployment) -> None:
        if len(cloud.github.deployments) > 1:
            cloud.publish(done)

    cloud.github.on_success = lazy
    ended = cloud.run()

    assert results(ended) == {**dict.fromkeys(GOOD, "success"), "notify": "skipped"}, ended
    versions = [one.version for one in cloud.github.deployments]
    assert versions == cloud.git("rev-list", "--reverse", "data", where=cloud.remote).split()
    assert len({*versions}) == 2


@pytest.mark.soak
def test_a_site_that_is_never_served_fails_loudly(cloud: Cloud) -> None:
    cloud.github.on_success = lambda _: None
    ended = cloud.run()

    assert results(ended)["again"] == "failure"
    assert "not this build" in ended["again"].said["Verify"]
    assert len(cloud.github.deployments) == 2
    check(cloud, ended)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("method", "path", "moments"),
    [
        ("POST", "/pages/deployments$", (busy(), busy())),
        ("POST", "/pages/deployments$", (secondary(30), broken(502))),
        ("GET", "/pages/deployments/", (broken(500), exhausted(NOW + 120), RESET)),
        ("POST", "/dispatches$", (secondary(60), broken(503))),
        ("POST", "/dispatches$", (broken(502),)),
        ("POST", "/dispatches$", (forbidden(),)),
        ("POST", "/dispatches$", (invalid(),)),
    ],
    ids=["in progress", "limit", "exhausted", "later", "no passes", "no permission", "422"],
)
def test_a_bad_moment_of_github_keeps_no_news_from_the_site(
    cloud: Cloud, method: str, path: str, moments: tuple[Reply, ...]
) -> None:
    cloud.github.fail(method, path, *moments)
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert [line["id"] for line in cloud.journal()] == [NOW]
    assert len(cloud.github.deployments) == 1
    check(cloud, ended)


@pytest.mark.soak
def test_a_token_that_may_not_deploy_loses_nothing_and_says_so(cloud: Cloud) -> None:
    cloud.github.permissions.discard("pages")
    ended = cloud.run()

    assert results(ended) == GOOD | {"deploy": "failure"}
    assert "pages: write" in ended["deploy"].said["Deploy"]
    assert [line["id"] for line in cloud.journal()] == [NOW]
    check(cloud, ended)


@pytest.mark.soak
def test_pages_that_are_not_switched_on_say_what_to_do(cloud: Cloud) -> None:
    cloud.github.pages = None
    ended = cloud.run()

    assert results(ended) == GOOD | {"deploy": "failure"}
    assert "Settings > Pages > Source" in ended["deploy"].said["Deploy"]
    assert len(cloud.journal()) == 1
    check(cloud, ended)


def test_a_run_that_is_killed_in_the_middle_is_continued_by_the_next(cloud: Cloud) -> None:
    cloud.run()
    cloud.now += 600
    place = cloud.machine("killed")
    cloud.restore(place, {"key": "-", "restore-keys": "data-", "path": "data"})
    slow = Answer(body=summary().body, drip=0.05)
    cloud.net.put("acme.test", "/api/v2/summary.json", slow)
    line = [sys.executable, "-m", "crawler", "run", "--passes", "3", "--every", "5m"]
    env = {**os.environ, **cloud.env}
    asked = len(cloud.net.asked("acme.test"))
    with subprocess.Popen(line, cwd=place, env=env, start_new_session=True) as process:
        until = time.monotonic() + 30
        while len(cloud.net.asked("acme.test")) == asked and time.monotonic() < until:
            time.sleep(0.02)
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
    # The machine is lost with all that is on it; another one goes on from the branch.
    well(cloud.net, "acme.test")
    cloud.now += 1_800
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert cloud.journal()[0]["id"] == NOW
    assert len(cloud.journal()) == 4


@pytest.mark.soak
def test_a_push_that_fails_is_made_up_for_by_the_next_run(cloud: Cloud) -> None:
    cloud.run()
    cloud.now += 2_000
    hook = cloud.remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    lost = cloud.run()
    assert results(lost) == QUIET | {"journal": "failure"}
    assert len(cloud.journal()) == 1
    hook.unlink()
    cloud.now += 300
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert len(cloud.journal()) == 1 + 3 + 3


@pytest.mark.parametrize(
    ("event", "repository", "variables", "runs"),
    [
        ("schedule", {}, {}, True),
        ("schedule", {"fork": True}, {}, False),
        ("schedule", {"is_template": True}, {}, False),
        ("schedule", {"fork": True}, {"CRAWL_ENABLED": "true"}, True),
        ("schedule", {}, {"CRAWL_ENABLED": "false"}, False),
        ("workflow_dispatch", {"fork": True}, {}, True),
        ("push", {"default_branch": "trunk"}, {}, False),
    ],
)
def test_where_the_workflow_runs(
    cloud: Cloud,
    event: str,
    repository: dict[str, Any],
    variables: dict[str, str],
    runs: bool,
) -> None:
    runner = cloud.runner(event, repository=repository, variables=variables)

    assert runner.begins("crawl") is runs


@pytest.mark.soak
def test_a_renamed_repository_goes_on(cloud: Cloud) -> None:
    cloud.github.renamed_from, cloud.github.repository = "acme/whosdown", "acme/new-name"
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert iso(NOW) in cloud.git("log", "-1", "--format=%s", "data", where=cloud.remote)


def test_the_watchdog_starts_what_is_late(cloud: Cloud) -> None:
    toml = cloud.main / "content" / "site.toml"
    toml.write_text(SITE.replace("https://example.test/base", cloud.host.url), "utf-8")
    cloud.git("commit", "-qam", "Our address")
    cloud.git("push", "-q", str(cloud.remote), "main")
    ended = cloud.run(name="watchdog.yml")

    assert results(ended) == {"look": "success"}, ended
    assert "A crawl was started." in ended["look"].said["Look"]
    assert cloud.github.dispatched == [
        ("crawl.yml", {"ref": "main", "inputs": {"publish": "true"}})
    ]
    check(cloud, ended)


@pytest.mark.soak
def test_the_archive_holds_what_the_branch_holds(cloud: Cloud) -> None:
    cloud.run()
    first = cloud.run(name="archive.yml")
    again = cloud.run(name="archive.yml")

    assert results(first) == results(again) == {"archive": "success"}, first
    [release] = cloud.github.releases
    assert release["tag_name"] == "archive-2026-W47"
    assert sorted(cloud.github.assets) == [
        *("SHA256SUMS", "days.csv", "incidents.csv", "journal.tar.gz", "status.db.gz"),
    ]
    assert "exists already" in again["archive"].said["Release it"]
    check(cloud, first | again)
