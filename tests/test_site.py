"""The whole site: the same bytes for the same board, no broken link, nothing but one swap."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import html5lib
import pytest
from lxml import html

from crawler import site
from crawler.errors import ContentError, SiteError
from crawler.model import Level
from crawler.site import publish
from crawler.site.board import Board
from folders import write
from lives import REPOSITORY, START, Life, incident, reading, simulated

TEMPLATES = REPOSITORY / "site_templates"
BASE = "https://example.test/base/"
CSP = {
    "default-src 'none'",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
}


@pytest.fixture(scope="module")
def board() -> Board:
    return simulated()


@pytest.fixture(scope="module")
def files(board: Board) -> dict[str, bytes]:
    return site.build(board, REPOSITORY / "content", TEMPLATES)


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, html.HtmlElement]:
    return {path: page(body) for path, body in files.items() if path.endswith(".html")}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A content folder with nothing but what must be there."""
    (tmp_path / "content" / "articles").mkdir(parents=True)
    return write(tmp_path / "content")


def page(body: bytes) -> html.HtmlElement:
    return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))


def test_the_same_board_gives_the_same_bytes(board: Board, files: dict[str, bytes]) -> None:
    assert site.build(board, REPOSITORY / "content", TEMPLATES) == files
    assert len(files) > 200


def test_the_bytes_depend_on_no_zone_and_on_no_hash_seed(empty: Path, tmp_path: Path) -> None:
    with Life(tmp_path / "data") as life:
        told = [incident(f"i{n}", f"Trouble {n}", open=n > 3) for n in range(6)]
        life.run(START, {"acme": reading(*told, word=Level.MAJOR)})
    zones = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
    trees = []
    for seed, zone in enumerate(zones):
        out = tmp_path / f"site{seed}"
        env = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(REPOSITORY)}
        folders = ("--content", empty, "--data", tmp_path / "data", "--out", out)
        command = [
            sys.executable,
            "-m",
            "crawler",
            "build",
            *map(str, folders),
            "--now",
            str(START),
        ]
        subprocess.run(command, env=env, cwd=tmp_path, check=True, capture_output=True, timeout=60)
        trees.append(
            {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        )

    assert "service/acme/index.html" in trees[0]
    assert all(tree == trees[0] for tree in trees)


def test_every_internal_link_leads_to_a_file_and_to_its_anchor(
    board: Board, files: dict[str, bytes], pages: dict[str, html.HtmlElement]
) -> None:
    base = board.site.url.rstrip("/") + "/"
    anchors = {path: {*doc.xpath("//@id")} for path, doc in pages.items()}
    broken, seen = [], 0
    for path, doc in pages.items():
        for link in doc.xpath("//@href | //@src"):
            target = urljoin(base + path, link)
            if not target.startswith(base):
                continue
            seen += 1
            parts = urlsplit(target[len(base) :])
            file = unquote(parts.path)
            file += "index.html" if file == "" or file.endswith("/") else ""
            if file not in files or (parts.fragment and parts.fragment not in anchors[file]):
                broken.append(f"{path}: {link}")

    assert broken == []
    assert seen > 5_000


def test_links_between_pages_are_relative_so_that_any_base_works(
    board: Board, pages: dict[str, html.HtmlElement]
) -> None:
    full = {
        f"{path}: {link}"
        for path, doc in pages.items()
        if path != "404.html"
        for link in doc.xpath("//a/@href | //link[@rel!='canonical']/@href | //@src")
        if link.startswith(("/", board.site.url))
    }

    assert full == set()


def test_every_page_has_one_heading_a_title_a_language_and_a_strict_policy(
    pages: dict[str, html.HtmlElement],
) -> None:
    titles = {}
    for path, doc in pages.items():
        assert len(doc.findall(".//h1")) == 1, path
        assert doc.find(".//h1").text_content().strip(), path
        assert doc.get("lang") == "en", path
        [title] = doc.findall(".//title")
        titles[path] = title.text_content().strip()
        [policy] = doc.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        data = doc.xpath("//script[@type='application/ld+json']/text()")
        hashes = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in data)
        scripts = " ".join(["script-src 'self'", *(f"'sha256-{one}'" for one in hashes)])
        assert {*policy.split("; ")} >= {*CSP, scripts}, path
        assert "unsafe" not in policy, path
        [charset] = doc.xpath("//meta/@charset")
        assert charset == "utf-8"
        ids = doc.xpath("//@id")
        assert len(ids) == len({*ids}), path

    assert all(titles.values())


def test_no_page_carries_script_or_style_in_itself(pages: dict[str, html.HtmlElement]) -> None:
    for path, doc in pages.items():
        assert doc.findall(".//style") == [], path
        assert doc.xpath("//@style") == [], path
        assert [one for one in doc.xpath("//@*") if str(one.attrname).startswith("on")] == [], path
        runs = doc.xpath("//script[not(@type='application/ld+json')]")
        assert [one.text for one in runs if one.text or not one.get("src")] == [], path
        assert doc.xpath("//@href[starts-with(., 'javascript:')]") == [], path
        assert doc.xpath("//iframe | //object | //embed | //form | //base") == [], path


def test_every_page_of_invented_days_says_so(pages: dict[str, html.HtmlElement]) -> None:
    silent = [path for path, doc in pages.items() if "Simulated data" not in doc.text_content()]

    assert silent == []


def test_what_lists_invented_days_for_machines_says_so(files: dict[str, bytes]) -> None:
    lists = [one for one in files if one == "llms.txt" or one.endswith((".md", ".opml"))]

    assert len(lists) > 100
    assert [one for one in lists if b"Simulated" not in files[one]] == []
    assert json.loads(files["api/v1/build.json"])["simulated"] is True


def test_real_days_are_never_called_simulated(empty: Path, tmp_path: Path) -> None:
    with Life(tmp_path / "data") as life:
        life.run(START)
        found = site.build(life.board(START), empty, TEMPLATES)

    assert [path for path, body in found.items() if b"imulated data" in body] == []


def test_html_is_well_formed_for_the_parser_of_browsers(files: dict[str, bytes]) -> None:
    for path in ("index.html", "service/openai/index.html", "incidents/index.html", "404.html"):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(files[path])
        assert parser.errors == [], path


# Links and paths that are wrong stop everything.


@pytest.mark.parametrize(
    "link",
    [
        "nowhere/",
        "../outside.html",
        "index.htm",
        "/absolute/",
        "folder",
        "./folder/other/",
        "?q=1/../nowhere",
        "https://example.test/base/nowhere/",
        "../a/no",
    ],
)
def test_a_broken_link_raises_and_names_page_and_link(link: str) -> None:
    files = {"a/index.html": f'<a href="{link}">x</a>'.encode(), "a/folder/index.html": b""}
    files["a/noindex.html"] = b""
    if link.startswith("?"):
        publish.together(files, base=BASE)
        return

    with pytest.raises(SiteError, match=r"a/index\.html: the link .* leads nowhere"):
        publish.together(files, base=BASE)


@pytest.mark.parametrize(
    ("name", "asked", "other"),
    [
        ("a%20b.svg", "a%2520b.svg", "a%20b.svg"),
        ("a?b.svg", "a%3Fb.svg", "a?b.svg"),
        ("a#b.svg", "a%23b.svg", "a#b.svg"),
    ],
)
def test_a_link_asks_for_the_file_that_a_browser_asks_for(
    name: str, asked: str, other: str
) -> None:
    files = {"a/index.html": f'<img src="../{asked}">'.encode(), name: b""}
    publish.together(files, base=BASE)
    files["a/index.html"] = f'<img src="../{other}">'.encode()

    with pytest.raises(SiteError, match="leads nowhere"):
        publish.together(files, base=BASE)


def test_a_name_with_a_percent_that_means_nothing_is_asked_for_as_it_is() -> None:
    files = {"a/index.html": b'<img src="../50%.svg">', "50%.svg": b""}

    assert publish.together(files, base=BASE) == files


@pytest.mark.parametrize("place", ["nowhere/", "%zz", "../outside", "incident/acme/x/"])
def test_no_link_of_a_provider_stops_a_build(life: Life, content: Path, place: str) -> None:
    life.run(START, {"acme": reading(incident(url=BASE + place))})
    files = site.build(life.board(START), content, TEMPLATES)

    assert f'href="{BASE}{place}"'.encode() in files["service/acme/index.html"]


@pytest.mark.parametrize(
    "link",
    ["folder/", "./", "../", "", "#x", "folder/?q=1#x", BASE, BASE[:-1], "https://elsewhere.test/x",
     "mailto:a@b.test", "//elsewhere.test/", "a%20b.txt", "folder/index.html?a=1&amp;b=2"],
)  # fmt: skip
def test_a_good_link_passes(link: str) -> None:
    files = {
        "index.html": b"",
        "a/index.html": f'<a class="l" href="{link}">x</a>'.encode(),
        "a/folder/index.html": b"",
        "a/a b.txt": b"",
    }

    assert publish.together(files, base=BASE) == files


def test_two_renderers_may_not_claim_one_path() -> None:
    with pytest.raises(SiteError, match=r"statuses\.json: two renderers claim this path"):
        publish.together({"statuses.json": b"1"}, {"statuses.json": b"1"}, base=BASE)


def templates(folder: Path, **changed: str) -> Path:
    """A copy of the templates; each keyword is what replaces the end of a template's main part."""
    copy = folder / "site_templates"
    copy.mkdir(parents=True)
    for path in TEMPLATES.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(TEMPLATES)
            target.parent.mkdir(exist_ok=True)
            words = path.read_bytes()
            more = changed.get(path.stem, "")
            target.write_bytes(words.replace(b"</main>", f"{more}</main>".encode()))
    return copy


def command(*args: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "crawler", *map(str, args)]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ('<a href="nowhere/">x</a>', 65, "leads nowhere"),
        ("{% if %}", 65, "base.html:"),
        ("{{ nobody }}", 65, "'nobody' is undefined"),
        ("", 78, "no service 'nobody'"),
    ],
)
def test_a_build_that_fails_publishes_nothing_and_the_old_site_stands(
    wrong: str, code: int, words: str, empty: Path, tmp_path: Path
) -> None:
    with Life(tmp_path / "data") as life:
        life.run(START)
    out = tmp_path / "site"
    (out / "api" / "v1").mkdir(parents=True)
    (out / "api" / "v1" / "build.json").write_text("the old site", encoding="utf-8")
    if wrong:
        templates(tmp_path, base=wrong)
    else:
        head = '+++\ntitle = "T"\ndek = "D"\nservice = ""\n+++\n'
        article = empty / "articles" / "one.md"
        article.write_text(head + '{{ card("nobody") }}\n', encoding="utf-8")
    done = command("build", "--content", empty, "--data", tmp_path / "data", "--out", out)

    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert [one.name for one in out.rglob("*")] == ["api", "v1", "build.json"]
    assert {one.name for one in tmp_path.iterdir()} <= {"content", "data", "site", "site_templates"}


def test_an_article_that_names_a_stranger_is_an_error_of_content(board: Board, empty: Path) -> None:
    head = '+++\ntitle = "T"\ndek = "D"\nservice = "nobody"\n+++\nwords\n'
    (empty / "articles" / "one.md").write_text(head, encoding="utf-8")

    with pytest.raises(ContentError, match=r"one\.md:4: service: no service 'nobody'"):
        site.build(board, empty, TEMPLATES)


# One swap.


def test_publishing_leaves_the_new_site_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "site"
    for files in ({"a.txt": b"1", "b/c.txt": b"1"}, {"a.txt": b"2", "d/e.txt": b"2"}):
        publish.publish(files, out)

    found = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert found == {"a.txt": b"2", "d/e.txt": b"2"}
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_a_reader_finds_one_whole_site_at_every_moment(tmp_path: Path) -> None:
    out, stop = tmp_path / "site", threading.Event()
    torn: list[str] = []

    def write_over_and_over() -> None:
        for number in range(60):
            publish.publish({"a": str(number).encode(), "b": str(number).encode()}, out)
        stop.set()

    publish.publish({"a": b"-1", "b": b"-1"}, out)
    thread = threading.Thread(target=write_over_and_over)
    thread.start()
    while not stop.is_set():
        try:
            names = sorted(one.name for one in out.iterdir())
        except FileNotFoundError:
            torn.append("no site at all")
            continue
        # A folder that was opened before the swap may be empty by now: it is being deleted.
        if names not in ([], ["a"], ["b"], ["a", "b"]):
            torn.append(str(names))
    thread.join()

    assert torn == []
    assert (out / "a").read_bytes() == (out / "b").read_bytes() == b"59"


def test_what_a_crash_left_behind_is_cleared_away(tmp_path: Path) -> None:
    out = tmp_path / "site"
    for name in ("site.new", "site.old"):
        (tmp_path / name / "half").mkdir(parents=True)
    publish.publish({"a": b"1"}, out)

    assert (out / "a").is_file()
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_an_output_folder_may_have_no_parent_yet(tmp_path: Path) -> None:
    publish.publish({"a": b"1"}, tmp_path / "new" / "deep" / "site")

    assert (tmp_path / "new" / "deep" / "site" / "a").read_bytes() == b"1"


def test_an_output_folder_may_be_a_link_and_stays_one(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    link = tmp_path / "site"
    link.symlink_to(tmp_path / "www")
    for words in (b"1", b"2", b"3"):
        publish.publish({"a": words}, link)

        assert (link / "a").read_bytes() == words
    assert link.is_symlink()
    assert {one.name for one in tmp_path.iterdir()} == {"site", "www"}
