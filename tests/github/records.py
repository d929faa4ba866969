"""What goes over the wire: requests as they arrived, answers, refusals; and what is never shown."""

import time
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

NOW = 1_795_345_200
"""2026-11-22T11:00:00Z."""
TOKEN = "ghs_canary4Qw9sT0kenThatNobodyMayPrint"  # noqa: S105 (a canary)
OIDC_ASK = "canary-oidc-request-5512"
OIDC_TOKEN = "eyJcanary.oidc.answer"  # noqa: S105 (a canary)
CANARIES = (TOKEN, OIDC_ASK, OIDC_TOKEN)
"""What must never be seen in a log, an error, the site, the store or the journal."""
LIMIT = 1_000
"""Requests that are left at first."""


class Call(NamedTuple):
    """One request that arrived; `path` has its query, header names are lower case."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `after` is "" or how the connection fails instead: hang or reset."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after: str = ""


def error(status: int, message: str, **more: Any) -> Reply:
    """A refusal in GitHub's form."""
    return Reply(status, {"message": message, "documentation_url": "", **more})


def secondary(retry_after: int = 60) -> Reply:
    """The secondary limit: too much at once."""
    reply = error(403, "You have exceeded a secondary rate limit. Please wait a few minutes.")
    return replace(reply, headers={"retry-after": str(retry_after)})


def exhausted(reset: int) -> Reply:
    """The primary limit: no request is left until `reset`, seconds UTC."""
    left = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    return replace(error(403, "API rate limit exceeded for installation."), headers=left)


def broken(status: int = 502) -> Reply:
    """A bad moment of GitHub's own: a page of HTML instead of JSON."""
    return Reply(status, b"<html><h1>Unicorn!</h1></html>", {"Content-Type": "text/html"})


def forbidden() -> Reply:
    """What a token without the permission gets."""
    return error(403, "Resource not accessible by integration")


def invalid(message: str = "Validation Failed") -> Reply:
    """What GitHub understands and does not take."""
    return error(422, message, errors=[{"resource": "Issue", "code": "custom"}])


def busy() -> Reply:
    """Another Pages deployment is under way."""
    return error(
        400, "Deployment request failed for abc due to in progress deployment. Please cancel"
    )


HANG, RESET = Reply(after="hang"), Reply(after="reset")


@dataclass(slots=True)
class Deployment:
    """One Pages deployment as it was asked for; `states` are what it says when it is polled, the
    last one for ever."""

    id: str
    artifact: int
    version: str
    states: list[str]


def iso(moment: int) -> str:
    """GitHub's form of a time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
