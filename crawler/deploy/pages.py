"""Publishing on GitHub Pages through its REST API, with a version of our own choosing.

GitHub may report success for a version that it has seen before and serve the old site, so every
deployment carries the commit that was just pushed to the branch of the journal.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from crawler import text
from crawler.errors import Refused
from crawler.github import Door, GitHub

TRIES, BETWEEN = 3, 45
POLL, POLLS = 5, 120
BUSY_POLLS = 12
"""Another deployment is given twelve times 45 s to end. None is ever cancelled: that breaks the
next one too."""
_OVER = {
    "deployment_failed": "GitHub says that it failed",
    "deployment_content_failed": "GitHub does not take the content",
    "deployment_cancelled": "somebody cancelled it",
    "deployment_lost": "GitHub lost it",
}
_REPAIRS = {
    401: "the token is not valid",
    403: "the job needs `permissions: pages: write`",
    404: "Settings > Pages > Source must be *GitHub Actions*, and the version a commit",
}


def identity(door: Door, url: str, token: str) -> str:
    """The OIDC token that proves which workflow asks. Raises Refused."""
    if not url or not token:
        raise Refused("no identity: the job needs `permissions: id-token: write`")
    answer = door.ask("GET", url, {"Authorization": f"Bearer {token}"})
    found = answer.json()
    value = found.get("value") if isinstance(found, dict) else None
    if answer.status != 200 or not isinstance(value, str):
        raise Refused(f"the identity provider answered {answer.status}", answer.status)
    return value


def deploy(hub: GitHub, artifact: int, version: str, prove: Callable[[], str]) -> str:
    """Publish an uploaded artifact under a commit's SHA; the address of the site.

    `prove` gives a fresh OIDC token for each of three tries. Raises Refused.
    """
    problem = ""
    for number in range(TRIES):
        if number:
            hub.door.wait(BETWEEN)
        made = _create(hub, artifact, version, prove)
        problem = _follow(hub, made, version)
        if not problem:
            return _address(made)
    raise Refused(f"the deployment of {version} failed {TRIES} times: {problem}")


def _create(hub: GitHub, artifact: int, version: str, prove: Callable[[], str]) -> dict[str, Any]:
    for _ in range(BUSY_POLLS):
        body = {"artifact_id": artifact, "pages_build_version": version, "oidc_token": prove()}
        try:
            return dict(hub.post("/pages/deployments", body) or {})
        except Refused as error:
            busy = error.status == 400 and "in progress" in str(error)
            # A deployment that was made although its answer was lost is in progress by now.
            lost = error.status is None or error.status >= 500
            if not busy and not lost:
                repair = _REPAIRS.get(error.status or 0)
                raise Refused(
                    f"{error}; {repair}" if repair else str(error), error.status
                ) from None
            last = error
        hub.door.wait(BETWEEN)
    raise Refused(f"no deployment began within {BUSY_POLLS * BETWEEN // 60} minutes: {last}")


def _follow(hub: GitHub, made: dict[str, Any], version: str) -> str:
    """Poll a deployment to its end; "" when it is there, else why not. Raises Refused when it
    does not end within ten minutes; it is left to itself then."""
    number = made.get("id") or str(made.get("status_url", "")).rpartition("/")[2] or version
    for _ in range(POLLS):
        hub.door.wait(POLL)
        try:
            found = hub.get(f"/pages/deployments/{quote(str(number), safe='')}")
        except Refused as error:
            # GitHub answers with 5xx for minutes at times while the deployment goes well.
            if error.status is not None and error.status != 404 and error.status < 500:
                raise
            continue
        state = str(found.get("status", "")) if isinstance(found, dict) else ""
        if state == "succeed":
            return ""
        if state in _OVER:
            return _OVER[state]
    raise Refused(f"the deployment of {version} did not end within {POLL * POLLS // 60} minutes")


def _address(made: dict[str, Any]) -> str:
    url = text.line(made.get("page_url", ""), 300)
    if urlsplit(url).scheme not in ("https", "http") or any(one in url for one in " \"'<>"):
        raise Refused("GitHub named no address for the site")
    return url
