"""What is written of an incident that is over moves its end on no platform."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from crawler import times
from crawler.model import Reading, Update
from crawler.platforms import vocabulary
from lives import HOUR, MINUTE, START, Life, incident, reading
from looking import CASES, read
from shared import SHARED, requires_shared

DAY = 24 * HOUR
RESOLVED, SUMMED_UP = "2026-11-10T12:00:00Z", "2026-11-12T09:30:00Z"
Json = Any
Said = tuple[str, dict[str, str]]  # when, and the state of each resource that is named


def case(path: str) -> Json:
    return json.loads((CASES / path).read_text())


def ends(found: Reading) -> list[str | None]:
    return [times.iso_or_none(one.ended_at) for one in found.incidents if not one.open]


@pytest.mark.parametrize(
    ("told", "end"),
    [
        ("resolved:5 monitoring:3", 5),
        ("resolved:9 resolved:5 monitoring:3", 5),
        ("postmortem:9 resolved:5 investigating:1", 5),
        ("postmortem:9 update:7 resolved:5 investigating:1", 5),
        ("update:9 resolved:5 update:4 investigating:1", 5),
        (":9 resolved:5 investigating:1", 5),
        ("resolved:9 investigating:7 resolved:5 investigating:1", 9),
        ("postmortem:9 resolved:? investigating:?", 9),
        ("resolved:5", 5),
        ("resolved:?", None),
        ("monitoring:3", None),
        ("", None),
    ],
)
def test_the_end_is_the_first_of_the_last_closing_messages(told: str, end: int | None) -> None:
    parts = [one.split(":") for one in told.split()]
    updates = [Update("u", None if at == "?" else int(at), phase, "x") for phase, at in parts]

    assert vocabulary.closed_at(updates) == end


def test_a_summary_moves_no_end_on_pagerduty() -> None:
    page = (CASES / "pagerduty/fine/page.html").read_text()
    document = json.loads(page.partition('application/json">')[2].partition("</script>")[0])
    (one,) = document["summary"]["resolved_incidents"]
    one["updates"].insert(0, {**one["updates"][0], "id": "U3", "reported_at": SUMMED_UP})

    assert ends(read("pagerduty", page=document)) == [RESOLVED]


def test_a_postmortem_moves_no_end_on_incident_io() -> None:
    document = case("incidentio_native/monitoring_reads_operational/page.json")
    (one,) = document["summary"]["ongoing_incidents"]
    later = [("resolved", "2026-11-20T12:00:00Z"), ("postmortem", "2026-11-22T12:00:00Z")]
    one["updates"] += [
        {"id": f"01K{stage}", "published_at": at, "to_status": stage} for stage, at in later
    ]
    one["status"] = "postmortem"

    assert ends(read("incidentio_native", page=document)) == ["2026-11-20T12:00:00Z"]


def test_a_summary_moves_no_end_on_datadog() -> None:
    document = case("datadog/closed_incident_reads_operational/config.json")
    (one,) = document["incidents"]
    one["timeline"].insert(0, {**one["timeline"][0], "id": "t3", "startedAt": SUMMED_UP})
    one["resolvedDate"] = None

    assert ends(read("datadog", config=document)) == [RESOLVED]


def test_a_summary_moves_no_end_on_aws() -> None:
    events = case("aws/over_in_utf8/events.json")
    log = events[0]["event_log"]
    end = log[0]["timestamp"]
    log.insert(0, {**log[0], "timestamp": end + 2 * DAY})

    assert ends(read("aws", events=events))[0] == times.iso(end)


def better_stack(*said: Said) -> Json:
    updates = [
        {
            "id": f"u{number}",
            "type": "status_update",
            "attributes": {
                "message": "As told.",
                "published_at": at,
                "affected_resources": [
                    {"status_page_resource_id": key, "status": state} for key, state in now.items()
                ],
            },
        }
        for number, (at, now) in enumerate(said)
    ]
    report = {
        "id": "9",
        "type": "status_report",
        "attributes": {
            "title": "Calls fail",
            "starts_at": said[0][0],
            "ends_at": None,
            "aggregate_state": "resolved",
        },
        "relationships": {"status_updates": {"data": updates}},
    }
    state = {"company_name": "Acme", "aggregate_state": "operational"}
    page = {"id": "1", "type": "status_page", "attributes": state}
    return {"data": page, "included": [report, *updates]}


DOWN, WELL = ({"a": one, "b": one} for one in ("downtime", "resolved"))
BEGUN, HALF = "2026-11-10T10:00:00Z", "2026-11-10T11:00:00Z"


@pytest.mark.parametrize(
    "said",
    [
        [(RESOLVED, WELL), (SUMMED_UP, {"a": "resolved"})],
        [(RESOLVED, WELL), (SUMMED_UP, {})],
        [(HALF, {"a": "resolved"}), (RESOLVED, {"b": "resolved"})],
        [(HALF, WELL), ("2026-11-10T11:30:00Z", DOWN), (RESOLVED, WELL)],
        [(HALF, {}), (RESOLVED, {})],
    ],
    ids=["summary", "summary of nothing", "one by one", "reopened", "never said"],
)
def test_better_stack_is_over_when_every_resource_is(said: Sequence[Said]) -> None:
    document = better_stack((BEGUN, DOWN), *said)
    for _ in range(2):
        assert ends(read("betterstack", index=document)) == [RESOLVED]
        document["included"].reverse()


def entry(*said: tuple[str, str], updated: str = SUMMED_UP) -> bytes:
    """Statuspage's feed of one incident: a date without a year and a label for each message."""
    lines = (
        f"&lt;p&gt;&lt;small&gt;{date}&lt;/small&gt;&lt;br&gt;"
        f"&lt;strong&gt;{label}&lt;/strong&gt; - As told.&lt;/p&gt;"
        for date, label in said
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>i1</id><title>Calls fail</title>'
        f"<published>{updated}</published><updated>{updated}</updated>"
        f'<content type="html">{"".join(lines)}</content></entry></feed>'
    ).encode()


@pytest.mark.parametrize(
    ("zone", "end"),
    [("UTC", "2026-11-10T12:00:00Z"), ("PST", SUMMED_UP)],
    ids=["its date is read", "of another clock nothing is guessed"],
)
def test_a_postmortem_in_a_feed_is_not_the_end(zone: str, end: str) -> None:
    dates = (f"Nov 12, 09:30 {zone}", f"Nov 10, 12:00 {zone}", f"Nov 10, 10:00 {zone}")
    labels = ("Postmortem", "Resolved", "Investigating")

    assert ends(read("feed", feed=entry(*zip(dates, labels, strict=True)))) == [end]


def test_an_edit_of_the_last_message_in_a_feed_moves_no_end() -> None:
    said = (("Nov 10, 12:00 UTC", "Resolved"), ("Nov 10, 10:00 UTC", "Investigating"))

    assert ends(read("feed", feed=entry(*said))) == [RESOLVED]
    # In its own minute the entry knows the second.
    exact = "2026-11-10T12:00:41Z"
    assert ends(read("feed", feed=entry(*said, updated=exact))) == [exact]


def test_a_date_without_a_year_is_the_last_such_day() -> None:
    said = (("Jan 2, 09:30 UTC", "Postmortem"), ("Dec 30, 12:00 UTC", "Resolved"))
    feed = entry(*said, updated="2027-01-02T09:30:10Z")

    assert ends(read("feed", feed=feed)) == ["2026-12-30T12:00:00Z"]


@requires_shared
def test_the_feeds_of_github_tell_one_end_of_an_incident_whatever_was_added_later() -> None:
    told: defaultdict[str, set[int]] = defaultdict(set)
    for file in sorted((SHARED / "payloads/statuspage/github-history-atom-series").iterdir()):
        for one in read("feed", feed=file.read_bytes()).incidents:
            told[one.id] |= {one.ended_at} if one.ended_at is not None else set()

    # An entry that was edited knows the minute alone.
    moved = {key for key, known in told.items() if known and max(known) - min(known) >= MINUTE}
    assert len(told) > 100
    assert moved == set()


def slack(end: int, status: str = "resolved") -> Reading:
    """What Slack says of an outage from START on that was changed last at `end`."""
    row = {
        "id": 546,
        "date_created": times.iso(START),
        "date_updated": times.iso(end),
        "title": "Messages fail",
        "type": "outage",
        "status": status,
        "services": ["Messaging"],
        "notes": [{"date_created": times.iso(end), "body": "As told."}],
    }
    old = {**row, "id": 1, "date_created": times.iso(START - 60 * DAY), "status": "resolved"}
    state = "active" if status == "active" else "ok"
    current = {"status": state, "date_updated": times.iso(end), "active_incidents": []}
    return read("slack", current=current, history=[row, old])


def test_slack_states_no_end_and_the_first_one_that_was_known_stays(life: Life) -> None:
    def seen(now: int, said: Reading) -> tuple[int | None, tuple[object, ...]]:
        life.run(now, {"acme": said})
        (story,) = [one for one in life.board(now).stories if one.record.incident.id == "546"]
        return story.record.incident.ended_at, story.record.phases

    once = ((START, START + HOUR),)
    assert seen(START + HOUR + 60, slack(START + HOUR)) == (START + HOUR, once)
    assert seen(START + 2 * DAY + 60, slack(START + 2 * DAY)) == (START + HOUR, once)
    again = START + 3 * DAY
    seen(again, slack(again, "active"))
    # It was reopened, and so it has another end.
    twice = (*once, (again, again + HOUR))
    assert seen(again + HOUR + 60, slack(again + HOUR)) == (again + HOUR, twice)
    assert seen(again + DAY, slack(again + DAY)) == (again + HOUR, twice)


def test_an_end_that_a_page_states_may_be_corrected_to_a_later_one(life: Life) -> None:
    over = incident("i1", open=False, ended_at=START + HOUR)
    life.run(START + 2 * HOUR, {"acme": reading(over)})
    life.run(START + 3 * HOUR, {"acme": reading(replace(over, ended_at=START + 2 * HOUR))})

    (story,) = life.board(START + 3 * HOUR).stories
    assert story.record.incident.ended_at == START + 2 * HOUR
