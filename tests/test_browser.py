"""The pages in a real browser: complete without script, better with it, and honest with age."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from browsing import Open, Served, kinds, opened, publish, refresh, statuses, words
from lives import HOUR, MINUTE, START

# What every page keeps to.


@pytest.mark.parametrize("width", [360, 1400])
def test_pages_ask_nobody_else_shift_nothing_and_report_nothing(
    width: int, files: dict[str, bytes], visit: Open
) -> None:
    visitor = visit(viewport={"width": width, "height": 800})
    found = kinds(files)
    for kind, page in zip(found, visitor.open_all(found.values()), strict=True):
        seen = page.evaluate("window.seen")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

        assert seen == {"shift": 0, "violations": []}, kind
        assert wide <= 0, f"{kind} is {wide} px too wide"
    assert visitor.wrong == []
    assert visitor.hosts == {urlsplit(visitor.site.url).netloc}


def test_pages_are_complete_without_script(files: dict[str, bytes], visit: Open) -> None:
    visitor = visit(java_script_enabled=False)
    for kind, path in kinds(files).items():
        page = visitor.open(path)

        expect(page.locator("h1")).to_be_visible()
        assert page.locator(".js:visible").count() == 0, kind
    page = visitor.open("service/openai/")
    expect(page.locator("#answer")).to_contain_text("Partly")
    for heading in ("You", "Them", "Upstream the trouble is here"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page = visitor.open("service/github/")
    page.get_by_text("Day by day, in words").click()
    assert page.locator("#stretches tbody tr").first.is_visible()


def test_a_page_from_the_disk_is_styled_and_complete(
    files: dict[str, bytes], browser: Browser, tmp_path: Path
) -> None:
    for path, body in files.items():
        if path in ("index.html", "service/openai/index.html", "style.css", "site.js"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(body)
    page = browser.new_page()
    for path in ("index.html", "service/openai/index.html"):
        page.goto((tmp_path / path).as_uri())

        assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
        expect(page.locator("html")).to_have_class("scripted")
    page.close()


def test_a_page_that_is_not_there_leads_home(visit: Open) -> None:
    page = visit().open("service/nobody/at/all/")

    expect(page.locator("h1")).to_have_text("Nothing is here")


# Age.


def test_results_of_an_hour_ago_carry_a_warning(visit: Open) -> None:
    visitor = visit()
    visitor.at(START + 44 * MINUTE)
    expect(visitor.open("").locator(".stale")).to_have_count(0)
    visitor.at(START + HOUR)
    page = visitor.open("")

    expect(page.locator(".stale")).to_have_text("These results are 1 h old.")


def test_what_is_over_does_not_grow_old(
    visit: Open, files: dict[str, bytes], served: Served
) -> None:
    past = next(
        p for p in sorted(files) if p.startswith("incident/") and b"data-checked" not in files[p]
    )
    visitor = visit()
    visitor.at(START + 3 * HOUR)
    statuses(served, START + HOUR)
    page = visitor.open(past.removesuffix("index.html"))
    page.wait_for_load_state("networkidle")

    assert "statuses.json" in " ".join(served.asked)
    expect(page.locator(".stale")).to_have_count(0)


def test_results_of_four_hours_ago_are_no_verdict_any_more(visit: Open) -> None:
    visitor = visit()
    visitor.at(START + 4 * HOUR)
    page = visitor.open("")
    assert words(page) == {"Unknown"}
    expect(page.locator("h1")).to_contain_text("Unknown: the results of")
    expect(page).to_have_title("Unknown: the results of 97 of 118 services are too old · whosdown")
    page = visitor.open("service/github/")
    expect(page.locator("#answer .word")).to_have_text("Unknown")
    expect(page).to_have_title("Is GitHub down? Unknown · whosdown")
    assert page.locator("link[rel=icon]").get_attribute("href") == "../../icons/unknown.svg"
    assert page.locator(".tag:visible, .order:visible").count() == 0
    shapes = page.locator(".node use").evaluate_all("all => all.map((one) => one.href.baseVal)")
    assert shapes == ["#i-unknown"] * 3
    for path, gone in (("", ".chips"), ("service/openai/", "#upstream ~ *")):
        page = visitor.open(path)
        text = " ".join(page.locator(gone).all_inner_texts())
        assert text
        assert "trouble" not in text.replace("Trouble there is the cause", "")


def test_a_page_that_stays_open_grows_old_without_a_reload(visit: Open) -> None:
    visitor = visit()
    page = visitor.open("service/github/")
    expect(page.locator("#answer .word")).to_have_text("Yes")
    visitor.at(START + 4 * HOUR)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("#answer .word")).to_have_text("Unknown")
    expect(page.locator(".stale")).to_be_visible()


def test_a_page_grows_old_though_the_clock_of_its_reader_is_behind(visit: Open) -> None:
    visitor = visit()
    visitor.at(START - 3 * HOUR)
    page = visitor.open("service/github/")
    expect(page.locator("#answer .word")).to_have_text("Yes")
    expect(page.locator(".stale")).to_have_count(0)

    def later(hours: int) -> None:
        page.evaluate(
            "(ms) => { performance.now = () => ms;"
            " document.dispatchEvent(new Event('visibilitychange')); }",
            (hours * HOUR + MINUTE // 2) * 1_000,
        )

    later(1)
    expect(page.locator(".stale")).to_have_text("These results are 1 h old.")
    later(4)
    expect(page.locator("#answer .word")).to_have_text("Unknown")


def test_a_clock_that_is_set_right_brings_news_at_once(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "service/mistral/")
    visitor.at(START + 8 * HOUR)
    with page.expect_response("**/statuses.json"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    at = START + 10 * MINUTE
    statuses(served, at, mistral={"indicator": "major"})
    publish(served, "service/mistral/", at, ("Official</h2>", "Official, renewed</h2>"))
    refresh(visitor, at + MINUTE)

    expect(page.get_by_role("heading", name="Official, renewed")).to_be_visible()


def test_news_replaces_what_the_page_said(visit: Open, served: Served) -> None:
    down = {
        "indicator": "critical",
        "verdict": {"answer": "yes", "headline": "All requests fail", "who": "them"},
    }
    statuses(served, START + 5 * MINUTE, mistral=down)
    visitor = visit()
    visitor.at(START + 6 * MINUTE)
    page = visitor.open("")
    row = page.locator('[data-id="mistral"]')
    expect(row.locator(".w")).to_have_text("Major outage")
    expect(row).to_contain_text("All requests fail")
    expect(row.locator(".star use")).to_have_attribute("href", "#i-star")
    expect(page.locator(".news")).to_contain_text("changed since the page was loaded")
    page = visitor.open("service/mistral/")
    expect(page.locator("#answer .word")).to_have_text("Yes")
    expect(page.locator("#answer")).not_to_contain_text("Nothing is wrong")
    expect(page).to_have_title("Is Mistral AI down? Yes · whosdown")
    assert visitor.wrong == []


def test_news_bring_the_verdict_of_whose_fault_it_is(visit: Open, served: Served) -> None:
    path = "service/mistral/index.html"
    down = {
        "indicator": "critical",
        "verdict": {"answer": "yes", "headline": "All requests fail", "who": "them"},
    }
    visitor = visit()
    page = visitor.open("service/mistral/")
    page.get_by_role("button", name="Watch in this tab").click()
    expect(page.locator(".tag")).to_have_count(0)
    statuses(served, START + 5 * MINUTE, mistral=down)
    # The page of the same run: that of a service in trouble, under the name of this one.
    served.files[path] = (
        served.files["service/github/index.html"]
        .replace(b"GitHub", b"Mistral AI")
        .replace(b'data-id="github"', b'data-id="mistral"')
        .replace(b'data-checked="%d"' % START, b'data-checked="%d"' % (START + 5 * MINUTE))
    )
    visitor.at(START + 6 * MINUTE)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("[aria-labelledby=them] .tag")).to_have_text("the trouble is here")
    expect(page.locator("[aria-labelledby=open] article").first).to_be_visible()
    expect(page.locator("#answer .who")).to_be_visible()
    expect(page).to_have_title("Is Mistral AI down? Yes · whosdown")
    assert page.locator(".news").count() == 0
    # What the reader chose stays.
    expect(page.get_by_role("button", name="Watch in this tab")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert visitor.wrong == []


def test_news_bring_the_open_incidents_of_the_dashboard(visit: Open, served: Served) -> None:
    down = {
        "indicator": "critical",
        "verdict": {"answer": "yes", "headline": "All requests fail", "who": "them"},
    }
    visitor, page = opened(visit, "")
    page.locator('[data-id="mistral"] .star').click()
    statuses(served, START + 5 * MINUTE, mistral=down)
    # The page of the same run.
    before, row, after = re.split(
        r'(<li class="row [^>]*"mistral".*?</b>)', served.files["index.html"].decode()
    )
    row = row.replace("row none", "row critical").replace("Operational", "Major outage")
    served.files["index.html"] = (before + row + after).encode()
    heading = '<h2 id="open">Open incidents', '<h2 id="open">Incidents that are open'
    publish(served, "", START + 5 * MINUTE, heading)
    refresh(visitor, START + 6 * MINUTE)

    expect(page.locator("#open")).to_contain_text("Incidents that are open")
    expect(page.locator('#starred [data-id="mistral"] .w')).to_have_text("Major outage")
    assert page.locator(".news").count() == 0
    assert visitor.wrong == []


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"fetchedAt":"2099-01-01T00:00:00Z"}'])
def test_news_that_cannot_be_read_change_nothing(body: bytes, visit: Open, served: Served) -> None:
    served.files["statuses.json"] = body
    visitor = visit()
    page = visitor.open("service/github/")
    page.wait_for_load_state("networkidle")

    expect(page.locator("#answer .word")).to_have_text("Yes")
    assert visitor.wrong == []
