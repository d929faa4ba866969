"""What several platforms share: dates, words, ids and names, updates, work, and documents."""

from importlib import import_module

import pytest

from crawler import times
from crawler.errors import Unreadable
from crawler.model import Component, Incident, Level, Update
from crawler.platforms import EXPERIMENTAL, PLATFORMS, dates, documents, vocabulary
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
    assert dates.js_date(raw) == times.parse(moment)


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
    assert dates.go_date(raw) == times.parse(moment)


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
    assert dates.epoch(raw) == moment


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


@pytest.mark.parametrize(
    ("levels", "opened", "expected"),
    [
        ("", [], "none"),
        ("maintenance", [], "none"),
        ("none unknown", [], "unknown"),
        ("minor unknown", [], "minor"),
        ("none", [Level.MAJOR], "major"),
        ("none", [None], "minor"),
    ],
)
def test_a_page_that_lists_what_is_wrong_is_as_bad_as_its_worst(
    levels: str, opened: list[Level | None], expected: str
) -> None:
    incidents = [Incident(id="a", title="A", open=True, impact=one) for one in opened]
    over = Incident(id="b", title="B", open=False, impact=Level.CRITICAL)

    found = vocabulary.worst_open(map(Level, levels.split()), [*incidents, over])

    assert found == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("", None),
        ("unknown", None),
        ("unknown none", None),
        ("maintenance", None),
        ("maintenance none", "none"),
        ("unknown minor", "minor"),
    ],
)
def test_an_impact_that_cannot_be_read_is_not_stated(levels: str, expected: str | None) -> None:
    assert vocabulary.impact(map(Level, levels.split())) == expected


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


def test_a_long_name_stands_as_an_id_and_as_itself() -> None:
    found = vocabulary.names_of([{"id": "7", "name": "x" * 100}, {"name": None}])

    assert found == ("7", vocabulary.identifier("x" * 100), "x" * 100)
    assert len(found[1]) < 80


def test_a_component_without_an_id_has_one_of_its_own() -> None:
    found = [vocabulary.component(None, name, Level.NONE) for name in ("Web API", "网站", "网络")]

    assert found[0].id == "web-api"
    assert len({one.id for one in found} - {""}) == 3


def test_a_component_that_stands_twice_has_its_worse_level() -> None:
    twice = [Component("a", "A", Level.MAJOR), Component("a", "A", Level.NONE)]

    assert vocabulary.merged(twice) == (Component("a", "A", Level.MAJOR),)
    assert len(vocabulary.merged(Component(str(n), "x", Level.NONE) for n in range(900))) == 500


def test_updates_are_ordered_and_bounded() -> None:
    ordered = vocabulary.newest(Update(str(n), n or None, "", "") for n in range(300))

    assert [one.at for one in ordered[:2]] == [299, 298]
    assert len(ordered) == 200


def test_an_update_without_an_id_keeps_the_one_of_its_time_and_phase_when_edited() -> None:
    first, edited = (vocabulary.update(None, 7, "In progress", body) for body in ("a", "b"))
    one, other = (vocabulary.update("", 7, None, body) for body in ("a", "b"))

    assert (first.id, first.phase) == (edited.id, edited.phase) == ("7-in-progress", "in_progress")
    assert vocabulary.newest([first, edited]) == (edited,)
    assert one.id != other.id


@pytest.mark.parametrize(
    ("phase", "is_open", "expected"),
    [
        ("verifying", True, "in_progress"),
        ("completed", False, "completed"),
        ("resolved", False, "completed"),
        ("delayed", True, "scheduled"),
    ],
)
def test_work_has_one_of_our_phases(phase: str, is_open: bool, expected: str) -> None:
    event = Incident(id="a", title="A", open=is_open, phase=phase)

    assert vocabulary.work_phase(event) == expected


@pytest.mark.parametrize(
    ("document", "known"),
    [
        ({"a": [], "b": None}, True),
        ({"a": [{}]}, False),
        ({"a": [{}], "b": {}}, False),
        ({"a": [7], "b": []}, False),
    ],
)
def test_a_list_of_ours_is_there_and_null_or_of_objects(
    document: dict[str, object], known: bool
) -> None:
    assert vocabulary.listed(document, "a", "b") is known


def test_rows_that_are_no_list_of_objects_are_unreadable() -> None:
    assert vocabulary.rows({"a": None}, "a") == vocabulary.rows({}, "a") == []
    assert vocabulary.rows({"a": [{"b": 1}]}, "a") == [{"b": 1}]
    wrong: list[object] = [{}, [{"b": 1}, 2]]
    for rows in wrong:
        with pytest.raises(Unreadable, match="a is not a list of objects"):
            vocabulary.rows({"a": rows}, "a")


def test_documents_are_all_the_objects_of_one_shape() -> None:
    bodies = (b"[1]", b'{"a": 1}', b"<p>", b'{"b": 1}', b'{"a": 2}')
    replies = {str(n): said(body) for n, body in enumerate(bodies)}

    assert documents.documents(replies, lambda one: "a" in one) == [{"a": 1}, {"a": 2}]
    with pytest.raises(Unreadable, match="not_json"):
        documents.documents(replies, lambda one: "c" in one)


def test_parts_are_found_by_shape_and_a_failed_extra_does_no_harm() -> None:
    replies = {
        "x": said(b"{}"),
        "y": said(b"[1]"),
        "z": Reply(url="https://status.acme.test/", reason="timeout"),
    }

    assert documents.parts(replies, lambda one: one == [1], lambda one: one == 2) == [[1], None]


@pytest.mark.parametrize(("body", "reason"), [(b"{}", "unexpected_shape"), (b"<p>", "not_json")])
def test_parts_of_nothing_give_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        documents.parts({"x": said(body)}, lambda one: one == [1])

    assert caught.value.reason == reason


def test_experimental_platforms_are_those_whose_docstrings_begin_so() -> None:
    told = {name: import_module(f"crawler.platforms.{name}").__doc__ or "" for name in PLATFORMS}
    first = {name: words.partition("\n\n")[0].lower() for name, words in told.items()}

    assert {name for name, words in first.items() if "experimental" in words} == EXPERIMENTAL
