"""Guides: their live parts with and without data, and what every guide of the project has."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from crawler.model import Level
from crawler.site import articles, kept, parts, templating
from crawler.site.board import Board
from crawler.site.moments import Moments
from guides import HEAD, built, guide, lived, words
from lives import HOUR, MINUTE, REPOSITORY, START, Life, incident, simulated

PARTS = "card service upstreams errors feeds links outages alternatives programs".split()
EVERY = "\n\n".join(f"## {one}\n\n{{{{ {one}('acme') }}}}" for one in PARTS)


def with_level(board: Board, key: str, level: Level) -> Board:
    """The same board with one service at another level, for those that depend on it too."""
    rows = []
    for row in board.rows:
        verdict = row.verdict
        if row.service.id == key:
            verdict = replace(verdict, level=level)
        ups = tuple(replace(u, level=level) if u.id == key else u for u in verdict.upstreams)
        rows.append(replace(row, verdict=replace(verdict, upstreams=ups)))
    return replace(board, rows=tuple(rows))


def test_every_part_reads_well_before_the_first_run(content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + EVERY)
    with Life(tmp_path / "data") as life:
        said = words(built(life.board(START), content))

    assert "Never read." in said
    assert (
        "We know of no incident of Acme. That says little while no page tells us how it is." in said
    )
    assert "No upstream is listed for Acme." in said
    assert "None that we would name for Acme is known to be well now." in said
    assert "Unknown" in said
    assert "None" not in said.replace("None that we would", "")


def test_the_last_outages_are_five_with_the_median_of_all_that_ended(
    content: Path, tmp_path: Path
) -> None:
    guide(content, HEAD + "{{ outages('acme') }}")
    told = [
        incident(f"i{n}", f"Trouble {n}", open=False, started=START - n * HOUR,
                 ended_at=START - n * HOUR + n * 10 * MINUTE)
        for n in range(1, 8)
    ]  # fmt: skip
    page = built(lived(tmp_path, *told, incident("i0", "Trouble 0", started=START)), content)

    titles = page.xpath("//ul[@class='list']/li/a/bdi/text()")
    assert titles == [f"Trouble {n}" for n in range(5)]
    assert "open at 22 Nov 2026" in words(page)
    assert "lasted 10 min" in words(page)
    assert "Typical duration: 40 min, the median of the 7 incidents (n = 7)" in words(page)


def test_a_typical_duration_is_not_made_of_what_has_none(content: Path, tmp_path: Path) -> None:
    guide(content, HEAD + "{{ outages('acme') }}")
    stub = incident("i1", "Imported", open=False, started=START - HOUR, ended_at=START - HOUR)
    said = words(built(lived(tmp_path, stub, incident("i2", started=START)), content))

    assert "duration not stated" in said
    assert "no typical duration is known" in said


def alternatives(board: Board, content: Path, call: str = "alternatives('acme')") -> str:
    guide(content, HEAD + "{{ " + call + " }}")
    return words(built(board, content)).split("Questions")[0].partition("Evidence and history")[2]


def test_alternatives_are_well_and_do_not_share_what_is_broken(
    content: Path, tmp_path: Path
) -> None:
    board = lived(tmp_path)
    quiet = alternatives(board, content)
    assert all(name in quiet for name in ("Near", "Far", "Child"))
    assert "Left out" not in quiet

    broken = alternatives(with_level(board, "deep", Level.MAJOR), content)
    assert "Left out, because the same trouble may reach them: Near." in broken
    assert "Far Operational" in broken

    hit = alternatives(with_level(board, "acme", Level.MAJOR), content)
    assert "may reach them: Child." in hit
    assert "Near Operational" in hit

    unknown = alternatives(with_level(board, "far", Level.UNKNOWN), content)
    assert "Far" not in unknown


def test_alternatives_may_be_named_whatever_their_category(content: Path, tmp_path: Path) -> None:
    board = lived(tmp_path)
    said = alternatives(board, content, "alternatives('acme', 'deep', 'near')")

    assert said.index("Deep") < said.index("Near")
    assert "Far" not in said


def test_a_state_in_a_guide_carries_the_moment_at_which_it_ends(
    content: Path, tmp_path: Path
) -> None:
    guide(content, HEAD + EVERY)
    page = built(lived(tmp_path, incident(), word=Level.MINOR), content)

    shown = page.xpath("//article//*[contains(@class, 'st ') and .//b[@class='w']]")
    assert len(shown) >= 5
    assert all(one.get("data-until") or "unknown" in one.get("class") for one in shown)


def test_guides_write_levels_times_and_titles_as_pages_do(tmp_path: Path) -> None:
    board = lived(tmp_path, incident("i1", "<Trouble> ", started=START - HOUR))
    templates = REPOSITORY / "site_templates"
    env = templating.environment(board, templates, Moments(board), kept.ANEW, {})
    macros: dict[str, Any] = dict(env.globals)
    (story,) = board.stories

    for level in Level:
        assert parts.icon(level) == macros["icon"](level)
        assert parts.state(level, START) == macros["state"](level, START)
    assert parts.moment(story.began) == macros["when"](story.began)
    for title in (story.record.incident.title, " "):
        told = replace(story.record, incident=replace(story.record.incident, title=title))
        one = replace(story, record=told)
        assert macros["title"](one) in parts.title(one)


def test_the_guides_of_the_project_say_who_checked_them_and_answer_questions() -> None:
    found = articles.load(REPOSITORY / "content", simulated())

    for one in found:
        assert one.updated, one.slug
        assert len(one.faq) >= 3, one.slug
        assert one.minutes >= 3, one.slug
        if one.row is not None:
            text = (REPOSITORY / "content" / "articles" / f"{one.slug}.md").read_text("utf-8")
            missing = [part for part in PARTS[2:] if f"{{{{ {part}(" not in text]
            assert missing == [], one.slug
