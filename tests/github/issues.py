"""Issues: their comments, their labels, and the lock."""

from typing import Any

from github.doors import Doors, Question, Refusal, paged
from github.records import Reply, error, invalid, iso
from github.state import State

ISSUES = Doors()
FULL = 2_500
"""Comments that an issue takes."""
LABEL = 50
"""The longest name of a label."""


def _writable(hub: State) -> None:
    if not hub.issues_on:
        raise Refusal(error(410, "Issues has been disabled in this repository."))


def _found(hub: State, number: str) -> dict[str, Any]:
    _writable(hub)
    for one in hub.issues:
        if one["number"] == int(number):
            return one
    raise Refusal(error(404, "Not Found"))


@ISSUES.at("GET", "/issues", "issues")
def _list_issues(hub: State, ask: Question) -> Reply:
    # Where issues are off the list is empty, and no refusal.
    known = hub.issues if hub.issues_on else []
    state = ask.query.get("state", "open")
    wanted = {one for one in ask.query.get("labels", "").split(",") if one}
    found = [
        one
        for one in reversed(known)
        if state in ("all", one["state"]) and wanted <= {label["name"] for label in one["labels"]}
    ]
    return paged(found, ask)


@ISSUES.at("POST", "/issues", "issues")
def _open_issue(hub: State, ask: Question) -> Reply:
    _writable(hub)
    names = ask.body.get("labels", [])
    if not ask.body.get("title") or any(len(one) > LABEL for one in names):
        return invalid()
    number = len(hub.issues) + 1
    hub.labels |= {*names}
    made = {
        "number": number,
        "title": ask.body["title"],
        "body": ask.body.get("body", ""),
        "labels": [{"name": one} for one in names],
        "state": "open",
        "locked": False,
        "comments": 0,
        "html_url": f"https://github.com/{hub.repository}/issues/{number}",
    }
    hub.issues.append(made)
    return Reply(201, made)


@ISSUES.at("GET", r"/issues/(\d+)", "issues")
def _issue(hub: State, ask: Question) -> Reply:
    return Reply(body=_found(hub, ask.parts[0]))


@ISSUES.at("PATCH", r"/issues/(\d+)", "issues")
def _edit_issue(hub: State, ask: Question) -> Reply:
    found = _found(hub, ask.parts[0])
    taken = ("title", "body", "state", "state_reason")
    found |= {key: ask.body[key] for key in taken if key in ask.body}
    if "labels" in ask.body:
        found["labels"] = [{"name": one} for one in ask.body["labels"]]
    return Reply(body=found)


@ISSUES.at("PUT", r"/issues/(\d+)/lock", "issues")
def _lock_issue(hub: State, ask: Question) -> Reply:
    _found(hub, ask.parts[0])["locked"] = True
    return Reply(204)


@ISSUES.at("DELETE", r"/issues/(\d+)/lock", "issues")
def _unlock_issue(hub: State, ask: Question) -> Reply:
    _found(hub, ask.parts[0])["locked"] = False
    return Reply(204)


@ISSUES.at("GET", r"/issues/(\d+)/comments", "issues")
def _list_comments(hub: State, ask: Question) -> Reply:
    _found(hub, ask.parts[0])
    return paged(hub.comments.get(int(ask.parts[0]), []), ask)


@ISSUES.at("POST", r"/issues/(\d+)/comments", "issues")
def _comment(hub: State, ask: Question) -> Reply:
    found = _found(hub, ask.parts[0])
    if found["comments"] >= FULL:
        return error(403, "Commenting is disabled on issues with more than 2500 comments")
    if not ask.body.get("body"):
        return invalid()
    made = {"id": len(hub.calls), "body": ask.body["body"], "created_at": iso(hub.now)}
    hub.comments.setdefault(found["number"], []).append(made)
    found["comments"] += 1
    return Reply(201, made)


@ISSUES.at("GET", "/labels/(.+)", "issues")
def _label(hub: State, ask: Question) -> Reply:
    known = ask.parts[0] in hub.labels
    return Reply(body={"name": ask.parts[0]}) if known else error(404, "Not Found")


@ISSUES.at("POST", "/labels", "issues")
def _make_label(hub: State, ask: Question) -> Reply:
    if ask.body["name"] in hub.labels:
        return error(422, "Validation Failed", errors=[{"code": "already_exists"}])
    hub.labels.add(ask.body["name"])
    return Reply(201, {"name": ask.body["name"]})
