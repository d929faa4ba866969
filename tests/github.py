"""A GitHub on 127.0.0.1: the REST API as far as whosdown uses it, with its limits and refusals.

    with GitHub() as github:
        github.fail("POST", "/issues$", secondary(60), broken())   # the next two such requests
        command(env=github.env)
        assert [call.path for call in github.calls if call.method == "POST"] == [...]

State lies in plain attributes, to be set before and read after; `now` is its clock and stands
still. Every request except those to `/oidc` and `/ping` needs the token, and one that changes
something needs its permission in `permissions`, as a workflow's token does.
"""

import base64
import hashlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from serving import Background

NOW = 1_795_345_200
"""2026-11-22T11:00:00Z."""
TOKEN = "ghs_canary4Qw9sT0kenThatNobodyMayPrint"  # noqa: S105 (a canary)
OIDC_ASK = "canary-oidc-request-5512"
OIDC_TOKEN = "eyJcanary.oidc.answer"  # noqa: S105 (a canary)
CANARIES = (TOKEN, OIDC_ASK, OIDC_TOKEN)
"""What must never be seen in a log, an error, the site, the store or the journal."""
FULL = 2_500
_LIMIT = 1_000


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
    message = "You have exceeded a secondary rate limit. Please wait a few minutes."
    reply = error(403, message)
    return Reply(reply.status, reply.body, {"retry-after": str(retry_after)})


def exhausted(reset: int) -> Reply:
    """The primary limit: no request is left until `reset`, seconds UTC."""
    left = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    reply = error(403, "API rate limit exceeded for installation.")
    return Reply(reply.status, reply.body, left)


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


class _Refused(Exception):
    """Ends a request early with its reply."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


@dataclass(slots=True)
class Deployment:
    """One Pages deployment as it was asked for; `states` are what it says when it is polled, the
    last one for ever."""

    id: str
    artifact: int
    version: str
    states: list[str]


class GitHub(Background):
    """The server; see the module's docstring."""

    def __init__(self, repository: str = "acme/whosdown") -> None:
        self.repository = repository
        self.now = NOW
        self.calls: list[Call] = []
        self.permissions = {"contents", "issues", "pages", "actions", "id-token"}
        self.permissions |= {"secrets", "variables"}
        self.remaining = _LIMIT
        self.renamed_from = ""
        self.repo: dict[str, Any] = {"fork": False, "private": False, "archived": False}
        self.pages: dict[str, Any] | None = {
            "build_type": "workflow",
            "html_url": f"https://{self.owner}.github.io/{self.name}/",
            "cname": None,
            "https_enforced": True,
        }
        self.page_url = ""
        self.states = ["deployment_in_progress", "succeed"]
        self.artifacts: set[int] | None = None
        self.shas: set[str] | None = None
        self.deployments: list[Deployment] = []
        self.on_success: Callable[[Deployment], None] = lambda _: None
        self.actions: dict[str, Any] = {"enabled": True, "allowed_actions": "all"}
        self.workflow_permissions = {"default_workflow_permissions": "read"}
        self.workflows = dict.fromkeys(("crawl.yml", "watchdog.yml", "archive.yml"), "active")
        self.runs: dict[str, list[dict[str, Any]]] = {}
        self.dispatched: list[tuple[str, dict[str, Any]]] = []
        self.events: list[dict[str, Any]] = []
        self.secrets: list[str] = []
        self.environments: dict[str, list[str]] = {}
        self.variables: dict[str, str] = {}
        self.branches: dict[str, tuple[str, int]] = {"main": ("a" * 40, NOW)}
        self.files: dict[tuple[str, str], bytes] = {}
        self.issues: list[dict[str, Any]] = []
        self.labels: set[str] = set()
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.issues_on = True
        self.releases: list[dict[str, Any]] = []
        self.assets: dict[str, bytes] = {}
        self.pings: list[str] = []
        self._troubles: list[tuple[str, re.Pattern[str], list[Reply]]] = []
        self._lock = threading.RLock()
        self._over = threading.Event()
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), _handler(self)))

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        super().__exit__(*exc)

    @property
    def owner(self) -> str:
        """Who owns the repository."""
        return self.repository.partition("/")[0]

    @property
    def name(self) -> str:
        """The repository's name without its owner."""
        return self.repository.partition("/")[2]

    @property
    def url(self) -> str:
        """The API's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """The environment of a step of a workflow in which GITHUB_TOKEN was passed on."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": self.renamed_from or self.repository,
            "GITHUB_TOKEN": TOKEN,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/oidc?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": OIDC_ASK,
        }

    def fail(self, method: str, path: str, *replies: Reply) -> None:
        """Let the next requests whose path (with query) contains this pattern get these replies
        instead, one each."""
        with self._lock:
            self._troubles.append((method, re.compile(path), list(replies)))

    def asked(self, method: str, path: str) -> list[Call]:
        """The requests whose path (with query) contains this pattern, in order."""
        return [c for c in self.calls if c.method == method and re.search(path, c.path)]

    def run(self, workflow: str, at: int, **more: Any) -> dict[str, Any]:
        """Add a run of a workflow that began at `at`, seconds UTC; without more it succeeded."""
        made = {
            "id": 1_000 + sum(map(len, self.runs.values())),
            "status": "completed",
            "conclusion": "success",
            "event": "schedule",
            "created_at": iso(at),
            "run_started_at": iso(at),
            "updated_at": iso(at + 60),
            **more,
        }
        self.runs.setdefault(workflow, []).insert(0, made)
        return made

    def answer(self, call: Call) -> Reply:
        """What a request gets; called by the server in threads."""
        with self._lock:
            self.calls.append(call)
            for method, pattern, replies in self._troubles:
                if replies and method == call.method and pattern.search(call.path):
                    return replies.pop(0)
            try:
                return self._answer(call)
            except _Refused as refused:
                return refused.reply

    def pause(self) -> None:
        """Say nothing until the test is over."""
        self._over.wait(60)

    def _answer(self, call: Call) -> Reply:
        parts = urlsplit(call.path)
        if parts.path == "/oidc":
            good = call.headers.get("authorization", "") == f"Bearer {OIDC_ASK}"
            good = good and "id-token" in self.permissions
            return Reply(body={"value": OIDC_TOKEN}) if good else error(401, "Bad credentials")
        if parts.path.startswith("/ping"):
            self.pings.append(call.path)
            return Reply(body={})
        if call.headers.get("authorization") not in (f"Bearer {TOKEN}", f"token {TOKEN}"):
            return error(401, "Bad credentials")
        if self.remaining <= 0:
            return exhausted(self.now + 600)
        self.remaining -= 1
        if parts.path == "/rate_limit":
            rate = {"limit": _LIMIT, "remaining": self.remaining, "reset": self.now + 600}
            return Reply(body={"resources": {"core": rate}, "rate": rate})
        prefix = f"/repos/{self.repository}"
        if self.renamed_from and parts.path.startswith(f"/repos/{self.renamed_from}"):
            there = f"{self.url}{prefix}{call.path.removeprefix(f'/repos/{self.renamed_from}')}"
            return Reply(
                301 if call.method == "GET" else 307,
                {"message": "Moved Permanently", "url": there},
                {"Location": there},
            )
        if not parts.path.startswith(prefix):
            return error(404, "Not Found")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        for method, pattern, permission, handler in _ROUTES:
            found = re.fullmatch(pattern, parts.path.removeprefix(prefix))
            if found and method == call.method:
                if permission and permission not in self.permissions:
                    return forbidden()
                body = call.body if isinstance(call.body, dict) else {"raw": call.body}
                return handler(self, _Question(found.groups(), query, body))
        return error(404, "Not Found")


class _Question(NamedTuple):
    """The variable parts of a path, the query, and the body."""

    parts: tuple[str, ...]
    query: dict[str, str]
    body: dict[str, Any]


Handler = Callable[[GitHub, _Question], Reply]
_ROUTES: list[tuple[str, str, str, Handler]] = []


def _route(method: str, pattern: str, permission: str = "") -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        _ROUTES.append((method, pattern, permission, handler))
        return handler

    return add


def iso(moment: int) -> str:
    """GitHub's form of a time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


@_route("GET", "")
def _repository(hub: GitHub, _: _Question) -> Reply:
    full = {"full_name": hub.repository, "name": hub.name, "owner": {"login": hub.owner}}
    rest = {"default_branch": "main", "has_issues": hub.issues_on, "size": 120, "has_pages": True}
    return Reply(body={**full, **rest, **hub.repo})


@_route("GET", "/contents/(.+)")
def _read(hub: GitHub, ask: _Question) -> Reply:
    raw = hub.files.get((ask.query.get("ref", "main"), ask.parts[0]))
    if raw is None:
        return error(404, "Not Found")
    content = base64.encodebytes(raw).decode()
    return Reply(
        body={"path": ask.parts[0], "encoding": "base64", "content": content, "sha": _sha(raw)}
    )


@_route("PUT", "/contents/(.+)", "contents")
def _write(hub: GitHub, ask: _Question) -> Reply:
    key = (ask.body.get("branch", "main"), ask.parts[0])
    old = hub.files.get(key)
    if old is not None and "sha" not in ask.body:
        return invalid('Invalid request.\n\n"sha" wasn\'t supplied.')
    if old is not None and ask.body["sha"] != _sha(old):
        return error(409, f"{ask.parts[0]} does not match {ask.body['sha']}")
    hub.files[key] = base64.b64decode(ask.body["content"])
    commit = _sha(repr((key, hub.files[key], len(hub.calls))).encode())
    hub.branches[key[0]] = (commit, hub.now)
    return Reply(200 if old else 201, {"commit": {"sha": commit}})


def _sha(raw: bytes) -> str:
    return hashlib.sha1(raw, usedforsecurity=False).hexdigest()


@_route("GET", "/git/ref/heads/(.+)")
def _ref(hub: GitHub, ask: _Question) -> Reply:
    if ask.parts[0] not in hub.branches:
        return error(404, "Not Found")
    found = {"sha": hub.branches[ask.parts[0]][0], "type": "commit"}
    return Reply(body={"ref": f"refs/heads/{ask.parts[0]}", "object": found})


@_route("POST", "/git/refs", "contents")
def _make_ref(hub: GitHub, ask: _Question) -> Reply:
    branch = str(ask.body["ref"]).removeprefix("refs/heads/")
    if branch in hub.branches:
        return invalid("Reference already exists")
    hub.branches[branch] = (ask.body["sha"], hub.now)
    return Reply(201, {"ref": ask.body["ref"]})


@_route("PATCH", "/git/refs/heads/(.+)", "contents")
def _move_ref(hub: GitHub, ask: _Question) -> Reply:
    if ask.parts[0] not in hub.branches:
        return invalid("Reference does not exist")
    if ask.body.get("force"):
        return error(500, "a test must not force")
    hub.branches[ask.parts[0]] = (ask.body["sha"], hub.now)
    return Reply(body={"ref": f"refs/heads/{ask.parts[0]}"})


@_route("GET", "/branches/(.+)")
def _branch(hub: GitHub, ask: _Question) -> Reply:
    if ask.parts[0] not in hub.branches:
        return error(404, "Branch not found")
    sha, at = hub.branches[ask.parts[0]]
    commit = {"sha": sha, "commit": {"committer": {"date": iso(at)}}}
    return Reply(body={"name": ask.parts[0], "commit": commit, "protected": False})


@_route("GET", "/pages", "pages")
def _pages(hub: GitHub, _: _Question) -> Reply:
    return error(404, "Not Found") if hub.pages is None else Reply(body=hub.pages)


@_route("POST", "/pages/deployments", "pages")
def _deploy(hub: GitHub, ask: _Question) -> Reply:
    if hub.pages is None or hub.pages["build_type"] != "workflow":
        return error(404, "Not Found")
    artifact, version = ask.body.get("artifact_id"), ask.body.get("pages_build_version", "")
    if ask.body.get("oidc_token") != OIDC_TOKEN:
        return error(400, "Invalid OIDC token")
    if not isinstance(artifact, int) or (
        hub.artifacts is not None and artifact not in hub.artifacts
    ):
        return error(400, "Artifact could not be found")
    # A version that is no commit of the repository is not found.
    if not re.fullmatch("[0-9a-f]{40}", version) or (
        hub.shas is not None and version not in hub.shas
    ):
        return error(404, "Not Found")
    made = Deployment(str(len(hub.deployments) + 1), artifact, version, [*hub.states])
    hub.deployments.append(made)
    page = hub.page_url or hub.pages["html_url"]
    status = f"{hub.url}/repos/{hub.repository}/pages/deployments/{made.id}"
    return Reply(body={"id": made.id, "status_url": status, "page_url": page})


@_route("GET", r"/pages/deployments/([\w-]+)", "pages")
def _deployment(hub: GitHub, ask: _Question) -> Reply:
    found = next((one for one in hub.deployments if one.id == ask.parts[0]), None)
    if found is None:
        return error(404, "Not Found")
    state = found.states.pop(0) if len(found.states) > 1 else found.states[0]
    if state == "succeed":
        hub.on_success(found)
    return Reply(body={"status": state})


@_route("GET", "/actions/permissions", "actions")
def _actions(hub: GitHub, _: _Question) -> Reply:
    return Reply(body=hub.actions)


@_route("GET", "/actions/permissions/workflow", "actions")
def _workflow_permissions(hub: GitHub, _: _Question) -> Reply:
    return Reply(body=hub.workflow_permissions)


@_route("GET", r"/actions/workflows/([\w.-]+)")
def _workflow(hub: GitHub, ask: _Question) -> Reply:
    name = ask.parts[0]
    if name not in hub.workflows:
        return error(404, "Not Found")
    return Reply(body={"id": 7, "path": f".github/workflows/{name}", "state": hub.workflows[name]})


@_route("PUT", r"/actions/workflows/([\w.-]+)/enable", "actions")
def _enable(hub: GitHub, ask: _Question) -> Reply:
    hub.workflows[ask.parts[0]] = "active"
    return Reply(204)


@_route("GET", r"/actions/workflows/([\w.-]+)/runs")
def _runs(hub: GitHub, ask: _Question) -> Reply:
    found = hub.runs.get(ask.parts[0], [])
    for key in ("status", "event"):
        if wanted := ask.query.get(key):
            found = [run for run in found if wanted in (run[key], run["conclusion"])]
    if (since := ask.query.get("created", "")).startswith(">="):
        found = [run for run in found if run["created_at"] >= since[2:]]
    return _page(found, ask, lambda page: {"total_count": len(found), "workflow_runs": page})


@_route("POST", r"/actions/workflows/([\w.-]+)/dispatches", "actions")
def _dispatch(hub: GitHub, ask: _Question) -> Reply:
    name = ask.parts[0]
    if name not in hub.workflows:
        return error(404, "Not Found")
    if hub.workflows[name] != "active":
        return invalid("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    hub.dispatched.append((name, ask.body))
    hub.run(name, hub.now, event="workflow_dispatch", status="queued", conclusion=None)
    return Reply(204)


@_route("POST", "/dispatches", "contents")
def _dispatch_repository(hub: GitHub, ask: _Question) -> Reply:
    if not isinstance(ask.body.get("event_type"), str):
        return invalid('Invalid request. "event_type" wasn\'t supplied.')
    hub.events.append(ask.body)
    return Reply(204)


@_route("GET", "/actions/secrets", "secrets")
def _secrets(hub: GitHub, _: _Question) -> Reply:
    return Reply(body={"secrets": [{"name": one} for one in hub.secrets]})


@_route("GET", "/environments/([^/]+)/secrets", "secrets")
def _environment_secrets(hub: GitHub, ask: _Question) -> Reply:
    if ask.parts[0] not in hub.environments:
        return error(404, "Not Found")
    return Reply(body={"secrets": [{"name": one} for one in hub.environments[ask.parts[0]]]})


@_route("GET", "/actions/variables", "variables")
def _variables(hub: GitHub, _: _Question) -> Reply:
    found = [{"name": key, "value": value} for key, value in hub.variables.items()]
    return Reply(body={"variables": found})


def _page(
    found: list[dict[str, Any]],
    ask: _Question,
    shape: Callable[[list[dict[str, Any]]], Any] = lambda page: page,
) -> Reply:
    """One page of a list, with the link to the next."""
    size, number = int(ask.query.get("per_page", "30")), int(ask.query.get("page", "1"))
    page = found[size * (number - 1) : size * number]
    more = size * number < len(found)
    link = {"link": f'<?per_page={size}&page={number + 1}>; rel="next"'} if more else {}
    return Reply(200, shape(page), link)


def _writable(hub: GitHub) -> None:
    if not hub.issues_on:
        raise _Refused(error(410, "Issues has been disabled in this repository."))


def _found(hub: GitHub, number: str) -> dict[str, Any]:
    _writable(hub)
    for one in hub.issues:
        if one["number"] == int(number):
            return one
    raise _Refused(error(404, "Not Found"))


@_route("GET", "/issues", "issues")
def _list_issues(hub: GitHub, ask: _Question) -> Reply:
    _writable(hub)
    state = ask.query.get("state", "open")
    wanted = {one for one in ask.query.get("labels", "").split(",") if one}
    found = [
        one
        for one in reversed(hub.issues)
        if state in ("all", one["state"]) and wanted <= {label["name"] for label in one["labels"]}
    ]
    return _page(found, ask)


@_route("POST", "/issues", "issues")
def _open_issue(hub: GitHub, ask: _Question) -> Reply:
    _writable(hub)
    if not ask.body.get("title"):
        return invalid()
    number = len(hub.issues) + 1
    names = ask.body.get("labels", [])
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


@_route("GET", r"/issues/(\d+)", "issues")
def _issue(hub: GitHub, ask: _Question) -> Reply:
    return Reply(body=_found(hub, ask.parts[0]))


@_route("PATCH", r"/issues/(\d+)", "issues")
def _edit_issue(hub: GitHub, ask: _Question) -> Reply:
    found = _found(hub, ask.parts[0])
    found |= {key: ask.body[key] for key in ("title", "body", "state") if key in ask.body}
    if "labels" in ask.body:
        found["labels"] = [{"name": one} for one in ask.body["labels"]]
    return Reply(body=found)


@_route("PUT", r"/issues/(\d+)/lock", "issues")
def _lock_issue(hub: GitHub, ask: _Question) -> Reply:
    _found(hub, ask.parts[0])["locked"] = True
    return Reply(204)


@_route("DELETE", r"/issues/(\d+)/lock", "issues")
def _unlock_issue(hub: GitHub, ask: _Question) -> Reply:
    _found(hub, ask.parts[0])["locked"] = False
    return Reply(204)


@_route("GET", r"/issues/(\d+)/comments", "issues")
def _list_comments(hub: GitHub, ask: _Question) -> Reply:
    _found(hub, ask.parts[0])
    return _page(hub.comments.get(int(ask.parts[0]), []), ask)


@_route("POST", r"/issues/(\d+)/comments", "issues")
def _comment(hub: GitHub, ask: _Question) -> Reply:
    found = _found(hub, ask.parts[0])
    if found["comments"] >= FULL:
        return error(403, "Commenting is disabled on issues with more than 2500 comments")
    if not ask.body.get("body"):
        return invalid()
    made = {"id": len(hub.calls), "body": ask.body["body"], "created_at": iso(hub.now)}
    hub.comments.setdefault(found["number"], []).append(made)
    found["comments"] += 1
    return Reply(201, made)


@_route("GET", "/labels/(.+)", "issues")
def _label(hub: GitHub, ask: _Question) -> Reply:
    known = ask.parts[0] in hub.labels
    return Reply(body={"name": ask.parts[0]}) if known else error(404, "Not Found")


@_route("POST", "/labels", "issues")
def _make_label(hub: GitHub, ask: _Question) -> Reply:
    if ask.body["name"] in hub.labels:
        return error(422, "Validation Failed", errors=[{"code": "already_exists"}])
    hub.labels.add(ask.body["name"])
    return Reply(201, {"name": ask.body["name"]})


@_route("GET", "/releases/tags/(.+)")
def _release(hub: GitHub, ask: _Question) -> Reply:
    found = [one for one in hub.releases if one["tag_name"] == ask.parts[0]]
    return Reply(body=found[0]) if found else error(404, "Not Found")


@_route("POST", "/releases", "contents")
def _make_release(hub: GitHub, ask: _Question) -> Reply:
    tag = ask.body["tag_name"]
    if any(one["tag_name"] == tag for one in hub.releases):
        return error(422, "Validation Failed", errors=[{"code": "already_exists"}])
    number = len(hub.releases) + 1
    made = {
        **ask.body,
        "id": number,
        "html_url": f"https://github.com/{hub.repository}/releases/tag/{tag}",
        "upload_url": f"{hub.url}/repos/{hub.repository}/releases/{number}/assets{{?name,label}}",
    }
    hub.releases.append(made)
    return Reply(201, made)


@_route("PATCH", r"/releases/(\d+)", "contents")
def _edit_release(hub: GitHub, ask: _Question) -> Reply:
    found = hub.releases[int(ask.parts[0]) - 1]
    found |= ask.body
    return Reply(body=found)


@_route("POST", r"/releases/(\d+)/assets", "contents")
def _upload(hub: GitHub, ask: _Question) -> Reply:
    name = ask.query["name"]
    if name in hub.assets:
        return error(422, "Validation Failed", errors=[{"code": "already_exists"}])
    hub.assets[name] = ask.body["raw"]
    return Reply(201, {"name": name, "size": len(ask.body["raw"])})


def _handler(hub: GitHub) -> type[BaseHTTPRequestHandler]:
    class Speaking(BaseHTTPRequestHandler):
        def _speak(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kind = headers.get("content-type", "")
            body = json.loads(raw) if raw and "json" in kind else raw or None
            reply = hub.answer(Call(self.command, self.path, body, headers))
            if reply.after == "hang":
                hub.pause()
            elif reply.after == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            else:
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            raw = b"" if reply.status == 204 else raw
            self.send_response(reply.status)
            for name, value in dict(self._headers(reply, len(raw))).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def _headers(self, reply: Reply, length: int) -> Iterator[tuple[str, str]]:
            yield "Content-Type", "application/json; charset=utf-8"
            yield "Content-Length", str(length)
            yield "x-github-request-id", "C0DE:1"
            yield "x-ratelimit-limit", str(_LIMIT)
            yield "x-ratelimit-remaining", str(hub.remaining)
            yield "x-ratelimit-reset", str(hub.now + 600)
            yield from reply.headers.items()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _speak  # noqa: N815 (the base's names)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    return Speaking
