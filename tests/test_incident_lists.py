"""Lists of incidents, read again and again: nothing is lost or doubled, and what leaves them."""

from dataclasses import replace

import pytest
from lxml import etree

from crawler import platforms
from crawler.model import Incident, Level, Reading
from crawler.times import parse
from crawler.wire import Reply
from lives import HOUR, MINUTE, START, Life, incident, reading
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
    opened = []
    for number in range(1, 5):
        now = START + number * STEP
        life.run(now, {"acme": reading(history=history)})
        opened.append(len(life.board(now).open))
    (record,) = life.store.memories(now).records

    assert opened == [1, 1, 0, 0]
    assert record.incident.ended_at == START + 3 * STEP
    assert record.withdrawn_at is None


def test_an_incident_that_dropped_off_the_end_of_a_feed_is_not_over(life: Life) -> None:
    old = incident("old")
    page = Reading(headline="A feed", incidents=(old,), history=True)
    life.run(START, {"acme": page})
    new = incident("new", started=START + 5 * MINUTE)
    for number in range(1, 6):
        life.run(START + number * STEP, {"acme": replace(page, incidents=(new,))})

    assert len(life.board(START + HOUR).open) == 2
