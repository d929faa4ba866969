"""The watchdog: starts a crawl that GitHub forgot, and tells once when that does not help."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler import times
from crawler.errors import Refused
from crawler.github import Door, GitHub
from crawler.times import DAY

WORKFLOW = "crawl.yml"
CRAWL_LATE, SITE_LATE = 3_600, 5_400
"""Seconds after which the last good crawl, and the site that is served, are too old."""
MISSES = 2
"""So many crawls that were started by hand or by us and changed nothing are an alarm."""
TITLE, LABEL = "Monitoring is stale", "monitoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the watchdog looks at; times in seconds UTC, None where there is none or it cannot be
    read. `misses` counts the crawls that were started since the served site was built."""

    crawled_at: int | None
    built_at: int | None
    busy: bool
    misses: int

    def late_crawl(self, now: int) -> bool:
        """Whether no crawl succeeded within the hour."""
        return self.crawled_at is None or now - self.crawled_at > CRAWL_LATE

    def late_site(self, now: int) -> bool:
        """Whether visitors read old news."""
        return self.built_at is None or now - self.built_at > SITE_LATE


@dataclass(frozen=True, slots=True)
class Action:
    """What to do: `start` a crawl, `publish` whatever it learns, raise the `alarm`, or say that all
    is `well`."""

    start: bool
    publish: bool
    alarm: bool
    well: bool


def decide(seen: Seen, now: int) -> Action:
    """What to do at `now` (seconds UTC). A crawl that is under way is given its time, and is well
    only when it has succeeded."""
    late = seen.late_crawl(now) or seen.late_site(now)
    return Action(
        start=late and not seen.busy,
        publish=seen.late_site(now),
        alarm=seen.late_site(now) and seen.misses >= MISSES,
        well=not late,
    )


def look(hub: GitHub, now: int, built_at: int | None) -> Seen:
    """Ask GitHub how the crawls went. Raises Refused."""
    found = hub.get(f"/actions/workflows/{WORKFLOW}/runs", per_page=100)
    return seen_in(found.get("workflow_runs", []), now, built_at)


def seen_in(runs: Iterable[Mapping[str, Any]], now: int, built_at: int | None) -> Seen:
    """What the runs of the crawl come to, the newest first."""
    began = [(run, times.parse(run.get("created_at")) or 0) for run in runs]
    good = [at for run, at in began if run.get("conclusion") == "success"]
    since = max(built_at or 0, now - DAY)
    asked = [
        run
        for run, at in began
        if at > since
        and run.get("event") == "workflow_dispatch"
        and run.get("status") == "completed"
    ]
    busy = any(run.get("status") != "completed" and at > now - CRAWL_LATE for run, at in began)
    return Seen(crawled_at=max(good, default=None), built_at=built_at, busy=busy, misses=len(asked))


def start(hub: GitHub, *, publish: bool) -> None:
    """Start a crawl. Raises Refused, with 422 where the workflow is switched off."""
    branch = hub.get("").get("default_branch", "main")
    body = {"ref": branch, "inputs": {"publish": "true" if publish else "false"}}
    hub.post(f"/actions/workflows/{WORKFLOW}/dispatches", body)


def resume(hub: GitHub, passes: int) -> None:
    """Ask for a run of so many passes, which begins when nothing else is under way. Not as a run
    that was started by hand, because those count as tries to repair. Raises Refused."""
    hub.post("/dispatches", {"event_type": "crawl", "client_payload": {"passes": passes}})


def tell(hub: GitHub, seen: Seen, now: int, url: str) -> None:
    """Open the one issue about this, or edit the one that is there. Raises Refused."""
    known = _issue(hub)
    body = {"title": TITLE, "body": words(seen, now, url), "labels": [LABEL]}
    if known is None:
        hub.post("/issues", body)
    else:
        hub.patch(f"/issues/{known['number']}", {**body, "state": "open"})


def end(hub: GitHub, seen: Seen, now: int, url: str) -> None:
    """Close the issue where it is open. Raises Refused."""
    known = _issue(hub)
    if known is not None and known.get("state") == "open":
        body = {"body": words(seen, now, url), "state": "closed"}
        hub.patch(f"/issues/{known['number']}", body)


def words(seen: Seen, now: int, url: str) -> str:
    """The text of the issue: our own words and times, nothing that a stranger wrote."""
    late = seen.late_crawl(now) or seen.late_site(now)
    lines = [
        f"Seen at {times.human(now)}. This text is edited when that changes.",
        "",
        f"- Last crawl that succeeded: {_ago(seen.crawled_at, now)}",
        f"- Site as served at {url}: built {_ago(seen.built_at, now)}",
        f"- Crawls that were started since and changed nothing: {seen.misses}",
        "",
        "Look at the runs of the workflow *crawl*; `whosdown doctor --github` says what to repair."
        if late
        else "All is well again.",
    ]
    return "\n".join(lines)


def ping(door: Door, url: str) -> bool:
    """Tell an outside dead-man's switch that all is well; whether it heard."""
    try:
        return door.ask("GET", url).status < 400
    except Refused:
        # The address is a secret, so not even the error is shown.
        return False


def _ago(moment: int | None, now: int) -> str:
    if moment is None:
        return "not known"
    return f"{times.human(moment)} ({times.span(now - moment)} ago)"


def _issue(hub: GitHub) -> dict[str, Any] | None:
    found = hub.get("/issues", state="all", labels=LABEL, per_page=20)
    return next((dict(one) for one in found if one.get("title") == TITLE), None)
