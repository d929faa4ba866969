"""Deploying on GitHub Pages and proving it: each way in which that goes ends as described."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.deploy import pages, served
from crawler.errors import Refused, StorageError
from crawler.github import Door
from crawler.github import GitHub as Client
from github import (
    CANARIES,
    NOW,
    OIDC_ASK,
    TOKEN,
    Deployment,
    GitHub,
    Reply,
    broken,
    busy,
    error,
    secondary,
)
from hosting import Host, site

SHA, OTHER = "5" * 40, "6" * 40


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def door(waits: list[float]) -> Iterator[Door]:
    with Door("whosdown/test", NOW, waits.append, CANARIES) as made:
        yield made


@pytest.fixture
def deploy(github: GitHub, door: Door) -> Callable[[], str]:
    hub = Client(door, github.repository, TOKEN, github.url)
    ask = github.env["ACTIONS_ID_TOKEN_REQUEST_URL"]
    return lambda: pages.deploy(hub, 42, SHA, lambda: pages.identity(door, ask, OIDC_ASK))


Deploy = Callable[[], str]


def test_a_deployment_carries_the_artifact_and_the_commit_and_is_followed_to_its_end(
    deploy: Deploy, github: GitHub, waits: list[float]
) -> None:
    github.states = ["", "syncing_files", "deployment_attempt_error", "succeed"]

    assert deploy() == "https://acme.github.io/whosdown/"
    [made] = github.deployments
    assert (made.artifact, made.version) == (42, SHA)
    assert waits == [5, 5, 5, 5]


def test_another_deployment_in_progress_is_waited_for_and_never_cancelled(
    deploy: Deploy, github: GitHub, waits: list[float]
) -> None:
    github.fail("POST", "/deployments$", busy(), busy())
    deploy()

    assert waits == [45, 45, 5, 5]
    assert github.asked("POST", "cancel") == []
    assert len(github.deployments) == 1


def test_a_deployment_that_never_ends_is_not_waited_for_for_ever(
    deploy: Deploy, github: GitHub
) -> None:
    github.fail("POST", "/deployments$", *[busy()] * 12)

    with pytest.raises(Refused, match="no deployment began within 9 minutes"):
        deploy()


def test_a_failed_deployment_is_tried_three_times(
    deploy: Deploy, github: GitHub, waits: list[float]
) -> None:
    github.states = ["deployment_failed"]

    with pytest.raises(Refused, match="failed 3 times: GitHub says that it failed"):
        deploy()
    assert len(github.deployments) == 3
    assert waits == [5, 45, 5, 45, 5]


def test_one_failure_is_forgotten(github: GitHub, deploy: Deploy) -> None:
    github.fail("GET", "/deployments/1$", Reply(body={"status": "deployment_lost"}))

    assert deploy().startswith("https://")
    assert [one.id for one in github.deployments] == ["1", "2"]


def test_a_deployment_that_hangs_is_left_to_itself(
    deploy: Deploy, github: GitHub, waits: list[float]
) -> None:
    github.states = ["deployment_in_progress"]

    with pytest.raises(Refused, match="did not end within 10 minutes"):
        deploy()
    assert sum(waits) == 600
    assert github.asked("POST", "cancel") == []


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda hub: hub.permissions.discard("pages"), "403 .*`permissions: pages: write`"),
        (lambda hub: hub.permissions.discard("id-token"), "identity provider answered 401"),
        (lambda hub: setattr(hub, "pages", None), "404 .*Source must be .GitHub Actions."),
        (lambda hub: hub.pages.update(build_type="legacy"), "Source must be .GitHub Actions."),
        (lambda hub: setattr(hub, "shas", {OTHER}), "404 .*the version a commit"),
        (lambda hub: setattr(hub, "artifacts", {1}), "400 Artifact could not be found"),
    ],
    ids=["no pages: write", "no id-token: write", "pages off", "a branch", "no commit", "gone"],
)
def test_what_cannot_work_fails_at_once_and_says_what_to_change(
    deploy: Deploy,
    github: GitHub,
    waits: list[float],
    break_it: Callable[[GitHub], object],
    says: str,
) -> None:
    break_it(github)

    with pytest.raises(Refused, match=says) as caught:
        deploy()
    assert waits == []
    assert not [one for one in CANARIES if one in str(caught.value)]


def test_limits_and_bad_moments_only_delay(
    deploy: Deploy, github: GitHub, waits: list[float]
) -> None:
    github.fail("POST", "/deployments$", secondary(30), broken(502))
    github.fail("GET", "/deployments/", broken(500), error(404, "Not Found"))
    deploy()

    assert waits == [30, 45, 5, 1, 5, 5]


def test_minutes_in_which_github_cannot_say_how_it_goes_end_no_deployment(
    deploy: Deploy, github: GitHub
) -> None:
    github.fail("GET", "/deployments/", *(broken(500) for _ in range(12)))

    assert deploy() == "https://acme.github.io/whosdown/"
    assert len(github.deployments) == 1


def test_a_site_that_is_served_is_proven(door: Door, host: Host, tmp_path: Path) -> None:
    host.folder = tmp_path
    build = site(tmp_path)

    assert served.built(tmp_path) == build
    assert served.verify(door, host.url, build) == "2026-11-22T10:58:00Z"
    assert served.built_at(door, host.url) == NOW - 120
    assert {path.partition("?")[0] for path in host.asked} == {
        "/",
        "/statuses.json",
        "/api/v1/build.json",
    }


def test_a_site_that_comes_late_is_waited_for(
    waits: list[float], host: Host, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    site(old)
    build = site(new, '{"a": 1}')
    host.folder = old

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            host.folder = new

    with Door("whosdown/test", NOW, wait) as door:
        served.verify(door, host.url, build)
    assert waits == [5, 5, 5]


@pytest.mark.parametrize("stale", ["statuses.json", "index.html"])
def test_a_half_new_site_is_not_served(
    door: Door, waits: list[float], host: Host, tmp_path: Path, stale: str
) -> None:
    host.folder = tmp_path
    build = site(tmp_path)
    (tmp_path / stale).write_text("of yesterday", "utf-8")

    with pytest.raises(Refused, match=rf"{stale}: of another build"):
        served.verify(door, host.url, build)
    assert sum(waits) == 180
    with pytest.raises(StorageError, match=rf"{stale}: of another build"):
        served.built(tmp_path)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"<html>404</html>", "not a build.json"),
        (b"{}", "not a build.json"),
        (b'{"id": "::error::x", "files": {"a": "b"}}', "not a build.json"),
        (b'{"id": "abc", "files": {}}', "not a build.json"),
        (b'{"id": "feedfacefeedface", "files": {"a": "b"}}', "it serves feedfacefeedface"),
    ],
)
def test_what_is_not_our_build_is_named(
    door: Door, host: Host, tmp_path: Path, raw: bytes, says: str
) -> None:
    host.folder = tmp_path
    build = site(tmp_path)
    (tmp_path / "api" / "v1" / "build.json").write_bytes(raw)

    with pytest.raises(Refused, match=says):
        served.verify(door, host.url, build)
    assert served.built_at(door, host.url) is None


def test_a_deployment_that_github_calls_done_and_never_serves_is_noticed(
    deploy: Deploy, github: GitHub, door: Door, host: Host, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    site(old)
    build = site(new, '{"a": 1}')
    host.folder, github.page_url = old, host.url

    def serve(done: Deployment) -> None:
        if done.version == OTHER:
            host.folder = new

    github.on_success = serve
    url = deploy()
    with pytest.raises(Refused, match="not this build"):
        served.verify(door, url, build)
    # A commit that GitHub has not seen is what helps.
    hub = Client(door, github.repository, TOKEN, github.url)
    ask = github.env["ACTIONS_ID_TOKEN_REQUEST_URL"]
    again = pages.deploy(hub, 42, OTHER, lambda: pages.identity(door, ask, OIDC_ASK))
    assert served.verify(door, again, build)
