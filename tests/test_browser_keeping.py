"""What a reader typed, opened, focused or asked stays while the page is renewed around it."""

import pytest
from playwright.sync_api import expect

from browsing import Open, Served, Visitor, opened, publish, refresh, statuses
from lives import MINUTE, START

OLD, NEW = '<b class="w">Operational</b>', '<b class="w">Changed</b>'


def test_a_guide_stays_open_in_place_and_in_focus(visit: Open, served: Served) -> None:
    path = "guides/is-openrouter-down/"
    visitor, page = opened(visit, path, viewport={"width": 360, "height": 800})
    page.get_by_text("Contents", exact=True).click()
    place = page.locator("h2#what-each-error-means")
    place.evaluate("one => one.scrollIntoView({behavior: 'instant'})")
    before = place.evaluate("one => one.getBoundingClientRect().top")
    more = ('<p class="dek">', "<p>" + "More words. " * 200 + '</p><p class="dek">')
    publish(served, path, START + 5 * MINUTE, (OLD, NEW), more)
    statuses(served, START + 5 * MINUTE)
    refresh(visitor, START + 6 * MINUTE)

    expect(page.locator("#main")).to_contain_text("More words.")
    expect(page.locator(".toc ul")).to_have_count(1)
    assert page.locator(".toc details").get_attribute("open") is not None
    expect(page.locator("summary").first).to_be_focused()
    assert place.evaluate("one => one.getBoundingClientRect().top") == pytest.approx(before, abs=2)


def test_a_table_stays_where_it_was_moved_to(visit: Open, served: Served) -> None:
    narrow = {"width": 660, "height": 800}
    visitor, page = opened(visit, "reliability/", viewport=narrow)
    table = page.locator(".scroll").first
    table.evaluate("one => { one.scrollLeft = 60; }")
    publish(served, "reliability/", START + 5 * MINUTE, (OLD, NEW))
    statuses(served, START + 5 * MINUTE)
    refresh(visitor, START + 6 * MINUTE)

    expect(table).to_contain_text("Changed")
    assert table.evaluate("one => one.scrollLeft") == 60


def test_the_day_the_results_and_the_mark_of_a_service_stay(visit: Open, served: Served) -> None:
    path = "service/github/"
    visitor, page = opened(visit, path)
    page.get_by_role("button", name="Watch in this tab").click()
    page.get_by_role("button", name="Star GitHub").click()
    page.get_by_text("Day by day, in words").click()
    page.get_by_role("button", name="Check right now").click()
    expect(page.get_by_role("button", name="Check again")).to_be_enabled(timeout=20_000)
    result = page.locator(".result").inner_text()
    page.locator(".slider").focus()
    page.keyboard.press("Home")
    publish(served, path, START + 5 * MINUTE, (OLD, NEW), (">Past incidents<", ">Earlier<"))
    statuses(served, START + 5 * MINUTE)
    refresh(visitor, START + 6 * MINUTE)

    expect(page.locator("#recent")).to_have_text("Earlier")
    expect(page.locator("#read")).to_contain_text("25 Aug 2026: ")
    expect(page.locator(".slider")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#read")).to_contain_text("26 Aug 2026: ")
    expect(page.locator("#stretches")).to_be_visible()
    assert page.locator(".result").inner_text() == result
    expect(page.get_by_role("button", name="Check again")).to_be_enabled()
    for name in ("Watch in this tab", "Star GitHub"):
        button = page.get_by_role("button", name=name)
        expect(button).to_have_attribute("aria-pressed", "true")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")


def test_a_search_goes_on_while_the_list_is_renewed(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "")
    page.get_by_role("button", name="Star Groq", exact=True).click()
    page.locator("#q").click()
    page.keyboard.type("groXq")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    publish(served, "", START + 5 * MINUTE, ("<bdi>Groq</bdi>", "<bdi>Groq anew</bdi>"))
    statuses(served, START + 5 * MINUTE)
    refresh(visitor, START + 6 * MINUTE)

    expect(page.locator("#list .row:visible a")).to_have_text("Groq anew")
    expect(page.locator("#starred .row")).to_have_count(1)
    page.keyboard.type("o")
    expect(page.locator("#q")).to_have_value("grooq")
    expect(page.locator("#list .row:visible")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#list .row:visible")).to_have_count(118)
    assert visitor.wrong == []


def test_the_making_of_a_badge_goes_on(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "api/")
    page.locator(".which").select_option("groq")
    publish(served, "api/", START + 5 * MINUTE, ("For programs</h1>", "Anew</h1>"))
    statuses(served, START + 5 * MINUTE)
    refresh(visitor, START + 6 * MINUTE)

    expect(page.locator("h1")).to_have_text("Anew")
    expect(page.locator(".which")).to_have_value("groq")
    page.locator(".kind").select_option("-uptime")
    expect(page.locator(".made")).to_contain_text("groq-uptime.svg")
    assert page.locator(".badges").count() == 1


PICK = "getSelection().selectAllChildren(document.querySelector('h1'))"
GUIDE = "guides/is-openrouter-down/"


def look(visitor: Visitor, at: int) -> None:
    """Look at the page again at `at`, until all that it asks for then has come."""
    visitor.at(at)
    with visitor.page.expect_response("**/statuses.json") as reply:
        visitor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    reply.value.finished()
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.evaluate("fetch('.').then((one) => one.text())")


def test_what_is_selected_stays_until_it_is_let_go(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, GUIDE)
    page.evaluate(PICK)
    publish(served, GUIDE, START + 50 * MINUTE, (OLD, NEW))
    statuses(served, START + 50 * MINUTE)
    look(visitor, START + 51 * MINUTE)

    assert page.evaluate("getSelection().toString()") == "Is OpenRouter down?"
    expect(page.locator("#main .w", has_text="Changed")).to_have_count(0)
    expect(page.locator(".stale")).to_have_text("These results are 51 min old.")
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator("#main .w", has_text="Changed").first).to_be_attached()
    expect(page.locator(".stale")).to_have_count(0)
    assert visitor.wrong == []


def test_what_is_selected_while_the_page_is_on_its_way_stays(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, GUIDE)
    page.evaluate(f"""() => {{
      const real = fetch;
      window.fetch = async (...asked) => {{
        const reply = await real(...asked);
        if (asked[0] === location.pathname) {PICK};
        return reply;
      }};
    }}""")
    publish(served, GUIDE, START + 5 * MINUTE, (OLD, NEW))
    statuses(served, START + 5 * MINUTE)
    look(visitor, START + 6 * MINUTE)

    assert page.evaluate("getSelection().toString()") == "Is OpenRouter down?"
    expect(page.locator("#main .w", has_text="Changed")).to_have_count(0)


def test_a_selected_reason_stays_while_it_says_the_same(visit: Open, served: Served) -> None:
    visitor, page = opened(visit, "")
    page.evaluate(PICK.replace("h1", "[data-id=groq] p bdi"))
    words = page.evaluate("getSelection().toString()")
    statuses(served, START + 5 * MINUTE)
    look(visitor, START + 6 * MINUTE)

    expect(page.locator("[data-id=groq] .ago")).to_have_text("1 min ago")
    assert words
    assert page.evaluate("getSelection().toString()") == words


def test_a_star_of_another_tab_is_seen_and_never_lost(visit: Open) -> None:
    visitor, page = opened(visit, "")
    page.get_by_role("button", name="Star Groq", exact=True).click()
    [other] = visitor.open_all(["service/github/"])
    other.get_by_role("button", name="Star GitHub").click()

    starred = page.locator("#starred .row")
    expect(starred).to_have_count(2)
    expect(page.get_by_role("button", name="Star GitHub", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Star Mistral AI", exact=True).click()
    page.reload()
    expect(starred).to_have_count(3)
    assert visitor.wrong == []
