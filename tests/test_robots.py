"""robots.txt: what it governs, when it is asked, and what happens when it says no."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler import robots
from crawler.catalogue import Source
from crawler.times import DAY
from crawler.visit import Round
from crawler.wire import Reply
from killer import Killer
from looking import acme, look
from loopback import Answer, Fault, Loopback
from running import NOW, SITE, SUMMARY, Place, provider, well

STRICT = SITE.replace('"documented"', '"strict"')
FEED = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Status</title><item>
<title>It is slow</title><link>https://one.test/i/1</link><guid>https://one.test/i/1</guid>
<pubDate>Sun, 22 Nov 2026 10:30:00 GMT</pubDate>
<description>&lt;p&gt;&lt;strong&gt;Investigating&lt;/strong&gt; - We look.&lt;/p&gt;</description>
</item></channel></rss>
"""
NOBODY = b"User-agent: *\nDisallow: /\n"
NO_API = b"User-agent: *\nDisallow: /api/\n"


@pytest.fixture(scope="module", autouse=True)
def forks() -> Iterator[None]:
    """Let all runs here be forked from one process."""
    with Killer() as made:
        Place.forks = made
        yield
        Place.forks = None


def strict(folder: Path, net: Loopback, feed: str = "https://one.test/feed.rss") -> Place:
    net.control()
    well(net, "one.test", "two.test")
    net.put("one.test", "/feed.rss", Answer(body=FEED.encode()))
    one, two = provider("one", feed=feed), provider("two")
    return Place(folder / "place", net.env, STRICT, one=one, two=two)


def asked(net: Loopback, host: str) -> list[str]:
    return [one.path for one in net.asked(host)]


def test_documented_endpoints_are_read_without_asking(tmp_path: Path, net: Loopback) -> None:
    net.control()
    well(net, "one.test")
    net.put("one.test", "/robots.txt", Answer(body=NOBODY))
    place = Place(tmp_path / "place", net.env, one=provider("one"))

    place.well()

    assert "/robots.txt" not in asked(net, "one.test")
    assert place.levels() == {"one": "none"}


def test_a_forbidden_endpoint_falls_back_to_the_feed(tmp_path: Path, net: Loopback) -> None:
    place = strict(tmp_path, net)
    net.put("one.test", "/robots.txt", Answer(body=NO_API))

    place.well()

    assert asked(net, "one.test") == ["/robots.txt", "/feed.rss"]
    one = place.services()["one"]
    assert one["indicator"] == "minor"
    assert "components_unreadable" in one["verdict"]["flags"]
    assert place.levels()["two"] == "none"
    assert place.rows("SELECT platform FROM readings WHERE source = 'one'") == [("feed",)]


@pytest.mark.parametrize("feed", ["", "https://one.test/feed.rss"])
def test_what_is_forbidden_altogether_is_not_read(tmp_path: Path, net: Loopback, feed: str) -> None:
    place = strict(tmp_path, net, feed)
    net.put("one.test", "/robots.txt", Answer(body=NOBODY))

    place.well()

    assert asked(net, "one.test") == ["/robots.txt"]
    assert place.reasons() == {"one": "robots", "two": None}


def test_being_forbidden_is_no_sign_of_a_broken_network(tmp_path: Path, net: Loopback) -> None:
    names = [f"p{number}" for number in range(6)]
    net.control()
    for one in names[:5]:
        net.put(f"{one}.test", "/robots.txt", Answer(body=NOBODY))
    well(net, *(f"{one}.test" for one in names))
    place = Place(tmp_path / "place", net.env, STRICT, **{one: provider(one) for one in names})

    place.well()

    assert "blind" not in place.lines()[0]
    assert place.reasons() == {**dict.fromkeys(names[:5], "robots"), "p5": None}


def test_rules_are_asked_once_a_day_and_kept(tmp_path: Path, net: Loopback) -> None:
    place = strict(tmp_path, net)
    net.put("two.test", "/robots.txt", Answer(body=b"User-agent: *\nDisallow: /private\n"))

    counts = []
    for moment in (NOW, NOW + 600, NOW + DAY - 1, NOW + DAY):
        place.well(moment)
        counts.append(asked(net, "two.test").count("/robots.txt"))

    assert counts == [1, 1, 1, 2]


def test_rules_that_cannot_be_had_allow_and_those_known_hold(tmp_path: Path, net: Loopback) -> None:
    place = strict(tmp_path, net)
    net.put("one.test", "/robots.txt", Fault("reset"))
    net.put("two.test", "/robots.txt", Answer(body=NOBODY))
    place.well(NOW)
    first = place.reasons()
    net.put("two.test", "/robots.txt", Fault("hang"))
    place.well(NOW + DAY)

    assert first == {"one": None, "two": "robots"}
    assert place.reasons() == {"one": None, "two": "robots"}
    assert place.lines()[1]["end"] - place.lines()[1]["id"] <= 15, "its time is bounded too"


def test_what_its_rules_take_is_of_the_source_s_own_time(
    net: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.fetch.client.SOURCE", 2.0)
    monkeypatch.setattr("crawler.visit.SOURCE", 2.0)
    monkeypatch.setattr("crawler.visit._RULES", 1.0)
    net.put("acme.test", "/robots.txt", Fault("hang"))
    net.put("acme.test", SUMMARY, Fault("hang"))
    began = time.monotonic()

    found = look(net, acme(), Round(NOW, strict=True))

    assert found.reason == "timeout"
    assert len(net.log) == 2
    assert time.monotonic() - began < 2.7


@pytest.mark.parametrize("place", ["acme.test:8443", "[::1]"])
def test_the_rules_are_those_of_the_very_server_that_is_asked(net: Loopback, place: str) -> None:
    turn = Round(NOW, strict=True)
    net.put("acme.test", "/robots.txt", Answer(body=NOBODY))

    look(net, Source("acme", "statuspage", f"https://{place}"), turn)

    assert [*turn.rules] == [place]


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        (None, True),
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: whosdown\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: whosdown\nDisallow: /api\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: other\nDisallow: /", True),
        ("<!DOCTYPE html><p>404", True),
        ("\x00\xff%%%\nDisallow: *$*$", True),
    ],
)
def test_rules_are_read_for_our_name(rules: str | None, allowed: bool) -> None:
    assert robots.allowed(rules, f"https://one.test{SUMMARY}") is allowed


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(url="", status=200, body=b"a\xff"), "a\ufffd"),
        # Some editors put a mark before the first word, which would hide the first rules.
        (Reply(url="", status=200, body=b"\xef\xbb\xbfUser-agent: *"), "User-agent: *"),
        (Reply(url="", status=404, reason="http_404"), None),
        (Reply(url="", status=401, reason="http_401"), None),
        (Reply(url="", status=429, reason="rate_limited"), None),
        (Reply(url="", status=500, reason="http_5xx"), "before"),
        (Reply(url="", status=301, reason="redirect"), "before"),
        (Reply(url="", reason="timeout"), "before"),
    ],
)
def test_a_refusal_allows_all_and_no_answer_keeps_what_was_known(
    reply: Reply, expected: str | None
) -> None:
    assert robots.rules(reply, "before") == expected
