"""The command itself: what it imports, how it ends, what it prints."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.model import Level
from folders import ACME, OTHER
from killer import Killer
from lives import REPOSITORY, START
from running import statuses, tree, whosdown

HEAVY = {
    *("feedgen", "markdown", "sqlite_utils", "httpx", "httpcore", "lxml", "jinja2", "msgspec"),
    *("rich", "protego", "asyncio", "sqlite3", "ssl"),
}


def test_help_imports_nothing_that_it_does_not_need() -> None:
    done = whosdown("--help", python=("-X", "importtime"))
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}

    assert done.returncode == 0
    assert "crawler.cli" in names
    assert {name for name in names if name.partition(".")[0] in HEAVY} == set()
    assert len([name for name in names if name.partition(".")[0] == "crawler"]) < 40


@pytest.mark.parametrize(
    "command", ["run", "crawl", "build", "serve", "check", "read", "rebuild", "demo"]
)
def test_every_command_says_what_it_does(command: str) -> None:
    done = whosdown(command, "--help")

    assert done.returncode == 0
    assert f"crawler {command}" in done.stdout.replace("__main__.py", "crawler")
    assert len(done.stdout.splitlines()) > 5


def test_the_version_is_that_of_the_package() -> None:
    from crawler import __version__  # noqa: PLC0415 (only here)

    assert whosdown("--version").stdout == f"whosdown, version {__version__}\n"


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("run", "--nonsense"),
        ("run", "--passes", "0"),
        ("run", "--passes", "two"),
        ("run", "--every", "5 minutes"),
        ("run", "--every", "m"),
        ("crawl", "--now", "yesterday"),
        ("crawl", "--now", "99999999999999999999"),
        ("read",),
        ("serve", "--port", "70000"),
        ("build", "--content", "pyproject.toml"),
    ],
    ids=" ".join,
)
def test_a_wrong_use_exits_64_and_writes_nothing(args: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    done = whosdown(*args, at=tmp_path)

    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["pyproject.toml"]


def test_a_time_of_more_digits_than_a_number_may_have_is_a_wrong_use(tmp_path: Path) -> None:
    done = whosdown("crawl", "--now", "9" * 5_000, at=tmp_path)

    assert done.returncode == 64
    assert "is not a time" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_content_exits_78_with_one_sentence_and_writes_nothing(
    content: Path, tmp_path: Path
) -> None:
    (content / "site.toml").write_text("name = 1\n", encoding="utf-8")
    before = tree(tmp_path)
    for command in ("run", "crawl", "build", "demo"):
        folders = ["--content", content] + ["--out", tmp_path / "site"] * (command != "crawl")
        folders += ["--data", tmp_path / "data"] * (command != "demo")
        done = whosdown(command, *folders)

        assert done.returncode == 78, command
        assert done.stderr.count("\n") == 1
        assert "site.toml:1: name" in done.stderr
        assert tree(tmp_path) == before


def test_every_service_that_is_missing_is_told_in_one_run_and_nothing_is_written(
    content: Path, tmp_path: Path
) -> None:
    providers = content / "providers"
    (providers / "acme.toml").write_text(
        ACME.replace('["acme-cloud"]', '["azure", "acme-cloud"]'), encoding="utf-8"
    )
    (providers / "other.toml").write_text(OTHER + 'upstreams = ["aws"]\n', encoding="utf-8")
    head = '+++\ntitle = "T"\ndek = "D"\nservice = "aws"\n+++\n'
    for name in ("one", "two"):
        body = head + '{{ card("aws") }}\n\n{{ errors("azure") }}\n'
        (content / "articles" / f"{name}.md").write_text(body, encoding="utf-8")
    before = tree(tmp_path)
    wrong = "is not the id of another service"
    ups = [
        f"whosdown: {providers}/{at}: service[0].upstreams: {one!r} {wrong}"
        for at, one in (("acme.toml:10", "azure"), ("other.toml:6", "aws"))
    ]
    guides = [
        f"whosdown: {content}/articles/{name}.md:{line}: {words}"
        for name in ("one", "two")
        for line, words in (
            (4, "service: no service 'aws'"),
            (6, "no service 'aws'"),
            (8, "no service 'azure'"),
        )
    ]
    for command in ("run", "build", "demo", "crawl"):
        folders = ["--content", content] + ["--out", tmp_path / "site"] * (command != "crawl")
        folders += ["--data", tmp_path / "data"] * (command != "demo")
        done = whosdown(command, *folders)

        assert (done.returncode, done.stdout) == (78, ""), command
        assert done.stderr.splitlines() == (ups if command == "crawl" else ups + guides), command
        assert tree(tmp_path) == before


def test_rebuild_gives_the_same_database(data: Path) -> None:
    def dumped() -> str:
        command = ["-m", "sqlite3", str(data / "status.db"), "SELECT * FROM incident_revisions"]
        if sys.version_info < (3, 12):
            code = (
                "import sqlite3,sys;db=sqlite3.connect(sys.argv[1]);"
                "print([db.execute('SELECT * FROM '+t).fetchall() for t in"
                " ('runs','snapshots','incidents','incident_revisions')]);db.close()"
            )
            command = ["-c", code, str(data / "status.db")]
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, check=True
        )
        return done.stdout

    before = dumped()
    (data / "status.db").write_bytes(b"")
    done = whosdown("rebuild", "--data", data)

    assert (done.returncode, done.stderr) == (0, "")
    assert "rebuilt from 2 runs" in done.stdout
    assert dumped() == before
    assert "Edited" in before


def test_rebuild_without_a_journal_exits_74(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    assert whosdown("rebuild", "--data", tmp_path / "data").returncode == 74


def test_a_second_one_exits_75_and_changes_nothing(
    data: Path, content: Path, tmp_path: Path
) -> None:
    from crawler import store  # noqa: PLC0415 (only here)

    with store.lock(data):
        before = tree(tmp_path)
        for command in ("crawl", "rebuild"):
            folders = ["--data", data] + ["--content", content] * (command == "crawl")
            done = whosdown(command, *folders)

            assert done.returncode == 75
            assert done.stderr.count("\n") == 1
    assert tree(tmp_path) == before


def test_the_clock_may_be_set_by_an_option_or_by_the_environment(
    data: Path, content: Path, tmp_path: Path, forks: Killer
) -> None:
    moment = str(START + 600)
    set_so = {"SOURCE_DATE_EPOCH": moment}
    times: list[tuple[dict[str, str], list[str]]] = [
        ({}, ["--now", "2026-11-22T11:10:00Z"]),
        ({}, ["--now", moment]),
        (set_so, []),
        (set_so, ["--now", str(START + 9_000)]),
    ]
    for number, (env, args) in enumerate(times):
        folders = ["--content", content, "--data", data, "--out", tmp_path / f"site{number}"]
        done = forks.run(["build", *map(str, folders), *args], {**os.environ, **env})
        assert done.code == 0, done.said
    assert tree(tmp_path / "site0") == tree(tmp_path / "site1") == tree(tmp_path / "site2")
    assert tree(tmp_path / "site3") != tree(tmp_path / "site0")


def test_an_empty_time_in_the_environment_is_none_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    line = ("check", "--out", statuses(tmp_path / "site", a="none"))
    assert whosdown(*line, SOURCE_DATE_EPOCH="").returncode == 0

    for args, wrong in (((), "SOURCE_DATE_EPOCH"), (("--now", "soon"), "--now")):
        done = whosdown(*line, *args, SOURCE_DATE_EPOCH="yesterday")
        assert done.returncode == 64
        assert {"SOURCE_DATE_EPOCH", "--now"} & {*re.findall(r"[\w-]+", done.stderr)} == {wrong}


def test_demo_is_the_same_twice_and_says_simulated_on_every_page(
    built: Path, tmp_path: Path
) -> None:
    outs = (tmp_path / "one", built)
    done = whosdown("demo", "--out", outs[0], "--now", str(START))
    pages = [*outs[0].rglob("*.html")]

    assert (done.returncode, done.stdout) == (0, "")

    assert len(pages) > 100
    assert [p.name for p in pages if "Simulated data" not in p.read_text("utf-8")] == []
    assert json.loads((outs[0] / "statuses.json").read_bytes())["site"]["simulated"] is True
    assert tree(outs[0]) == tree(outs[1])
    levels = {
        one["indicator"] for one in json.loads((outs[0] / "statuses.json").read_bytes())["services"]
    }
    assert levels == {*map(str, Level)}


def test_it_works_from_any_folder_with_its_own_templates(
    data: Path, content: Path, tmp_path: Path
) -> None:
    shutil.copytree(REPOSITORY / "site_templates", tmp_path / "site_templates")
    base = tmp_path / "site_templates" / "base.html"
    base.write_text(base.read_text("utf-8").replace("</footer>", "<p>Mine.</p></footer>"), "utf-8")
    done = whosdown("build", "--content", "content", "--data", "data", at=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "<p>Mine.</p>" in (tmp_path / "_site" / "index.html").read_text("utf-8")
