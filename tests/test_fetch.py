"""The client against real sockets: whatever a server does becomes a Reply, soon and small."""

import asyncio
import gzip
import time
from collections.abc import Iterator

import pytest

from answers import JSON, MIB, wait
from asking import AGENT, AS_WRITTEN, HOST, NOW, URL, ask, ask_all, hurry, network
from crawler.errors import REASONS
from crawler.fetch import client, open_client
from crawler.fetch.answers import MAX_WAIT, retry_after
from crawler.wire import MAX_BODY, Request
from loopback import Answer, Fault, Loopback

__all__ = ["hurry"]  # fixtures


def test_a_page_comes_as_it_is_and_we_say_who_we_are(net: Loopback) -> None:
    net.put(HOST, "/page", Answer(headers={"X-Odd": "1"}, body=b"hello"))

    reply = ask(net)

    assert (reply.status, reply.body, reply.reason) == (200, b"hello", None)
    assert reply.headers["x-odd"] == "1"
    assert reply.elapsed_ms is not None
    sent = net.log[0].headers
    assert sent["user-agent"] == AGENT
    assert sent["accept-encoding"] == "gzip"
    assert "cookie" not in sent
    assert "if-none-match" not in sent


def test_cookies_are_not_kept(net: Loopback) -> None:
    net.put(HOST, "/page", Answer(headers={"Set-Cookie": "a=b"}, body=b"x"))

    async def twice() -> None:
        async with open_client(network(net), NOW) as made:
            await made.ask(Request(URL))
            await made.ask(Request(URL))

    asyncio.run(twice())

    assert len(net.log) == 2
    assert all("cookie" not in one.headers for one in net.log)


def packed(size: int) -> Answer:
    body = gzip.compress(b"a" * size, mtime=0)
    return Answer(headers={"Content-Type": JSON, "Content-Encoding": "gzip"}, body=body)


@pytest.mark.parametrize(
    ("answer", "size", "reason"),
    [
        (packed(1_000), 1_000, None),
        (packed(MAX_BODY), MAX_BODY, None),
        (packed(MAX_BODY + 1), 0, "too_large"),
        (Answer(body=b"a" * MAX_BODY), MAX_BODY, None),
        (Answer(body=b"a" * (MAX_BODY + 1)), 0, "too_large"),
        (Answer(body=lambda: [b"a" * MIB] * 6), 0, "too_large"),
        (Answer(headers={"Content-Encoding": "gzip, gzip"}, body=b"x"), 0, "encoding"),
        (Answer(headers={"Content-Encoding": "zstd"}, body=b"x"), 0, "encoding"),
        (Answer(headers={"Content-Encoding": "identity"}, body=b"x"), 1, None),
    ],
)
def test_a_body_is_inflated_up_to_the_limit(
    net: Loopback, answer: Answer, size: int, reason: str | None
) -> None:
    net.put(HOST, "/page", answer)

    reply = ask(net)

    assert (len(reply.body), reply.reason) == (size, reason)


def test_a_length_that_is_too_large_ends_it_before_the_body(net: Loopback) -> None:
    sent: list[int] = []

    def body() -> Iterator[bytes]:
        for _ in range(100):
            sent.append(MIB)
            yield b" " * MIB

    net.put(HOST, "/page", Answer(headers={"Content-Length": str(100 * MIB)}, body=body))

    assert ask(net).detail == "by its Content-Length"
    assert sum(sent) < 20 * MIB


@pytest.mark.parametrize(
    ("fault", "reason", "asked"),
    [
        ("refused", "reset", 0),
        ("expired", "tls", 0),
        ("wrong_name", "tls", 0),
        ("self_signed", "tls", 0),
        ("reset", "reset", 3),
        ("reset_body", "reset", 3),
        ("short_body", "protocol", 3),
        ("endless_headers", "protocol", 3),
        ("500", "http_5xx", 3),
        ("503_wait", "http_5xx", 1),
        ("429_seconds", "rate_limited", 1),
        ("429_bare", "rate_limited", 1),
        ("403", "http_403", 1),
        ("403_challenge", "challenge", 1),
        ("503_challenge", "challenge", 1),
        ("packed_challenge", "challenge", 1),
        ("304", "http_3xx", 1),
        ("truncated_gzip", "encoding", 1),
        ("corrupt_gzip", "encoding", 1),
        ("deflate", "encoding", 1),
        ("br", "encoding", 1),
        ("big", "too_large", 1),
        ("big_unlabelled", "too_large", 1),
        ("bomb", "too_large", 1),
        ("redirect_loopback", "blocked_address", 1),
        ("redirect_metadata", "blocked_address", 1),
        ("redirect_http", "redirect", 1),
        ("redirect_host", "redirect", 1),
        ("redirect_nowhere", "redirect", 1),
        ("redirect_loop", "redirect", 4),
    ],
)
def test_each_fault_has_its_reason_and_is_tried_again_only_where_that_helps(
    net: Loopback, fault: str, reason: str, asked: int
) -> None:
    net.host(HOST, Fault(fault))

    reply = ask(net)

    assert reply.reason == reason
    assert reason in REASONS
    assert len(net.asked(HOST)) == asked
    assert net.connects.count("elsewhere.test") == 0
    assert net.plain == []


@pytest.mark.parametrize("after", ["hang", "reset"])
def test_a_refusal_is_one_also_where_its_words_do_not_come(net: Loopback, after: str) -> None:
    whole = {"Content-Length": "900"}
    net.put(HOST, "/page", Answer(status=403, headers=whole, body=b"<h1>", after=after))

    assert ask(net).reason == "http_403"
    assert len(net.asked(HOST)) == 1


@pytest.mark.parametrize("fault", ["hang", "hang_connect", "hang_body", "drip"])
def test_a_server_that_takes_its_time_gets_no_more_than_the_deadline(
    net: Loopback, fault: str
) -> None:
    net.host(HOST, Fault(fault))
    began = time.monotonic()

    replies = ask_all(net, URL, f"{URL}/more")

    assert {one.reason for one in replies.values()} == {"timeout"}
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_single_question_gets_no_more_than_the_deadline_either(net: Loopback, fault: str) -> None:
    net.host(HOST, Fault(fault))
    began = time.monotonic()

    reply = ask(net)

    assert reply.reason == "timeout"
    assert time.monotonic() - began < 3


def test_what_was_read_before_the_deadline_counts(net: Loopback) -> None:
    net.put(HOST, "/page", Answer(body=b"first"))
    net.put(HOST, "/slow", Fault("hang"))

    replies = ask_all(net, URL, f"https://{HOST}/slow")

    assert [one.reason for one in replies.values()] == [None, "timeout"]
    assert replies[URL].body == b"first"


def test_after_a_failure_the_rest_is_not_asked(net: Loopback) -> None:
    net.put(HOST, "/page", Fault("403"))
    net.put(HOST, "/next", Answer(body=b"x"))

    replies = ask_all(net, URL, f"https://{HOST}/next")

    assert [one.reason for one in replies.values()] == ["http_403", "http_403"]
    assert [one.path for one in net.log] == ["/page"]


def test_a_server_that_recovers_is_read_at_the_third_attempt(net: Loopback) -> None:
    net.put(HOST, "/page", Fault("reset"), Fault("500"), Answer(body=b"up"))

    assert ask(net).body == b"up"
    assert len(net.log) == 3


def test_the_pauses_between_attempts_are_as_they_are_written(
    net: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ATTEMPTS", (0, 0.2, 0.5))
    net.host(HOST, Fault("500"))
    began = time.monotonic()

    ask(net)

    assert 0.7 <= time.monotonic() - began < 9  # with the real ones it would be 10


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("99999999999999999999", MAX_WAIT),
        ("Sun, 22 Nov 2026 11:02:00 GMT", 120),
        ("Sunday, 22-Nov-26 11:02:00 GMT", 120),
        ("Sun Nov 22 11:02:00 2026", 120),
        ("Fri, 01 Jan 2100 00:00:00 GMT", MAX_WAIT),
        ("0", None),
        ("-30", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("١٢", None),
        ("Sun, 22 Nov 2026 10:00:00 GMT", None),
        ("Sun, 99 Nov 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_and_at_most_an_hour(
    said: str | None, seconds: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert retry_after(said, NOW) == (None if seconds is None else NOW + seconds)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("Fri, 01 Jan 2100 00:00:00 GMT", 3600), ("9" * 20, 3600), ("-3", None)],
)
def test_a_request_to_wait_is_passed_on(net: Loopback, said: str, seconds: int | None) -> None:
    net.put(HOST, "/page", wait(said))

    reply = ask(net)

    assert reply.reason == "rate_limited"
    assert reply.not_before in ([None] if seconds is None else [NOW + seconds, NOW + seconds + 1])


def test_the_limits_are_those_of_the_design() -> None:
    assert AS_WRITTEN == (5, 10, 25, 300, 5, (0, 2, 8))
    assert (client.MAX_REDIRECTS, client.AT_ONCE, client.DNS_THREADS) == (3, 300, 64)
    assert (MAX_BODY, MAX_WAIT) == (5 * MIB, 3_600)
