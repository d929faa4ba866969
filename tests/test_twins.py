"""Markdown twins and llms.txt: what a page says, in which no word of a provider is markup."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from msgspec import structs

from crawler import text
from crawler.model import Level
from crawler.site import api, articles, markdown, pages, twins
from crawler.site.board import Board
from lives import REPOSITORY, START, Life, V, incident, provider, reading, service, simulated, world
from shared import requires_shared, strings
from strange import foreign

LINK = re.compile(r"\]\((https://example\.test/base/[^)]*)\)")


def twin(board: Board) -> str:
    return twins.render(board, ())["service/acme/index.md"].decode()


def shown(markdown: str) -> html.HtmlElement:
    """The twin as a reader of Markdown shows it, with tables, strikethrough and raw HTML."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return html.fromstring(f"<main>{reader.render(markdown)}</main>")


def told(life: Life, words: list[str]) -> Board:
    life.run(START, {"acme": reading(*(incident(f"i{n}", w) for n, w in enumerate(words)))})
    return life.board(START)


def check(life: Life, words: list[str]) -> None:
    titles = [text.plain(one) for one in words]
    root = shown(twin(told(life, titles)))
    allowed = {"main", "h1", "h2", "p", "ul", "li", "a", "strong"}
    assert {str(one.tag) for one in root.iter()} <= allowed
    links = {one.get("href") for one in root.iter("a")}
    ours = ("https://example.test/base/", "https://status.acme.test", "https://acme.test")
    assert all(str(one).startswith(ours) for one in links)
    said = [" ".join(one.text_content().split()) for one in root.iter("a")]
    for title in titles:
        assert (" ".join(title.split()) or "Incident without a title") in said


def test_a_twin_says_what_the_page_says(life: Life) -> None:
    life.run(START, {"acme": reading(incident("i1", "It burns", impact=Level.MAJOR))})
    said = twin(life.board(START))

    assert said.startswith("# Is Acme down?\n\n**Partly.** ")
    assert "- Level: major (Partial outage)" in said
    assert "- Evidence from: 22 Nov 2026, 11:00 UTC" in said
    assert "[It burns](https://example.test/base/incident/acme/2026-11-22-" in said
    assert "- API: none" in said


def test_what_a_provider_removed_lasted_nobody_knows_how_long(files: dict[str, bytes]) -> None:
    twins = (body.decode() for path, body in files.items() if path.endswith("index.md"))
    lines = [line for twin in twins for line in twin.split("\n") if ", withdrawn, since" in line]

    assert lines
    assert [line for line in lines if not line.endswith(" UTC")] == []


def test_the_addresses_of_a_site_are_links_whatever_its_path_is(life: Life) -> None:
    life.run(START, {"acme": reading()})
    board = life.board(START)
    moved = structs.replace(board.site, url="https://example.test/_my_/*site*")
    links = shown(twin(replace(board, site=moved))).xpath("//a/@href")

    assert [one for one in links if one.startswith("https://example.test/_my_/*site*/")] == [
        "https://example.test/_my_/*site*/service/acme/",
        "https://example.test/_my_/*site*/api/v1/services/acme.json",
        "https://example.test/_my_/*site*/api/v1/history/acme.json",
    ]


def test_the_name_of_an_upstream_is_words_and_nothing_else(tmp_path: Path) -> None:
    cloud = provider("cloud", service("cloud", name="A *cloud* <b>"))
    with Life(
        tmp_path, world(provider("acme", service("acme", upstreams=["cloud"])), cloud)
    ) as life:
        life.run(START, {"cloud": reading(incident(impact=Level.MAJOR))})
        root = shown(twin(life.board(START)))

    assert "A *cloud* <b>" in root.xpath("string(./p[2])")
    assert not root.xpath("//em | //b")


def test_a_twin_of_old_news_claims_nothing(life: Life) -> None:
    life.run(START, {"acme": reading()})
    said = twin(life.board(START + V + 1))

    assert "**Unknown.**" in said
    assert "- Last known: none" in said
    assert "\n## Components\n\n- API: unknown\n" in said


@requires_shared
@pytest.mark.parametrize("part", range(8))
def test_the_hostile_texts_are_words_and_nothing_else(part: int, life: Life) -> None:
    check(life, [one for _, one in strings()][part::8])


@settings(max_examples=25)
@given(st.lists(foreign, min_size=4, max_size=4))
def test_any_text_is_words_and_nothing_else(words: list[str]) -> None:
    pages_of = world(provider("acme"))
    with tempfile.TemporaryDirectory() as folder, Life(Path(folder), pages_of) as life:
        check(life, words)


@pytest.mark.parametrize(
    "words",
    ["# big", "- item", "1. one", "12) two", "> said", "+ plus", "= x", "* star", "https://x.test",
     "www.x.test", "a@x.test", "`code`", "~~gone~~", "| a | b |", "![x](y)", "[x]: y", "&copy;",
     "<b>", "\\*", "$x$", "__init__", "www.WWW.x.test", "HTTPS://X.TEST"],
)  # fmt: skip
def test_each_kind_of_markup_is_shown_as_it_is_written(words: str) -> None:
    root = shown(f"- {markdown.plain(words)}\n")

    assert root.text_content().strip() == words
    assert {str(one.tag) for one in root.iter()} == {"main", "ul", "li"}


def test_every_service_page_names_its_twin_and_the_index_lists_it() -> None:
    board = simulated()
    files = twins.render(board, ())
    site = pages.render(board, (), REPOSITORY / "site_templates")
    index = files["llms.txt"].decode()
    base = board.site.url.rstrip("/")
    for row in board.rows:
        page = html.document_fromstring(site[f"{row.path}index.html"])
        twins_of = page.xpath("//link[@rel='alternate'][@type='text/markdown']/@href")
        assert twins_of == ["index.md"]
        assert f"{row.path}index.md" in files
        assert f"({base}/{row.path}index.md)" in index

    assert index.startswith(f"# {board.site.name}\n\n> ")
    assert "Simulated data" in files["service/openai/index.md"].decode()
    # llmstxt.org: a heading, a quotation, then lists of links below headings.
    assert re.search(r"\n## Data\n\n- \[All services\]\(https://", index)
    ours = [one for one in shown(index).xpath("//a/@href") if one.startswith(f"{base}/")]
    there = {**files, **site, **api.render(board)}
    ends = {f"{one.removeprefix(base).strip('/')}/index.html" for one in ours if one[-1] == "/"}
    ends |= {one.removeprefix(f"{base}/") for one in ours if one[-1] != "/"}
    assert ends - {"api/index.html"} <= there.keys()
    # Hosts know the type of a file by its ending.
    data = index.partition("\n## Data\n")[2].partition("\n## ")[0]
    assert all(one.endswith((".json", "/")) for one in re.findall(r"\]\(([^)]*)\)", data)), data


# Guides.


WRITTEN = "Some *words*.\n\n1. one `code`\n2. two\n\n{{ card('acme') }}\n"


def guide(life: Life, folder: Path, words: list[str], body: str = WRITTEN) -> str:
    """The twin of a guide whose live card tells these incidents."""
    (folder / "articles").mkdir(exist_ok=True)
    text_of = '+++\ntitle = "A guide"\ndek = "For all"\nservice = "acme"\n'
    text_of += f'[[faq]]\nq = "Is it *me*?"\na = "Rarely."\n+++\n{body}'
    (folder / "articles" / "one.md").write_text(text_of, encoding="utf-8")
    board = told(life, [text.plain(one) for one in words])
    return twins.of_guides(board, articles.load(folder, board))["guides/one/index.md"].decode()


def test_the_twin_of_a_guide_reads_like_the_guide(life: Life, tmp_path: Path) -> None:
    said = guide(life, tmp_path, ["It burns"])

    assert said.startswith("# A guide\n\nFor all\n\n**Partly**")
    assert "Some *words*.\n\n1. one `code`\n2. two\n" in said
    assert "[It burns](<https://example.test/base/incident/acme/2026-11-22-" in said
    assert "\n\n## Questions\n\n### Is Acme down right now?\n\nPartly, as of 22 Nov" in said
    assert said.endswith("\n\n### Is it \\*me\\*?\n\nRarely.\n")


def test_the_twin_of_a_guide_keeps_its_code_as_it_was_written(life: Life, tmp_path: Path) -> None:
    code = '```python\nprint(rows[0](/x), "[a](/b)")\n```\n\nTake `[a](/b)` as it is.\n'

    assert code in guide(life, tmp_path, [], code)


@pytest.mark.parametrize(
    ("written", "goal"),
    [
        ("[ours](/methodology/#x)", "[ours](https://example.test/base/methodology/#x)"),
        ("[near]({{ root }}api/)", "[near](https://example.test/base/api/)"),
        ("[here](#part)", "[here](https://example.test/base/guides/one/#part)"),
        ("[far](https://far.test/a)", "[far](https://far.test/a)"),
        ("[so][one]\n\n[one]: /api/\n", "[one]: https://example.test/base/api/\n"),
    ],
)
def test_links_in_the_twin_of_a_guide_lead_from_anywhere(
    written: str, goal: str, life: Life, tmp_path: Path
) -> None:
    assert goal in guide(life, tmp_path, [], written)


def test_a_live_part_stays_inside_its_list(life: Life, tmp_path: Path) -> None:
    body = "1. first\n\n    {{ outages('acme') }}\n\n2. {{ outages('acme') }}\n3. third\n"
    root = shown(guide(life, tmp_path, ["It burns", "It burns again"], body))
    (steps,) = root.xpath("./ol")

    assert [len(step.xpath("./ul/li")) for step in steps] == [2, 2, 0]
    assert "It burns Degraded 22 Nov 2026, 11:00 UTC" in steps[0].text_content()


def test_the_twins_of_our_own_guides_have_the_links_of_their_pages() -> None:
    board = simulated()
    base = board.site.url.rstrip("/")
    for one in articles.load(REPOSITORY / "content", board):
        twin_of = shown(twins.of_guides(board, [one])[f"{one.path}index.md"].decode())
        own = f"{base}/{one.path}"
        page = html.fragment_fromstring(str(one.card + one.body.html), create_parent=True)
        page.make_links_absolute(own)
        wanted = page.xpath(".//a[not(@class='anchor')]/@href")
        assert set(twin_of.xpath(".//a/@href")) == set(wanted), one.slug
        assert "wdslot" not in twin_of.text_content()


@pytest.mark.parametrize("part", range(4))
@requires_shared
def test_a_hostile_text_in_a_guide_is_words_and_nothing_else(
    part: int, life: Life, tmp_path: Path
) -> None:
    words = [one for _, one in strings()][part::4]
    root = shown(guide(life, tmp_path, words))

    allowed = {"main", "h1", "h2", "h3", "p", "ul", "ol", "li", "a", "strong", "em", "code"}
    assert {str(one.tag) for one in root.iter()} <= allowed
    said = {" ".join(one.text_content().split()) for one in root.iter("a")}
    assert {" ".join(text.plain(one).split()) for one in words} - said <= {""}
    assert all(str(one.get("href")).startswith("https://example.test/") for one in root.iter("a"))
