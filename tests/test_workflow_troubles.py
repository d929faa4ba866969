"""The scripts of crawl.yml in bad moments: nothing that was learned is lost."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from answers import Answer
from cloud import GOOD, QUIET, Cloud, check, cloud, results
from github import (
    NOW,
    RESET,
    Deployment,
    Reply,
    broken,
    busy,
    exhausted,
    forbidden,
    invalid,
    secondary,
)
from running import summary, well
from workflows import Ended

__all__ = ["cloud"]  # fixtures


def test_an_evicted_cache_costs_nothing_that_was_pushed(cloud: Cloud) -> None:
    cloud.run()
    cloud.now += 1_800
    cloud.evict = True
    ended = cloud.run()

    assert results(ended) == GOOD, ended
    assert "1 days changed" in ended["crawl"].said["Restore the journal"]
    assert cloud.journal()[0]["id"] == NOW
    assert len(cloud.journal()) == 4


def test_a_failure_to_tell_people_keeps_no_news_from_the_site(cloud: Cloud) -> None:
    ended = cloud.run(variables={"ALERTS": "on"}, secrets={"WHOSDOWN_ALERTS": "no address"})

    assert results(ended) == GOOD | {"notify": "failure"}, ended
    assert cloud.host.folder == cloud.artifacts[42]


def test_what_failed_can_be_run_again_by_itself(cloud: Cloud) -> None:
    first = cloud.run(run_id=7)
    broken_off = first | {"journal": Ended("failure"), "deploy": Ended("skipped")}
    cloud.git("update-ref", "-d", "refs/heads/data", where=cloud.remote)

    again = cloud.runner(run_id=7, attempt=2).run(cloud.machine, broken_off)

    assert results(again) == GOOD, again
    assert [one["id"] for one in cloud.journal()] == [NOW]


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
