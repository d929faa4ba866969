"""What is known of deliveries: nothing is lost, and at worst one message comes twice."""

import json
import os
import shutil
import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from crawler import store
from crawler.model import Level
from receivers import Webhook
from running import NOW
from town import Town, forks, hook, outage, town

__all__ = ["forks", "hook", "town"]  # fixtures


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_between_sending_and_recording_repeats_one_message_once(
    town: Town, hook: Webhook, moment: str
) -> None:
    outage(town, f"json://{hook.place}/")
    place = town.place

    def kill(_: object) -> None:
        assert place.forks
        pid = place.forks.child
        if moment == "after":  # the answer is on its way, the record is not
            threading.Timer(0.0, os.kill, (pid, signal.SIGKILL)).start()
        else:
            os.kill(pid, signal.SIGKILL)

    hook.before = kill
    assert place.forks
    assert place.forks.run(place.args("notify", NOW + 900), place.env).code is None
    hook.before = lambda _: None

    town.notify(16)
    town.notify(17)

    assert 1 <= len(hook.got) <= 2
    assert {one.key for one in hook.got} == {f"acme-{NOW + 300}-opened"}
    if moment == "before":
        assert len(hook.got) == 2


def test_what_has_arrived_is_known_without_the_database(
    town: Town, hook: Webhook, tmp_path: Path
) -> None:
    outage(town, f"json://{hook.place}/")
    town.notify(15)
    told = town.place.rows("SELECT * FROM alerts")
    store.rebuild(town.place.data, tmp_path / "again.db")
    with closing(sqlite3.connect(tmp_path / "again.db")) as again:
        assert again.execute("SELECT * FROM alerts").fetchall() == told
    for path in town.place.data.glob("status.db*"):
        path.unlink()

    town.notify(20)
    town.notify(25)

    assert len(hook.got) == 1
    assert len(told) == 2
    assert town.place.rows("SELECT * FROM alerts") == told


def test_two_machines_know_what_either_has_told(town: Town, hook: Webhook, tmp_path: Path) -> None:
    outage(town, f"json://{hook.place}/")
    other = tmp_path / "other"
    shutil.copytree(town.place.data, other)
    town.notify(15)
    name = "2026/11/22.alerts.ndjson"
    lines = (town.place.data / "journal" / name).read_bytes()
    with (other / "journal" / name).open("ab") as file:
        file.write(lines)
    shutil.rmtree(town.place.data)
    other.rename(town.place.data)

    town.notify(20)

    assert len(hook.got) == 1


def test_a_torn_record_of_a_delivery_costs_one_repeat(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/")
    town.notify(15)
    path = town.place.data / "journal/2026/11/22.alerts.ndjson"
    path.write_bytes(path.read_bytes()[:-5])

    town.notify(16)
    town.notify(17)

    assert len(hook.got) == 2
    assert len({one.key for one in hook.got}) == 1


def test_what_was_over_before_anybody_asked_is_not_told(town: Town, hook: Webhook) -> None:
    town.sick(Level.MAJOR, "acme")
    town.crawl(0, 15)
    town.channels(f"json://{hook.place}/")
    town.notify(20)
    town.well("acme")
    town.crawl(25)

    town.pass_(30, 35)

    assert hook.got == []


def test_the_journal_of_deliveries_holds_no_word_of_a_provider(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/ name=team")
    town.notify(15)

    path = town.place.data / "journal/2026/11/22.alerts.ndjson"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]

    told = [(one["service"], one["began"], one["kind"], one["at"]) for one in lines]
    assert told == [("", 0, "start", NOW), ("acme", NOW + 300, "opened", NOW + 900)]
    assert {key for one in lines for key in one} == {"channel", "service", "began", "kind", "at"}
