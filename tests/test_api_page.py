"""The page about the API: real output of this build, and clients that run as they stand there."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path, PurePosixPath

import msgspec
import pytest
from lxml import html

from crawler import site
from crawler.model import Level
from crawler.serve import _Handler
from crawler.site import hosting, publish
from crawler.site.board import Board, EarlyWarnings
from crawler.times import DAY
from lives import (
    HOUR,
    MIDNIGHT,
    REPOSITORY,
    SITE,
    START,
    Life,
    V,
    provider,
    reading,
    simulated,
    world,
)
from serving import Background

TEMPLATES = REPOSITORY / "site_templates"
TABLES = ("incidents", "cache", "robots")
TOOLS = {
    "sh": ("sh", "-c"),
    "python": (sys.executable, "-c"),
    "node": ("node", "--input-type=module", "-e"),
}


@pytest.fixture(scope="module")
def board() -> Board:
    return simulated()


@pytest.fixture(scope="module")
def files(board: Board) -> dict[str, bytes]:
    return site.build(board, REPOSITORY / "content", TEMPLATES)


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> html.HtmlElement:
    return html.document_fromstring(
        files["api/index.html"], parser=html.HTMLParser(encoding="utf-8")
    )


@pytest.fixture(scope="module")
def host(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("host") / "site"
    publish.publish(files, out)
    with Background(
        ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(out)))
    ) as server:
        yield server.address


def test_every_example_is_what_the_build_wrote(
    page: html.HtmlElement, files: dict[str, bytes]
) -> None:
    shown = page.xpath("//code[@data-path]")
    for one in shown:
        path, said = one.get("data-path"), one.text
        body = files[path].decode()
        if path.endswith((".json", "/statuses")):
            body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        cut = said.endswith("\n…")
        kept = "\n".join(said.removesuffix("…").rstrip("\n").splitlines())
        assert "\n".join(body.splitlines()).startswith(kept), path
        assert cut or len(body.splitlines()) <= 28, path

    assert len(shown) > 12


def test_every_address_on_the_page_is_that_of_a_file(
    page: html.HtmlElement, files: dict[str, bytes], board: Board
) -> None:
    base = board.site.url.rstrip("/") + "/"
    rows = board.rows
    told = [one.text_content() for one in page.xpath("//li[@class='format']/code")]
    names = [row.service.id for row in rows] + [one.record.slug for one in board.stories]

    assert len(told) > 12
    for one in told:
        assert one.startswith(base)
        path = one[len(base) :]
        known = [path.replace("{id}", name) for name in names]
        # The copy of the database is put beside what is built.
        assert path.startswith("data/status.db") or any(name in files for name in known), one


def test_the_clients_run_as_they_stand(page: html.HtmlElement, host: str, board: Board) -> None:
    base = board.site.url.rstrip("/")
    ran = []
    for one in page.xpath("//code[@data-run]"):
        kind, source = one.get("data-run"), one.text_content().replace(base, host)
        assert base not in source
        line = [*TOOLS[kind], source]
        if not shutil.which(line[0]):
            continue
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY)}
        done = subprocess.run(
            line, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60
        )
        ran.append((kind, done.stdout.strip()))
        # Invented days are over, so a check of them says unknown: 3.
        wanted = 3 if "whosdown check" in source else 0
        assert done.returncode == wanted, done.stderr
        assert done.stdout.strip()

    said = dict(ran)
    assert said["python"] == "False", "old evidence is never healthy"
    if "node" in said:
        assert said["node"].startswith("unknown ")


def test_what_computes_has_nothing_to_say_on_the_first_day_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    with Life(tmp_path / "data", world(provider("acme"))) as life:
        life.run(START, {"acme": "timeout"})
        files = site.build(life.board(START + HOUR), tmp_path, TEMPLATES)
    publish.publish(files, tmp_path / "site")
    page = html.document_fromstring(files["api/index.html"])
    history = str(page.xpath("string(//code[contains(., 'windows')])"))
    query = str(page.xpath("string(//code[@data-query='duckdb'])"))
    asked = f"jq {history.partition('jq ')[2]} {tmp_path}/site/api/v1/history/acme.json"
    with_jq = [["sh", "-c", asked]] if shutil.which("jq") else []
    for line in ([sys.executable, "-c", query], *with_jq):
        done = subprocess.run(
            line, cwd=tmp_path / "site/data", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_clients_ask_for_files_with_an_ending_and_need_no_new_python(
    page: html.HtmlElement,
) -> None:
    shown = [one.text_content() for one in page.xpath("//code[@data-run]")]
    asked = [url for one in shown for url in re.findall(r"https://[^\s\"')]+", one)]

    assert len(asked) >= 5
    assert all(url.endswith((".json", "/")) for url in asked), asked
    # Before Python 3.11 it refuses the Z of our times.
    assert not [one for one in shown if "fromisoformat" in one]
    assert "3.11" not in page.text_content().partition("Ask from a program")[2][:2_000]


def test_a_page_without_a_service_is_still_a_page(tmp_path: Path) -> None:
    none: dict[str, tuple[()]] = dict.fromkeys(("rows", "stories", "by_category", "sources"), ())
    bare = replace(simulated(), early=EarlyWarnings(), **none)  # type: ignore[arg-type]
    (tmp_path / "articles").mkdir()
    found = site.build(bare, tmp_path, TEMPLATES)

    assert b"For programs" in found["api/index.html"]
    assert b"<img" not in found["api/index.html"]


# What static hosts read.


def test_the_headers_open_the_api_to_every_origin_and_name_its_types() -> None:
    files = hosting.render(SITE)
    rules: dict[str, list[str]] = {}
    for line in files["_headers"].decode().splitlines():
        if line.startswith("/"):
            path = line
        else:
            rules.setdefault(path, []).append(line.strip())

    assert "Access-Control-Allow-Origin: *" in rules["/*"]
    assert rules["/api/v1/statuses"] == ["Content-Type: application/json; charset=utf-8"]
    assert "Cache-Control: public, max-age=60" in rules["/statuses.json"]
    assert len(rules) <= 100, "the most that Cloudflare Pages reads"
    assert files[".nojekyll"] == b""
    assert "CNAME" not in files


def test_the_redirects_lead_to_files(files: dict[str, bytes]) -> None:
    for line in files["_redirects"].decode().splitlines():
        old, new, code = line.split(" ")
        target = new.removeprefix("/").replace(":id", "openai")
        target += "index.html" if not target or target.endswith("/") else ""
        assert target in files, line
        assert (old[0], code) == ("/", "301")
        assert PurePosixPath(old).suffix in ("", PurePosixPath(new).suffix), line


def test_a_domain_is_written_for_hosts_that_read_it_from_a_file() -> None:
    files = hosting.render(msgspec.structs.replace(SITE, cname="status.example.org"))

    assert files["CNAME"] == b"status.example.org\n"


# The guard that Prismix documents.


def is_healthy(service: dict[str, object]) -> bool:
    return service["indicator"] == "none" and service["activeIncidents"] == 0


def test_the_guard_that_prismix_documents_calls_nothing_unreadable_healthy(
    files: dict[str, bytes], board: Board
) -> None:
    rows = {one["id"]: one for one in json.loads(files["api/v1/statuses"])["services"]}
    unknown = [row for row in board.rows if row.verdict.level is Level.UNKNOWN]

    assert len(unknown) > 3
    assert not [row for row in unknown if is_healthy(rows[row.service.id])]
    assert [one for one in rows.values() if is_healthy(one)]
    assert is_healthy(rows["cohere"])


# The database and the table beside it.


@pytest.fixture
def data(built: Path) -> Path:
    """The folder `data/` of a site that the command built of invented days."""
    return built / "data"


def test_the_published_database_is_whole_and_has_no_caches(data: Path) -> None:
    told = json.loads((data / "status.db.json").read_bytes())
    body = (data / "status.db").read_bytes()
    with closing(sqlite3.connect(data / "status.db")) as db:
        count = "SELECT count(*) FROM "
        rows = {one: db.execute(count + one).fetchone()[0] for one in TABLES}
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    assert hashlib.sha256(body).hexdigest() == told["sha256"]
    assert rows["incidents"] == told["rows"]["incidents"] > 100
    assert rows["cache"] == rows["robots"] == 0


def test_the_worked_queries_run_as_they_stand(page: html.HtmlElement, data: Path) -> None:
    shown = {one.get("data-query"): str(one.text) for one in page.xpath("//code[@data-query]")}
    tools = Path(sys.executable).parent
    said = {}
    for name, words in shown.items():
        line = [sys.executable, "-c", words] if name == "duckdb" else ["sh", "-c", words]
        env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        done = subprocess.run(
            line, cwd=data, env=env, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{name}: {done.stderr}"
        said[name] = done.stdout

    assert {*said} == {"sqlite-utils", "datasette", "duckdb"}
    assert len(said["sqlite-utils"].splitlines()) == 12
    assert {one["impact"] for one in json.loads(said["datasette"])} >= {"minor", "major"}
    assert "median_min" in said["duckdb"]
    assert "│" in said["duckdb"]


def test_the_known_share_of_the_first_query_counts_the_days_of_which_nothing_is_known(
    page: html.HtmlElement, tmp_path: Path
) -> None:
    words = str(page.xpath("//code[@data-query='sqlite-utils']")[0].text)
    query = words.partition('"')[2].rpartition('"')[0]
    with Life(tmp_path / "data", world(provider("acme"))) as life:
        life.run(MIDNIGHT, {"acme": reading()})
        life.run(MIDNIGHT + 4 * DAY, {"acme": reading()})
        [row] = life.store.connection.execute(query).fetchall()

    # One reading holds for 45 minutes, and four days are over.
    assert (row[0], row[3]) == ("acme", round(100 * V / (4 * DAY), 1))
