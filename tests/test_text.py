"""Foreign text becomes plain, printable and bounded, and no program sees a command in it."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler import text
from shared import requires_shared, strings

LIMITS = (40, text.TITLE, text.BODY)
PIECES = [
    *"<>&;/!?='\"\n\r\t \x00\x1b\u200b\u200d\u202e\u0301\ufeff\u2028é😀x#[:",
    *["<b>", "</b>", "<br>", "<p>", "<model>", "<script>", "</script>", "<!--", "-->", "<![CDATA["],
    *["&amp;", "&lt;", "&gt;", "&#60;", "&#x3c;", "&nbsp;", "&amp;lt;", "&quot;", "&#0;", "&notin"],
    *["::", "##[", "::set-output name=a::b", "a < b", "<svg onload=x>", "</p", "<x y='", "\ud800"],
]
foreign = st.one_of(
    st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
)
limits = st.sampled_from(LIMITS)
whole = st.sampled_from((text.TITLE, text.BODY))
"""Limits that cut nothing of what `foreign` makes."""


def hidden(said: str) -> list[str]:
    """The characters that print nothing and are neither a line break nor a joiner of letters."""
    allowed = {"\n", "\u200c", "\u200d"}
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")
    signs = {"\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605", "\u06dd", "\u070f"}
    visible = allowed | signs | set("\u0890\u0891\u08e2\U000110bd\U000110cd")
    # Unassigned characters may be assigned and visible in a newer Unicode than this Python's;
    # only those that are never characters must go. Format controls of Egyptian and shorthand
    # scripts shape their neighbours.
    return [
        char
        for char in said
        if unicodedata.category(char) in kinds
        and char not in visible
        and not 0x13430 <= ord(char) <= 0x1345F
        and not 0x1BCA0 <= ord(char) <= 0x1BCA3
        and (unicodedata.category(char) != "Cn" or ord(char) & 0xFFFE == 0xFFFE)
    ]


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

    assert not re.search(r"<(?:script|svg|b|br|p|img|a|iframe)\b", said, re.I)
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
        or re.search(r"<[a-z]+\s", said, re.I)
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


def runner_commands(line: str) -> list[str]:
    """What GitHub's runner would try to obey: its parser, for any name of a command.

    actions/runner, src/Runner.Common/ActionCommand.cs: `::name::` after leading white space is
    trimmed, or `##[name]` anywhere.
    """
    found = []
    trimmed = line.lstrip()
    if trimmed.startswith("::") and "::" in trimmed[2:]:
        found.append(trimmed)
    start = line.find("##[")
    if start >= 0 and "]" in line[start:]:
        found.append(line[start:])
    return found


@given(foreign)
@example("##[error]x")
@example("###[[error]]")
@example("#<b>#[error]x")
@example("##\u200b[error]x")
@example("a\r##[group]x")
@example("a\n::warning::x")
@example("a\u2028::warning::x")
def test_a_log_line_is_one_printable_line(raw: str) -> None:
    line = text.line(raw)

    assert len(line) <= 202
    assert "\n" not in line
    assert "##[" not in line
    assert not line.startswith("::")
    assert hidden(line) == []


@requires_shared
def test_no_hostile_text_begins_a_command_in_the_middle_of_a_log_line() -> None:
    obeyed = [name for name, raw in strings() if runner_commands(f"a: {text.line(raw)}")]

    assert obeyed == []


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("https://status.example.com/incidents/1?a=b#c", ...),
        ("http://status.example.com", ...),
        ("https://status.example.com:8443/x", ...),
        ("https://stspg.io/abc", ...),
        ("HTTPS://Status.Example.COM/Path", "https://status.example.com/Path"),
        ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
        ("https://a.test/%0d%0aSet-Cookie", ...),
    ],
)
def test_a_public_web_address_may_be_a_link(raw: str, url: object) -> None:
    assert text.https_url(raw) == (raw if url is ... else url)


@pytest.mark.parametrize(
    "raw",
    [
        *["javascript:alert(1)", "data:text/html,x", "vbscript:x", "ftp://a.test/", "mailto:a@b.c"],
        *["//a.test/x", "/x", "x", "", "https:", "https://", "https:///a.test/", "https:a.test"],
        *["https://user@a.test/", "https://user:pw@a.test/", "https://a.test\\@evil.test/"],
        *["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/"],
        *["https://127。0。0。1/", "https://localhost/", "https://intranet/", "https://a..test/"],
        *["https://a.test/ x", "https://a.test/\nx", "https://a.test/\r\nx", " https://a.test/"],
        *['https://a.test/"x', "https://a.test/'x", "https://a.test/<b>", "https://a.test/`"],
        *["https://a.test/\u202e", "https://a.test/\x00", "https://a.test:99999/", "https://%31.t/"],
        *["https://a.test/ä", "https://a.test/" + "x" * 2_100, "java\tscript:alert(1)"],
        *[None, 1, ["https://a.test/"], b"https://a.test/"],
    ],
    ids=ascii,
)
def test_anything_else_is_dropped(raw: object) -> None:
    assert text.https_url(raw) is None


@given(st.one_of(st.text(), st.text().map("https://".__add__), foreign.map("https://a.test/".__add__)))
def test_a_link_is_always_safe_inside_an_attribute(raw: str) -> None:
    url = text.https_url(raw)

    assert url is None or re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?([/?#][!-~]*)?", url)
    assert url is None or not set(url) & set("\"'<>`\\^{|} ")
    assert url is None or text.https_url(url) == url


@pytest.mark.parametrize(
    ("raw", "word"),
    [("In Progress", "in-progress"), ("__a__", "a"), ("É", ""), ("Étage 2", "tage-2"), ("", "")],
)
def test_words_make_an_identifier(raw: str, word: str) -> None:
    assert text.words(raw) == word
