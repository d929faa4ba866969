"""What is wrong with the repository on GitHub that runs the site, one finding each. Mostly pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from crawler import text, times
from crawler.cadence import cadence
from crawler.catalogue import Alerts, Site
from crawler.deploy.branch import BRANCH
from crawler.deploy.watch import CRAWL_LATE, WORKFLOW
from crawler.errors import Refused
from crawler.github import GitHub
from crawler.times import DAY

WORKFLOWS = (WORKFLOW, "watchdog.yml", "archive.yml")
SECRETS = {
    "WHOSDOWN_ALERTS": ("notify", "alerts"),
    "HEARTBEAT_URL": ("watchdog", "the outside dead-man's switch"),
}
"""Each with the environment that it may stand in, and its purpose."""
_QUESTIONS = {
    "repository": "",
    "actions": "/actions/permissions",
    "permissions": "/actions/permissions/workflow",
    "pages": "/pages",
    "branch": f"/branches/{BRANCH}",
    "runs": f"/actions/workflows/{WORKFLOW}/runs",
    "secrets": "/actions/secrets",
    **{name: f"/environments/{name}/secrets" for name, _ in SECRETS.values()},
    **{name: f"/actions/workflows/{name}" for name in WORKFLOWS},
}
_HIDDEN = "not shown to this token"
_OFF = {
    "disabled_inactivity": "GitHub switched it off after 60 days without activity",
    "disabled_manually": "somebody switched it off",
    "disabled_fork": "workflows with a schedule are off in a fork until you switch them on",
}


class Check(NamedTuple):
    """One finding. `repair` is "" where all is well or the token does not show it."""

    what: str
    says: str
    repair: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """GitHub's answers by question, or the refusal in place of one."""

    answers: Mapping[str, Any]

    def get(self, name: str) -> Any:
        """An answer; None where it was refused."""
        found = self.answers.get(name)
        return None if isinstance(found, Refused) else found

    def missing(self, name: str) -> bool:
        """Whether GitHub says that there is no such thing."""
        found = self.answers.get(name)
        return isinstance(found, Refused) and found.status == 404


def ask(hub: GitHub) -> Facts:
    """Ask everything; a question that the token may not ask is refused by itself.

    Raises Refused where the repository itself cannot be seen.
    """
    answers: dict[str, Any] = {}
    for name, path in _QUESTIONS.items():
        try:
            answers[name] = hub.get(path, per_page=100) if name == "runs" else hub.get(path)
        except Refused as error:
            if name == "repository":
                raise
            answers[name] = error
    return Facts(answers)


def checks(facts: Facts, site_url: str, used: Site, now: int) -> Iterator[Check]:
    """The findings. `site_url` is that of content/site.toml, `used` the settings that the runs on
    GitHub use, `now` in seconds UTC."""
    yield from _repository(facts)
    yield from _issues(facts.get("repository"), used.alerts)
    yield from _schedule(facts)
    yield from _pages(facts, site_url, used.feed_authority)
    yield _branch(facts, now)
    yield from _runs(facts, now)
    yield _secrets(facts)


def _hidden(what: str) -> Check:
    return Check(what, _HIDDEN)


def _repository(facts: Facts) -> Iterator[Check]:
    found = facts.get("repository")
    repair = "unarchive it: an archived repository runs nothing" if found.get("archived") else ""
    kind = "a fork" if found.get("fork") else "archived" if repair else "a repository of its own"
    yield Check("repository", f"{text.line(found.get('full_name', ''))}, {kind}", repair)
    if (actions := facts.get("actions")) is None:
        yield _hidden("Actions")
    elif actions.get("enabled"):
        yield Check("Actions", f"enabled, allowed: {text.line(actions.get('allowed_actions', ''))}")
    else:
        yield Check("Actions", "disabled", "Settings > Actions > General: allow actions")
    if (permissions := facts.get("permissions")) is None:
        yield _hidden("permissions")
    else:
        default = text.line(permissions.get("default_workflow_permissions", ""))
        yield Check("permissions", f"{default} by default; each job names its own")


def _issues(found: Any, alerts: Alerts) -> Iterator[Check]:
    # Of another repository that keeps them, nothing was asked.
    here = alerts.repository.lower() == str(found.get("full_name", "")).lower()
    if alerts.github_issues and here and not found.get("has_issues", True):
        repair = "Settings > General > Features: switch Issues on; a fork begins without them"
        yield Check("Issues", "off, but github_issues in content/site.toml needs them", repair)


def _schedule(facts: Facts) -> Iterator[Check]:
    for name in WORKFLOWS:
        found = facts.get(name)
        if facts.missing(name):
            repair = f"put .github/workflows/{name} on the default branch"
            yield Check(f"schedule of {name}", "no such workflow", repair)
        elif found is None:
            yield _hidden(f"schedule of {name}")
        elif found.get("state") == "active":
            yield Check(f"schedule of {name}", "enabled")
        else:
            why = _OFF.get(str(found.get("state")), "it is switched off")
            repair = f"Actions > {name.removesuffix('.yml')} > Enable workflow"
            yield Check(f"schedule of {name}", why, repair)


def _pages(facts: Facts, site_url: str, authority: str) -> Iterator[Check]:
    found = facts.get("pages")
    source = "Settings > Pages > Source: choose *GitHub Actions*"
    if found is None:
        off = Check("Pages source", "Pages is off", source)
        yield off if facts.missing("pages") else _hidden("Pages source")
        return
    if found.get("build_type") == "workflow":
        yield Check("Pages source", "GitHub Actions")
    else:
        yield Check("Pages source", "a branch", source)
    domain = text.line(found.get("cname") or "")
    insecure = domain and not found.get("https_enforced")
    repair = "Settings > Pages: enforce HTTPS" if insecure else ""
    yield Check("custom domain", domain or "none", repair)
    yield _address(text.line(found.get("html_url") or ""), site_url, authority)


def _address(served: str, site_url: str, authority: str) -> Check:
    there, ours = urlsplit(served), urlsplit(site_url)
    same_host = there.netloc.lower() == ours.netloc.lower()
    same_path = there.path.rstrip("/") == ours.path.rstrip("/")
    if same_host and same_path:
        return Check("base path", f"{served} as in content/site.toml")
    what = "host" if not same_host else "base path"
    return Check(
        "base path",
        f"Pages serves {served}, content/site.toml says {site_url}: another {what}",
        f'write url = "{served.rstrip("/")}" into content/site.toml, and beside it'
        f' feed_authority = "{authority}", which is in use; by another one readers show all again',
    )


def _branch(facts: Facts, now: int) -> Check:
    what = f"branch {BRANCH}"
    if facts.missing("branch"):
        repair = (
            "start the workflow crawl; if there was a history, restore it from an archive first"
        )
        return Check(what, "does not exist", repair)
    if (found := facts.get("branch")) is None:
        return _hidden(what)
    commit = found.get("commit", {})
    at = times.parse(commit.get("commit", {}).get("committer", {}).get("date"))
    repair = "make it unprotected, or let Actions push to it" if found.get("protected") else ""
    if not repair and at is not None and now - at > DAY:
        repair = "no run has pushed for a day: see what crawl says in the Actions tab"
    return Check(what, f"last push {_ago(at, now)}", repair)


def _runs(facts: Facts, now: int) -> Iterator[Check]:
    found = facts.get("runs")
    if found is None:
        yield _hidden("last run")
        return
    runs = [(times.parse(run.get("created_at")), run) for run in found.get("workflow_runs", [])]
    known = [(at, run) for at, run in runs if at is not None]
    if not known:
        yield Check("last run", "none", "Actions > crawl > Run workflow")
        return
    at, run = known[0]
    end = text.line(run.get("conclusion") or run.get("status") or "")
    ended = next((run["conclusion"] for _, run in known if run.get("conclusion")), "success")
    repair = ""
    if ended == "skipped":
        repair = "set the variable CRAWL_ENABLED to `true`: a fork or a template crawls only then"
    elif ended != "success":
        repair = "see what it says in the Actions tab"
    elif now - _last_good(known) > CRAWL_LATE:
        repair = "GitHub is late; an outside trigger helps (README)"
    yield Check("last run", f"{end}, {_ago(at, now)}", repair)
    yield _cadence(sorted(one for one, _ in known if one >= now - 7 * DAY))


def _last_good(runs: list[tuple[int, Any]]) -> int:
    """When the last run that ended well began; without one, when the first began."""
    return next((at for at, run in runs if run.get("conclusion") == "success"), runs[-1][0])


def _cadence(starts: list[int]) -> Check:
    found = cadence(starts)
    if found.median is None or found.p90 is None or found.longest is None:
        return Check("delivered cadence", "not known before two runs")
    days = max(1, round((starts[-1] - starts[0]) / DAY))
    spans = f"median gap {times.span(found.median)}, p90 {times.span(found.p90)}"
    return Check(
        "delivered cadence",
        f"{found.runs} runs in {days} d: {spans}, longest {times.span(found.longest)}",
    )


def _secrets(facts: Facts) -> Check:
    states = {name: _secret(facts, name, place) for name, (place, _) in SECRETS.items()}
    if {*states.values()} == {_HIDDEN}:
        return _hidden("secrets")
    parts = [f"{name} {state} ({SECRETS[name][1]})" for name, state in states.items()]
    return Check("secrets", "; ".join(parts) + "; none is needed")


def _secret(facts: Facts, name: str, environment: str) -> str:
    lists = [facts.get("secrets"), facts.get(environment)]
    if any(one.get("name") == name for found in lists if found for one in found.get("secrets", [])):
        return "is set"
    # An environment that does not exist holds nothing; a list that is refused may hold anything.
    shown = lists[0] is not None and (lists[1] is not None or facts.missing(environment))
    return "is not set" if shown else _HIDDEN


def _ago(moment: int | None, now: int) -> str:
    return "at an unknown time" if moment is None else f"{times.span(now - moment)} ago"
