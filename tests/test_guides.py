"""Guides: live parts with and without data, programs that run, questions, and mistakes by line."""

import functools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from lxml import html
from msgspec import structs

from crawler import site
from crawler.errors import ContentError
from crawler.model import Level
from crawler.site import api, articles
from crawler.site.board import Board, Row
from crawler.site.programs import programs
from folders import write
from lives import (
    HOUR,
    MINUTE,
    REPOSITORY,
    START,
    Life,
    incident,
    provider,
    reading,
    service,
    simulated,
    world,
)

TEMPLATES = REPOSITORY / "site_templates"
HEAD = '+++\ntitle = "T"\ndek = "D"\nservice = "acme"\n+++\n'
PARTS = "card service upstreams errors feeds links outages alternatives programs".split()
EVERY = "\n\n".join(f"## {one}\n\n{{{{ {one}('acme') }}}}" for one in PARTS)
HOSTILE = "</script><script>alert(1)</script><!-- <b>&amp;{{ 7*7 }} \u2028 ' \" ]]>"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder without articles."""
    (tmp_path / "content" / "articles").mkdir(parents=True)
    return write(tmp_path / "content")


def guide(content: Path, body: str, name: str = "one") -> Path:
    path = content / "articles" / f"{name}.md"
    path.write_text(body, encoding="utf-8")
    return path


def built(board: Board, content: Path) -> html.HtmlElement:
    """The page of the only guide."""
    body = site.build(board, content, TEMPLATES)["guides/one/index.html"]
    return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))


def words(page: html.HtmlElement) -> str:
    return " ".join(page.find(".//article").text_content().split())


def lived(tmp_path: Path, *incidents: Any, word: Level = Level.NONE) -> Board:
    """Acme and its neighbours after one run, in which Acme told of some incidents."""
    neighbours = (
        provider("acme", service("acme", upstreams=["deep"])),
        provider("deep", service("deep", category="other")),
        provider("near", service("near", upstreams=["deep"])),
        provider("far"),
        provider("child", service("child", upstreams=["acme"])),
    )
    with Life(tmp_path / "data", world(*neighbours)) as life:
        life.run(START, {"acme": reading(*incidents, word=word)})
        return life.board(START)


def with_level(board: Board, key: str, level: Level) -> Board:
    """The same board with one service at another level, for those that depend on it too."""
    rows = []
    for row in board.rows:
        verdict = row.verdict
        if row.service.id == key:
            verdict = replace(verdict, level=level)
        ups = tuple(replace(u, level=level) if u.id == key else u for u in verdict.upstreams)
        rows.append(replace(row, verdict=replace(verdict, upstreams=ups)))
    return replace(board, rows=tuple(rows))


def row(board: Board, key: str = "acme") -> Row:
    return next(one for one in board.rows if one.service.id == key)


# Live parts.


def test_every_part_reads_well_before_the_first_run(content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + EVERY)
    with Life(tmp_path / "data") as life:
        said = words(built(life.board(START), content))

    assert "Never read." in said
    assert "We know of no incident of Acme. That says little" in said
    assert "No upstream is listed for Acme." in said
    assert "None that we would name for Acme is known to be well now." in said
    assert "Unknown" in said
    assert "None" not in said.replace("None that we would", "")


def test_the_last_outages_are_five_with_the_median_of_all_that_ended(
    content: Path, tmp_path: Path
) -> None:
    guide(content, HEAD + "{{ outages('acme') }}")
    told = [
        incident(f"i{n}", f"Trouble {n}", open=False, started=START - n * HOUR,
                 ended_at=START - n * HOUR + n * 10 * MINUTE)
        for n in range(1, 8)
    ]  # fmt: skip
    page = built(lived(tmp_path, *told, incident("i0", "Trouble 0", started=START)), content)

    titles = page.xpath("//ul[@class='list']/li/a/bdi/text()")
    assert titles == [f"Trouble {n}" for n in range(5)]
    assert "open at 22 Nov 2026" in words(page)
    assert "lasted 10 min" in words(page)
    assert "Typical duration: 40 min, the median of the 7 incidents (n = 7)" in words(page)


def test_a_typical_duration_is_not_made_of_what_has_none(content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + "{{ outages('acme') }}")
    stub = incident("i1", "Imported", open=False, started=START - HOUR, ended_at=START - HOUR)
    said = words(built(lived(tmp_path, stub, incident("i2", started=START)), content))

    assert "duration not stated" in said
    assert "no typical duration is known" in said


def alternatives(board: Board, content: Path, call: str = "alternatives('acme')") -> str:
    guide(content, HEAD + "{{ " + call + " }}")
    return words(built(board, content)).split("Questions")[0].partition("Evidence and history")[2]


def test_alternatives_are_well_and_do_not_share_what_is_broken(
    content: Path, tmp_path: Path
) -> None:
    board = lived(tmp_path)
    quiet = alternatives(board, content)
    assert all(name in quiet for name in ("Near", "Far", "Child"))
    assert "Left out" not in quiet

    broken = alternatives(with_level(board, "deep", Level.MAJOR), content)
    assert "Left out, because the same trouble may reach them: Near." in broken
    assert "Far Operational" in broken

    hit = alternatives(with_level(board, "acme", Level.MAJOR), content)
    assert "may reach them: Child." in hit
    assert "Near Operational" in hit

    unknown = alternatives(with_level(board, "far", Level.UNKNOWN), content)
    assert "Far" not in unknown


def test_alternatives_may_be_named_whatever_their_category(content: Path, tmp_path: Path) -> None:
    board = lived(tmp_path)
    said = alternatives(board, content, "alternatives('acme', 'deep', 'near')")

    assert said.index("Deep") < said.index("Near")
    assert "Far" not in said


def test_a_state_in_a_guide_carries_the_moment_at_which_it_ends(
    content: Path, tmp_path: Path
) -> None:
    guide(content, HEAD + EVERY)
    page = built(lived(tmp_path, incident(), word=Level.MINOR), content)

    shown = page.xpath("//article//*[contains(@class, 'st ') and .//b[@class='w']]")
    assert len(shown) >= 5
    assert all(one.get("data-until") or "unknown" in one.get("class") for one in shown)


# Programs: what a reader copies is run against a real server.


class Quiet(SimpleHTTPRequestHandler):
    # The client closes: a server that closes first can cut off the end of an answer.
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's word)
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a server, and the folder that it serves."""
    folder = tmp_path / "www"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}", folder
        found.shutdown()
        thread.join()


def put(folder: Path, path: str, body: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)


def snippets(row: Row, board: Board) -> list[tuple[str, str]]:
    """(language, program) of each fenced block."""
    blocks = str(programs(row, board)).split("```")[1::2]
    return [(block.partition("\n")[0], block.partition("\n")[2]) for block in blocks]


def run(language: str, program: str) -> subprocess.CompletedProcess[str]:
    command = {
        "sh": ["bash", "-o", "pipefail", "-c", program],
        "python": [sys.executable, "-c", program],
        "js": ["node", "--input-type=module", "-e", program],
    }[language]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def needs(*tools: str) -> None:
    for tool in tools:
        if subprocess.run(["which", tool], capture_output=True, check=False).returncode:
            pytest.skip(f"{tool} is not installed, so its programs cannot be tried")


YEAR = 365 * 24 * HOUR
STATES: Sequence[tuple[str, dict[str, object], str]] = (
    ("well", {"level": Level.NONE, "valid_until": START + 50 * YEAR}, "No"),
    ("trouble", {"level": Level.MAJOR, "valid_until": START + 50 * YEAR}, "major"),
    ("old", {"level": Level.NONE, "valid_until": START - 5 * YEAR}, "unknown"),
    ("unknown", {"level": Level.UNKNOWN, "valid_until": None}, "unknown"),
    ("without end", {"level": Level.NONE, "valid_until": None}, "unknown"),
)


@pytest.mark.parametrize(
    ("change", "expected"), [s[1:] for s in STATES], ids=[s[0] for s in STATES]
)
def test_programs_never_take_an_old_or_unknown_answer_for_a_good_one(
    change: dict[str, Any], expected: str, server: tuple[str, Path], tmp_path: Path
) -> None:
    needs("curl", "jq", "node")
    base, folder = server
    board = lived(tmp_path)
    rows = tuple(
        replace(one, verdict=replace(one.verdict, who="them", headline="Said", **change))
        for one in board.rows
    )
    board = replace(board, rows=rows, site=_at(board, base))
    put(folder, "statuses.json", api.render(board)["statuses.json"])
    ours = snippets(replace(row(board), page_url=None), board)
    assert [language for language, _ in ours] == ["sh", "python", "js"]

    for language, program in ours:
        done = run(language, program)
        said = done.stdout + done.stderr
        if expected == "unknown":
            assert "unknown: ask the official page" in said, (language, said)
            assert "nothing reported" not in said
            assert language != "sh" or done.returncode != 0
        else:
            assert done.returncode == 0, (language, said)
            good = "none: Said" if language == "sh" else "nothing reported"
            assert (good if expected == "No" else "major") in said


def _at(board: Board, base: str) -> Any:
    return structs.replace(board.site, url=base + "/")


PAGE_STATES = {
    "statuspage": (
        "api/v2/components.json",
        {"components": [{"id": "c1", "name": "API", "status": "major_outage"},
                        {"id": "c2", "name": "Other", "status": "operational"}]},
        "major_outage",
    ),
    "betterstack": ("index.json", {"data": {"attributes": {"aggregate_state": "down"}}}, "down"),
    "flashduty": ("api/widget/v1/summary.json",
                  {"overall": {"status": "degraded"}, "ongoing_incidents": [{}]}, "degraded"),
    "gcp": ("incidents.json",
            [{"severity": "high", "external_desc": "Gone", "affected_products": [{"id": "c1"}]},
             {"severity": "low", "external_desc": "Past", "end": "2026-01-01T00:00:00Z",
              "affected_products": [{"id": "c1"}]},
             {"severity": "low", "external_desc": "Else", "affected_products": [{"id": "x"}]}],
            "high"),
    "aws": ("public/currentevents",
            [{"status": "3", "region_name": "Ohio", "service_name": "Bedrock", "summary": "Gone"}],
            "Ohio"),
}  # fmt: skip


@pytest.mark.parametrize("platform", PAGE_STATES)
def test_programs_read_the_official_page_where_it_answers_programs(
    platform: str, server: tuple[str, Path], tmp_path: Path
) -> None:
    needs("curl", "jq", "iconv", "node")
    base, folder = server
    path, document, expected = PAGE_STATES[platform]
    text = json.dumps(document)
    put(folder, path, ("\ufeff" + text).encode("utf-16-be") if platform == "aws" else text.encode())
    board = lived(tmp_path)
    sources = tuple(replace(one, platform=platform) for one in board.sources)
    board = replace(board, sources=sources)
    one = replace(row(board), page_url=base, service=service("acme", components=["c1"]))

    theirs = snippets(one, board)[3:]
    assert [language for language, _ in theirs] == ["sh", "python", "js"]
    for language, program in theirs:
        done = run(language, program)
        assert done.returncode == 0, (language, done.stderr)
        assert expected in done.stdout, (language, done.stdout)
        assert not {"Past", "Else", "Other"} & {*done.stdout.replace(":", " ").split()}


def test_a_page_that_answers_no_program_gets_none(tmp_path: Path) -> None:
    board = lived(tmp_path)
    sources = tuple(replace(one, platform="xyz") for one in board.sources)

    assert len(snippets(row(board), replace(board, sources=sources))) == 3


# Questions.


def ld(page: html.HtmlElement) -> dict[str, Any]:
    [block] = page.xpath("//script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(block.text)
    return found


FAQ = '+++\ntitle = "T"\ndek = "D"\nservice = "acme"\nupdated = 2026-11-20\n{}+++\nwords\n'
ASKED = '[[faq]]\nq = "Why?"\na = "Because <b>.</b>"\n'


def test_the_first_question_is_answered_from_the_verdict_with_its_time(
    content: Path, tmp_path: Path
) -> None:
    guide(content, FAQ.format(ASKED))
    page = built(lived(tmp_path, incident(title="Gone"), word=Level.CRITICAL), content)
    article, faq = ld(page)["@graph"]

    assert article["@type"] == "TechArticle"
    assert article["dateModified"] == "2026-11-20"
    assert faq["@type"] == "FAQPage"
    first, second = faq["mainEntity"]
    assert first["name"] == "Is Acme down right now?"
    assert first["acceptedAnswer"]["text"].startswith("Yes, as of 22 Nov 2026, 11:00 UTC. ")
    assert "counts until 22 Nov 2026, 11:45 UTC" in first["acceptedAnswer"]["text"]
    assert second["acceptedAnswer"]["text"] == "Because <b>.</b>"
    shown = words(page)
    for one in faq["mainEntity"]:
        assert one["name"] in shown
        assert " ".join(one["acceptedAnswer"]["text"].split()) in shown


def test_an_unknown_state_is_no_answer_to_a_question(content: Path, tmp_path: Path) -> None:
    guide(content, FAQ.format(""))
    with Life(tmp_path / "data") as life:
        life.run(START)
        page = built(life.board(START + 4 * HOUR), content)
    [first] = ld(page)["@graph"][1]["mainEntity"]

    assert first["acceptedAnswer"]["text"].startswith("Nobody here can tell")
    assert "The last known state is “Operational”" in first["acceptedAnswer"]["text"]


@given(st.text(max_size=60))
def test_nothing_that_a_provider_wrote_ends_the_data_block(
    tmp_path_factory: pytest.TempPathFactory, more: str
) -> None:
    content = tmp_path_factory.mktemp("c")
    (content / "articles").mkdir()
    folder = write(content)
    guide(folder, FAQ.format(ASKED))
    board = _board(tmp_path_factory)
    said = HOSTILE + more
    rows = tuple(replace(r, verdict=replace(r.verdict, headline=said)) for r in board.rows)
    board = replace(board, rows=rows)
    [article] = articles.load(folder, board)
    text = next(iter(article.faq)).text
    body = Environment(autoescape=True).from_string("{{ data|tojson }}").render(data=article.data)

    assert not {"<", ">", "&", "'"} & {*body}
    assert json.loads(body)["@graph"][1]["mainEntity"][0]["acceptedAnswer"]["text"] == text


_BOARDS: list[Board] = []


def _board(factory: pytest.TempPathFactory) -> Board:
    if not _BOARDS:
        _BOARDS.append(lived(factory.mktemp("lived")))
    return _BOARDS[0]


def test_a_hostile_headline_stays_text_on_the_page_and_in_the_data(
    content: Path, tmp_path: Path
) -> None:
    guide(content, FAQ.format(ASKED))
    board = lived(tmp_path)
    rows = tuple(replace(r, verdict=replace(r.verdict, headline=HOSTILE)) for r in board.rows)
    page = built(replace(board, rows=rows), content)

    assert len(page.findall(".//script")) == 2
    assert (
        HOSTILE.partition(" ")[0]
        in ld(page)["@graph"][1]["mainEntity"][0]["acceptedAnswer"]["text"]
    )
    assert "{{ 7*7 }}" in words(page)


# Mistakes stop the build, with file and line.


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (HEAD + "\n{{ programs('nobody') }}\n", r"one\.md:7: no service 'nobody'"),
        (HEAD + "{{ alternatives('acme', 'nobody') }}\n", r"one\.md:6: no service 'nobody'"),
        (HEAD + "a\n\n{{ nothing('acme') }}\n", r"one\.md:8: 'nothing' is undefined"),
        (HEAD + "a\n[x](/errors/acme/999/)\n", r"one\.md:7: the link /errors/acme/999/ leads"),
        (HEAD + "\n\n[x](/service/nobody/)\n", r"one\.md:8: the link /service/nobody/ leads"),
        (HEAD + "[x](/guides/two/)\n", r"one\.md:6: the link /guides/two/ leads nowhere"),
        (HEAD + "[x]({{ root }}nowhere/)\n", r"one\.md:6: the link /nowhere/ leads nowhere"),
        (HEAD + "[x](../nowhere/)\n", r"one\.md:6: the link \.\./nowhere/ leads nowhere"),
        (HEAD + "[x](/methodology/#no)\n", r"one\.md:6: the link /methodology/#no leads nowhere"),
        (HEAD + "[x](#no)\n", r"one\.md:6: the link #no leads nowhere"),
        (FAQ.format('[[faq]]\nq = "Q"\n'), r"one\.md:6: .*`a`.*\[\[faq\]\] with q and a"),
        (FAQ.format(ASKED + '[[faq]]\nq = ""\na = "A"\n'), r"one\.md:9: .*faq\[1\]"),
        (FAQ.format("updatet = 1\n"), r"one\.md:6: .*updatet"),
        (FAQ.replace("2026-11-20", '"soon"').format(""), r"one\.md:5: .*updated"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_article_is_named_with_its_line(
    body: str, expected: str, content: Path, tmp_path: Path
) -> None:
    guide(content, body)

    with pytest.raises(ContentError, match=expected):
        site.build(lived(tmp_path), content, TEMPLATES)


@pytest.mark.parametrize(
    "link",
    ["/", "/service/acme/", "/methodology/#age", "#here", "/statuses.json", "../one/#here",
     "https://elsewhere.test/#x", "mailto:a@b.test", "//elsewhere.test/x", "{{ site.url }}/"],
)  # fmt: skip
def test_a_link_that_leads_somewhere_passes(link: str, content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + f"## Here\n\n[x]({link})\n")
    page = built(lived(tmp_path), content)

    [found] = page.xpath("//article//a[text()='x']/@href")
    assert not found.startswith("/") or found.startswith("//")


# Form.


def test_code_is_coloured_by_classes_also_within_lists(content: Path, tmp_path: Path) -> None:
    fence = "```sh\ncurl -m 10 'x' # why\n```\n"
    inner = "".join(f"    {line}\n" for line in fence.splitlines())
    guide(content, HEAD + fence + "\n1. one\n\n" + inner + "\n2. two\n")
    page = built(lived(tmp_path), content)

    blocks = page.xpath("//article//div[@class='hl']/pre/code")
    assert [block.text_content() for block in blocks] == ["curl -m 10 'x' # why\n"] * 2
    for block in blocks:
        assert block.xpath(".//span/@class") == ["zm", "zs", "zc"]
    assert len(page.xpath("//article/ol/li")) == 2


def test_cells_of_a_table_carry_the_heading_of_their_column(content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + "| A | `B` c | D |\n|---|---|---|\n| 1 | 2 | |\n| 3 | 4 | 5 |\n")
    page = built(lived(tmp_path), content)

    cells = page.xpath("//article/table/tbody//td")
    assert [cell.get("data-label") for cell in cells] == ["A", "B c", "D"] * 2


def test_headings_can_be_linked_and_stand_in_the_contents(content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + "## First\n\n## Second <b>\n\n## Third\n\nx\n")
    page = built(lived(tmp_path), content)

    listed = page.xpath("//nav[@aria-label='Contents']//a/@href")
    assert listed == ["#first", "#second", "#third", "#asked"]
    assert page.xpath("//h2[@id='first']/a[@class='anchor']/@href") == ["#first"]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Second one", "second-one"),
        ("1. Feeds", "part-1-feeds"),
        ("429", "part-429"),
        ("\u65e5\u672c", "part"),
        ("Here { #kept }", "kept"),
    ],
)
def test_every_heading_has_an_anchor_that_begins_with_a_letter(
    content: Path, tmp_path: Path, heading: str, anchor: str
) -> None:
    guide(content, f"{HEAD}## {heading}\n\n[There](#{anchor})\n")
    page = built(lived(tmp_path), content)

    assert page.xpath("//article//h2[not(@id='asked')]/@id") == [anchor]


def test_the_guides_of_the_project_say_who_checked_them_and_answer_questions() -> None:
    found = articles.load(REPOSITORY / "content", simulated())

    for one in found:
        assert one.updated, one.slug
        assert len(one.faq) >= 3, one.slug
        assert one.minutes >= 3, one.slug
        if one.row is not None:
            text = (REPOSITORY / "content" / "articles" / f"{one.slug}.md").read_text("utf-8")
            missing = [part for part in PARTS[2:] if f"{{{{ {part}(" not in text]
            assert missing == [], one.slug
