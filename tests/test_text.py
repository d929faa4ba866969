"""Foreign text becomes plain, printable and bounded, and no program sees a command in it."""

import re
import time

import pytest
from hypothesis import example, given

from crawler import text
from shared import requires_shared, strings
from strange import LIMITS, foreign, hidden, limits, whole


@given(foreign, whole)
@example("&amp;" * 40 + "lt;b>", text.TITLE)
@example("&" + "amp;" * 9 + "lt;script&gt;", text.TITLE)
@example("<" * 50 + "b>", text.TITLE)
@example("x" * 299 + "é" + "<b>", text.TITLE)
@example("a" + "\u0301" * 40, text.TITLE)
@example("x" * 400, text.TITLE)
@example("&lt;\u200bb&gt;", text.TITLE)
def test_doing_it_twice_changes_nothing(raw: str, limit: int) -> None:
    once = text.plain(raw, limit)

    twice = text.plain(once, limit)

    assert twice == once


@given(foreign, limits)
def test_text_is_bounded_and_shows_everything_it_holds(raw: str, limit: int) -> None:
    said = text.plain(raw, limit)

    assert len(said) <= limit
    assert hidden(said) == []
    assert said == said.strip()
    assert "\n" not in said or limit > text.TITLE
    said.encode("utf-8")


@given(foreign, limits)
def test_no_tag_of_html_is_left(raw: str, limit: int) -> None:
    said = text.plain(raw, limit)

    assert not re.search(r"<(?:script|svg|b|br|p|img|a|iframe)\b", said, re.IGNORECASE)
    assert "<!" not in said


@requires_shared
def test_every_hostile_text_becomes_plain_and_stays_as_it_is() -> None:
    assert len(strings()) >= 400

    wrong = [
        (name, limit)
        for name, raw in strings()
        for limit in LIMITS
        if hidden(said := text.plain(raw, limit))
        or len(said) > limit
        or text.plain(said, limit) != said
        or re.search(r"<[a-z]+\s", said, re.IGNORECASE)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("We are <b>investigating</b>.", "We are investigating."),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("&amp;lt;b&amp;gt;bold", "bold"),
        ("<script>alert(1)</script>well", "well"),
        ("<style>p{}</style>well", "well"),
        ("<!-- secret -->well", "well"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("<img src=x onerror=alert(1)>", ""),
        ("x<br>y", "x y"),
        ("one<p>two</p>three", "one two three"),
        ("Requests to <model> fail", "Requests to <model> fail"),
        ("<gpt-4> and <claude>", "<gpt-4> and <claude>"),
        ("latency a < b", "latency a < b"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("I <3 you", "I <3 you"),
        ("AT&T R&D", "AT&T R&D"),
        ("Fish &amp; chips", "Fish & chips"),
        ("a\u202eb\u200bc\x00d\x1b[31me", "abcd[31me"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301", "é"),
        ("  many \t\n spaces ", "many spaces"),
        ("lone \ud800 half", "lone half"),
        ("日本語の障害", "日本語の障害"),
        ("\u200d\u200c", ""),
        ("", ""),
    ],
)
def test_a_title_is_what_a_reader_would_see(raw: str, said: str) -> None:
    assert text.plain(raw) == said


@pytest.mark.parametrize("raw", [None, 1, 1.5, True, b"bytes", ["x"], {"en": "x"}])
def test_what_is_no_text_says_nothing(raw: object) -> None:
    assert text.plain(raw) == ""


def test_a_body_keeps_its_lines_and_a_title_has_only_one() -> None:
    raw = "first\r\nsecond<br>third\u2028fourth\n\n\n\n\nlast"

    body, title = text.plain(raw, text.BODY), text.plain(raw)

    assert body == "first\nsecond\nthird\nfourth\n\nlast"
    assert title == "first second third fourth last"


def test_a_cut_text_ends_in_an_ellipsis_and_a_fitting_one_does_not() -> None:
    assert text.plain("x" * 300) == "x" * 300
    assert text.plain("x" * 301) == "x" * 299 + "…"


def test_marks_do_not_pile_up_over_the_lines_above() -> None:
    said = text.plain("Z" + "\u0315" * 1_000 + "algo")

    assert len(said) <= 9
    assert said.endswith("algo")


@pytest.mark.parametrize(
    "raw",
    [
        "<" * 200_000,
        "&" * 200_000,
        "&amp;" * 50_000 + "lt;",
        "<a " * 70_000,
        "<div>" * 40_000,
        "</p" * 70_000,
        "<!--" * 50_000,
        "<a b='" + "x" * 200_000,
        "a\u0301" * 100_000,
        "\u200d " * 100_000,
        " \n" * 100_000,
        "<x" + " y=1" * 50_000 + ">",
        "&lt;" * 50_000,
    ],
    ids=lambda raw: ascii(raw[:8]),
)
def test_no_text_takes_long(raw: str) -> None:
    started = time.process_time()

    said = text.plain(raw, text.BODY)

    assert len(said) <= text.BODY
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("raw", "word"),
    [("In Progress", "in-progress"), ("__a__", "a"), ("É", ""), ("Étage 2", "tage-2"), ("", "")],
)
def test_words_make_an_identifier(raw: str, word: str) -> None:
    assert text.words(raw) == word


def test_a_line_is_one_line_however_long_it_may_be() -> None:
    for limit in LIMITS:
        said = text.line("x\n::error::y\r\n##[group]z\u2028::w", limit)
        assert said.splitlines() == [said]
        assert "##[" not in said
