"""What a page of paper shows, in a real browser."""

import pytest
from playwright.sync_api import expect

from browsing import Open


def test_paper_shows_what_is_folded_on_a_screen(visit: Open) -> None:
    page = visit(viewport={"width": 700, "height": 900}).open("subscribe/")
    folded = page.locator("details ul").first
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")

    expect(folded).to_be_visible()


@pytest.mark.parametrize("path", ["", "service/openai/", "guides/is-openrouter-down/"])
def test_paper_has_one_set_of_colours_whatever_the_reader_chose(visit: Open, path: str) -> None:
    page = visit(color_scheme="light").open(path)
    page.emulate_media(media="print")
    colours = """all => [...new Set(all.map((one) => {
      const style = getComputedStyle(one);
      return [style.color, style.backgroundColor, style.borderTopColor, style.stroke].join();
    }))].sort()"""
    parts = page.locator("body, main *")
    light = parts.evaluate_all(colours)
    button = page.get_by_role("button", name="Colours")
    page.emulate_media(media="screen", color_scheme="dark")
    for theme in ("light", "dark"):
        button.click()
        expect(button).to_have_accessible_name(f"Colours: {theme}")
        page.emulate_media(media="print")

        assert parts.evaluate_all(colours) == light
        page.emulate_media(media="screen")


def test_paper_shows_times_and_no_ages(visit: Open) -> None:
    page = visit(viewport={"width": 700, "height": 900}).open("")
    age = page.locator(".row > .ago").first
    expect(age).to_contain_text(" ago")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(age).to_have_text("22 Nov, 11:00 UTC")
    box, row = age.bounding_box(), page.locator(".row").first.bounding_box()
    assert box
    assert row
    assert box["x"] + box["width"] <= row["x"] + row["width"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(age).to_contain_text(" ago")
