"""Pages that grow old in a real browser: they never sound better, nor surer, than what is known."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsing import Open, Served, opened, refresh, statuses, words
from crawler.model import Level, Reading
from crawler.site import pages
from lives import HOUR, MINUTE, REPOSITORY, START, Life, incident, provider, reading, world

NAMES = ("cohere", "github", "mistral")
WALL = "http_403"
FIRE = reading(incident(impact=Level.CRITICAL), word=Level.CRITICAL)
DOWN = {
    "indicator": "critical",
    "verdict": {"answer": "yes", "headline": "All requests fail", "who": "them"},
}


def dashboard(served: Served, folder: Path, *said: Mapping[str, Reading | str]) -> None:
    """Serve the dashboard of three services after runs 40 minutes apart; the last one at START."""
    with Life(folder, world(*map(provider, NAMES))) as life:
        for left, one in zip(reversed(range(len(said))), said, strict=True):
            life.run(START - left * 40 * MINUTE, one)
        board = life.board(START)
    made = pages.render(board, (), REPOSITORY / "site_templates")
    served.files["index.html"] = made["index.html"]


def later(page: Page) -> None:
    """Let the page look at its clock."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def tally(page: Page) -> list[str]:
    """How many services there are of each level, as the page tells."""
    return [" ".join(one.split()) for one in page.locator(".tally li").all_inner_texts()]


@pytest.fixture
def calm(served: Served, tmp_path: Path) -> Served:
    """A dashboard without trouble; one service was never read."""
    dashboard(served, tmp_path, {"cohere": WALL})
    return served


def test_a_day_without_trouble_is_not_called_so_a_day_later(visit: Open, calm: Served) -> None:
    visitor = visit()
    page = visitor.open("")
    expect(page.locator("h1")).to_have_text("No trouble at the 2 services that we can read")
    visitor.at(START + 24 * HOUR)
    page.reload()

    assert words(page) == {"Unknown"}
    expect(page.locator("h1")).to_have_text("Unknown: the results of 2 of 3 services are too old")
    expect(page).to_have_title("Unknown: the results of 2 of 3 services are too old · whosdown")
    assert tally(page) == ["3 Unknown"]


def test_news_reach_the_answer_of_a_day_without_trouble(visit: Open, calm: Served) -> None:
    visitor, page = opened(visit, "")
    statuses(calm, START + 30 * MINUTE, github=DOWN)
    refresh(visitor, START + 31 * MINUTE)

    expect(page.locator("h1")).to_have_text("1 of 3 services has trouble")
    assert page.locator("link[rel=icon]").get_attribute("href") == "./icons/critical.svg"


def test_news_that_nothing_can_be_read_are_no_news_of_calm(visit: Open, calm: Served) -> None:
    visitor, page = opened(visit, "")
    lost = {"indicator": "unknown", "validUntil": None}
    statuses(calm, START + 30 * MINUTE, cohere=lost, github=lost, mistral=lost)
    refresh(visitor, START + 31 * MINUTE)

    expect(page.locator("h1")).to_have_text("We cannot tell: none of 3 services could be read")


def test_what_is_known_is_still_told_when_one_result_is_too_old(
    visit: Open, served: Served, tmp_path: Path
) -> None:
    dashboard(served, tmp_path, {}, {"cohere": WALL, "github": FIRE})
    visitor = visit()
    page = visitor.open("")
    assert tally(page) == ["1 Major outage", "2 Operational"]
    visitor.at(START + 10 * MINUTE)
    later(page)

    expect(page.locator('[data-id="cohere"] .w')).to_have_text("Unknown")
    expect(page.locator("h1")).to_have_text("1 of 3 services has trouble")
    expect(page).to_have_title("1 of 3 services has trouble · whosdown")
    assert tally(page) == ["1 Major outage", "1 Unknown", "1 Operational"]
    assert page.locator("link[rel=icon]").get_attribute("href") == "./icons/critical.svg"


def test_all_is_not_well_when_one_result_is_too_old(
    visit: Open, served: Served, tmp_path: Path
) -> None:
    dashboard(served, tmp_path, {}, {"cohere": WALL})
    visitor = visit()
    page = visitor.open("")
    expect(page.locator("h1")).to_have_text("All 3 services are operational")
    visitor.at(START + 10 * MINUTE)
    later(page)

    expect(page.locator("h1")).to_have_text("No trouble at the 2 services that we can read")
    expect(page.locator("h1 use")).to_have_attribute("href", "#i-unknown")


@pytest.mark.parametrize(
    ("path", "part", "fresh", "old"),
    [
        (
            "errors/openrouter/429/",
            "[aria-labelledby=upstream] p",
            "22 others have no trouble as far as we know. All of them",
            "All of them",
        ),
        ("service/github/", "#instead", "Others that are well meanwhile", "Others"),
        (
            "service/github/",
            "[aria-labelledby=instead] ul + p",
            "Of the same category, and not on the part that is broken.",
            "Of the same category.",
        ),
        (
            "guides/is-perplexity-down/",
            ".parts li:has(.dim) >> nth=0",
            "OpenAI API Partial outage in trouble; no trouble is known here so far",
            "OpenAI API Unknown",
        ),
        ("incidents/", "#open", "Open now 10", "Open 10"),
    ],
)
def test_what_was_true_at_the_time_is_not_said_of_a_day_later(
    path: str, part: str, fresh: str, old: str, visit: Open
) -> None:
    visitor = visit()
    words = visitor.open(path).locator(part)
    assert " ".join(words.inner_text().split()) == fresh
    visitor.at(START + 24 * HOUR)
    visitor.page.reload()

    assert " ".join(words.inner_text().split()) == old


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("", "#open .n"),
        ("service/github/", "#open .n"),
        ("incidents/", "#open .n"),
        ("incidents/", ".told .then"),
        ("incident/", ".facts .then"),
    ],
)
def test_what_is_open_was_so_when_it_was_last_read(
    path: str, part: str, visit: Open, files: dict[str, bytes]
) -> None:
    if path == "incident/":
        path = next(
            one for one in sorted(files) if one.startswith(path) and b">so far" in files[one]
        )
    visitor = visit()
    after = "all => [...new Set(all.map((one) => getComputedStyle(one, '::after').content))]"
    page = visitor.open(path)
    assert page.locator(part).evaluate_all(after) == ["none"]
    visitor.at(START + 24 * HOUR)
    page.reload()

    assert page.locator(part).evaluate_all(after) == ['" when last read"']


def test_what_can_wait_is_not_called_well_a_day_later_where_nothing_else_was_known(
    visit: Open, served: Served
) -> None:
    path = "errors/openrouter/429/"
    text = served.files[path + "index.html"].decode()
    known = re.compile(r'(<(?:aside|span class="st)[^>]*) data-until="\d+"')
    served.files[path + "index.html"] = known.sub(r"\1", text).encode()
    visitor = visit()
    visitor.at(START + 24 * HOUR)
    page = visitor.open(path)

    expect(page.locator(".expired:not(.sum)")).to_have_count(0)
    said = page.locator("[aria-labelledby=upstream] p").inner_text()
    assert said.strip() == "All of them"


def test_a_choice_of_trouble_shows_none_that_is_unknown_by_now(visit: Open) -> None:
    visitor = visit()
    page = visitor.open("?show=trouble")
    assert words(page, "#list .row:visible") == {"Degraded", "Major outage", "Partial outage"}
    visitor.at(START + 4 * HOUR)
    later(page)

    expect(page.locator("#list .row:visible")).to_have_count(0)
    expect(page.locator("#hits")).to_contain_text("0 of 118 services.")
