"""What pages say where little is known, or where what is known is not the whole story."""

from dataclasses import replace
from pathlib import Path

from lxml import html

from crawler.model import Component, Level, Maintenance
from crawler.site import pages
from crawler.times import DAY
from lives import HOUR, MINUTE, REPOSITORY, START, Life, provider, reading, service, world


def shown(life: Life, now: int) -> dict[str, str]:
    """The words of every page at a moment, with single blanks."""
    found = pages.render(life.board(now), (), REPOSITORY / "site_templates")
    return {path: words(body) for path, body in found.items()}


def words(body: bytes) -> str:
    """The words of a page, with single blanks."""
    page: html.HtmlElement = html.document_fromstring(
        body, parser=html.HTMLParser(encoding="utf-8")
    )
    return " ".join(page.text_content().split())


def test_a_first_run_without_a_network_claims_nothing_of_anybody(life: Life) -> None:
    life.run(START, blind=True)
    said = shown(life, START + MINUTE)
    sources, page = said["sources/index.html"], said["service/acme/index.html"]

    assert "in the last run it could conclude nothing, because our own network failed." in sources
    assert "How often our own checks were first Nothing has been checked yet." in sources
    assert "We have never read their status page." in page
    assert "Time to resolve–never read" in page
    assert "says little while no page tells us how it is." in page
    assert "Bars:" not in said["index.html"]


def test_a_site_that_never_ran_has_asked_nobody(life: Life) -> None:
    assert "it has asked none yet." in shown(life, START)["sources/index.html"]


def test_what_was_not_watched_is_not_said_to_have_been_quiet(life: Life) -> None:
    life.run(START)
    said = shown(life, START + MINUTE)

    assert "none failed in the last run." in said["sources/index.html"]
    assert "As far as we watched in the last 90 days, our own" in said["sources/index.html"]
    assert "Time to resolve–none to measure, 90 days" in said["service/acme/index.html"]
    assert "Bars:" in said["index.html"]


def test_under_planned_work_nobody_is_sent_to_their_own_side_first(life: Life) -> None:
    work = Maintenance(id="m", title="Work", phase="in_progress", starts_at=START - HOUR)
    parts = (Component("c1", "API", Level.MAINTENANCE),)
    told = replace(reading(word=Level.MAINTENANCE, components=parts), maintenances=(work,))
    life.run(START, {"acme": told})
    said = shown(life, START + MINUTE)["service/acme/index.html"]

    assert "It is planned work at Acme." in said
    assert "With work under way on theirs, check yours second." in said


def test_a_page_that_was_read_is_not_said_to_be_unreadable(tmp_path: Path) -> None:
    page = provider("acme", service("acme", components=["gone"]))
    with Life(tmp_path, world(page)) as life:
        life.run(START - DAY)
        life.run(START)
        said = shown(life, START + MINUTE)["service/acme/index.html"]

    assert "Status page read at22 Nov 2026, 11:00 UTC" in said
    assert "The status page could not be read, or says nothing of this service." in said
    assert "Stale: no new reading tells how it is." in said
    assert "Uptime, 30 days–too little is known" in said


def test_the_bar_of_one_service_does_not_look_like_a_share_of_something(life: Life) -> None:
    life.run(START)
    found = pages.render(life.board(START), (), REPOSITORY / "site_templates")

    assert b'<svg class="bars all" viewBox="0 0 40 10"' in found["index.html"]


def test_what_cannot_be_ranked_is_not_offered_in_six_orders(life: Life) -> None:
    life.run(START)
    page = shown(life, START + MINUTE)["reliability/index.html"]

    assert "No service has enough history yet" in page
    assert "Incident-free" not in page
