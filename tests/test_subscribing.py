"""Finding the feeds: links that every page announces, lists for import, the page that explains."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import feedparser
import pytest
from lxml import etree, html
from msgspec import structs

from answers import Answer
from crawler import site
from crawler.catalogue import Alerts
from crawler.site import feeds
from crawler.site.board import Board
from crawler.site.feeds.examples import examples
from lives import HOUR, REPOSITORY, START, Life, incident, reading, simulated, update
from loopback import Loopback

FORMATS = ("application/rss+xml", "application/atom+xml", "application/feed+json")


@pytest.fixture(scope="module")
def board() -> Board:
    return simulated()


@pytest.fixture(scope="module")
def files(board: Board) -> dict[str, bytes]:
    return site.build(board, REPOSITORY / "content", REPOSITORY / "site_templates")


@pytest.fixture(scope="module")
def base(board: Board) -> str:
    return board.site.url.rstrip("/") + "/"


def page(files: dict[str, bytes], path: str) -> html.HtmlElement:
    return html.document_fromstring(files[path], parser=html.HTMLParser(encoding="utf-8"))


def announced(files: dict[str, bytes], path: str, base: str) -> list[tuple[str, str]]:
    """(type, path on the site) of the feeds that a page announces."""
    own = base if path == "404.html" else base + path
    links = page(files, path).xpath("//head/link[@rel='alternate'][contains(@title, 'incidents')]")
    return [(one.get("type"), urljoin(own, one.get("href")).removeprefix(base)) for one in links]


def test_every_page_announces_the_feeds_of_everything_in_all_formats(
    files: dict[str, bytes], base: str
) -> None:
    everything = [*zip(FORMATS, ("feed.rss", "feed.atom", "feed.json"), strict=True)]
    pages = [path for path in files if path.endswith(".html")]

    assert len(pages) > 300
    for path in pages:
        found = announced(files, path, base)
        assert found[-3:] == everything, path
        assert len(found) == len(set(found)), path
        assert all(target in files for _, target in found), path


def test_a_page_about_services_announces_their_feeds_first(
    board: Board, files: dict[str, bytes], base: str
) -> None:
    for row in board.rows:
        found = announced(files, f"{row.path}index.html", base)
        assert [target for _, target in found[:3]] == [
            f"{row.path}feed.{ending}" for ending in ("rss", "atom", "json")
        ]
    for story in board.stories:
        found = announced(files, f"{story.path}index.html", base)
        few = len(story.services) <= 3
        assert len(found) == (3 * len(story.services) if few else 0) + 3
    guide = [target for _, target in announced(files, "guides/is-openrouter-down/index.html", base)]
    assert guide[0] == "service/openrouter/feed.rss"


def test_the_list_for_import_has_every_feed_once_by_category(
    board: Board, files: dict[str, bytes], base: str
) -> None:
    root = etree.fromstring(files["feeds.opml"])
    addresses = [one.get("xmlUrl", "") for one in root.iter("outline") if one.get("xmlUrl")]
    folders = [one.get("text") for one in root.findall("body/outline[outline]")]

    assert root.get("version") == "2.0"
    assert root.findtext("head/title")
    assert folders == [category.name for category, _ in board.by_category]
    assert len(addresses) == len(set(addresses)) == 1 + len(board.by_category) + len(board.rows)
    for one in root.iter("outline"):
        assert one.get("text")
        if address := one.get("xmlUrl"):
            parsed = feedparser.parse(files[address.removeprefix(base)])
            assert not parsed.bozo
            assert parsed.feed.link == one.get("htmlUrl")
    for category, rows in board.by_category:
        part = etree.fromstring(files[f"category/{category.id}/feeds.opml"])
        assert len(part.findall(".//outline[@xmlUrl]")) == len(rows) + 1


def test_the_page_shows_real_items_of_the_files_beside_it(files: dict[str, bytes]) -> None:
    shown = [one.text_content() for one in page(files, "subscribe/index.html").xpath("//pre/code")]
    as_json = [json.loads(one) for one in shown if one.startswith("{")]

    for path, opening in (
        ("feed.rss", "<item>"),
        ("feed.atom", "<entry>"),
        ("feeds.opml", "<outline"),
        ("maintenance.ics", "BEGIN:VEVENT"),
    ):
        [example] = [one for one in shown if one.startswith(opening)]
        assert example in files[path].decode().replace("\r\n", "\n"), path
    assert len(as_json) == 1
    assert as_json[0] in json.loads(files["feed.json"])["items"]


def test_the_page_names_every_kind_of_file_that_there_is(files: dict[str, bytes]) -> None:
    links = page(files, "subscribe/index.html").xpath("//a/@href")
    named = {
        urljoin("https://x.test/subscribe/", one).removeprefix("https://x.test/") for one in links
    }
    endings = (".rss", ".atom", ".opml", ".ics", "feed.json")
    kinds = {path for path in files if "/" not in path and path.endswith(endings)}

    assert len(kinds) == 8
    assert kinds <= named


def test_the_page_shows_the_alerts_that_the_site_has_switched_on(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    ways = Alerts(
        github_issues=True, repository="acme/whosdown", ntfy="https://ntfy.sh/acme-status"
    )
    with Life(tmp_path / "data") as life:
        life.run(START)
        board = life.board(START)
    told = structs.replace(board.site, alerts=ways)
    made = site.build(
        replace(board, site=told), tmp_path / "content", REPOSITORY / "site_templates"
    )

    section = page(made, "subscribe/index.html").xpath("//section[@aria-labelledby='told']")[0]
    issues = "https://github.com/acme/whosdown/issues"

    assert section.xpath(".//ul[@class='parts']//a/@href") == [
        f"{issues}?q=is%3Aissue+is%3Aopen+label%3Awhosdown+label%3Aacme",
        "https://ntfy.sh/acme-status-acme",
    ]
    assert page(files, "subscribe/index.html").xpath("//section[@aria-labelledby='told']") == []


def test_without_any_incident_the_examples_are_whole_files(tmp_path: Path) -> None:
    with Life(tmp_path) as life:
        life.run(START)
        files = feeds.render(life.board(START))
        found = examples(files)

    assert found["rss"] == files["feed.rss"].decode()
    assert found["ics"] == files["maintenance.ics"].decode().replace("\r\n", "\n")
    assert json.loads(found["json"])["items"] == []


@pytest.mark.skipif(
    not (shutil.which("jq") and shutil.which("curl")), reason="jq or curl is not installed"
)
def test_the_script_for_a_push_tells_each_new_item_once(
    files: dict[str, bytes], base: str, tmp_path: Path, net: Loopback
) -> None:
    shown = [one.text_content() for one in page(files, "subscribe/index.html").xpath("//pre/code")]
    [script] = [one for one in shown if "ntfy.sh" in one]
    net.put("ntfy.sh", "/a-name-that-nobody-guesses", Answer(body=b"{}"))
    host, _, path = base.removeprefix("https://").partition("/")

    def told(life: Life, now: int) -> int:
        body = feeds.render(life.board(now))["feed.json"]
        net.put(host, f"/{path}feed.json", Answer(body=body))
        before = len(net.asked("ntfy.sh"))
        env = {**net.env, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        subprocess.run(["sh", "-eu", "-c", script], env=env, check=True, timeout=60)
        return len(net.asked("ntfy.sh")) - before

    hostile = incident("i1", "$(touch /tmp/x) `id` @/etc/passwd \\t", updates=(update("u", "x"),))
    with Life(tmp_path / "data") as life:
        life.run(START, {"acme": reading(incident("i0", "Old", open=False))})
        counts = [told(life, START)]
        life.run(START + HOUR, {"acme": reading(incident("i0", "Old", open=False), hostile)})
        counts += [told(life, START + HOUR), told(life, START + HOUR)]

    assert counts == [0, 1, 0]
