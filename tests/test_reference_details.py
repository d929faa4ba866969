"""What the agreed outcomes of hostile replies promise in detail: merged, capped, dropped, named."""

from collections.abc import Callable

import pytest

from crawler import platforms
from crawler.model import Incident, Level, Reading
from shared import SHARED, reply, requires_shared

pytestmark = requires_shared

UNTITLED = "Untitled incident"


def read(file: str) -> Reading:
    """The reading of a hostile file; skips where this copy leaves the file out."""
    path = f"hostile/{'feeds/own' if file.endswith('.xml') else 'json/status'}/{file}"
    if not (SHARED / path).is_file():
        pytest.skip(f"this copy of the reference data leaves {file} out")
    one = reply(path)
    name = platforms.recognise(one)
    assert name is not None
    return platforms.read(name, {"file": one})


def first(file: str) -> Incident:
    return read(file).incidents[0]


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("ok_base.json", Level.NONE),
        ("body_bom.json", Level.NONE),
        ("indicator_case_space.json", Level.NONE),
        ("indicator_minor.json", Level.MINOR),
        ("indicator_critical.json", Level.CRITICAL),
        ("indicator_maintenance.json", Level.MAINTENANCE),
        ("indicator_unknown_word.json", Level.UNKNOWN),
        ("contradiction_indicator_critical_components_ok.json", Level.CRITICAL),
        ("contradiction_indicator_none_component_major.json", Level.NONE),
    ],
)
def test_the_pages_own_word_is_kept_as_it_is(file: str, word: Level) -> None:
    assert read(file).word is word


@pytest.mark.parametrize(
    "file",
    [
        "incident_name_null.json",
        "incident_name_empty.json",
        "incident_name_dict.json",
        "incident_name_ws.json",
        "title_empty.xml",
    ],
)
def test_an_incident_without_a_name_gets_one(file: str) -> None:
    assert first(file).title == UNTITLED


@pytest.mark.parametrize("file", ["incident_name_long.json", "title_long.xml"])
def test_a_long_title_is_cut_at_three_hundred(file: str) -> None:
    title = first(file).title

    assert len(title) == 300
    assert title.endswith("…")


@pytest.mark.parametrize(
    "file",
    [
        "link_crlf.json",
        "link_javascript.json",
        "link_protocol_relative.json",
        "link_userinfo.json",
        "link_data.xml",
        "link_js.xml",
        "link_proto_rel.xml",
        "link_quote.xml",
        "link_rel.xml",
        "atom_xml_base_js.xml",
    ],
)
def test_an_unsafe_link_is_dropped_and_its_incident_stays(file: str) -> None:
    one = first(file)

    assert one.url is None
    assert one.title


@pytest.mark.parametrize(
    "file", ["components_missing.json", "components_null.json", "components_object.json"]
)
def test_missing_components_leave_the_pages_word_and_a_note(file: str) -> None:
    reading = read(file)

    assert reading.components == ()
    assert reading.word is Level.NONE
    assert reading.notes == ("components_missing",)


@pytest.mark.parametrize("file", ["component_status_null.json", "component_status_unknown.json"])
def test_a_component_in_an_unknown_state_is_unknown(file: str) -> None:
    assert Level.UNKNOWN in [one.level for one in read(file).components or ()]


def closed(one: Incident) -> bool:
    return not one.open and one.ended_at is not None


@pytest.mark.parametrize(
    ("file", "promise"),
    [
        ("incident_postmortem.json", closed),
        ("incident_monitoring.json", lambda one: one.open),
        ("incident_open_components_ok.json", lambda one: one.open and one.weight is Level.MAJOR),
        ("incident_impact_none.json", lambda one: one.open and one.weight is Level.NONE),
        ("incident_body_200k.json", lambda one: max(len(u.text) for u in one.updates) <= 20_000),
        ("incident_body_null.json", lambda one: one.updates[0].text == ""),
        ("incident_updates_null.json", lambda one: one.updates == ()),
        ("incident_updates_1000.json", lambda one: len(one.updates) == 200),
        ("incident_no_id.json", lambda one: len(one.id) == 20),
        ("incident_id_traversal.json", lambda one: one.title != ""),
        ("no_guid.xml", lambda one: one.id != ""),
        ("time_1970.json", lambda one: one.started_at is None),
        ("time_feb30.json", lambda one: one.started_at is None),
        ("time_null.json", lambda one: one.started_at is None),
        ("time_epoch_ms.json", lambda one: one.started_at is None),
        ("time_naive.json", lambda one: one.started_at is None),
        ("time_off25.json", lambda one: one.started_at is None),
        ("time_year10000.json", lambda one: one.started_at is None),
        ("time_off14.json", lambda one: one.started_at is not None),
        ("time_nano.json", lambda one: one.started_at is not None),
        ("time_leap_second.json", lambda one: one.started_at is not None),
    ],
)
def test_an_incident_is_what_was_agreed(file: str, promise: Callable[[Incident], bool]) -> None:
    assert promise(first(file))


def test_equal_ids_are_merged() -> None:
    twins = read("dup_guid.xml").incidents

    assert len({one.id for one in twins}) == len(twins)


def test_equal_component_ids_keep_the_worse_level() -> None:
    components = read("component_dup_id_conflict.json").components or ()

    assert len({one.id for one in components}) == len(components)
    assert max(one.level.trouble for one in components)


def test_two_thousand_components_are_cut_and_the_cut_is_noted() -> None:
    reading = read("components_2000.json")

    assert len(reading.components or ()) == 500
    assert reading.notes == ("components_cut",)


def test_three_thousand_items_are_cut_and_the_cut_is_noted() -> None:
    reading = read("items_3000.xml")

    assert 1 <= len(reading.incidents) <= 500
    assert "items_cut" in reading.notes


def test_a_long_identifier_stays_bounded_and_unique() -> None:
    ids = [one.id for one in read("component_id_long.json").components or ()]

    assert max(map(len, ids)) <= 80
    assert len(set(ids)) == len(ids)


def test_an_empty_channel_says_nothing_about_now() -> None:
    reading = read("empty_channel.xml")

    assert (reading.incidents, reading.word, reading.current) == ((), None, False)


def test_maintenance_without_sense_has_no_end_and_one_without_end_a_week() -> None:
    inverted, endless = read("maint_inverted.json"), read("maint_10years.json")

    assert [one.ends_at for one in inverted.maintenances] == [None]
    (long,) = endless.maintenances
    assert long.starts_at is not None
    assert long.ends_at == long.starts_at + 7 * 86_400


def test_a_stylesheet_of_a_feed_is_ignored() -> None:
    assert read("xslt_pi.xml").incidents == read("ok.xml").incidents
