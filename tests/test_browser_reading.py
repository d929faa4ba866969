"""Keyboard, colours and narrow screens, in a real browser."""

import pytest
from playwright.sync_api import expect

from browsing import Open, kinds
from lives import MINUTE, START


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
        assert shape == f"#i-{row.get_attribute('class').split()[1]}"  # type: ignore[union-attr]
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


SMALL = """all => all.filter((one) => {
  const box = one.getBoundingClientRect(), whole = one.parentNode.textContent.trim();
  const inline = getComputedStyle(one).display === "inline" && whole !== one.textContent.trim();
  return one.checkVisibility() && !inline && (box.width < 24 || box.height < 24);
}).map((one) => one.textContent)"""
"""Links and buttons, but for those within a sentence."""


def test_a_finger_hits_every_link_that_stands_alone(visit: Open, files: dict[str, bytes]) -> None:
    visitor = visit(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    for kind, path in kinds(files).items():
        page = visitor.open(path)
        page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        links = page.locator("a:not(.skip, .row > a), button, summary, select, input")

        assert (kind, links.evaluate_all(SMALL)) == (kind, [])


def test_a_finger_hits_the_only_service_of_an_incident(
    visit: Open, files: dict[str, bytes]
) -> None:
    page = visit(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True).open(
        next(path for path in files if path.startswith("incident/groq/"))
    )

    assert page.locator(".facts a").evaluate_all(SMALL) == []


def test_a_finger_hits_the_star_beside_a_very_long_name(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True).open(
        "service/mistral/"
    )
    page.locator("h1 bdi").evaluate("one => one.append(' Platform'.repeat(20))")

    assert page.locator(".ask-line .star").evaluate_all(SMALL) == []


CUT = """all => all.filter((one) => {
  one.focus({ focusVisible: true });
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  if (one !== document.activeElement) return false;
  if (style.outlineStyle === "none") return true;
  const out = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth) - 0.5;
  for (let over = one.parentElement; over !== document.body; over = over.parentElement) {
    const { overflowX, contentVisibility } = getComputedStyle(over);
    if (overflowX === "visible" && contentVisibility !== "auto") continue;
    const edge = over.getBoundingClientRect();
    if (box.left - out < edge.left || box.right + out > edge.right) return true;
    if (box.top - out < edge.top || box.bottom + out > edge.bottom) return true;
  }
  return false;
}).map((one) => one.outerHTML.slice(0, 80))"""
"""What has no ring when it has the focus, or one that something around it cuts off."""


@pytest.mark.parametrize("width", [360, 1400])
def test_the_ring_of_what_has_the_focus_is_whole(
    visit: Open, width: int, files: dict[str, bytes]
) -> None:
    visitor = visit(viewport={"width": width, "height": 800})
    for kind, path in kinds(files).items():
        page = visitor.open(path)
        reached = page.locator(":is(a, button, summary, select, input, [tabindex='0']):visible")

        assert (kind, reached.evaluate_all(CUT)) == (kind, [])


def test_the_reason_of_what_is_not_well_is_whole_on_a_desk(visit: Open) -> None:
    page = visit(viewport={"width": 1400, "height": 900}).open("")
    page.locator('[data-id="openai"] p bdi').evaluate("one => one.append(' and so on'.repeat(5))")
    cut = "all => all.filter((one) => one.scrollHeight > one.clientHeight).length"

    assert page.locator(".row:not(.sure) > p").evaluate_all(cut) == 0


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


BROKEN = """cells => cells.flatMap((cell) => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    for (const word of text.data.matchAll(/[A-Za-z]+/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((line) => line.top));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found;
})"""
"""Words that stand on two lines."""


@pytest.mark.parametrize("width", [320, 770, 1100])
def test_no_table_breaks_a_word(visit: Open, width: int) -> None:
    visitor = visit(viewport={"width": width, "height": 900})
    services = (f"service/{one}/" for one in ("cloudflare", "openai", "windsurf", "cursor"))
    for path in (*services, "guides/is-anthropic-down/", "sources/", "subscribe/"):
        page = visitor.open(path)
        cells = page.locator(":is(th, td):visible")

        assert cells.count() > 3
        assert (path, cells.evaluate_all(BROKEN)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


@pytest.mark.parametrize("width", [320, 770, 1400])
def test_words_of_a_provider_without_a_blank_make_no_page_wider(visit: Open, width: int) -> None:
    page = visit(viewport={"width": width, "height": 900}).open("service/cloudflare/")
    page.locator("#how ~ table bdi[dir]").first.evaluate("one => one.append('long'.repeat(90))")

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("service/openai/", ".codes td:nth-child(2)"),
        ("reliability/", ".rank tbody th bdi"),
        ("sources/", ".stack bdi"),
    ],
)
def test_a_name_without_a_blank_makes_no_table_of_a_phone_wider(
    visit: Open, path: str, name: str
) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open(path)
    page.locator(name).first.evaluate("one => one.append('N'.repeat(117))")

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    tables = page.locator(".scroll, table")
    assert (
        tables.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth)") == []
    )


def test_the_ranking_of_a_phone_shows_its_figure_without_scrolling(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open("reliability/")

    expect(page.locator(".rank tbody .num").first).to_be_in_viewport(ratio=1)


def test_a_very_long_name_in_a_choice_makes_no_page_wider(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open("api/")
    page.locator(".which").evaluate("one => one.append(new Option('Long '.repeat(60)))")

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_what_a_finger_chose_can_be_read(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True).open("")
    button = page.get_by_role("button", name="Trouble")
    button.tap()

    expect(button).to_have_attribute("aria-pressed", "true")
    ground = button.evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == page.evaluate("getComputedStyle(document.body).color")


def test_a_choice_can_be_told_where_the_system_sets_the_colours(visit: Open) -> None:
    page = visit(forced_colors="active").open("")
    page.get_by_role("button", name="Trouble").click()

    def ground(pressed: str) -> str:
        chosen = page.locator(f'.pick button[aria-pressed="{pressed}"]').first
        return str(chosen.evaluate("one => getComputedStyle(one).backgroundColor"))

    assert ground("true") != ground("false")


@pytest.mark.parametrize("width", [768, 1400, 2000])
def test_the_time_of_a_row_is_whole_without_the_script(visit: Open, width: int) -> None:
    page = visit(viewport={"width": width, "height": 900}, java_script_enabled=False).open("")
    time = page.locator(".row > .ago").first
    expect(time).to_contain_text(" UTC")
    for said in (time.text_content(), "22 Nov 2026, 11:00 UTC"):
        time.evaluate("(one, said) => { one.textContent = said; }", said)
        box, row = time.bounding_box(), page.locator(".row").first.bounding_box()

        assert box
        assert row
        assert box["x"] + box["width"] <= row["x"] + row["width"]
        assert time.evaluate("one => one.scrollWidth <= Math.ceil(one.clientWidth)")


@pytest.mark.parametrize(
    ("order", "figures"),
    [
        ("", ["Uptime", "Incident-free"]),
        ("incident-free/", ["Uptime", "Incident-free"]),
        ("incidents/", ["Uptime", "Incidents, 30 d"]),
        ("repair/", ["Time to resolve"]),
        ("coverage/", ["Uptime", "Coverage"]),
        ("name/", ["Uptime", "Incident-free"]),
    ],
)
def test_a_phone_ranks_by_a_figure_that_it_shows(
    visit: Open, order: str, figures: list[str]
) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open(f"reliability/{order}")
    table = page.locator(".rank").first

    assert table.locator("thead .num:visible").all_text_contents() == figures
    for part in ("thead .num:visible", "tbody tr:first-child > :visible"):
        for cell in table.locator(part).all():
            box = cell.bounding_box()
            assert box
            assert box["x"] + box["width"] <= 360


def test_the_words_of_a_lone_link_stay_together_on_a_phone(visit: Open) -> None:
    page = visit(viewport={"width": 360, "height": 800}).open("errors/openrouter/429/")
    link = page.get_by_role("link", name="Evidence, history and feeds")
    name = link.locator("bdi")

    expect(link).to_have_css("display", "inline-block")
    assert name.bounding_box()["y"] > link.bounding_box()["y"] + 20  # type: ignore[index]
