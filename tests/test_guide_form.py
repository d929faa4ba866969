"""What becomes of the Markdown of a guide; mistakes in it are named by line."""

from pathlib import Path

import pytest

from crawler import site
from crawler.errors import ContentError
from crawler.site import articles
from guides import ASKED, FAQ, HEAD, TEMPLATES, built, guide, lived


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (HEAD + "\n{{ programs('nobody') }}\n", r"one\.md:7: no service 'nobody'"),
        (HEAD + "{{ alternatives('acme', 'nobody') }}\n", r"one\.md:6: no service 'nobody'"),
        (HEAD + "a\n\n{{ nothing('acme') }}\n", r"one\.md:8: 'nothing' is un.*; allowed: card"),
        (HEAD + "a\n[x](/errors/acme/999/)\n", r"one\.md:7: the link /errors/acme/999/ leads"),
        (HEAD + "\n\n[x](/service/nobody/)\n", r"one\.md:8: the link /service/nobody/ leads"),
        (HEAD + "[x](/guides/two/)\n", r"one\.md:6: the link /guides/two/ leads nowhere"),
        (HEAD + "[x]({{ root }}nowhere/)\n", r"one\.md:6: the link /nowhere/ leads nowhere"),
        (HEAD + "[x](../nowhere/)\n", r"one\.md:6: the link \.\./nowhere/ leads nowhere"),
        (HEAD + "[x](/methodology/#no)\n", r"one\.md:6: the link /methodology/#no leads nowhere"),
        (HEAD + "a\n\n![x](/no.png)\n", r"one\.md:8: the link /no\.png leads nowhere"),
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


def test_the_mistakes_of_all_articles_are_told_at_once(content: Path, tmp_path: Path) -> None:
    calls = (
        "{{ card('gone') }} {{ service('gone') }}\n\n{{ alternatives('acme', 'lost',\n'gone') }}"
    )
    files = {
        "a": HEAD.replace("acme", "gone") + calls,
        "b": HEAD + "{% for one in ['acme', 'far-off'] %}{{ card(one) }}{% endfor %}",
        "c": HEAD.replace("title", "titel") + "{{ card('gone') }}",
        "d": HEAD + "{{ card('acme') }}",
        "e": HEAD + "{{ programs('gone') }} {% if %}",
    }
    for name, body in files.items():
        (content / "articles" / f"{name}.md").write_text(body, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        articles.check(content, lived(tmp_path))

    told = [one.removeprefix(f"{content}/articles/") for one in caught.value.sentences]
    assert told[:5] == [
        "a.md:4: service: no service 'gone'",
        "a.md:6: no service 'gone'",
        "a.md:8: no service 'lost'",
        "a.md:9: no service 'gone'",
        "b.md:6: no service 'far-off'",
    ]
    assert [one[:8] for one in told[5:]] == ["c.md:2: ", "e.md:6: "]


def test_links_that_lead_nowhere_are_told_all_at_once(content: Path, tmp_path: Path) -> None:
    links = "[x](/service/gone/) [y](/service/acme/)\n[z](/service/lost/) [x](/service/gone/)\n"
    guide(content, HEAD + links)
    with pytest.raises(ContentError) as caught:
        site.build(lived(tmp_path), content, TEMPLATES)

    assert [one.removeprefix(f"{content}/articles/") for one in caught.value.sentences] == [
        "one.md:6: the link /service/gone/ leads nowhere",
        "one.md:7: the link /service/lost/ leads nowhere",
    ]


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


def test_an_image_is_found_wherever_the_site_is(content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + "![All is well](/icons/none.svg)\n")
    page = built(lived(tmp_path), content)

    assert page.xpath("//article//img/@src") == ["../../icons/none.svg"]


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
