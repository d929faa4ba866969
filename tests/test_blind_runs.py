"""Whole runs that see too little: whose fault it is, and what they leave as it was."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lives import MINUTE
from loopback import Answer, Fault, Loopback
from running import NOW, REPOSITORY, SUMMARY, Place, incident, provider, summary, well


def entirely_blind(place: Place) -> None:
    """Nobody is down, nobody is up, and it is said why."""
    found = place.services()
    assert found
    assert {one["indicator"] for one in found.values()} == {"unknown"}
    assert {one["unreachableReason"] for one in found.values()} == {"blind"}
    assert not any(one["reachable"] for one in found.values())
    assert [line["blind"] for line in place.lines()] == [True]
    assert place.items() == []


def test_without_any_network_everything_is_unknown_and_nothing_is_down(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
    env = {"HTTPS_PROXY": closed, "https_proxy": closed, "NO_PROXY": "", "no_proxy": ""}
    place = Place(tmp_path / "place", env)
    place.content = REPOSITORY / "content"
    began = time.monotonic()

    said = place.well()

    assert time.monotonic() - began < 30
    assert "blind run" in said
    entirely_blind(place)
    assert len(place.services()) >= 40


def test_in_a_machine_without_interfaces_it_is_the_same(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    alone = [unshare or "unshare", "-rn"]
    if not unshare or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -rn does not work here")
    proxies = dict.fromkeys(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"], "")
    place = Place(tmp_path / "place", proxies, one=provider("one"))
    line = [*alone, sys.executable, "-m", "crawler", *place.args()]
    began = time.monotonic()

    done = subprocess.run(line, env=place.env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 30
    entirely_blind(place)


def test_two_control_hosts_of_three_are_enough_and_one_is_not(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    net.control(working=2)
    place.well(NOW)
    net.control(working=1)
    asked = len(net.asked("one.test"))
    place.well(NOW + 600)

    assert [line.get("blind", False) for line in place.lines()] == [False, True]
    assert len(net.asked("one.test")) == asked == 2
    assert place.levels() == {"one": "none"}, "what was known holds"


def test_a_mass_failure_is_our_own_and_changes_nothing(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(3)]
    others = {f"q{number}": provider(f"q{number}", "incidentio") for number in range(4)}
    place = make(*names, **others)
    well(net, *(f"{one}.test" for one in others))
    net.put("p0.test", SUMMARY, summary(incident("a", "It is slow"), level="minor"))
    place.well(NOW)
    before = place.levels(), place.items()
    for one in ("p1", "p2", "q0", "q1"):
        net.put(f"{one}.test", SUMMARY, Fault("403"))
    net.put("p0.test", SUMMARY, summary())

    said = place.well(NOW + 600)

    assert "blind run" in said
    assert place.lines()[1]["blind"] is True
    assert (place.levels(), place.items()) == before


def test_a_platform_that_fails_as_a_whole_is_told_once_and_is_no_blindness(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(6)]
    others = {f"q{number}": provider(f"q{number}", "incidentio") for number in range(5)}
    place = make(*names, **others)
    well(net, *(f"{one}.test" for one in others))
    for one in names[:5]:
        net.put(f"{one}.test", SUMMARY, Fault("403"))

    place.well(NOW)

    assert "blind" not in place.lines()[0]
    assert place.reasons() == {
        **dict.fromkeys(names[:5], "platform_down"),
        "p5": None,
        **dict.fromkeys(others),
    }
    assert set(place.levels().values()) == {"unknown", "none"}


def test_probes_that_mostly_fail_are_our_own_network(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(5)]
    probed = {one: provider(one, probe=f"https://api.{one}.test/") for one in names}
    place = make(*names, **probed)
    for one in names[:3]:
        net.put(f"api.{one}.test", "/", Fault("500"))
    for one in names[3:]:
        net.put(f"api.{one}.test", "/", Answer(body=b"ok"))

    for minutes in (0, 10, 20):
        place.well(NOW + minutes * MINUTE)

    assert set(place.levels().values()) == {"none"}
    flags = {one: set(found["verdict"]["flags"]) for one, found in place.services().items()}
    assert all("probe_inconclusive" in flags[one] for one in names[:3])
