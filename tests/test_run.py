"""The command as people run it: real processes behind the loopback proxy."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lives import MINUTE
from loopback import Answer, Fault, Loopback
from running import INCIDENTS, NOW, SITE, SUMMARY, Place, incident, provider, summary, well


def test_a_second_run_of_unchanged_pages_transfers_almost_nothing(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(6)]
    place = make(*names)
    filler = [incident(f"i{n}", f"Old {n}", "x" * 3_000, status="resolved") for n in range(40)]
    body = json.dumps({"page": {"id": "a"}, "incidents": filler}).encode()
    sent: list[int] = []

    def counted() -> list[bytes]:
        sent.append(len(body))
        return [body]

    for one in names:
        net.put(f"{one}.test", SUMMARY, Answer(body=bytes(summary().body), etag='"s"'))  # type: ignore[arg-type]
        net.put(f"{one}.test", INCIDENTS, Answer(body=counted, etag='W/"i"'))
    place.well(NOW)
    first, before = sum(sent), len(net.log)
    place.well(NOW + 600)

    again = [one for one in net.log[before:] if one.host in {f"{name}.test" for name in names}]
    assert first > 6 * 100_000
    assert sum(sent) - first < first / 20
    assert len(again) == 12
    assert all("if-none-match" in one.headers for one in again)
    assert place.levels() == dict.fromkeys(names, "none")
    assert place.rows("SELECT count(*) FROM incidents") == [(240,)]
    assert "troubles" not in place.lines()[1]


def test_a_failing_fetch_shows_only_when_the_last_reading_is_too_old(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one", "two")
    place.well(NOW)
    net.put("one.test", SUMMARY, Fault("403"))
    place.well(NOW + 44 * MINUTE)
    held = place.services()["one"]
    place.well(NOW + 46 * MINUTE)
    lost = place.services()["one"]

    assert (held["indicator"], held["reachable"], held["unreachableReason"]) == ("none", True, None)
    assert (lost["indicator"], lost["reachable"]) == ("unknown", False)
    assert lost["unreachableReason"] == "http_403"
    assert place.items() == []


def test_a_probe_is_believed_after_two_failing_runs_and_never_alone_critical(
    make: Callable[..., Place], net: Loopback
) -> None:
    probed = provider("one", probe="https://api.one.test/health")
    place = make("one", "two", one=probed)
    net.put("api.one.test", "/health", Fault("500"))
    seen = []
    for minutes in (0, 4, 10, 20):
        place.well(NOW + minutes * MINUTE)
        one = place.services()["one"]
        seen.append((one["indicator"], [f for f in one["verdict"]["flags"] if "up" not in f]))

    assert seen == [
        ("none", ["unconfirmed_probe_failure"]),
        ("none", ["unconfirmed_probe_failure"]),
        ("minor", ["early_warning"]),
        ("minor", ["early_warning"]),
    ]


@pytest.mark.parametrize("fault", ["403_challenge", "503_challenge"])
@pytest.mark.parametrize("expect", ["[200]", "[403]"])
def test_a_bot_wall_before_an_api_is_neither_good_nor_bad_news(
    make: Callable[..., Place], net: Loopback, fault: str, expect: str
) -> None:
    probed = provider("one", probe="https://api.one.test/health").replace("[200]", expect)
    place = make("one", one=probed)
    net.put("api.one.test", "/health", Fault(fault))
    for number in range(2):
        place.well(NOW + 10 * number * MINUTE)

    one = place.services()["one"]["verdict"]
    assert (one["level"], one["confidence"]) == ("none", "reported")
    assert one["flags"] == ["probe_inconclusive"]


@pytest.mark.parametrize("status", [511, 999])
def test_an_answer_of_what_stands_between_is_neither_good_nor_bad_news(
    make: Callable[..., Place], net: Loopback, status: int
) -> None:
    place = make("one", one=provider("one", probe="https://api.one.test/health"))
    net.put("api.one.test", "/health", Answer(status=status))
    for number in range(2):
        place.well(NOW + 10 * number * MINUTE)

    assert place.services()["one"]["verdict"]["flags"] == ["probe_inconclusive"]


def test_services_that_share_the_address_of_a_probe_expect_their_own_codes(
    make: Callable[..., Place], net: Loopback
) -> None:
    probed = provider("one", probe="https://api.one.test/health")
    other = provider("two", probe="https://api.one.test/health").replace("[200]", "[401]")
    place = make("one", "two", one=probed, two=other)
    net.put("api.one.test", "/health", Answer(status=401))
    place.well()

    assert place.rows("SELECT service, outcome FROM probes ORDER BY service") == [
        ("one", "inconclusive"),
        ("two", "ok"),
    ]
    assert len(net.asked("api.one.test")) == 1


def test_hashes_and_colons_of_strangers_are_no_commands(
    make: Callable[..., Place], net: Loopback
) -> None:
    evil = "##[add-mask]x ::error::y\r::warning::z\n::set-output name=a::b"
    names = ("one", "two", "three", "four", "five", "six")
    place = make(*names)
    shown = incident("##[group]a", evil, evil, status=evil)
    net.put("one.test", SUMMARY, summary(shown, level=evil, component=evil))
    net.put("two.test", SUMMARY, Answer(body=b'{"status": ' + evil.encode()))
    net.put("three.test", SUMMARY, Answer(status=302, headers={"Location": "https://##[x].test"}))
    net.put("four.test", SUMMARY, Answer(headers={"Content-Encoding": "::error::##[x]"}))
    net.put("five.test", SUMMARY, summary(incident("b", evil, evil), level="minor"))
    saved = place.folder / "saved.json"
    saved.write_bytes(bytes(summary(shown, level="minor").body))  # type: ignore[arg-type]
    said = [place.run("run", NOW + 600 * number) for number in range(2)]

    for args in (
        ["read", str(saved)],
        ["check", "--out", str(place.out), "--json"],
        ["check", "--out", str(place.out)],
    ):
        line = [sys.executable, "-m", "crawler", *args]
        done = subprocess.run(
            line, env=place.env, cwd=place.folder, capture_output=True, check=False
        )
        said.append((done.returncode, done.stdout.decode(), done.stderr.decode()))

    assert [code for code, _, _ in said[:2]] == [0, 0]
    everything = "".join(out + err for _, out, err in said)
    assert "add-mask" in everything, "the words themselves are not lost"
    assert "##[" not in everything
    assert "\r" not in everything
    assert not [one for one in everything.splitlines() if one.startswith("::")]


def test_a_wrong_proxy_or_authority_is_one_sentence(make: Callable[..., Place]) -> None:
    place = make("one")
    good = dict(place.env)
    for name, value in (("SSL_CERT_FILE", "/no/file"), ("https_proxy", "socks5://a.test:1")):
        place.env = {**good, name: value}

        code, _, err = place.run("run", NOW)

        assert code == 78
        assert err.splitlines()[-1].startswith("whosdown: ")
    assert place.lines() == []


def test_the_site_s_settings_open_a_private_network(tmp_path: Path) -> None:
    site = SITE.replace("allow_private = []", 'allow_private = ["127.0.0.0/8"]')
    with Loopback() as net:
        net.control()
        well(net, "127.0.0.1")
        inner = provider("inner", url="https://127.0.0.1")
        opened = Place(tmp_path / "open", net.env, site, inner=inner)
        closed = Place(tmp_path / "closed", net.env, inner=inner)

        opened.well()
        closed.well()

        assert opened.reasons() == {"inner": None}
        assert closed.reasons() == {"inner": "blocked_address"}
