"""Foreign text in a log begins no command, and a foreign link is safe or dropped."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler import text
from shared import requires_shared, strings
from strange import foreign, hidden


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
    assert text.web_url(raw) == (raw if url is ... else url)


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
        *[
            "https://a.test/\u202e",
            "https://a.test/\x00",
            "https://a.test:99999/",
            "https://%31.t/",
        ],
        *["https://a.test/ä", "https://a.test/" + "x" * 2_100, "java\tscript:alert(1)"],
        *[None, 1, ["https://a.test/"], b"https://a.test/"],
    ],
    ids=ascii,
)
def test_anything_else_is_dropped(raw: object) -> None:
    assert text.web_url(raw) is None


@given(
    st.one_of(st.text(), st.text().map("https://".__add__), foreign.map("https://a.test/".__add__))
)
def test_a_link_is_always_safe_inside_an_attribute(raw: str) -> None:
    url = text.web_url(raw)

    assert url is None or re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?([/?#][!-~]*)?", url)
    assert url is None or not set(url) & set("\"'<>`\\^{|} ")
    assert url is None or text.web_url(url) == url
