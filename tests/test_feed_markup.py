"""Texts of feeds whose markup is elements, as in XHTML, read as those whose markup is escaped."""

import pytest

from crawler.model import Incident
from looking import read

DATE = "<updated>2026-11-22T10:00:00Z</updated><id>https://acme.test/incidents/1</id>"


def entry(content: str, title: str = "<title>Errors</title>") -> Incident:
    """The one entry of an Atom feed, as it is read."""
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{title}{DATE}{content}</entry></feed>'
    (one,) = read("feed", feed=feed.encode()).incidents
    return one


@pytest.mark.parametrize(
    ("declared", "p", "i"),
    [
        ('xmlns="http://www.w3.org/1999/xhtml"', "p", "i"),
        ('xmlns:h="http://www.w3.org/1999/xhtml"', "h:p", "h:i"),
        ("", "p", "i"),
    ],
)
def test_no_word_of_it_is_lost(declared: str, p: str, i: str) -> None:
    body = f"<{p}><{i}>Resolved</{i}> - It <{i}>works</{i}> <!-- ! -->again, a &lt; b.</{p}>"
    body += f"<{p}>Investigating - We look.</{p}>"
    one = entry(f'<content type="xhtml"><div {declared}>{body}</div></content>')

    assert (one.open, one.phase) == (False, "resolved")
    assert [update.text for update in one.updates] == ["It works again, a < b.", "We look."]


def test_fields_stand_on_their_lines() -> None:
    one = entry("<content><p><b>Status:</b> Monitoring</p><p>It <i>works</i>.</p></content>")

    assert one.phase == "monitoring"


def test_a_title_keeps_what_follows_its_markup() -> None:
    title = '<title type="xhtml">API <b>errors</b> in EU only</title>'

    assert entry("", title).title == "API errors in EU only"
