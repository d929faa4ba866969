"""What a GitHub knows of its one repository, in plain attributes."""

from collections.abc import Callable
from typing import Any

from github.records import LIMIT, NOW, Call, Deployment, iso


class State:
    """To be set before and read after. `url` is the API's address, `now` the clock, which stands
    still; `on_success` is called whenever a deployment says that it succeeded."""

    def __init__(self, repository: str, url: str) -> None:
        self.repository, self.url = repository, url
        self.now = NOW
        self.calls: list[Call] = []
        self.permissions = {"contents", "issues", "pages", "actions", "id-token"}
        self.permissions |= {"secrets", "environments", "variables"}
        self.remaining = LIMIT
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
        self.assets: dict[int, dict[str, bytes]] = {}
        self.pings: list[str] = []

    @property
    def owner(self) -> str:
        """Who owns the repository."""
        return self.repository.partition("/")[0]

    @property
    def name(self) -> str:
        """The repository's name without its owner."""
        return self.repository.partition("/")[2]

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
