"""The pages in a real browser: complete without script, better with it, and honest with age."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import Open, Served, kinds
from crawler.times import iso
from lives import HOUR, MINUTE, START


def statuses(served: Served, at: int, **changed: dict[str, Any]) -> None:
    """Publish another statuses.json, of the moment `at`, with some services changed."""
    told = json.loads(served.files["statuses.json"])
    told["fetchedAt"] = iso(at)
    for one in told["services"]:
        one["checkedAt"], one["validUntil"] = iso(at), iso(at + 45 * MINUTE)
        one.update(changed.get(one["id"], {}))
    served.files["statuses.json"] = json.dumps(told).encode()


def words(page: Page, rows: str = "#list .row") -> set[str]:
    """The state words of rows."""
    return {*page.locator(f"{rows} > .w").all_text_contents()}


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
    assert page.locator(".tag:visible").count() == 0
    shapes = page.locator(".node use").evaluate_all("all => all.map((one) => one.href.baseVal)")
    assert shapes == ["#i-unknown"] * 3


def test_a_page_that_stays_open_grows_old_without_a_reload(visit: Open) -> None:
    visitor = visit()
    page = visitor.open("service/github/")
    expect(page.locator("#answer .word")).to_have_text("Yes")
    visitor.at(START + 4 * HOUR)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("#answer .word")).to_have_text("Unknown")
    expect(page.locator(".stale")).to_be_visible()


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
    visitor = visit()
    page = visitor.open("")
    page.locator('[data-id="mistral"] .star').click()
    statuses(served, START + 5 * MINUTE, mistral=down)
    served.files["index.html"] = (
        served.files["index.html"]
        .replace(b'data-checked="%d"' % START, b'data-checked="%d"' % (START + 5 * MINUTE))
        .replace(b'<h2 id="open">Open incidents', b'<h2 id="open">Incidents that are open')
    )
    visitor.at(START + 6 * MINUTE)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

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


# Finding.


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


# Keyboard, colours, days.


def test_the_keyboard_reaches_the_content_first_and_each_day(visit: Open) -> None:
    page = visit().open("service/github/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.locator(".slider").focus()
    page.keyboard.press("End")
    expect(page.locator("#read")).to_contain_text("22 Nov 2026: ")
    page.keyboard.press("Home")
    expect(page.locator("#read")).to_contain_text("25 Aug 2026: ")
    slider = page.get_by_role("slider", name="Day")
    assert (slider.get_attribute("aria-valuetext") or "").startswith("25 Aug 2026: ")
    box = slider.bounding_box()
    assert box
    slider.hover(position={"x": box["width"] - 2, "y": 5})
    expect(page.locator("#read")).to_contain_text("22 Nov 2026: ")


def test_colours_follow_the_system_until_the_reader_chooses(visit: Open) -> None:
    visitor = visit(color_scheme="dark")
    page = visitor.open("")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Colours: automatic").click()
    light = page.evaluate(ground)
    page.reload()
    assert page.evaluate(ground) == light != dark
    expect(page.get_by_role("button", name="Colours: light")).to_be_visible()


def test_every_state_reads_without_colour(visit: Open) -> None:
    page = visit().open("")
    for word in (
        "Operational",
        "Degraded",
        "Partial outage",
        "Major outage",
        "Maintenance",
        "Unknown",
    ):
        row = page.locator(f'#list .row:has(> .w:text-is("{word}"))').first
        shape = row.locator("use").first.get_attribute("href")
        assert shape == f"#i-{row.get_attribute('class', timeout=1000).split()[1]}"  # type: ignore[union-attr]
        expect(page.locator(".tally")).to_contain_text(word)
    assert page.locator(".tally").bounding_box()["y"] < 700  # type: ignore[index]


def test_announced_work_is_told_in_utc_and_in_the_readers_time(visit: Open) -> None:
    page = visit().open("service/cloudflare/")

    expect(page.locator("time.both").first).to_contain_text("UTC (")
    expect(page.locator("time.both").first).to_contain_text("your time)")


def test_the_menu_of_a_phone_shows_where_the_reader_is(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open("api/")

    expect(page.locator(".top [aria-current]")).to_be_in_viewport(ratio=1)


def test_links_and_buttons_are_large_enough_for_fingers(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True).open("")
    for selector in (".top nav a", "#theme", "#q", ".pick button", "#cat", ".star", ".row"):
        box = page.locator(selector).first.bounding_box()
        assert box, selector
        assert box["height"] >= 44, f"{selector}: {box}"


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_ages_never_run_into_the_stars(visit: Open, width: int) -> None:
    visitor = visit(viewport={"width": width, "height": 900})
    visitor.at(START + 40 * MINUTE)
    page = visitor.open("")
    ends = """rows => rows.map((row) => {
      const [age, star] = [".ago", ".star"].map((one) => row.querySelector(one));
      const words = document.createRange();
      words.selectNodeContents(age);
      return [age.textContent, words.getBoundingClientRect(), star.getBoundingClientRect()];
    }).filter(([, age, star]) => age.right > star.left + 4 && age.bottom > star.top)"""

    assert page.locator(".row").evaluate_all(ends) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("subscribe/", "section td a, section p a"),
        ("api/", ".format > code"),
        ("errors/", ".codelist code"),
        ("guides/is-openrouter-down/", "article p code"),
    ],
)
def test_no_address_and_no_code_breaks_within_a_word_on_a_phone(
    visit: Open, path: str, words: str
) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open(path)
    broken = """all => all.flatMap((one) => [...one.childNodes]).filter((node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      const lines = new Set([...range.getClientRects()].map((line) => line.top));
      return lines.size > 1 && !/\\s/.test(node.textContent);
    }).map((node) => node.textContent)"""

    shown = page.locator(words)
    assert shown.count() > 3
    assert shown.evaluate_all(broken) == []


def test_the_ranking_of_a_phone_shows_its_figure_without_scrolling(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open("reliability/")

    expect(page.locator(".rank tbody .num").first).to_be_in_viewport(ratio=1)


def test_a_very_long_name_in_a_choice_makes_no_page_wider(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open("api/")
    page.locator(".which").evaluate("one => one.append(new Option('Long '.repeat(60)))")

    assert page.evaluate("document.documentElement.scrollWidth") == 360
