"""What stands first on the pages of the demo, and what can wait below."""

from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from crawler import site
from crawler.model import Level, Upstream, Verdict
from crawler.site import words
from lives import REPOSITORY, simulated

ANSWERED = "Perplexity answered our own check, which does not mean that all of it works."


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return site.build(simulated(), REPOSITORY / "content", REPOSITORY / "site_templates")


def text(node: html.HtmlElement) -> str:
    """The words of a part, with single blanks."""
    return " ".join(node.text_content().split())


def opened(files: dict[str, bytes], path: str) -> html.HtmlElement:
    """A page of the site."""
    parser = html.HTMLParser(encoding="utf-8")
    return html.document_fromstring(files[f"{path}index.html"], parser=parser)


def test_whose_fault_it_is_comes_before_what_the_provider_says(files: dict[str, bytes]) -> None:
    page = opened(files, "service/openai/")
    (answer,) = page.xpath("//*[@id='answer']")
    word, who, lead, meta = answer.xpath("p")

    assert text(word) == "Partly"
    assert text(who) == "It is upstream: OpenAI API's own incident names GitHub."
    assert who.xpath("a/@href") == ["../../service/github/"]
    assert text(lead).startswith("The provider reports: ")
    assert text(meta).startswith("since 22 Nov, ")
    assert "as they report it" in text(meta)
    assert text(page.xpath("//article/p")[0]).startswith("Partial outagebegan 22 Nov, ")


@pytest.mark.parametrize(
    ("who", "level", "link", "said"),
    [
        ("upstream", Level.MAJOR, "named", "It is upstream: Acme's own incident names Up, Other."),
        (
            "upstream",
            Level.MAJOR,
            "coincident",
            "It is upstream: Acme's own incident names a service it depends on.",
        ),
        (
            "nobody",
            Level.NONE,
            "at_risk",
            "Nothing is wrong at Acme that we can see, but its upstreams have trouble: Up, Other.",
        ),
        ("them", Level.MINOR, "at_risk", "It is them: the trouble is at Acme."),
        ("unknown", Level.UNKNOWN, "", "We cannot tell how Acme is, so we do not guess."),
    ],
)
def test_the_sentence_names_the_upstreams_that_bear_on_it(
    who: str, level: Level, link: str, said: str
) -> None:
    above = tuple(Upstream(name.lower(), name, Level.MAJOR, link) for name in ("Up", "Other"))
    verdict = Verdict(
        level=level, answer="", who=who, headline="", confidence=None, basis="", upstreams=above
    )

    assert words.who("Acme", verdict) == said


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ("-", ". If it fails for you, look on your side."),
        ("minor", ", but its upstream has trouble: A."),
        ("minor none", ", but one of its upstreams has trouble: A."),
        ("none minor unknown major", ", but 2 of its upstreams have trouble: D, B."),
        ("minor minor critical none", ", but 3 of its upstreams have trouble: C, A, B."),
        (
            "none minor minor minor minor major",
            ", but 5 of its upstreams have trouble, among them: F, B, C, D.",
        ),
        ("none unknown maintenance", ". If it fails for you, look on your side."),
    ],
)
def test_nobody_is_sent_to_their_own_side_past_an_upstream_in_trouble(
    levels: str, said: str
) -> None:
    known = [Level(word) for word in levels.split() if word != "-"]
    links = ["at_risk" if level.grave else "" for level in known]
    above = tuple(map(Upstream, "abcdef", "ABCDEF", known, links))
    verdict = Verdict(
        level=Level.NONE,
        answer="no",
        who="nobody",
        headline="",
        confidence=None,
        basis="official",
        upstreams=above,
    )

    assert words.who("Acme", verdict) == f"Nothing is wrong at Acme that we can see{said}"


def test_a_page_names_the_upstreams_in_trouble_that_it_lists(files: dict[str, bytes]) -> None:
    page = opened(files, "service/huggingface/")
    (who,) = page.xpath("//*[@class='who']")
    above = page.xpath("//section[@aria-labelledby='upstream']//li[span]")
    heavy = {"st minor", "st major", "st critical"}
    listed = [one for one in above if one.xpath("span/@class")[0] in heavy]

    assert {*who.xpath("a/text()")} == {text(one.xpath(".//bdi")[0]) for one in listed}
    assert len(listed) > 1
    assert text(page.xpath("//*[@class='order']")[0]).startswith("Look upstream first")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"flags": ("stale_official",)}, "We cannot tell how Acme is, so we do not guess."),
        (
            {"flags": ("our_check_responds", "status_page_unreadable")},
            f"The status page of Acme cannot tell us. {ANSWERED.replace('Perplexity', 'Acme')}",
        ),
        (
            {"level": Level.MAJOR, "basis": "probe", "flags": ("early_warning",)},
            "It may be them: only our own check sees trouble at Acme.",
        ),
        (
            {"level": Level.MAJOR, "basis": "official", "flags": ("our_check_responds",)},
            "It is them: the trouble is at Acme.",
        ),
        (
            {
                "level": Level.NONE,
                "upstreams": (Upstream("up", "Up", Level.MAJOR, "at_risk"),),
            },
            "Nothing is wrong at Acme that we can see, but its upstream has trouble: Up.",
        ),
    ],
)
def test_the_sentence_says_what_our_own_check_saw_and_no_more(
    more: dict[str, Any], said: str
) -> None:
    verdict = Verdict(
        level=Level.UNKNOWN, answer="", who="", headline="", confidence=None, basis=""
    )

    assert words.who("Acme", replace(verdict, **more)) == said


def test_an_answer_to_our_own_check_is_told_wherever_the_service_is_unknown(
    files: dict[str, bytes],
) -> None:
    pages = [
        opened(files, f"{path}/") for path in ("service/perplexity", "guides/is-perplexity-down")
    ]
    twins = [
        files[f"{path}/index.md"] for path in ("service/perplexity", "guides/is-perplexity-down")
    ]

    for page in pages:
        assert text(page.xpath("//*[@class='who']")[0]).endswith(ANSWERED)
    for twin in twins:
        assert ANSWERED in " ".join(twin.decode().split())


def test_what_only_our_own_check_saw_is_never_put_in_the_mouth_of_a_provider(
    files: dict[str, bytes],
) -> None:
    page = opened(files, "service/voyage/")
    (row,) = page.xpath("//section[@aria-labelledby='how']//tr[contains(., 'Our checks of')]")
    (named,) = page.xpath("//*[@class='ev']/li[contains(., 'Our checks of')]//bdi[not(@dir)]")

    assert text(row.xpath("td[2]")[0]) == text(named) == "our own check"
    assert text(page.xpath("//h3[@id='them']")[0]) == "Them our check fails here"


def test_a_service_without_a_page_is_checked_and_not_read(files: dict[str, bytes]) -> None:
    page = opened(files, "service/character-ai/")
    (at,) = page.xpath("//dt[text()='Status page read at']/following-sibling::dd[1]")

    assert text(at) == "no page that we can read"
    assert text(page.xpath("//*[@id='answer']/p[@class='meta']")[0]).startswith("checked ")


def test_the_word_of_a_page_that_covers_more_than_the_service_says_so(
    files: dict[str, bytes],
) -> None:
    for path, kind in (("github-copilot", "Whole status page"), ("openrouter", "Status page")):
        page = opened(files, f"service/{path}/")
        (meta,) = page.xpath("//*[@class='ev']/li[contains(., 'Status page says')]/small/span[1]")

        assert text(meta) == kind


def test_a_withdrawn_incident_has_no_end_that_its_provider_told(files: dict[str, bytes]) -> None:
    (told,) = opened(files, "incidents/").xpath("//li[@class='told'][contains(., 'Withdrawn')]")
    page = opened(files, told.xpath("div/a/@href")[0].removeprefix("../"))
    facts = dict(zip(page.xpath("//dl/dt"), page.xpath("//dl/dd"), strict=True))
    said = {text(name): text(what) for name, what in facts.items()}

    assert "lasted" not in text(told)
    assert said["Status"] == "Withdrawn; last said: investigating"
    assert said["Over or removed"].startswith("19 Nov 2026, ")
    assert said["Duration"] == "2 h until then"


def test_the_duration_of_what_was_reopened_says_that_it_is_of_several_phases(
    files: dict[str, bytes],
) -> None:
    (path,) = (one for one, body in files.items() if b'id="phases"' in body)
    page = opened(files, path.removesuffix("index.html"))
    (duration,) = page.xpath("//dt[.='Duration']/following-sibling::dd[1]")
    phases = page.xpath("//section[@aria-labelledby='phases']//li")

    assert len(phases) == 2
    assert text(duration).endswith(" in 2 phases so far")


def test_the_region_that_is_hit_is_shown_and_the_rest_is_folded(files: dict[str, bytes]) -> None:
    (regions,) = opened(files, "service/aws/").xpath("//section[@aria-labelledby='regions']")
    (rest,) = regions.xpath("details")

    assert [text(one) for one in regions.xpath("ul/li/code")] == ["us-east-1"]
    assert text(rest.xpath("summary")[0]) == "31 others: nothing reported"
    # The browser takes the good news back when it is too old.
    assert rest.xpath("summary//*[@data-until]")
    assert len(rest.xpath("ul/li")) == 31


def test_work_in_progress_comes_before_the_days_and_says_until_when(
    files: dict[str, bytes],
) -> None:
    page = opened(files, "service/cloudflare/")
    parts = page.xpath("//section/@aria-labelledby")

    assert parts.count("maintenance") == 1
    assert parts.index("maintenance") < parts.index("days")
    assert text(page.xpath("//*[@id='answer']/p[@class='meta']")[0]).startswith("until 22 Nov, ")


def test_an_incident_that_names_an_upstream_says_so_wherever_it_stands(
    files: dict[str, bytes],
) -> None:
    lists = [opened(files, path) for path in ("", "incidents/")]
    places = {one for page in lists for one in page.xpath("//li[.//*[@class='tag']]//a/@href")}
    (path,) = {one.lstrip("./") for one in places if "incident/" in one}
    page = opened(files, path)
    (row,) = page.xpath("//dt[text()='Upstream']/following-sibling::dd[1]")

    for one in lists:
        assert "upstream: GitHub" in [text(tag) for tag in one.xpath("//*[@class='tag']")]
    assert text(row) == "names GitHub, which had trouble first"
    assert row.xpath("a/@href") == ["../../../service/github/"]


def test_what_is_open_comes_first_and_once(files: dict[str, bytes]) -> None:
    first, *days = opened(files, "incidents/").xpath("//section[@class='day']")
    still = first.xpath(".//li/div/a/@href")

    assert text(first.xpath("h2")[0]) == f"Open now {len(still)}"
    assert not {*still} & {one for day in days for one in day.xpath(".//li/div/a/@href")}
    assert "GitHub" in [text(one) for one in first.xpath(".//li/b")]
    assert any(text(one).endswith("15 min so far") for one in first.xpath(".//li"))


def test_the_phase_of_an_open_incident_is_told_apart_from_its_state(
    files: dict[str, bytes],
) -> None:
    path = next(path for path in files if path.startswith("incident/openai/"))
    page = opened(files, path.removesuffix("index.html"))

    assert text(page.xpath("//dt[text()='Status']/following-sibling::dd[1]")[0]) == (
        "Open, investigating"
    )


def test_an_open_incident_says_first_whose_it_is(files: dict[str, bytes]) -> None:
    page = opened(files, "")
    said = [text(one) for one in page.xpath("//ul[@class='open']//h3")]

    assert said[0] == "GitHub: Git operations and Actions fail"
    assert "Our checks of Voyage AI fail" in said
    assert "2 of them name GitHub, which had trouble first" in text(
        page.xpath("//p[@class='sub']")[0]
    )


def test_each_error_says_whose_fault_it_is_and_whether_waiting_helps(
    files: dict[str, bytes],
) -> None:
    page = opened(files, "errors/")
    listed = page.xpath("//*[@class='codelist']//a")
    said = {one.get("href"): text(one.xpath("small")[0]) for one in listed}

    assert said["../errors/openai/401/"] == "Yours; waiting does not help"
    assert said["../errors/openai/500/"] == "Theirs; waiting helps"
    assert said["../errors/openrouter/429/"] == "Yours or an upstream; waiting helps"
    groups = page.xpath("//section[@class='codegroup']/@aria-labelledby")
    assert {one.lstrip("#") for one in page.xpath("//nav[@aria-label='Services']//@href")} == {
        *groups
    }


def test_subscribing_begins_with_what_and_how_and_ends_with_every_address(
    files: dict[str, bytes],
) -> None:
    page = opened(files, "subscribe/")
    parts = page.xpath("//main/section/@aria-labelledby")

    assert parts[:3] == ["pick", "how", "mail"]
    assert parts.index("calendar") < parts.index("which") < parts.index("folders")
    assert len(page.xpath("//section[@aria-labelledby='pick']/details//li")) == 118
    assert page.xpath("//section[@aria-labelledby='how']//@href") == [
        *("#mail", "#slack", "#phone", "#calendar")
    ]
