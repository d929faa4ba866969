"""`whosdown doctor --github` with a token that may not see everything, and the names of secrets."""

import pytest

from checkups import Doctor, doctor
from github import NOW, GitHub, forbidden

__all__ = ["doctor"]  # fixtures


def test_what_a_token_may_not_see_is_said_and_is_no_fault(doctor: Doctor, github: GitHub) -> None:
    github.branches["data"] = ("b" * 40, NOW)
    github.run("crawl.yml", NOW)
    github.permissions.clear()
    code, found = doctor()

    assert code == 0
    hidden = {what for what, (says, _) in found.items() if says == "not shown to this token"}
    assert hidden == {"Actions", "permissions", "Pages source", "secrets"}


@pytest.mark.parametrize(
    ("refused", "alerts", "heartbeat"),
    [
        ("", "is set", "is not set"),
        # What one permission shows is told, and of the rest that it was not shown.
        ("environments", "not shown to this token", "not shown to this token"),
        ("secrets", "is set", "not shown to this token"),
    ],
)
def test_a_secret_that_the_token_may_not_see_is_never_said_to_be_missing(
    doctor: Doctor, github: GitHub, refused: str, alerts: str, heartbeat: str
) -> None:
    github.environments = {"notify": ["WHOSDOWN_ALERTS"], "watchdog": []}
    github.permissions.discard(refused)
    _, found = doctor()

    whole = (
        f"WHOSDOWN_ALERTS {alerts} (alerts); HEARTBEAT_URL {heartbeat} (the outside dead-man's"
        " switch); none is needed"
    )
    hidden = alerts == heartbeat
    assert found["secrets"] == ("not shown to this token" if hidden else whole, "")


def test_a_secret_of_the_repository_is_seen_without_its_environment(
    doctor: Doctor, github: GitHub
) -> None:
    github.secrets = ["HEARTBEAT_URL"]
    github.fail("GET", "/environments/notify/secrets", forbidden())
    _, found = doctor()

    assert found["secrets"][0].startswith("WHOSDOWN_ALERTS not shown to this token (alerts); ")
    assert "HEARTBEAT_URL is set" in found["secrets"][0]


def test_a_secret_in_an_environment_that_its_job_does_not_use_is_not_set(
    doctor: Doctor, github: GitHub
) -> None:
    github.environments = {"notify": ["HEARTBEAT_URL"]}
    _, found = doctor()

    assert "HEARTBEAT_URL is not set" in found["secrets"][0]


def test_a_repository_that_cannot_be_seen_at_all_is_an_error(
    doctor: Doctor, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/other")

    assert doctor() == (69, {})


def test_the_values_of_secrets_are_never_asked_for(doctor: Doctor, github: GitHub) -> None:
    github.secrets = ["WHOSDOWN_ALERTS"]
    doctor()

    asked = [call.path.partition("whosdown")[2] for call in github.calls]
    assert [path for path in asked if "secrets" in path] == [
        "/actions/secrets",
        "/environments/notify/secrets",
        "/environments/watchdog/secrets",
    ]
