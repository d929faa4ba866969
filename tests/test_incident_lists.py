"""Lists of incidents, read again and again: nothing is lost or doubled, and what leaves them."""

import json
from dataclasses import replace

import pytest
from lxml import etree

import running
from crawler import platforms
from crawler.model import Incident, Level, Reading, Visit
from crawler.times import iso, parse
from crawler.wire import Reply
from lives import HOUR, MINUTE, START, Life, incident, reading, update
from looking import read
from shared import SHARED, requires_shared

STEP = 10 * MINUTE
SERIES = SHARED / "payloads" / "statuspage" / "github-history-atom-series"


@requires_shared
def test_a_history_feed_read_day_by_day_loses_and_doubles_nothing(life: Life) -> None:
    union: dict[str, Incident] = {}
    changes: dict[str, set[tuple[str, ...]]] = {}
    files = sorted(SERIES.glob("*.atom"))
    assert len(files) >= 10
    for path in files:
        stamp = path.name.split("-")[0]
        day = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:11]}:{stamp[11:13]}:{stamp[13:]}"
        now = parse(day)
        assert now is not None
        reply = Reply(url="https://acme.test/history.atom", status=200, body=path.read_bytes())
        found = platforms.read("feed", {"feed": reply})
        entries = etree.fromstring(path.read_bytes()).findall("{http://www.w3.org/2005/Atom}entry")
        work = {one.id for one in found.maintenances}
        assert len(found.incidents) + len(work) == len(entries)
        life.run(now, {"acme": found})
        for one in found.incidents:
            union[one.id] = one
            changes.setdefault(one.id, set()).add(tuple(sorted(u.text for u in one.updates)))
    last = life.runs[-1].id
    records = {one.incident.id: one for one in life.store.memories(last).records}
    everything = dict(
        life.store.connection.execute("SELECT id, impact FROM incidents WHERE provider = 'acme'")
    )

    assert everything.keys() == union.keys()
    # Atom has no impact and no start: they stay unknown rather than being made up.
    assert set(everything.values()) == {None}
    assert len(records) > 20
    for key, record in records.items():
        wordings = {revision.text for revision in record.revisions if revision.key}
        assert wordings == {text for one in changes[key] for text in one}
        assert record.withdrawn_at is None


@pytest.mark.parametrize("history", [True, False])
def test_an_incident_that_its_page_no_longer_tells_of_is_over_after_three_readings(
    history: bool,
    life: Life,
) -> None:
    life.run(START, {"acme": reading(incident(), word=Level.MINOR, history=history)})
    opened, ended = [], []
    for number in range(1, 5):
        now = START + number * STEP
        life.run(now, {"acme": reading(history=history)})
        opened.append(len(life.board(now).open))
        (record,) = life.store.memories(now).records
        ended.append(record.incident.ended_at)

    first = START + STEP
    assert opened == [1, 1, 0, 0]
    assert ended == [None, None, first, first], "it ended with the first reading that lacked it"
    assert record.withdrawn_at is None


def level(life: Life, now: int) -> Level:
    return life.board(now).rows[0].verdict.level


def test_what_left_a_page_does_not_come_back_when_the_page_cannot_be_read(life: Life) -> None:
    outage = incident("x", "Big outage", impact=Level.CRITICAL)
    said: list[Reading | str] = [
        reading(outage, word=Level.CRITICAL, history=False),
        reading(history=False),
        reading(history=False),
        "http_5xx",
    ]
    levels = []
    for number, one in enumerate(said):
        now = START + number * STEP
        life.run(now, {"acme": one})
        levels.append(level(life, now))

    assert levels == [Level.CRITICAL, Level.CRITICAL, Level.NONE, Level.NONE]


OLD = incident("old", "Never closed", impact=Level.MAJOR, started=START - 5 * HOUR)
NEXT = incident("next", open=False, started=START - 4 * HOUR)
NEW = incident("new", open=False, started=START - HOUR)


def feed(*incidents: Incident) -> Reading:
    return Reading(headline="A feed", incidents=incidents, history=True)


def test_a_feed_that_says_the_same_again_means_the_same(life: Life) -> None:
    life.run(START, {"acme": feed(OLD, NEXT)})
    levels = []
    for number in range(1, 9):
        now = START + number * STEP
        same = Visit("acme", now, unchanged=True, platform="statuspage")
        life.run(now, {"acme": same if number in (3, 8) else feed(NEXT, NEW)})
        levels.append(level(life, now))

    assert levels == [Level.MAJOR, *[Level.NONE] * 7]


@pytest.mark.parametrize("rest", [(NEXT, NEW), (NEW,)], ids=["some", "all"])
def test_an_incident_that_newer_ones_pushed_off_the_end_of_a_feed_is_over(
    rest: tuple[Incident, ...], life: Life
) -> None:
    life.run(START, {"acme": feed(OLD, NEXT)})
    opened = []
    for number in range(1, 5):
        now = START + number * STEP
        life.run(now, {"acme": feed(*rest)})
        opened.append(len(life.board(now).open))
    record = next(one for one in life.store.memories(now).records if one.incident.id == "old")

    assert opened == [1, 1, 0, 0]
    assert (record.incident.ended_at, record.withdrawn_at) == (START + STEP, None)
    assert life.store.memory().watched == frozenset(), "nothing is awaited any more"


def test_what_newer_ones_push_off_a_list_is_not_withdrawn_though_an_older_one_is_still_open(
    life: Life,
) -> None:
    # A page's summary lists what is open beside the newest fifty.
    lasting = incident("lasting", impact=Level.NONE, started=START - 99 * HOUR)
    first = incident("first", open=False, started=START - 5 * HOUR)
    life.run(START, {"acme": reading(lasting, first, NEXT)})
    for number in range(1, 5):
        life.run(START + number * STEP, {"acme": reading(lasting, NEXT, NEW)})
    known = {one.incident.id: one for one in life.store.memories(life.runs[-1].id).records}
    for number in range(5, 9):
        life.run(START + number * STEP, {"acme": reading(lasting, NEXT)})
    after = {one.incident.id: one for one in life.store.memories(life.runs[-1].id).records}

    assert {one.withdrawn_at for one in known.values()} == {None}
    assert after["new"].withdrawn_at == START + 7 * STEP, "the list still reaches back to it"
    assert after["first"].withdrawn_at is None


LONG = incident("long", open=False, started=START - 9 * HOUR)


@pytest.mark.parametrize(
    ("longer", "deleted"),
    [
        (replace(LONG, ended_at=START - 7 * HOUR), ["last"]),
        (replace(LONG, updates=(update("u1", "Why.", START - HOUR, "postmortem"),)), []),
    ],
    ids=["by their ends, as Statuspage", "by their last changes, as Slack"],
)
def test_a_list_may_drop_what_was_over_first_though_it_began_later(
    longer: Incident, deleted: list[str], life: Life
) -> None:
    short = incident("short", open=False, started=START - 8 * HOUR)
    last = incident("last", open=False, started=START - 2 * HOUR)
    life.run(START, {"acme": reading(last, longer, short)})
    for number in range(1, 5):
        life.run(START + number * STEP, {"acme": reading(NEW, last, longer)})
    for number in range(5, 9):
        life.run(START + number * STEP, {"acme": reading(NEW, longer)})
    records = life.store.memories(life.runs[-1].id).records

    assert [one.incident.id for one in records if one.withdrawn_at] == deleted


def test_what_a_list_left_out_once_is_as_it_was_when_the_list_has_moved_on(life: Life) -> None:
    closed = [
        incident(key, open=False, started=START - hours * HOUR)
        for key, hours in (("a", 90), ("b", 50), ("c", 20))
    ]
    why = update("why", "Why.", START + MINUTE, "postmortem")
    later = [replace(one, updates=(why,)) for one in closed[::2]]
    life.run(START, {"acme": reading(*closed)})
    life.run(START + STEP, {"acme": reading(*closed[::2])})
    assert life.store.memory().watched == {"acme"}
    for number in range(2, 5):
        life.run(START + number * STEP, {"acme": reading(*later)})

    assert life.store.memory().watched == frozenset()
    records = life.store.memories(life.runs[-1].id).records
    assert {one.withdrawn_at for one in records} == {None}
    assert [len(run.incidents) for run in life.runs] == [3, 1, 3, 0, 0]


def test_a_list_that_was_cut_claims_no_time_before_the_ends_that_it_kept(life: Life) -> None:
    long = incident("long", open=False, started=START - 90 * HOUR)
    long = replace(long, ended_at=START - 20 * HOUR)
    short = incident("short", open=False, started=START - 10 * HOUR)
    life.run(START, {"acme": replace(reading(short, long), notes=("incidents_cut",))})

    assert life.store.memories(START).covers == {"acme": START - 20 * HOUR}


def test_what_states_no_start_and_leaves_the_end_of_a_list_is_not_withdrawn(life: Life) -> None:
    bare = incident("bare", open=False, started=START - 50 * HOUR)
    bare = replace(bare, started_at=None, created_at=None)
    older = incident("older", open=False, started=START - 30 * HOUR)
    life.run(START, {"acme": feed(bare, older)})
    for number in range(1, 5):
        life.run(START + number * STEP, {"acme": feed(older)})

    records = life.store.memories(life.runs[-1].id).records
    assert {one.withdrawn_at for one in records} == {None}


def test_a_feed_in_the_place_of_the_page_ends_nothing_by_its_silence(life: Life) -> None:
    page = reading(OLD, word=Level.MAJOR, history=False)
    life.run(START, {"acme": page})
    levels, opened = [], []
    for number in range(1, 8):
        now = START + number * STEP
        note = "fallback:http_5xx"
        there = Visit("acme", now, feed(NEXT, NEW), platform="feed", note=note)
        same = Visit("acme", now, unchanged=True, platform="feed", note=note)
        life.run(now, {"acme": (same if number == 5 else there) if number < 7 else page})
        levels.append(level(life, now))
        opened.append([story.record.incident.id for story in life.board(now).open])
    record = next(one for one in life.store.memories(now).records if one.incident.id == "old")

    assert levels == [*[Level.UNKNOWN] * 6, Level.MAJOR]
    assert opened == [["old"]] * 7
    assert record.phases == ((OLD.started_at, None),)


def test_its_silence_does_not_count_for_the_end_that_the_page_tells_of(life: Life) -> None:
    life.run(START, {"acme": reading(OLD, word=Level.MAJOR, history=False)})
    opened = []
    for number in range(1, 6):
        now = START + number * STEP
        there = Visit("acme", now, feed(NEXT, NEW), platform="feed", note="fallback:timeout")
        life.run(now, {"acme": there if number == 1 else reading(history=False)})
        opened.append([story.record.incident.id for story in life.board(now).open])
    record = next(one for one in life.store.memories(now).records if one.incident.id == "old")

    assert opened == [["old"]] * 3 + [[]] * 2
    assert record.incident.ended_at == START + 2 * STEP


def test_a_feed_that_is_all_we_may_read_is_the_page(life: Life) -> None:
    for number, said in enumerate((feed(OLD, NEXT), *[feed(NEXT, NEW)] * 3)):
        now = START + number * STEP
        life.run(now, {"acme": Visit("acme", now, said, platform="feed", note="fallback:robots")})

    assert life.board(now).open == ()


def twins(number: int) -> list[dict[str, object]]:
    """A page of Google Cloud that lists an incident as lasting and as over, changed just now."""
    lasting: dict[str, object] = {
        "id": "X1",
        "external_desc": "Twice",
        "begin": "2026-11-22T10:00:00Z",
        "severity": "low",
        "updates": [],
        "modified": f"2026-11-22T10:3{number}:00Z",
        "affected_products": [{"id": "p1", "title": "Storage"}],
    }
    over = {
        **lasting,
        "begin": "2026-11-22T09:00:00Z",
        "end": "2026-11-22T10:20:00Z",
        "severity": "high",
        "affected_products": [{"id": "p2", "title": "Queues"}],
    }
    return [lasting, over]


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_listed_twice_is_one_incident_that_lasts_while_either_does(order: int) -> None:
    found = read("gcp", incidents=twins(0)[::order])

    (one,) = found.incidents
    assert (one.open, one.impact, one.ended_at) == (True, Level.CRITICAL, None)
    assert one.started_at == parse("2026-11-22T09:00:00Z")
    assert one.components == ("Queues", "Storage", "p1", "p2")


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_twins_in_the_list_of_a_statuspage_does_not_matter(order: int) -> None:
    over = {"status": "resolved", "resolved_at": "2026-11-22T10:30:00Z"}
    rows = [running.incident("a", "Twice"), running.incident("a", "Twice", **over)][::order]
    page = json.loads(running.summary().body)  # type: ignore[arg-type]
    listed = read("statuspage", summary=page, incidents={"page": page["page"], "incidents": rows})
    newer = read(
        "statuspage", summary={**page, "incidents": rows[:1]}, incidents={"incidents": rows}
    )

    assert [one.open for one in listed.incidents] == [True]
    assert [one.open for one in newer.incidents] == [order == 1], "the summary is the newer one"


def test_what_is_listed_twice_is_no_news_at_each_run(life: Life) -> None:
    for number in range(4):
        said = read("gcp", incidents=twins(number))
        life.run(START + number * STEP, {"acme": said})

    assert [len(run.incidents) for run in life.runs] == [1, 0, 0, 0]
    (record,) = life.store.memories(life.runs[-1].id).records
    assert len(record.phases) == 1


@pytest.mark.parametrize("backwards", [False, True])
def test_of_a_list_too_long_to_read_firehydrant_s_newest_incidents_are_read(
    backwards: bool,
) -> None:
    hours = range(600)
    rows = [
        {
            "id": f"i{hour}",
            "title": "Slow",
            "severitySlug": "SEV4",
            "timestamps": {
                "started": iso(START - hour * HOUR),
                "resolved": iso(START - hour * HOUR + MINUTE),
            },
        }
        for hour in (reversed(hours) if backwards else hours)
    ]
    page = {"conditions": {}, "components": [{"id": "c1", "name": "API"}], "incidents": rows}
    reply = Reply(url="https://x.test/", status=200, body=json.dumps(page).encode())

    found = platforms.read("firehydrant", {"payload": reply})

    assert [one.id for one in found.incidents] == [f"i{hour}" for hour in range(500)]
    assert found.notes == ("incidents_cut",)
