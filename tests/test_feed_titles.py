"""What a feed's item says of itself in its title and by the order of its messages."""

import pytest

from crawler import times
from crawler.model import Incident, Level, Reading
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
        ("Resolved - errors", False),
        ("Errors - Resolved", False),
        ("Errors (resolved)", False),
        ("Issue auto-resolved", True),
        ("Errors - not resolved", True),
        ("[EU - Resolved] [US - Investigating] Errors", True),
        ("[EU - Resolved] [US - Resolved] Errors", False),
    ],
)
def test_a_title_ends_an_incident_only_where_a_part_of_it_begins_so(
    title: str, *, open_: bool
) -> None:
    assert item(title).open is open_


def test_a_message_that_only_adds_something_leaves_the_state_to_the_title() -> None:
    assert item("[Resolved] Errors", "Update: all regions are back.").phase == "resolved"
    assert item("[Investigating] Errors", "Resolved - They are back.").phase == "resolved"
    assert item("Errors", "Update: we still look.").phase == "update"


def test_a_status_may_go_on_in_words() -> None:
    assert item("Errors", "<b>Status: Resolved - The fix is out.</b>").phase == "resolved"


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


def level(*items: str) -> tuple[Level | None, Reading]:
    """What a feed of some items says, and its level for who follows a component of the page."""
    found = read("feed", feed=f"<rss><channel>{''.join(items)}</channel></rss>".encode())
    return scope(["API"], (), found).level, found


def told(title: str, hour: int, guid: str = "https://acme.test/1#update-") -> str:
    """An item for one message, as Better Stack's feed has it."""
    date = f"<pubDate>Sun, 22 Nov 2026 {hour:02}:00:00 GMT</pubDate>"
    return f"<item><title>{title}</title>{date}<guid>{guid}{hour}</guid></item>"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Errors", "Status: Investigating<br>Requests fail.<br>Type: Maintenance"),
        ("[Investigating] Errors", "Requests fail.<br>Type: Maintenance"),
    ],
)
def test_a_writer_who_names_a_type_makes_no_work_of_an_outage(title: str, body: str) -> None:
    assert item(title, body).phase == "investigating"


@pytest.mark.parametrize(
    "body",
    [
        "<b>Status: Identified</b><br><ul><li>Completed: us</li><li>In progress: eu</li></ul>",
        "Status: Investigating<br><ul><li>Scheduled: next update at 14:00 UTC</li></ul>",
        "Status: Monitoring<br>We look on.<br>Completed: failover",
        "Status: IN PROGRESS<br>Severity: unavailable",
        "Investigating - The upgrade failed.<br>In progress - It began.<br>Scheduled - We upgrade.",
    ],
)
def test_an_outage_whose_message_has_words_of_work_is_no_work(body: str) -> None:
    assert item("API down", body).open


@pytest.mark.parametrize("phase", ["Scheduled", "In progress", "Verifying", "Completed"])
def test_work_is_work_in_each_of_its_states(phase: str) -> None:
    body = f"<description><![CDATA[{phase} - More.<br>Scheduled - We upgrade.]]></description>"
    found = level(f"<item><title>Upgrade</title>{body}</item>")[1]

    assert (len(found.incidents), len(found.maintenances)) == (0, 1)


def test_what_is_in_progress_is_an_outage_where_no_work_was_announced() -> None:
    resolved = told("[Resolved] Slow", 9, "https://acme.test/2#update-")

    assert level(told("[In progress] API is down", 10), resolved)[0] is Level.MINOR


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    ("newest", "oldest", "over"),
    [("Investigating", "Resolved", False), ("Resolved", "Investigating", True)],
)
def test_messages_of_instatus_stand_by_their_dates(
    newest: str, oldest: str, *, over: bool, newest_first: bool
) -> None:
    said = [
        f"<p>Nov 22, 10:00:10 GMT+0<br>{newest} - They are back.</p>",
        f"<p>Nov 22, 09:00:10 GMT+0<br>{oldest} - Errors from 8 to 9.</p>",
    ]
    one = item("Errors", "Type: Incident" + "".join(said if newest_first else reversed(said)))

    assert (one.open, one.phase) == (not over, newest.lower())
    assert [update.phase for update in one.updates] == [newest.lower(), oldest.lower()]


def test_fields_of_an_item_may_stand_below_the_date_of_its_message() -> None:
    date = "<p>Nov 22, 09:50 UTC<br>Status: {}<br>Severity: Critical<br>"
    one = item("Errors", date.format("Investigating") + "Requests fail.")
    over = item(
        "Errors", date.format("Resolved") + "Resolved: Sun, 22 Nov 2026 09:40:00 GMT<br>All fixed."
    )

    assert (one.impact, [update.text for update in one.updates]) == (
        Level.CRITICAL,
        ["Requests fail."],
    )
    assert times.iso_or_none(over.ended_at) == "2026-11-22T09:40:00Z"


def test_a_field_in_the_words_of_a_dated_message_is_its_writer_s() -> None:
    one = item("Errors", "<p>Nov 22, 09:50 UTC<br>Investigating - We look.<br>Severity: Critical")

    assert (one.impact, one.updates[0].text) == (None, "We look.\nSeverity: Critical")


def test_a_status_without_letters_hides_no_label() -> None:
    one = item("Errors", "Status: ✅<br>Resolved - All fixed.")

    assert (one.open, one.phase) == (False, "resolved")


def test_a_date_in_the_words_of_an_undated_message_ends_no_message() -> None:
    said = "Resolved - Fixed at<br>2026-11-22 09:40 UTC<br>Monitoring - A fix.<br>"
    one = item("Errors", said + "Investigating - We look.")

    assert [update.phase for update in one.updates] == ["resolved", "monitoring", "investigating"]
    assert one.started_at is None


def test_a_title_does_not_change_with_the_state_that_begins_it() -> None:
    titles = ["[Investigating] Errors", "[Resolved] Errors", "Errors [resolved]", "[Resolved]"]

    assert [item(title).title for title in titles] == ["Errors", "Errors", *titles[2:]]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    ("states", "kinds"),
    [
        (("Scheduled", "Completed"), ([], ["completed"])),
        (("Scheduled", "In progress"), ([], ["in_progress"])),
        (("Scheduled", "Investigating"), (["investigating"], [])),
        (("Investigating", "Completed"), ([], ["completed"])),
    ],
)
def test_the_newest_item_of_an_event_says_what_it_is(
    states: tuple[str, str], kinds: tuple[list[str], list[str]], *, newest_first: bool
) -> None:
    said = [told(f"[{state}] Disks", hour) for hour, state in enumerate(states, 8)]
    _, found = level(*(reversed(said) if newest_first else said))

    assert (
        [one.phase for one in found.incidents],
        [one.phase for one in found.maintenances],
    ) == kinds
    assert {one.title for one in found.incidents} <= {"Disks"}
    assert {one.title for one in found.maintenances} <= {"Disks"}
