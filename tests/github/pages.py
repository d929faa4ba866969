"""Pages: whether they are on, and deployments."""

import re

from github.doors import Doors, Question
from github.records import OIDC_TOKEN, Deployment, Reply, error
from github.state import State

PAGES = Doors()


@PAGES.at("GET", "/pages", "pages")
def _pages(hub: State, _: Question) -> Reply:
    return error(404, "Not Found") if hub.pages is None else Reply(body=hub.pages)


@PAGES.at("POST", "/pages/deployments", "pages")
def _deploy(hub: State, ask: Question) -> Reply:
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


@PAGES.at("GET", r"/pages/deployments/([\w-]+)", "pages")
def _deployment(hub: State, ask: Question) -> Reply:
    found = next((one for one in hub.deployments if one.id == ask.parts[0]), None)
    if found is None:
        return error(404, "Not Found")
    state = found.states.pop(0) if len(found.states) > 1 else found.states[0]
    if state == "succeed":
        hub.on_success(found)
    return Reply(body={"status": state})
