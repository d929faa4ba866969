"""Search, filters, stars and the mark in the tab, in a real browser."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from browsing import Open, Served, publish, statuses, words
from lives import MINUTE, START


def test_search_narrows_the_list_and_the_address_remembers_it(visit: Open) -> None:
    visitor = visit()
    page = visitor.open("")
    page.keyboard.press("/")
    page.keyboard.type("copilot")
    expect(page.locator("#list .row:visible")).to_have_count(1)
    expect(page.locator("#hits")).to_contain_text("1 of 118 services")
    assert page.url.endswith("?q=copilot")
    page.reload()
    expect(page.locator("#list .row:visible")).to_have_count(1)
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#list .row:visible")).to_have_count(118)


def test_the_address_chooses_services_and_states(visit: Open) -> None:
    visitor = visit()
    page = visitor.open("?only=openai,github")
    expect(page.locator("#list .row:visible")).to_have_count(2)
    page.get_by_role("button", name="Trouble").click()
    expect(page.locator("#list .row:visible")).to_have_count(2)
    page = visitor.open("?cat=gateway")
    expect(page.locator("#list .row:visible")).to_have_count(5)
    page = visitor.open("?show=unknown")
    assert words(page, "#list .row:visible") == {"Unknown"}


def test_an_empty_result_says_why(visit: Open) -> None:
    page = visit().open("?show=starred")
    expect(page.locator("#hits")).to_contain_text("No stars yet: press ☆ beside a service.")
    page.get_by_role("button", name="Show all").click()
    page.locator("#q").fill("nobody at all ")
    expect(page.locator("#hits")).to_contain_text("No service called “nobody at all”.")
    page.get_by_role("button", name="Trouble").click()
    expect(page.locator("#hits")).to_contain_text("0 of 118 services.")


def test_stars_come_first_stay_and_become_a_list_of_feeds(visit: Open) -> None:
    visitor = visit()
    page = visitor.open("")
    for name in ("Mistral AI", "Groq"):
        page.get_by_role("button", name=f"Star {name}", exact=True).click()
    page.reload()
    expect(page.locator("#starred .row")).to_have_count(2)
    expect(page.locator("#list .row").first).to_contain_text("Mistral AI")
    with page.expect_download() as download:
        page.locator("#opml").click()
    opml = Path(download.value.path()).read_text(encoding="utf-8")
    assert f'xmlUrl="{visitor.site.url}service/groq/feed.rss"' in opml
    page.locator("#starred").get_by_role("button", name="Star Groq").click()
    expect(page.locator("#starred .row")).to_have_count(1)
    expect(page.locator("section[aria-labelledby=inference] [data-id=groq]")).to_have_count(1)
    page = visitor.open("service/mistral/")
    assert (
        page.get_by_role("button", name="Star Mistral AI").get_attribute("aria-pressed") == "true"
    )


def test_a_keyboard_that_takes_stars_away_stays_in_the_list(visit: Open) -> None:
    page = visit().open("")
    for name in ("Mistral AI", "Groq", "Cohere"):
        page.get_by_role("button", name=f"Star {name}", exact=True).click()
    page.get_by_role("button", name="Starred").click()
    names = [one.get_attribute("aria-label") for one in page.locator("#starred .star").all()]
    page.locator("#starred .star").nth(1).press("Enter")
    expect(page.locator(":focus")).to_have_attribute("aria-label", names[2] or "")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("aria-label", names[0] or "")
    page.keyboard.press("Enter")

    expect(page.locator("#list .row:visible")).to_have_count(0)
    expect(page.get_by_role("button", name="Show all")).to_be_focused()


def test_nothing_breaks_where_storage_is_refused(visit: Open) -> None:
    visitor = visit()
    refuse = "Object.defineProperty(window,'localStorage',{get(){throw new Error('refused')}})"
    visitor.page.add_init_script(refuse)
    page = visitor.open("")
    page.get_by_role("button", name="Star Groq", exact=True).click()
    expect(page.locator("#starred .row")).to_have_count(1)
    page.locator("#theme").click()
    page.locator("#q").fill("groq")
    expect(page.locator("#list .row:visible")).to_have_count(1)
    assert visitor.wrong == []


def test_an_older_or_newer_page_does_not_stop_the_script(visit: Open, served: Served) -> None:
    served.files["bare.html"] = (
        b"<!doctype html><html lang=en data-checked=1><title>x</title>"
        b"<link rel=icon href=icons/none.svg><main id=main>"
        b"<div id=answer data-until=1></div><div class=row data-until=1></div><h1 data-all=1></h1>"
        b"<div id=check></div><div id=history></div><p class=ask-line></main>"
        b"<script src=site.js></script>"
    )
    visitor = visit()
    page = visitor.open("bare.html")
    page.wait_for_load_state("networkidle")

    expect(page.locator("html")).to_have_class("scripted")
    assert [one for one in visitor.wrong if not one.startswith(("tick", "starring", "check"))] == []


def test_a_watched_service_shows_in_the_tab(visit: Open, served: Served) -> None:
    visitor = visit()
    page = visitor.open("service/mistral/")
    page.get_by_role("button", name="Watch in this tab").click()
    hidden = "Object.defineProperty(document,'hidden',{configurable:true,get:()=>true})"
    page.evaluate(hidden)
    down = {"indicator": "major", "verdict": {"answer": "partly", "headline": "Slow"}}
    statuses(served, START + 5 * MINUTE, mistral=down)
    visitor.at(START + 6 * MINUTE)
    page.evaluate("window.dispatchEvent(new Event('load'))")

    expect(page).to_have_title("● Is Mistral AI down? Partly · whosdown")


def test_a_phone_that_shows_no_notifications_still_renews_the_page(
    visit: Open, served: Served
) -> None:
    visitor = visit()
    page = visitor.open("service/mistral/")
    # As on Android, where it is granted and the constructor throws.
    page.evaluate(
        "() => { window.Notification = class { static permission = 'granted';"
        " constructor() { throw new TypeError('Illegal constructor'); } } }"
    )
    page.get_by_role("button", name="Watch in this tab").click()
    hidden = "Object.defineProperty(document,'hidden',{configurable:true,get:()=>true})"
    page.evaluate(hidden)
    at = START + 5 * MINUTE
    statuses(served, at, mistral={"indicator": "major"})
    publish(served, "service/mistral/", at, ("Official</h2>", "Official, renewed</h2>"))
    visitor.at(at + MINUTE)
    page.evaluate("window.dispatchEvent(new Event('load'))")

    expect(page.get_by_role("heading", name="Official, renewed")).to_be_visible()


def test_the_badge_builder_writes_a_line_to_paste_and_asks_nobody_else(
    visit: Open, served: Served
) -> None:
    visitor = visit()
    page = visitor.open("api/")

    expect(page.locator(".pick")).to_be_visible()
    expect(page.locator(".made")).to_have_text(re.compile(r"^\[!\[OpenRouter\]\("))
    assert page.locator(".pick option").count() > 100
    assert visitor.hosts == {urlsplit(served.url).netloc}
    assert visitor.wrong == []
    assert b"http" not in served.files["badges.js"]
