"""Actions: what is allowed, workflows and their runs, dispatches, secrets and variables."""

from github.doors import Doors, Question, paged
from github.records import Reply, error, invalid
from github.state import State

ACTIONS = Doors()


@ACTIONS.at("GET", "/actions/permissions", "actions")
def _actions(hub: State, _: Question) -> Reply:
    return Reply(body=hub.actions)


@ACTIONS.at("GET", "/actions/permissions/workflow", "actions")
def _workflow_permissions(hub: State, _: Question) -> Reply:
    return Reply(body=hub.workflow_permissions)


@ACTIONS.at("GET", r"/actions/workflows/([\w.-]+)")
def _workflow(hub: State, ask: Question) -> Reply:
    name = ask.parts[0]
    if name not in hub.workflows:
        return error(404, "Not Found")
    return Reply(body={"id": 7, "path": f".github/workflows/{name}", "state": hub.workflows[name]})


@ACTIONS.at("PUT", r"/actions/workflows/([\w.-]+)/enable", "actions")
def _enable(hub: State, ask: Question) -> Reply:
    hub.workflows[ask.parts[0]] = "active"
    return Reply(204)


@ACTIONS.at("GET", r"/actions/workflows/([\w.-]+)/runs")
def _runs(hub: State, ask: Question) -> Reply:
    found = hub.runs.get(ask.parts[0], [])
    for key in ("status", "event"):
        if wanted := ask.query.get(key):
            found = [run for run in found if wanted in (run[key], run["conclusion"])]
    if (since := ask.query.get("created", "")).startswith(">="):
        found = [run for run in found if run["created_at"] >= since[2:]]
    return paged(found, ask, lambda page: {"total_count": len(found), "workflow_runs": page})


@ACTIONS.at("POST", r"/actions/workflows/([\w.-]+)/dispatches", "actions")
def _dispatch(hub: State, ask: Question) -> Reply:
    name = ask.parts[0]
    if name not in hub.workflows:
        return error(404, "Not Found")
    if hub.workflows[name] != "active":
        return invalid("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    hub.dispatched.append((name, ask.body))
    hub.run(name, hub.now, event="workflow_dispatch", status="queued", conclusion=None)
    return Reply(204)


@ACTIONS.at("POST", "/dispatches", "contents")
def _dispatch_repository(hub: State, ask: Question) -> Reply:
    if not isinstance(ask.body.get("event_type"), str):
        return invalid('Invalid request. "event_type" wasn\'t supplied.')
    hub.events.append(ask.body)
    return Reply(204)


@ACTIONS.at("GET", "/actions/secrets", "secrets")
def _secrets(hub: State, _: Question) -> Reply:
    return Reply(body={"secrets": [{"name": one} for one in hub.secrets]})


@ACTIONS.at("GET", "/environments/([^/]+)/secrets", "environments")
def _environment_secrets(hub: State, ask: Question) -> Reply:
    if ask.parts[0] not in hub.environments:
        return error(404, "Not Found")
    return Reply(body={"secrets": [{"name": one} for one in hub.environments[ask.parts[0]]]})


@ACTIONS.at("GET", "/actions/variables", "variables")
def _variables(hub: State, _: Question) -> Reply:
    found = [{"name": key, "value": value} for key, value in hub.variables.items()]
    return Reply(body={"variables": found})
