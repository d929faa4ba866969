"""Which endpoint answers for a source: the first, the second ones, the feed, another platform's."""

import time
from html import unescape
from pathlib import Path

import pytest

from crawler import times
from crawler.fetch import client
from crawler.model import Level
from crawler.visit import Round
from killer import Killer
from looking import CASES, acme, case, look, paths
from loopback import Answer, Fault, Loopback
from running import INCIDENTS, NOW, SITE, SUMMARY, Place, provider, summary, well

FEED = CASES / "feed/statuspage_atom/feed.xml"
ALSO = 'also = [{ platform = "statuspage", url = "https://spare.test" }]'
SPARE = (("statuspage", "https://spare.test"),)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting is not the point, except where a test says so."""
    monkeypatch.setattr(client, "ATTEMPTS", (0.0, 0.02))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=404), "http_404"),
        (Answer(status=403), "http_403"),
        (Answer(body=b'{"status": {'), "not_json"),
        (Answer(body=b'{"hello": "world"}'), "unexpected_shape"),
        (Fault("redirect_host"), "redirect"),
        (Fault("reset"), "reset"),
    ],
)
def test_the_second_endpoint_answers_where_the_first_cannot_be_read(
    net: Loopback, answer: Answer | Fault, reason: str
) -> None:
    net.put("acme.test", SUMMARY, answer)
    net.put("spare.test", SUMMARY, summary(level="minor"))

    found = look(net, acme(also=SPARE, feed="https://acme.test/history.atom"))

    assert found.reading is not None
    assert found.reading.word is Level.MINOR
    assert (found.reason, found.note) == (None, f"fallback:{reason}")
    assert found.answered_by == f"https://spare.test{SUMMARY}"
    assert "/history.atom" not in paths(net, "acme.test")


def test_the_feed_comes_last(net: Loopback) -> None:
    net.put("acme.test", "/history.atom", Answer(body=FEED.read_bytes()))
    net.put("spare.test", SUMMARY, Answer(status=403))

    found = look(net, acme(also=SPARE, feed="https://acme.test/history.atom"))

    assert found.reading is not None
    assert (found.platform, found.note) == ("feed", "fallback:http_404")
    assert found.answered_by == "https://acme.test/history.atom"
    assert net.log[0].path == SUMMARY
    assert net.log[-1].path == "/history.atom"
    assert paths(net, "spare.test") == [SUMMARY]


def test_a_copy_older_than_the_page_allows_is_no_reading_however_often_it_comes(
    net: Loopback,
) -> None:
    net.put("acme.test", "/api/widget/v1/summary.json", case("flashduty/fine/widget.json"))
    told, known = [], dict[str, str]()
    # It was made at 10:30 and may be used for two minutes; clocks may differ by five.
    for clock in ("10:30", "10:37", "10:38", "19:30"):
        now = times.parse(f"2026-11-20T{clock}:00Z")
        assert now is not None
        turn = Round(now, digests=known)
        found = look(net, acme("flashduty"), turn, now)
        known |= turn.cache.digests
        told.append((found.reading is not None, found.unchanged, found.reason))

    assert told == [(True, False, None)] * 2 + [(False, False, "old_copy")] * 2


def test_the_feed_answers_for_a_page_of_which_only_an_old_copy_comes(net: Loopback) -> None:
    net.put("acme.test", "/api/widget/v1/summary.json", case("flashduty/fine/widget.json"))
    net.put("acme.test", "/history.atom", Answer(body=FEED.read_bytes()))

    found = look(net, acme("flashduty", feed="https://acme.test/history.atom"))

    assert found.reading is not None
    assert (found.platform, found.note) == ("feed", "fallback:old_copy")


def test_when_nothing_answers_the_first_reason_is_told(net: Loopback) -> None:
    net.put("acme.test", SUMMARY, Answer(status=403))
    net.put("spare.test", SUMMARY, Answer(status=404))

    found = look(net, acme(also=SPARE, feed="https://acme.test/history.atom"))

    assert (found.reading, found.reason, found.note) == (None, "http_403", "")


@pytest.mark.parametrize(
    ("lost", "answer", "reason"),
    [
        ("heartbeat/", Answer(status=503), "http_5xx"),
        ("", Answer(body=b'{"ok": false}'), "unexpected_shape"),
    ],
)
def test_a_page_of_two_documents_is_not_read_without_either(
    net: Loopback, lost: str, answer: Answer, reason: str
) -> None:
    for path, file in (("", "page"), ("heartbeat/", "heartbeat")):
        recorded = case(f"uptimekuma/one_down/{file}.json")
        net.put("acme.test", f"/api/status-page/{path}default", recorded)
    assert look(net, acme("uptimekuma")).reading
    net.put("acme.test", f"/api/status-page/{lost}default", answer)

    found = look(net, acme("uptimekuma"))

    assert (found.reading, found.reason) == (None, reason)


@pytest.mark.parametrize("fault", ["refused", "expired", "reset", "500", "429_seconds"])
def test_a_host_that_fails_is_not_asked_again_for_a_second_endpoint(
    net: Loopback, fault: str
) -> None:
    net.host("acme.test", Fault(fault))
    net.put("spare.test", SUMMARY, summary())
    tries = 1 if fault in ("expired", "429_seconds") else 2
    also = (("instatus", "https://acme.test"), *SPARE)

    found = look(net, acme(also=also, feed="https://acme.test/history.atom"))

    assert found.reading is not None
    assert net.connects == ["acme.test"] * tries + ["spare.test"] * 2
    assert {*paths(net, "acme.test")} <= {SUMMARY}


def test_who_asks_us_to_wait_is_left_alone_while_the_second_endpoint_answers(
    net: Loopback,
) -> None:
    net.host("acme.test", Fault("429_seconds"))
    net.put("spare.test", SUMMARY, summary())

    first = look(net, acme(also=SPARE))
    again = look(net, acme(also=SPARE), Round(NOW, waits={"acme": first.not_before or 0}))

    assert len(net.asked("acme.test")) == 1
    assert first.not_before == again.not_before
    assert NOW + 119 <= (first.not_before or 0) <= NOW + 125
    assert {first.note, again.note} == {"fallback:rate_limited"}
    assert again.reading is not None


def test_a_second_endpoint_that_asks_us_to_wait_keeps_nobody_from_the_first(net: Loopback) -> None:
    net.put("acme.test", SUMMARY, Answer(status=403), summary())
    net.host("spare.test", Fault("429_seconds"))

    first = look(net, acme(also=SPARE))
    again = look(net, acme(also=SPARE), Round(NOW, waits={"acme": first.not_before or 0}))

    assert (first.reason, first.not_before) == ("http_403", None)
    assert (again.reason, again.note) == (None, "")


def test_all_endpoints_together_have_the_time_of_one_source(
    net: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.SOURCE == 25
    monkeypatch.setattr("crawler.visit.SOURCE", 1.5)
    monkeypatch.setattr(client, "SOURCE", 1.5)
    net.latency["acme.test"] = 0.9
    net.put("acme.test", SUMMARY, Answer(status=403))
    net.host("spare.test", Fault("hang"))
    net.put("feeds.test", "/history.atom", Answer(body=FEED.read_bytes()))
    began = time.monotonic()

    found = look(net, acme(also=SPARE, feed="https://feeds.test/history.atom"))

    assert 1.4 < time.monotonic() - began < 4
    assert (found.reason, found.reading) == ("http_403", None)
    assert len(net.asked("spare.test")) == 1
    assert "feeds.test" not in net.connects


def test_which_endpoint_answered_is_stored_and_shown_in_words(
    tmp_path: Path, net: Loopback, forks: Killer
) -> None:
    net.control()
    net.put("spare.test", SUMMARY, summary(level="minor"))
    net.host("acme.test", Answer(status=404))
    net.put("moved.test", "/index.json", case("betterstack/fine/index.json"))
    well(net, "plain.test")
    url = 'url = "https://acme.test"\n'
    texts = {"acme": provider("acme").replace(url, url + ALSO + "\n")}
    texts |= {one: provider(one) for one in ("moved", "plain")}
    place = Place(tmp_path / "place", net.env, SITE, **texts)
    place.forks = forks

    place.well()

    kept = {row[0]: row[1:] for row in place.rows("SELECT source, note, answered_by FROM readings")}
    assert kept == {
        "acme": ("fallback:http_404", f"https://spare.test{SUMMARY}"),
        "moved": ("platform:betterstack", "https://moved.test/index.json"),
        "plain": ("", f"https://plain.test{SUMMARY}"),
    }
    shown = unescape((place.out / "sources/index.html").read_text("utf-8"))
    rows = dict(zip(texts, shown.split("<tr>")[-3:], strict=True))
    words = "read by a second endpoint, because of the first: the page does not exist"
    assert words in rows["acme"]
    assert f"answered by https://spare.test{SUMMARY}" in rows["acme"]
    assert "the page has the shape of betterstack now" in rows["moved"]
    assert "shape" not in rows["plain"]
    assert "second endpoint" not in rows["plain"]
    assert place.levels() == {"acme": "minor", "moved": "none", "plain": "none"}

    well(net, "acme.test")
    place.well(NOW + 600)

    kept = {row[0]: row[1:] for row in place.rows("SELECT source, note, answered_by FROM readings")}
    assert kept["acme"] == ("", f"https://acme.test{SUMMARY}"), "the first one answers again"
    assert INCIDENTS in paths(net, "acme.test")


def test_experimental_platforms_and_services_without_a_source_are_told(
    tmp_path: Path, net: Loopback, forks: Killer
) -> None:
    net.control()
    well(net, "plain.test")
    net.put("new.test", "/api/v1/status.json", case("rootly/fine/status.json"))
    silent = provider("silent", "") + 'note = "No status page is known <yet>."\n'
    texts = {"new": provider("new", "rootly"), "plain": provider("plain"), "silent": silent}
    place = Place(tmp_path / "place", net.env, SITE, **texts)
    place.forks = forks

    place.well()

    shown = (place.out / "sources/index.html").read_text("utf-8")
    new, plain = shown.split("<tr>")[-2:]
    assert "rootly, experimental" in new
    assert "experimental" not in plain.partition("</table>")[0]
    assert '<a href="../service/plain/"><bdi>The plain</bdi></a>' in plain
    listed = shown.partition('id="without"')[2]
    assert "<bdi>The silent</bdi></a>: No status page is known &lt;yet&gt;." in listed
    assert "The plain" not in listed
