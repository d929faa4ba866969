"""The scripts of our workflows as they stand: two repositories, a static host, a GitHub of ours."""

import json
from typing import Any

import pytest

from cloud import GOOD, QUIET, Cloud, check, cloud, results
from github import NOW, iso
from running import SITE, incident, summary

__all__ = ["cloud"]  # fixtures


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
    assert sorted(cloud.github.assets[release["id"]]) == [
        *("SHA256SUMS", "days.csv", "incidents.csv", "journal.tar.gz", "status.db.gz"),
    ]
    assert "exists already" in again["archive"].said["Release it"]
    check(cloud, first | again)
