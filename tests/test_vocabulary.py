"""Small shapes that several platforms share: dates, ids, and how bad "down" is."""

import pytest

from crawler import times
from crawler.errors import Unreadable
from crawler.model import Component, Level, Update
from crawler.platforms import vocabulary
from crawler.wire import Reply


def said(body: bytes) -> Reply:
    return Reply(url="https://status.acme.test/", status=200, body=body)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)", "2022-06-11T18:55:50Z"),
        ("Sun Nov 22 2026 10:55:50 GMT+0100 (Central European)", "2026-11-22T09:55:50Z"),
        ("Sun Nov 22 2026 10:55:50 GMT+0100", "2026-11-22T09:55:50Z"),
        ("2026-11-22T09:55:50.028Z", "2026-11-22T09:55:50Z"),
        ("Sun Nov 31 2026 10:55:50 GMT+0000", None),
        ("Sun Nov 22 2026 10:55:50", None),
        ("yesterday", None),
        (1795339485, None),
        (None, None),
    ],
)
def test_a_javascript_date_is_read(raw: object, moment: str | None) -> None:
    assert vocabulary.js_date(raw) == times.parse(moment)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2025-04-10 13:00:00 +0000 UTC", "2025-04-10T13:00:00Z"),
        ("2025-09-12 19:20:02 +0200 +0200", "2025-09-12T17:20:02Z"),
        ("2025-09-12 19:20:02.123456789 -0700 PDT", "2025-09-13T02:20:02Z"),
        ("0001-01-01 00:00:00 +0000 UTC", None),
        ("<no value>", None),
        ("2025-04-10 13:00:00", None),
        (None, None),
    ],
)
def test_a_go_date_is_read(raw: object, moment: str | None) -> None:
    assert vocabulary.go_date(raw) == times.parse(moment)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("1772369485", 1772369485),
        (1772369485, 1772369485),
        ("946684800", 946684800),
        (1772369485000, None),
        ("1772369485000", None),
        ("12", None),
        (-1772369485, None),
        (1772369485.5, None),
        (True, None),
        ("²772369485", None),
        ("", None),
        (None, None),
    ],
)
def test_an_epoch_in_seconds_is_told_from_milliseconds(raw: object, moment: int | None) -> None:
    assert vocabulary.epoch(raw) == moment


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (100, 50, (100, None)),
        (100, 100, (100, 100)),
        (None, 50, (None, 50)),
        (0, 10**9, (0, 604_800)),
    ],
)
def test_a_window_never_ends_before_it_begins_nor_lasts_for_ever(
    start: int | None, end: int | None, expected: tuple[int | None, int | None]
) -> None:
    assert vocabulary.window(start, end) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("none none", "none"),
        ("none unknown", "unknown"),
        ("minor unknown", "minor"),
        ("maintenance none", "none"),
        ("maintenance major", "major"),
        ("maintenance", "maintenance"),
        ("", "unknown"),
    ],
)
def test_components_alone_speak_for_their_page(levels: str, expected: str) -> None:
    assert vocabulary.overall(map(Level, levels.split())) == expected


def test_down_is_critical_only_when_everything_watched_is() -> None:
    assert vocabulary.outage(["a"], ["a", "b"]) is Level.MAJOR
    assert vocabulary.outage(["a", "b"], ["a", "b"]) is Level.CRITICAL
    assert vocabulary.outage([], []) is Level.MAJOR


def test_an_unknown_word_is_unknown_and_not_stated() -> None:
    table = {"ok": Level.NONE}

    assert vocabulary.level(" OK ", table) is Level.NONE
    assert vocabulary.level("fine", table) is Level.UNKNOWN
    assert vocabulary.stated("fine", table) is None
    assert vocabulary.level(7, table) is Level.UNKNOWN


def test_an_id_that_is_missing_is_made_of_what_stands_for_it() -> None:
    assert vocabulary.key(7, "a") == "7"
    assert vocabulary.key(None, "a") == vocabulary.key("", "a") != vocabulary.key(None, "b")


def test_names_are_clean_and_stand_once() -> None:
    assert vocabulary.names(7, "<b>Web</b>", None, "Web", "", ["x"]) == ("7", "Web")


def test_a_component_that_stands_twice_has_its_worse_level() -> None:
    twice = [Component("a", "A", Level.MAJOR), Component("a", "A", Level.NONE)]

    assert vocabulary.merged(twice) == (Component("a", "A", Level.MAJOR),)
    assert len(vocabulary.merged(Component(str(n), "x", Level.NONE) for n in range(900))) == 500


def test_updates_are_ordered_and_bounded() -> None:
    ordered = vocabulary.newest_first(Update(str(n), n or None, "", "") for n in range(300))

    assert [one.at for one in ordered[:2]] == [299, 298]
    assert len(ordered) == 200


def test_parts_are_found_by_shape_and_a_failed_extra_does_no_harm() -> None:
    replies = {
        "x": said(b"{}"),
        "y": said(b"[1]"),
        "z": Reply(url="https://status.acme.test/", reason="timeout"),
    }

    assert vocabulary.parts(replies, lambda one: one == [1], lambda one: one == 2) == [[1], None]


@pytest.mark.parametrize(("body", "reason"), [(b"{}", "unexpected_shape"), (b"<p>", "not_json")])
def test_parts_of_nothing_give_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        vocabulary.parts({"x": said(body)}, lambda one: one == [1])

    assert caught.value.reason == reason
