"""A built site on a loopback server, and a real browser that looks at it."""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from posixpath import splitext
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from crawler.times import iso
from lives import MINUTE, START
from loopback import Loopback
from serving import Background

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")
"""The first is the same engine without the windows around it, and takes half of the time."""
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
BASE = "/some/base/"
KINDS = {
    "dashboard": "",
    "trouble": "service/github/",
    "upstream": "service/openai/",
    "well": "service/mistral/",
    "unknown": "service/perplexity/",
    "maintenance": "service/cloudflare/",
    "regions": "service/aws/",
    "nothing": "service/suno/",
    "incidents": "incidents/",
    "error": "errors/openrouter/429/",
    "errors": "errors/",
    "reliability": "reliability/",
    "sources": "sources/",
    "guide": "guides/is-openrouter-down/",
    "guides": "guides/",
    "topic": "guides/reading-a-status-page/",
    "subscribe": "subscribe/",
    "method": "methodology/",
    "api": "api/",
    "about": "about/",
}
"""A page of each kind, in the demo, by what it shows."""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
_QUIET = ("--disable-background-networking", "--disable-features=AutofillServerCommunication")
"""The browser itself asks nobody."""
_WATCH = """
  window.seen = {shift: 0, violations: []};
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.seen.shift += one.value;
  }).observe({type: "layout-shift", buffered: true});
  document.addEventListener("securitypolicyviolation", (event) =>
    window.seen.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


def kinds(files: dict[str, bytes]) -> dict[str, str]:
    """The page of each kind; the newest incident among them."""
    incident = next(path for path in files if path.startswith("incident/openai/"))
    return {**KINDS, "incident": incident.removesuffix("index.html")}


@dataclass
class Served:
    """Files behind an address; `asked` are the paths of every request, below the base."""

    url: str
    files: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    down: bool = False


@contextmanager
def serve(files: Mapping[str, bytes]) -> Iterator[Served]:
    """The files under BASE of a server of their own, as a static host would send them."""
    served = Served("", dict(files))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path.removeprefix(BASE)
            served.asked.append(path)
            if served.down:
                self.close_connection = True
                return
            name = path + "index.html" if path == "" or path.endswith("/") else path
            body = served.files.get(name)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", _TYPES.get(splitext(name)[1], "text/plain"))
            self.end_headers()
            self.wfile.write(served.files["404.html"] if body is None else body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with Background(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        served.url = server.address + BASE
        yield served


@contextmanager
def browse() -> Iterator[Browser]:
    """Debian's Chromium, or another one on the PATH."""
    if BROWSER is None:
        pytest.skip("no Chromium is installed, and only a real browser can show this")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *_QUIET],
        )
        yield found
        found.close()


class Visitor:
    """One visitor: a window of a width and a colour scheme, at a fixed time (seconds UTC), whose
    other hosts are those of a Loopback. `wrong` collects script errors and console warnings,
    `hosts` whom the pages asked."""

    def __init__(
        self, browser: Browser, site: Served, net: Loopback, now: int, **options: object
    ) -> None:
        defaults: dict[str, object] = {
            "viewport": {"width": 1400, "height": 900},
            "proxy": {"server": net.env["HTTPS_PROXY"], "bypass": "127.0.0.1"},
            "ignore_https_errors": True,
            "timezone_id": "Asia/Kathmandu",
        }
        self.site = site
        self.wrong: list[str] = []
        self.hosts: set[str] = set()
        self.context: BrowserContext = browser.new_context(**{**defaults, **options})  # type: ignore[arg-type]
        self.context.set_default_timeout(10_000)
        self.context.on("page", self._watch)
        self.context.add_init_script(_WATCH)
        self.page: Page = self.context.new_page()
        self.at(now)

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._heard)
        page.on("request", lambda one: self.hosts.add(urlsplit(one.url).netloc))

    def _heard(self, line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            self.wrong.append(line.text)

    def at(self, now: int) -> None:
        """Set the browser's clock, which then stands still."""
        self.page.clock.set_fixed_time(now)

    def open(self, path: str) -> Page:
        """A page of the site, loaded."""
        self.page.goto(self.site.url + path)
        return self.page

    def open_all(self, paths: Iterable[str]) -> list[Page]:
        """Pages of the site, each in a tab of its own, loaded side by side until they rest."""
        tabs = [(self.context.new_page(), path) for path in paths]
        for page, path in tabs:
            page.goto(self.site.url + path, wait_until="commit")
        for page, _ in tabs:
            page.wait_for_load_state("networkidle")
        return [page for page, _ in tabs]

    def close(self) -> None:
        """End the window."""
        self.context.close()


Open = Callable[..., Visitor]
"""What the fixture `visit` gives: opens a window with the options of a browser context."""


def statuses(served: Served, at: int, **changed: dict[str, Any]) -> None:
    """Publish another statuses.json, of the moment `at`, with some services changed."""
    told = json.loads(served.files["statuses.json"])
    told["fetchedAt"] = iso(at)
    for one in told["services"]:
        one["checkedAt"], one["validUntil"] = iso(at), iso(at + 45 * MINUTE)
        one.update(changed.get(one["id"], {}))
    served.files["statuses.json"] = json.dumps(told).encode()


def publish(served: Served, path: str, at: int, *changes: tuple[str, str]) -> None:
    """Serve a page as a run at `at` would write it, with some words changed."""
    text = served.files[path + "index.html"].decode()
    text = text.replace(f'data-checked="{START}"', f'data-checked="{at}"')
    text = text.replace(iso(START), iso(at))
    text = re.sub(
        r'data-until="(\d+)"', lambda one: f'data-until="{int(one[1]) + at - START}"', text
    )
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    served.files[path + "index.html"] = text.encode()


def opened(visit: Open, path: str, **options: object) -> tuple[Visitor, Page]:
    """A page of the site in a window of its own, after its first look at statuses.json."""
    visitor = visit(**options)
    with visitor.page.expect_response("**/statuses.json") as reply:
        page = visitor.open(path)
    reply.value.finished()
    return visitor, page


def refresh(visitor: Visitor, at: int) -> None:
    """Look at the page again at `at`, until it has read the page that is served now."""
    page = visitor.page
    visitor.at(at)
    with page.expect_response(page.url.partition("?")[0]) as reply:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    reply.value.finished()
    page.evaluate("fetch(document.querySelector('link[rel=icon]').href).then((one) => one.text())")


def words(page: Page, rows: str = "#list .row") -> set[str]:
    """The state words of rows."""
    return {*page.locator(f"{rows} > .w").all_text_contents()}
