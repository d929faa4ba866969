"""Every platform reads its recorded cases as written down, and nothing else as good news."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from crawler import platforms, times
from crawler.catalogue import Source
from crawler.errors import REASONS, Unreadable
from crawler.model import Incident, Maintenance, Reading
from crawler.platforms import PLATFORMS
from crawler.wire import Reply

CASES = Path(__file__).parent / "platforms"
FOLDERS = sorted(path for path in CASES.glob("*/*/") if path.is_dir())
NAMES = [f"{path.parent.name}/{path.name}" for path in FOLDERS]
SOURCE = Source("acme", "", "https://status.acme.test", "https://status.acme.test/feed.xml")


def said(body: bytes) -> Reply:
    return Reply(url="https://status.acme.test/", status=200, body=body)


def replies(folder: Path) -> dict[str, Reply]:
    files = sorted(path for path in folder.iterdir() if path.name != "expected.json")
    return {path.stem: said(path.read_bytes()) for path in files}


def printed(moment: int | None) -> str | None:
    return None if moment is None else times.iso(moment)


def incident(one: Incident) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "open": one.open,
        "impact": one.impact,
        "phase": one.phase,
        "started_at": printed(one.started_at),
        "ended_at": printed(one.ended_at),
        "url": one.url,
        "components": list(one.components),
        "updates": [[printed(update.at), update.phase, update.text] for update in one.updates],
    }


def maintenance(one: Maintenance) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "phase": one.phase,
        "starts_at": printed(one.starts_at),
        "ends_at": printed(one.ends_at),
        "url": one.url,
        "components": list(one.components),
    }


def as_json(reading: Reading) -> dict[str, object]:
    """A reading as expected.json has it: times as people read them, None where nothing is said."""
    parts = reading.components
    return {
        "headline": reading.headline,
        "word": reading.word,
        "components": parts and [{"id": c.id, "name": c.name, "level": c.level} for c in parts],
        "incidents": [incident(one) for one in reading.incidents],
        "maintenances": [maintenance(one) for one in reading.maintenances],
        "current": reading.current,
        "history": reading.history,
        "said_at": printed(reading.said_at),
        "usable_until": printed(reading.usable_until),
        "notes": list(reading.notes),
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_recorded_case_reads_as_expected(folder: Path, rewrite: bool) -> None:
    file = folder / "expected.json"

    reading = as_json(platforms.read(folder.parent.name, replies(folder)))
    if rewrite:
        file.write_text(json.dumps(reading, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    expected = json.loads(file.read_text("utf-8"))
    assert only_stated(reading, expected) == expected


def only_stated(actual: Any, expected: Any) -> Any:
    """What a reading says under the keys that expected.json has; one left out is not compared."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        return {key: only_stated(actual[key], one) for key, one in expected.items()}
    if isinstance(actual, list) and isinstance(expected, list) and len(actual) == len(expected):
        return [only_stated(*pair) for pair in zip(actual, expected, strict=True)]
    return actual


def doubled(value: Any) -> Any:
    """A JSON document in which every row of every list stands twice."""
    if isinstance(value, dict):
        return {key: doubled(one) for key, one in value.items()}
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return [doubled(one) for one in value for _ in range(2)]
    return value


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_list_that_names_everything_twice_says_the_same(folder: Path) -> None:
    once = replies(folder)
    twice = {}
    for name, one in once.items():
        with suppress(Unreadable):  # a feed, or a page made for people
            twice[name] = said(json.dumps(doubled(one.json(object))).encode())

    reading = platforms.read(folder.parent.name, once | twice)

    expected = platforms.read(folder.parent.name, once)
    assert {one.id: one for one in reading.incidents} == {one.id: one for one in expected.incidents}
    assert len(reading.incidents) == len(expected.incidents)


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_case_has_the_names_of_requests_and_a_known_platform(folder: Path) -> None:
    asked = PLATFORMS[folder.parent.name].requests(SOURCE)

    assert replies(folder).keys() <= asked.keys()


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_has_at_least_three_cases(name: str) -> None:
    assert len([folder for folder in FOLDERS if folder.parent.name == name]) >= 3


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_request_is_https_and_one_of_them_is_needed(name: str) -> None:
    asked = PLATFORMS[name].requests(SOURCE)

    assert all(one.url.startswith("https://status.acme.test/") for one in asked.values())
    assert any(not one.extra for one in asked.values())


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_case_is_recognised_by_its_own_platform_alone(folder: Path) -> None:
    main = replies(folder)
    first = main.get("summary") or next(iter(main.values()))

    known = [name for name, platform in PLATFORMS.items() if recognises(platform, first)]

    assert known == [folder.parent.name]
    assert platforms.recognise(first) == folder.parent.name


def recognises(platform: platforms.Platform, one: Reply) -> bool:
    try:
        return platform.recognises(one)
    except Unreadable:
        return False


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_reply_that_failed_gives_its_own_reason(name: str, reason: str) -> None:
    failed = Reply(url="https://status.acme.test/", reason=reason, detail="why")

    with pytest.raises(Unreadable) as caught:
        platforms.read(name, dict.fromkeys(PLATFORMS[name].requests(SOURCE), failed))

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "folder",
    [path for path in FOLDERS if (path / "summary.json").exists()],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_summary_is_read_without_its_extras(folder: Path) -> None:
    failed = Reply(url="https://status.acme.test/", reason="http_5xx")
    given_all = replies(folder)
    extras = {name: failed for name in given_all if name != "summary"}

    whole = platforms.read(folder.parent.name, given_all)
    alone = platforms.read(folder.parent.name, {**given_all, **extras})

    assert (alone.word, alone.headline, alone.current) == (whole.word, whole.headline, True)
    assert alone.components is not None
    assert set(alone.components) <= set(whole.components or ())
