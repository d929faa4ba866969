"""What a feed's item says of itself in its title and by the order of its messages."""

import pytest

from crawler.model import Incident, Level
from crawler.scope import scope
from looking import read


def item(title: str, body: str = "") -> Incident:
    """The one item of a feed, as it is read."""
    date = "<pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate>"
    told = f"<description><![CDATA[{body}]]></description>"
    feed = f"<rss><channel><item><title>{title}</title>{date}{told}</item></channel></rss>"
    (one,) = read("feed", feed=feed.encode()).incidents
    return one


@pytest.mark.parametrize("state", ["Investigating", "Identified", "Monitoring", "Resolved"])
def test_a_state_in_brackets_is_no_component(state: str) -> None:
    assert item(f"[{state}] API errors").components == ()
    assert item(f"[API] {state}: errors").components == ("API", "API")


def test_an_open_item_that_names_its_state_first_counts_for_who_follows_components() -> None:
    feed = b"<rss><channel><item><title>[Investigating] Errors</title></item></channel></rss>"

    assert scope(["API"], (), read("feed", feed=feed)).level is Level.MINOR


@pytest.mark.parametrize(
    ("title", "open_"),
    [
        ("DNS names are not resolved: outage", True),
        ("[API] Names cannot be resolved: errors", True),
        ("Resolved: errors", False),
        ("[Resolved] Errors", False),
        ("Errors [resolved]", False),
        ("[API] Resolved: errors", False),
        ("API - Resolved: errors", False),
        ("Postmortem: errors", False),
    ],
)
def test_a_title_ends_an_incident_only_where_a_part_of_it_begins_so(
    title: str, *, open_: bool
) -> None:
    assert item(title).open is open_


@pytest.mark.parametrize("newest_first", [True, False])
def test_dated_messages_count_by_their_dates_in_whatever_order(*, newest_first: bool) -> None:
    said = [
        "<p>Sun, 22 Nov 2026 09:00:00 GMT</p><p>Investigating - We look.</p>",
        "<p>Sun, 22 Nov 2026 09:40:00 GMT</p><p>Resolved - It is over.</p>",
    ]
    one = item("Errors", "".join(reversed(said) if newest_first else said))

    assert (one.open, one.phase) == (False, "resolved")
    assert [update.phase for update in one.updates] == ["resolved", "investigating"]
    assert (one.ended_at or 0) - (one.started_at or 0) == 40 * 60


@pytest.mark.parametrize(
    ("newest", "oldest", "phase"),
    [
        ("Update - Logins:<br>Resolved - Europe<br>All else fails.", "We look.", "investigating"),
        ("Monitoring - Logins:<br>Resolved: Europe", "We look.", "monitoring"),
        ("Resolved - It is over.", "We look.<br>Status: Investigating", "resolved"),
    ],
)
def test_a_label_within_a_dated_message_is_a_word_of_its_writer(
    newest: str, oldest: str, phase: str
) -> None:
    date = "Nov 22, {} UTC<br>"
    one = item(
        "Errors", f"{date.format('09:40')}{newest}<p>{date.format('09:00')}Investigating - {oldest}"
    )

    assert (one.open, one.phase) == (phase != "resolved", phase)
    written = newest.partition(" - ")[2].replace("<br>", "\n")
    assert [update.text for update in one.updates] == [written, oldest.replace("<br>", "\n")]
