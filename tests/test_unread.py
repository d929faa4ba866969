"""A page that cannot be read any more: what was known of it counts no longer than V."""

import json
from pathlib import Path

import pytest
from lxml import html

from crawler.model import Level
from crawler.site import api, articles, pages, twins
from crawler.site.board import Board, Row
from crawler.times import DAY, iso
from lives import (
    HOUR,
    MINUTE,
    REPOSITORY,
    START,
    Life,
    V,
    incident,
    provider,
    reading,
    world,
)

WALL = {"acme": "http_403"}
EVERY = 30 * MINUTE


def burned(life: Life, unread: int) -> int:
    """Two days well, an outage posted, then a page that lets nobody in for `unread` seconds; the
    last run."""
    for at in range(START, START + 2 * DAY, EVERY):
        life.run(at)
    fire = incident("i1", "It burns", started=START + 2 * DAY, impact=Level.CRITICAL)
    life.run(START + 2 * DAY, {"acme": reading(fire, word=Level.CRITICAL)})
    end = START + 2 * DAY + unread
    for at in range(START + 2 * DAY + EVERY, end + 1, EVERY):
        life.run(at, WALL)
    return end


def row(board: Board) -> Row:
    return board.rows[0]


def page(board: Board, path: str) -> html.HtmlElement:
    files = pages.render(board, (), REPOSITORY / "site_templates")
    return html.document_fromstring(files[path])


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_time_in_which_nobody_could_read_is_no_outage(life: Life) -> None:
    end = burned(life, 3 * DAY)
    seen = life.uptime(end).observed

    assert seen is not None
    tally = seen.windows[7]
    assert tally.critical <= V
    assert tally.known <= 2 * DAY + V
    assert seen.figure(7) is None


def test_what_a_provider_told_of_the_time_once_it_can_be_read_again_counts(life: Life) -> None:
    end = burned(life, 12 * HOUR)
    began = START + 2 * DAY
    dates = {"started": began, "ended_at": began + 6 * HOUR}
    over = incident("i1", "It burns", impact=Level.CRITICAL, open=False, **dates)
    life.run(end + EVERY, {"acme": reading(over)})
    seen = life.uptime(end + EVERY).observed

    assert seen is not None
    assert seen.windows[7].critical == 6 * HOUR


def test_what_was_known_last_is_told_however_long_runs_go_on(life: Life) -> None:
    end = burned(life, DAY)
    verdict = row(life.board(end)).verdict

    assert (verdict.level, verdict.who) == (Level.UNKNOWN, "unknown")
    assert (verdict.last_known, verdict.last_known_at) == (Level.CRITICAL, START + 2 * DAY)
    told = json.loads(api.render(life.board(end))["statuses.json"])["services"][0]["verdict"]
    assert (told["lastKnown"], told["lastKnownAt"]) == ("critical", iso(START + 2 * DAY))
    said = words(page(life.board(end), "service/acme/index.html"))
    assert "Last known: Major outage at 24 Nov 2026, 11:00 UTC" in said


def test_components_are_unknown_on_the_page_as_they_are_in_json(life: Life) -> None:
    end = burned(life, HOUR)
    board = life.board(end)

    assert [one.level for one in row(board).components] == [Level.UNKNOWN]
    (part,) = page(board, "service/acme/index.html").xpath("//*[@aria-labelledby='components']//li")
    assert words(part) == "API Unknown"
    assert not part.xpath(".//@data-until")
    assert "- API: unknown" in twins.render(board, ())["service/acme/index.md"].decode()


def test_a_component_counts_no_longer_than_the_reading_that_it_is_from(life: Life) -> None:
    life.run(START)
    life.run(START + EVERY, WALL)
    board = life.board(START + EVERY)
    (part,) = page(board, "service/acme/index.html").xpath("//*[@aria-labelledby='components']//li")

    assert words(part) == "API Operational"
    assert part.xpath(".//@data-until") == [str(START + V)]


def test_the_table_of_sources_shows_no_state_that_counts_no_more(life: Life) -> None:
    life.run(START)
    fresh, old = life.board(START + V), life.board(START + V + 1)

    assert [one.level for one in (*fresh.sources, *old.sources)] == [Level.NONE, Level.UNKNOWN]
    (table,) = page(old, "sources/index.html").xpath("//table")
    assert "Unknown" in words(table)
    assert "Operational" not in words(table)


def test_an_incident_that_nobody_can_look_at_is_not_open_now(life: Life) -> None:
    end = burned(life, 3 * DAY)
    board = life.board(end)
    (story,) = board.stories

    assert (board.open, row(board).open, row(board).recent) == ((), (), (story,))
    assert not [one for one in row(board).verdict.evidence if one.kind == "incident"]
    service = json.loads(api.render(board)["api/v1/services/acme.json"])
    assert service["service"]["activeIncidents"] == 0
    (told,) = service["incidents"]
    assert (told["open"], told["readAt"]) == (True, iso(START + 2 * DAY))
    files = api.render(board)
    unresolved = json.loads(files["service/acme/api/v2/incidents/unresolved.json"])
    assert unresolved["incidents"] == []


def test_the_page_of_such_an_incident_says_when_it_was_read_last(life: Life) -> None:
    end = burned(life, 3 * DAY)
    board = life.board(end)
    (facts,) = page(board, f"{board.stories[0].path}index.html").find_class("facts")

    assert "Open when last read" in words(facts)
    assert "not known: open when last read, 24 Nov 2026, 11:00 UTC" in words(facts)
    assert "so far" not in words(facts)
    assert not facts.xpath(".//@data-until")
    assert ": critical, open when last read, since" in (
        twins.render(board, ())["service/acme/index.md"].decode()
    )


def test_an_incident_is_open_until_its_reading_counts_no_more(life: Life) -> None:
    life.run(START, {"acme": reading(incident())})

    assert life.board(START + V).open
    assert not life.board(START + V + 1).open
    until = page(life.board(START), "index.html").xpath("//*[contains(@class, 'inc ')]/@data-until")
    assert until == [str(START + V)]


def test_a_guide_says_when_such_an_incident_was_open(life: Life, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    head = '+++\ntitle = "T"\ndek = "D"\nservice = "acme"\n+++\n'
    (tmp_path / "articles" / "one.md").write_text(head + "{{ outages('acme') }}\n", "utf-8")
    end = burned(life, DAY)
    (guide,) = articles.load(tmp_path, life.board(end))

    assert "open at 24 Nov 2026, 11:00 UTC" in str(guide.body.html)
    assert "of 24 Nov 2026, 11:00 UTC" in guide.faq[0].text


@pytest.mark.parametrize("title", ["", " "])
def test_an_incident_without_a_title_is_evidence_with_words(life: Life, title: str) -> None:
    life.run(START, {"acme": reading(incident(title=title))})
    (one,) = (e for e in row(life.board(START)).verdict.evidence if e.kind == "incident")

    assert one.what == "Incident without a title"


def test_the_news_of_one_provider_take_no_page_from_another(tmp_path: Path) -> None:
    with Life(tmp_path / "data", world(provider("acme"), provider("beta"))) as life:
        life.run(START, {"acme": reading(incident(open=False))})
        path = life.board(START).stories[0].path
        later = START + 500 * DAY
        life.run(later, {"beta": reading(incident("n", started=later))})

        assert path in [story.path for story in life.board(later).stories]


def test_the_list_of_incidents_has_such_an_incident_on_its_day(life: Life) -> None:
    end = burned(life, DAY)
    listed = page(life.board(end), "incidents/index.html")

    assert not listed.xpath("//*[@aria-labelledby='open']")
    (day,) = listed.find_class("day")
    assert "It burns" in words(day)
    assert "Open when last read" in words(day)
