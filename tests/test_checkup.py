"""`whosdown doctor --github`: one line for each setting, with the repair where one is needed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checkups import Doctor, doctor
from crawler.times import DAY
from folders import write
from github import NOW, GitHub
from running import whosdown

__all__ = ["doctor"]  # fixtures


def test_a_repository_that_is_set_up_needs_no_hand(doctor: Doctor, github: GitHub) -> None:
    github.branches["data"] = ("b" * 40, NOW - 600)
    github.environments["watchdog"] = ["HEARTBEAT_URL"]
    for number in range(6):
        github.run("crawl.yml", NOW - 600 - 1_200 * (5 - number))
    code, found = doctor()

    assert code == 0
    assert {what: says for what, (says, _) in found.items()} == {
        "repository": "acme/whosdown, a repository of its own",
        "Actions": "enabled, allowed: all",
        "permissions": "read by default; each job names its own",
        "schedule of crawl.yml": "enabled",
        "schedule of watchdog.yml": "enabled",
        "schedule of archive.yml": "enabled",
        "Pages source": "GitHub Actions",
        "custom domain": "none",
        "base path": "https://acme.github.io/whosdown/ as in content/site.toml",
        "branch data": "last push 10 min ago",
        "last run": "success, 10 min ago",
        "delivered cadence": "6 runs in 1 d: median gap 20 min, p90 20 min, longest 20 min",
        "secrets": "WHOSDOWN_ALERTS is not set (alerts); HEARTBEAT_URL is set (the outside"
        " dead-man's switch); none is needed",
    }


def test_a_fresh_copy_of_the_template_is_told_its_first_steps(
    doctor: Doctor, github: GitHub
) -> None:
    github.pages = None
    code, found = doctor()

    assert code == 1
    assert "choose *GitHub Actions*" in found["Pages source"][1]
    assert "start the workflow crawl" in found["branch data"][1]
    assert found["last run"] == ("none", "Actions > crawl > Run workflow")


@pytest.mark.parametrize(
    ("change", "what", "says", "repair"),
    [
        (
            lambda hub: hub.workflows.update({"crawl.yml": "disabled_inactivity"}),
            "schedule of crawl.yml",
            "after 60 days without activity",
            "Enable workflow",
        ),
        (
            lambda hub: hub.workflows.update({"watchdog.yml": "disabled_fork"}),
            "schedule of watchdog.yml",
            "in a fork",
            "Enable workflow",
        ),
        (
            lambda hub: hub.workflows.pop("archive.yml"),
            "schedule of archive.yml",
            "no such workflow",
            "default branch",
        ),
        (lambda hub: hub.actions.update(enabled=False), "Actions", "disabled", "allow actions"),
        (lambda hub: hub.repo.update(archived=True), "repository", "archived", "unarchive"),
        (lambda hub: hub.pages.update(build_type="legacy"), "Pages source", "branch", "Actions"),
        (
            # A renamed repository serves from another path.
            lambda hub: hub.pages.update(html_url="https://acme.github.io/new-name/"),
            "base path",
            "another base path",
            'write url = "https://acme.github.io/new-name"',
        ),
        (
            lambda hub: hub.pages.update(cname="up.acme.test", html_url="http://up.acme.test/"),
            "base path",
            "another host",
            'write url = "http://up.acme.test"',
        ),
        (
            lambda hub: hub.pages.update(cname="up.acme.test", https_enforced=False),
            "custom domain",
            "up.acme.test",
            "enforce HTTPS",
        ),
        (
            lambda hub: hub.run("crawl.yml", NOW - 7_200),
            "last run",
            "success, 2 h ago",
            "outside trigger",
        ),
        (
            lambda hub: hub.run("crawl.yml", NOW - 60, conclusion="failure"),
            "last run",
            "failure, 1 min ago",
            "Actions tab",
        ),
        (
            lambda hub: hub.run("crawl.yml", NOW - 60, conclusion="cancelled"),
            "last run",
            "cancelled, 1 min ago",
            "Actions tab",
        ),
        (
            # Runs of a fork that nobody has told to crawl.
            lambda hub: [hub.run("crawl.yml", at, conclusion="skipped") for at in (NOW - 900, NOW)],
            "last run",
            "skipped",
            "CRAWL_ENABLED",
        ),
        (
            # One is under way, after others that did not end well.
            lambda hub: [
                hub.run("crawl.yml", NOW - 3_000),
                hub.run("crawl.yml", NOW - 1_500, conclusion="failure"),
                hub.run("crawl.yml", NOW - 60, conclusion=None, status="in_progress"),
            ],
            "last run",
            "in_progress, 1 min ago",
            "Actions tab",
        ),
        (
            lambda hub: hub.branches.update(data=("b" * 40, NOW - 2 * DAY)),
            "branch data",
            "last push 2 d ago",
            "no run has pushed for a day",
        ),
    ],
)
def test_each_fault_has_its_repair(
    doctor: Doctor,
    github: GitHub,
    change: Callable[[GitHub], object],
    what: str,
    says: str,
    repair: str,
) -> None:
    change(github)
    code, found = doctor()

    assert code == 1
    assert says in found[what][0]
    assert repair in found[what][1]


@pytest.mark.parametrize(
    ("authority", "used"),
    [("example.github.io,2026", "acme.github.io,2026"), ("acme.test,2027", "acme.test,2027")],
)
def test_whoever_is_to_write_an_address_hears_which_feed_authority_is_in_use(
    doctor: Doctor, github: GitHub, authority: str, used: str, tmp_path: Path
) -> None:
    assert github.pages is not None
    github.pages.update(cname="up.acme.test", html_url="https://up.acme.test/")
    site = tmp_path / "content" / "site.toml"
    written = site.read_text("utf-8")
    site.write_text(written.replace("example.test,2026", authority), encoding="utf-8")

    repair = doctor()[1]["base path"][1]

    assert 'write url = "https://up.acme.test" into content/site.toml' in repair
    assert f'feed_authority = "{used}", which is in use' in repair


def test_at_home_the_feed_authority_in_use_is_that_of_the_runs_on_github(
    doctor: Doctor, github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.repository = "Acme/whosdown"
    example = (Path(__file__).parent.parent / "content" / "site.toml").read_text("utf-8")
    (tmp_path / "content" / "site.toml").write_text(example, encoding="utf-8")
    origin = ("remote", "add", "origin", "https://github.com/Acme/whosdown.git")
    for words in (("init", "-q"), origin):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    monkeypatch.delenv("GITHUB_REPOSITORY")
    monkeypatch.chdir(tmp_path)

    says, repair = doctor()[1]["base path"]

    assert "content/site.toml says https://example.github.io/whosdown" in says
    assert 'write url = "https://acme.github.io/whosdown"' in repair
    assert 'feed_authority = "acme.github.io,2026"' in repair


def test_issues_that_alerts_need_and_that_are_off_want_a_hand(
    doctor: Doctor, github: GitHub, tmp_path: Path
) -> None:
    github.issues_on = False
    site = tmp_path / "content" / "site.toml"
    written = site.read_text("utf-8")

    def keeping(repository: str) -> dict[str, tuple[str, str]]:
        alerts = f'[alerts]\ngithub_issues = true\nrepository = "{repository}"\n'
        site.write_text(written + alerts, encoding="utf-8")
        return doctor()[1]

    for name in ("Acme/whosdown", "example/whosdown"):
        says, repair = keeping(name)["Issues"]
        assert says == "off, but github_issues in content/site.toml needs them"
        assert "switch Issues on" in repair
    # Nothing was asked about another repository.
    assert "Issues" not in keeping("acme/alerts")
    github.issues_on = True
    assert "Issues" not in keeping("acme/whosdown")


def test_outside_of_a_clone_the_variable_that_names_the_repository_is_told(tmp_path: Path) -> None:
    site = write(tmp_path / "content")
    args = ("doctor", "--github", "--content", site)
    done = whosdown(*args, at=tmp_path, GITHUB_REPOSITORY="")

    assert done.returncode == 64
    assert "no repository: set GITHUB_REPOSITORY to owner/name" in done.stderr
