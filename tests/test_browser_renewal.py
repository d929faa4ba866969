"""A page that stays open, in a real browser: renewed as it is served now, or visibly old."""

import pytest
from playwright.sync_api import expect

from browsing import Open, Served, opened, publish, refresh, statuses
from lives import HOUR, MINUTE, START

STATES = (
    "errors/openrouter/429/",
    "errors/",
    "reliability/",
    "guides/",
    "guides/is-openrouter-down/",
    "incidents/",
    "sources/",
)
"""Pages with states but without the rows and the answer that statuses.json alone can renew."""
DOWN = {
    "indicator": "critical",
    "verdict": {"answer": "yes", "headline": "All requests fail", "who": "them"},
}
OLD, NEW = '<b class="w">Operational</b>', '<b class="w">Changed</b>'


@pytest.mark.parametrize("path", STATES)
def test_every_state_of_a_page_is_renewed(path: str, visit: Open, served: Served) -> None:
    visitor, page = opened(visit, path)
    word = '<b class="w">Open</b>' if path == "incidents/" else OLD
    publish(served, path, START + 50 * MINUTE, (word, NEW))
    statuses(served, START + 50 * MINUTE)
    refresh(visitor, START + 51 * MINUTE)

    expect(page.locator("#main .w", has_text="Changed").first).to_be_visible()
    expect(page.locator("#main .w", has_text="Operational")).to_have_count(0)
    expect(page.locator(".stale")).to_have_count(0)
    expect(page.locator("footer")).to_be_visible()
    assert visitor.wrong == []


@pytest.mark.parametrize("path", STATES)
def test_states_that_cannot_be_renewed_keep_their_age(
    path: str, visit: Open, served: Served
) -> None:
    visitor, page = opened(visit, path)
    statuses(served, START + 50 * MINUTE)
    refresh(visitor, START + 51 * MINUTE)
    expect(page.locator(".stale")).to_have_text("These results are 51 min old.")
    statuses(served, START + 4 * HOUR)
    refresh(visitor, START + 4 * HOUR)

    assert {*page.locator("#main [data-until]").all()} == set()
    assert page.locator("link[rel=icon]").get_attribute("href").endswith("/unknown.svg")  # type: ignore[union-attr]


def test_trouble_upstream_shows_though_the_service_says_the_same(
    visit: Open, served: Served
) -> None:
    path = "service/openrouter/"
    visitor, page = opened(visit, path)
    above = page.locator("[aria-labelledby=upstream]")
    publish(served, path, START + 5 * MINUTE, (OLD, NEW))
    statuses(served, START + 5 * MINUTE)
    refresh(visitor, START + 6 * MINUTE)

    expect(above.locator(".w", has_text="Changed").first).to_be_attached()
    expect(page.locator("#main .w", has_text="Operational")).to_have_count(0)
    expect(page.locator("#answer .ago")).to_have_text("1 min ago")


def test_what_statuses_alone_cannot_tell_keeps_its_age(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "service/openrouter/")
    statuses(served, START + 50 * MINUTE)
    refresh(visitor, START + 51 * MINUTE)
    expect(page.locator("#answer .ago")).to_have_text("1 min ago")
    expect(page.locator("#answer .ago")).to_have_attribute("title", "22 Nov, 11:50 UTC")
    expect(page.locator(".stale")).to_have_text("Parts of this page are 51 min old.")
    statuses(served, START + 4 * HOUR)
    refresh(visitor, START + 4 * HOUR + MINUTE)

    expect(page.locator("#answer .word")).to_have_text("No")
    assert page.locator("link[rel=icon]").get_attribute("href") == "../../icons/none.svg"
    assert {*page.locator("[aria-labelledby=upstream] .w").all_text_contents()} == {"Unknown"}


def test_a_page_that_lags_is_taken_with_what_statuses_know_better(
    visit: Open, served: Served
) -> None:
    visitor, page = opened(visit, "")
    publish(served, "", START + 10 * MINUTE, (">Open incidents", ">Incidents that are open"))
    statuses(served, START + 50 * MINUTE, mistral=DOWN)
    refresh(visitor, START + 51 * MINUTE)

    expect(page.locator("#open")).to_contain_text("Incidents that are open")
    expect(page.locator('[data-id="mistral"] .w')).to_have_text("Major outage")
    expect(page.locator(".news")).to_contain_text("changed since the page was loaded")
    expect(page.locator(".stale")).to_have_count(0)
    visitor.at(START + 60 * MINUTE)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".stale")).to_have_text("Parts of this page are 50 min old.")


def test_the_reason_of_new_trouble_shows_on_a_phone(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "", viewport={"width": 360, "height": 800})
    reason = page.locator('[data-id="mistral"] p')
    expect(reason).to_be_hidden()
    statuses(served, START + 5 * MINUTE, mistral=DOWN)
    refresh(visitor, START + 6 * MINUTE)

    expect(reason).to_have_text("All requests fail")
    expect(reason).to_be_visible()


def test_a_page_is_asked_for_once_with_each_statuses(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "errors/")
    statuses(served, START + 5 * MINUTE)
    for at in (6, 10, 15):
        visitor.at(START + at * MINUTE)
        with page.expect_response("**/statuses.json"):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("fetch('.').then((one) => one.text())")

    assert served.asked.count("errors/") == 3  # the visit, the refresh, and that of this test


def test_an_incident_that_is_over_by_now_carries_no_warning(visit: Open, served: Served) -> None:
    path = next(
        path.removesuffix("index.html")
        for path, body in sorted(served.files.items())
        if path.startswith("incident/") and b"data-checked" in body
    )
    visitor, page = opened(visit, path)
    over = (f' data-checked="{START + HOUR}"', ""), ('<b class="w">Open</b>', "<b>Resolved</b>")
    publish(served, path, START + HOUR, *over)
    statuses(served, START + HOUR)
    refresh(visitor, START + HOUR + MINUTE)

    expect(page.locator(".facts")).to_contain_text("Resolved")
    expect(page.locator(".stale")).to_have_count(0)


@pytest.mark.parametrize("body", [b"", b"<html><main id=main>Please log in</main>"])
def test_no_other_page_is_taken_for_ours(body: bytes, visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "guides/")
    served.files["guides/index.html"] = body
    statuses(served, START + 50 * MINUTE)
    refresh(visitor, START + 51 * MINUTE)

    expect(page.locator("h1")).to_have_text("Guides")
    expect(page.locator(".stale")).to_be_visible()
    assert visitor.wrong == []


def test_a_page_that_is_not_there_carries_no_warning(files: dict[str, bytes]) -> None:
    assert b"data-checked" not in files["404.html"]
