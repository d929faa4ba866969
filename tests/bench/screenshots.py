"""Pictures of every kind of page of a built site: `make screenshots`.

Usage: screenshots.py SITE OUT, with tests/ on the path.
PNGs as `<kind>-<width>-<scheme>.png`; of each kind also one without script and one as printed.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from playwright.sync_api import Browser, Page, Route

from browsing import browse, kinds

WIDTHS = (360, 768, 1400)
SCHEMES = ("light", "dark")


def looks() -> Iterator[tuple[str, dict[str, object], str]]:
    """The name of each look, the options of a browser's window, and the medium."""
    for width in WIDTHS:
        size = {"width": width, "height": 900}
        for scheme in SCHEMES:
            yield f"{width}-{scheme}", {"viewport": size, "color_scheme": scheme}, "screen"
    size = {"width": 768, "height": 900}
    yield "noscript", {"viewport": size, "java_script_enabled": False}, "screen"
    yield "print", {"viewport": size}, "print"


def answered(files: Mapping[str, bytes], base: str) -> Callable[[Route], None]:
    """Answers requests below the site's own address from its files, and no others: the page for
    what is not there has absolute links."""

    def answer(route: Route) -> None:
        name = urlsplit(route.request.url).path.removeprefix(urlsplit(base).path)
        name += "index.html" if name.endswith("/") or not name else ""
        if route.request.url.startswith(base) and name in files:
            kind = guess_type(name)[0] or "text/plain"
            route.fulfill(body=files[name], content_type=f"{kind}; charset=utf-8")
        else:
            route.abort()

    return answer


def shoot(page: Page, path: Path) -> None:
    """The whole page, in a window of its height: rows outside the window are not drawn."""
    size = page.viewport_size
    assert size is not None
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], whole)})
    page.wait_for_timeout(100)  # rows that come into the window are drawn a moment later
    page.screenshot(path=path, full_page=True)
    page.set_viewport_size(size)


def take(browser: Browser, files: dict[str, bytes], out: Path) -> int:
    """Take them all; how many there are."""
    out.mkdir(parents=True, exist_ok=True)
    base = msgspec.json.decode(files["statuses.json"])["site"]["url"].rstrip("/") + "/"
    pages = {**kinds(files), "missing": "404.html"}
    for look, options, medium in looks():
        context = browser.new_context(reduced_motion="reduce", **options)  # type: ignore[arg-type]
        context.route("**/*", answered(files, base))
        page = context.new_page()
        page.emulate_media(media=medium)  # type: ignore[arg-type]
        for kind, path in pages.items():
            page.goto(base + path)
            shoot(page, out / f"{kind}-{look}.png")
        context.close()
    return sum(1 for _ in out.glob("*.png"))


def main(folder: Path, out: Path) -> int:
    """Print how many pictures were taken."""
    files = {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*.*")}
    with browse() as browser:
        print(f"{out}: {take(browser, files, out)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
