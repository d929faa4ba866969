"""Every recorded and every hostile reply of the reference data has the outcome agreed for it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from crawler import platforms, text
from crawler.errors import REASONS, Unreadable
from crawler.model import Incident, Level, Maintenance, Reading
from shared import Hostile, Payload, hostile, payloads, reply, requires_shared

pytestmark = requires_shared

OURS = ("statuspage", "incidentio", "rss")
SCHEMA = "payloads/statuspage/doc/incidents-nr1.json"
"""A JSON Schema of incidents, listed as history, which describes a reply and is none."""


@dataclass(frozen=True)
class Outcome:
    """What reading one file gave: a reading or a reason, and the seconds that it took."""

    reading: Reading | None
    reason: str
    seconds: float


def outcome(file: str) -> Outcome:
    """Read a file as whichever platform recognises it, else as the one for its extension."""
    one = reply(file)
    usual = "feed" if file.endswith((".xml", ".atom", ".rss")) else "statuspage"
    started = time.process_time()
    reading, reason = None, ""
    try:
        reading = platforms.read(platforms.recognise(one) or usual, {"file": one})
    except Unreadable as error:
        reason = error.reason
    return Outcome(reading, reason, time.process_time() - started)


def files(reads: str) -> list[Payload]:
    rows = [row for row in payloads() if row.platform in OURS and row.reads == reads]
    return [row for row in rows if row.file != SCHEMA]


def test_the_reference_data_is_all_there() -> None:
    assert len(payloads()) >= 150
    assert len(files("history")) >= 70
    assert len(files("page")) >= 10
    assert len(hostile("json")) >= 150
    assert len(hostile("feeds")) >= 70


@pytest.mark.parametrize("row", files("history"), ids=lambda row: row.file[9:])
def test_a_recorded_history_has_incidents_and_no_word(row: Payload) -> None:
    read = outcome(row.file)

    assert read.reading is not None, read.reason
    assert read.reading.word is None
    assert read.reading.incidents or read.reading.maintenances
    assert all(one.title and one.id for one in read.reading.incidents)
    assert read.seconds < 3.0


@pytest.mark.parametrize("row", files("page"), ids=lambda row: row.file[9:])
def test_a_recorded_page_is_recognised_and_says_how_things_are(row: Payload) -> None:
    read = outcome(row.file)

    assert platforms.recognise(reply(row.file)) == row.platform
    assert read.reading is not None, read.reason
    assert read.reading.current
    assert read.reading.word not in (None, Level.UNKNOWN)
    assert read.reading.components


def test_a_schema_is_no_history() -> None:
    assert outcome(SCHEMA).reason == "unexpected_shape"


REASON = {
    "reject:encoding": {"encoding", "not_xml"},
    "reject:depth": {"not_json", "not_xml"},
    "reject:duplicate-key": {"not_json"},
    "reject:not-json": {"not_json"},
    "reject:challenge": {"challenge"},
    "reject:schema": {"unexpected_shape"},
    "reject: DTD": {"xml_dtd"},
    "reject: depth": {"not_xml"},
    "reject within 1 s": {"too_large"},
}
"""What may be told to people for an agreed rejection, where its words are that definite."""


def expected(kind: str, word: str) -> list[Hostile]:
    return [one for one in hostile(kind) if one.expect.startswith(word)]


def both(word: str) -> list[Hostile]:
    return [*expected("json", word), *expected("feeds", word)]


def either(one: Hostile) -> bool:
    """Whether reading it and refusing it are both agreed."""
    return any(word in one.expect for word in ("or reject", "or stripped", "or ignored"))


@pytest.mark.parametrize("one", both("reject"), ids=lambda one: one.file[8:])
def test_what_must_be_rejected_is_unreadable_for_a_fitting_reason(one: Hostile) -> None:
    read = outcome(one.file)

    fitting = next((REASON[key] for key in REASON if one.expect.startswith(key)), REASONS.keys())
    assert read.seconds < 1.0
    assert read.reason in fitting or (either(one) and read.reading is not None)
    assert read.reading is None or read.reading.word is not Level.NONE


@pytest.mark.parametrize("one", both("ok"), ids=lambda one: one.file[8:])
def test_what_is_ok_is_read_clean_and_bounded(one: Hostile) -> None:
    read = outcome(one.file)

    assert read.seconds < 1.0
    if read.reading is None:
        assert either(one), read.reason
        return
    assert list(unclean(read.reading)) == []
    assert len(read.reading.components or ()) <= 500
    assert len(read.reading.incidents) <= 500
    assert all(len(incident.updates) <= 200 for incident in read.reading.incidents)


def unclean(reading: Reading) -> Iterator[str]:
    """Every text or link of a reading that would change if it were cleaned again."""
    told: list[Incident | Maintenance] = [*reading.incidents, *reading.maintenances]
    titles = [one.title for one in told]
    titles += [one.name for one in reading.components or ()]
    for title in [reading.headline, *titles]:
        if text.plain(title) != title or len(title) > text.TITLE:
            yield title
    for one in told:
        if one.url is not None and text.web_url(one.url) != one.url:
            yield one.url
        if len(one.id) > 100 or not one.id:
            yield one.id
        for update in one.updates:
            if text.plain(update.text, text.BODY) != update.text:
                yield update.text


@pytest.mark.parametrize(
    "one",
    [*both("either"), *both("accept"), *both("parse")],
    ids=lambda one: one.file[8:],
)
def test_what_may_go_either_way_never_crashes_and_is_never_good_news(one: Hostile) -> None:
    read = outcome(one.file)

    assert read.seconds < 1.0
    assert read.reason in REASONS or read.reading is not None
    assert read.reading is None or read.reading.word is None
    assert read.reading is None or list(unclean(read.reading)) == []
