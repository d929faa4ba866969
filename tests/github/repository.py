"""The repository: itself, its files, its branches and its releases."""

import base64
import hashlib
from typing import Any

from github.doors import Doors, Question, Refusal, paged
from github.records import Reply, error, invalid, iso
from github.state import State

REPOSITORY = Doors()


@REPOSITORY.at("GET", "")
def _repository(hub: State, _: Question) -> Reply:
    full = {"full_name": hub.repository, "name": hub.name, "owner": {"login": hub.owner}}
    rest = {"default_branch": "main", "has_issues": hub.issues_on, "size": 120, "has_pages": True}
    return Reply(body={**full, **rest, **hub.repo})


@REPOSITORY.at("GET", "/contents/(.+)")
def _read(hub: State, ask: Question) -> Reply:
    raw = hub.files.get((ask.query.get("ref", "main"), ask.parts[0]))
    if raw is None:
        return error(404, "Not Found")
    content = base64.encodebytes(raw).decode()
    return Reply(
        body={"path": ask.parts[0], "encoding": "base64", "content": content, "sha": _sha(raw)}
    )


@REPOSITORY.at("PUT", "/contents/(.+)", "contents")
def _write(hub: State, ask: Question) -> Reply:
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


@REPOSITORY.at("GET", "/git/ref/heads/(.+)")
def _ref(hub: State, ask: Question) -> Reply:
    if ask.parts[0] not in hub.branches:
        return error(404, "Not Found")
    found = {"sha": hub.branches[ask.parts[0]][0], "type": "commit"}
    return Reply(body={"ref": f"refs/heads/{ask.parts[0]}", "object": found})


@REPOSITORY.at("POST", "/git/refs", "contents")
def _make_ref(hub: State, ask: Question) -> Reply:
    branch = str(ask.body["ref"]).removeprefix("refs/heads/")
    if branch in hub.branches:
        return invalid("Reference already exists")
    hub.branches[branch] = (ask.body["sha"], hub.now)
    return Reply(201, {"ref": ask.body["ref"]})


@REPOSITORY.at("PATCH", "/git/refs/heads/(.+)", "contents")
def _move_ref(hub: State, ask: Question) -> Reply:
    if ask.parts[0] not in hub.branches:
        return invalid("Reference does not exist")
    if ask.body.get("force"):
        return error(500, "a test must not force")
    hub.branches[ask.parts[0]] = (ask.body["sha"], hub.now)
    return Reply(body={"ref": f"refs/heads/{ask.parts[0]}"})


@REPOSITORY.at("GET", "/branches/(.+)")
def _branch(hub: State, ask: Question) -> Reply:
    if ask.parts[0] not in hub.branches:
        return error(404, "Branch not found")
    sha, at = hub.branches[ask.parts[0]]
    commit = {"sha": sha, "commit": {"committer": {"date": iso(at)}}}
    return Reply(body={"name": ask.parts[0], "commit": commit, "protected": False})


@REPOSITORY.at("GET", "/releases")
def _releases(hub: State, ask: Question) -> Reply:
    # Only who may write is shown the drafts.
    writer = "contents" in hub.permissions
    return paged([one for one in reversed(hub.releases) if writer or not one["draft"]], ask)


@REPOSITORY.at("GET", "/releases/tags/(.+)")
def _release(hub: State, ask: Question) -> Reply:
    found = _published(hub, ask.parts[0])
    return Reply(body=found[0]) if found else error(404, "Not Found")


def _published(hub: State, tag: str) -> list[dict[str, Any]]:
    return [one for one in hub.releases if one["tag_name"] == tag and not one["draft"]]


def _of(hub: State, number: str) -> dict[str, Any]:
    for one in hub.releases:
        if one["id"] == int(number):
            return one
    raise Refusal(error(404, "Not Found"))


@REPOSITORY.at("POST", "/releases", "contents")
def _make_release(hub: State, ask: Question) -> Reply:
    tag = ask.body["tag_name"]
    if _published(hub, tag):
        return error(422, "Validation Failed", errors=[{"code": "already_exists"}])
    number = len(hub.calls)
    made = {
        "draft": False,
        **ask.body,
        "id": number,
        "html_url": f"https://github.com/{hub.repository}/releases/tag/{tag}",
        "upload_url": f"{hub.url}/repos/{hub.repository}/releases/{number}/assets{{?name,label}}",
    }
    hub.releases.append(made)
    hub.assets[number] = {}
    return Reply(201, made)


@REPOSITORY.at("PATCH", r"/releases/(\d+)", "contents")
def _edit_release(hub: State, ask: Question) -> Reply:
    found = _of(hub, ask.parts[0])
    found |= ask.body
    return Reply(body=found)


@REPOSITORY.at("DELETE", r"/releases/(\d+)", "contents")
def _delete_release(hub: State, ask: Question) -> Reply:
    found = _of(hub, ask.parts[0])
    hub.releases.remove(found)
    del hub.assets[found["id"]]
    return Reply(204)


@REPOSITORY.at("POST", r"/releases/(\d+)/assets", "contents")
def _upload(hub: State, ask: Question) -> Reply:
    name, files = ask.query["name"], hub.assets[_of(hub, ask.parts[0])["id"]]
    if name in files:
        return error(422, "Validation Failed", errors=[{"code": "already_exists"}])
    files[name] = ask.body["raw"]
    return Reply(201, {"name": name, "size": len(ask.body["raw"])})
