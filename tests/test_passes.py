"""Runs one after another: passes, their distance, and never two at once."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from answers import wait
from crawler import store
from crawler.errors import Busy
from loopback import Loopback
from running import NOW, SUMMARY, Place, incident, summary, tree, well


def test_of_two_runs_at_once_one_wins_and_the_other_changes_nothing(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    net.latency["www.gstatic.com"] = 3
    first = place.start(now=NOW)
    while not net.connects:
        time.sleep(0.02)
    before = tree(place.data)

    code, out, err = place.run("run", NOW + 5)

    with first:
        after, running = tree(place.data), first.poll() is None
        said = first.communicate(timeout=60)[1]
    assert running, "the first run was to be under way all the time"
    assert (code, out) == (75, "")
    assert err.startswith("whosdown: ")
    assert err.count("\n") == 1
    assert before == after
    assert first.returncode == 0, said
    assert [line["id"] for line in place.lines()] == [NOW]


@pytest.mark.parametrize("passes", [3])
def test_passes_go_on_while_nothing_changes_and_hold_one_lock(
    make: Callable[..., Place], net: Loopback, passes: int
) -> None:
    place = make("one")
    place.well(NOW)
    process = place.start("run", NOW + 600, "--passes", str(passes), "--every", "1s")
    while len(place.lines()) < 2 and process.poll() is None:
        time.sleep(0.02)
    held = []
    while process.poll() is None and len(place.lines()) < passes:
        try:
            with store.lock(place.data):
                held.append(False)
        except Busy:
            held.append(True)
        time.sleep(0.02)
    with process:
        _, said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert held
    assert all(held)
    starts = [line["id"] - NOW for line in place.lines()]
    assert len(starts) == 1 + passes, place.lines()
    assert starts[:2] == [0, 600]
    assert starts[2] > 600


def test_a_page_that_asks_us_to_wait_is_left_alone_in_later_runs_too(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    place.well(NOW)
    net.put("one.test", SUMMARY, wait("1800"))
    place.well(NOW + 300)
    asked = len(net.asked("one.test"))

    place.well(NOW + 600)
    (place.data / "status.db").unlink()
    place.well(NOW + 2_090)
    assert len(net.asked("one.test")) == asked
    well(net, "one.test")
    place.well(NOW + 2_110)
    assert len(net.asked("one.test")) > asked
    assert place.levels() == {"one": "none"}


def _troubled_at_the_second_pass(place: Place, net: Loopback) -> None:
    place.well(NOW)
    news = summary(incident("a", "It is slow"), level="minor")
    net.put("one.test", SUMMARY, summary(), news)


def test_passes_go_on_after_a_change_and_the_site_has_it_meanwhile(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    _troubled_at_the_second_pass(place, net)

    said = place.well(NOW + 600, "--passes", "4", "--every", "1s")

    assert len(place.lines()) == 1 + 4
    assert place.levels() == {"one": "major"}
    # After the second pass and at the end.
    assert said.count("site: 1 services") == 2


@pytest.mark.parametrize(("passes", "left"), [(5, "3"), (2, "")])
def test_passes_that_end_at_the_first_change_tell_the_job_how_many_are_left(
    make: Callable[..., Place], net: Loopback, passes: int, left: str
) -> None:
    place = make("one")
    _troubled_at_the_second_pass(place, net)
    outputs = place.env["GITHUB_OUTPUT"] = str(place.folder / "outputs")

    place.well(NOW + 600, "--passes", str(passes), "--every", "0s", "--until-news")

    assert len(place.lines()) == 1 + 2
    assert place.levels() == {"one": "major"}
    assert Path(outputs).read_text("utf-8") == f"left={left}\n"


def test_a_row_of_passes_keeps_its_distance_from_the_run_before(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    place.well(NOW)
    began = time.monotonic()

    place.well(NOW + 59, "--every", "1m")

    assert time.monotonic() - began >= 1
    assert place.lines()[1]["id"] == NOW + 60
    place.well(NOW + 61)
    assert place.lines()[2]["id"] == NOW + 61


def test_two_runs_of_one_second_are_one_run(make: Callable[..., Place]) -> None:
    place = make("one")

    place.well(NOW)
    place.well(NOW)

    assert len(place.lines()) == 1


def test_a_clock_that_went_back_is_told_and_writes_nothing(make: Callable[..., Place]) -> None:
    place = make("one")
    place.well(NOW)

    code, _, err = place.run("run", NOW - 86_400)

    assert code == 74
    assert "is the clock right?" in err
    assert len(place.lines()) == 1


def test_a_run_that_is_interrupted_leaves_no_lock_behind(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    net.latency["one.test"] = 20
    process = place.start()
    while "one.test" not in net.connects:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    with process:
        process.communicate(timeout=20)
    net.latency.clear()

    place.well(NOW + 60)

    assert [line["id"] for line in place.lines()] == [NOW + 60]
