"""A GitHub on 127.0.0.1: the REST API as far as whosdown uses it, with its limits and refusals.

    with GitHub() as github:
        github.fail("POST", "/issues$", secondary(60), broken())   # the next two such requests
        command(env=github.env)
        assert [call.path for call in github.calls if call.method == "POST"] == [...]

State lies in plain attributes, to be set before and read after; `now` is its clock and stands
still. Every request except those to `/oidc` and `/ping` needs the token, and one that changes
something needs its permission in `permissions`, as a workflow's token does.
"""

from github.records import (
    CANARIES,
    HANG,
    NOW,
    OIDC_ASK,
    RESET,
    TOKEN,
    Deployment,
    Reply,
    broken,
    busy,
    error,
    exhausted,
    forbidden,
    invalid,
    iso,
    secondary,
)
from github.server import GitHub

__all__ = [
    "CANARIES",
    "HANG",
    "NOW",
    "OIDC_ASK",
    "RESET",
    "TOKEN",
    "Deployment",
    "GitHub",
    "Reply",
    "broken",
    "busy",
    "error",
    "exhausted",
    "forbidden",
    "invalid",
    "iso",
    "secondary",
]
