"""The client against real sockets: whatever a server does becomes a Reply, soon and small."""

import asyncio
import gzip
import socket
import time
from collections.abc import Iterator

import pytest

from answers import JSON, MIB, bomb, moved, wait
from crawler.errors import REASONS, WhosdownError
from crawler.fetch import Client, Known, Network, client, open_client
from crawler.fetch.answers import MAX_WAIT, retry_after
from crawler.wire import MAX_BODY, Reply, Request
from loopback import Answer, Fault, Loopback

HOST = "status.example.test"
URL = f"https://{HOST}/page"
AGENT = "whosdown/9.9 (+https://example.test/contact)"
NOW = 1_795_345_200
SECONDS = (client.CONNECT, client.READ, client.SOURCE, client.RUN, client.CONTROL)
AS_WRITTEN: tuple[object, ...] = (*SECONDS, client.ATTEMPTS)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting is not the point, except where a test says so."""
    monkeypatch.setattr(client, "ATTEMPTS", (0, 0.02, 0.04))
    monkeypatch.setattr(client, "READ", 1.0)
    monkeypatch.setattr(client, "SOURCE", 2.0)


def network(net: Loopback, **more: str) -> Network:
    return Network.from_environment({**net.env, **more}, AGENT)


async def _asked(net: Loopback, request: Request, known: Known | None) -> tuple[Reply, Client]:
    async with open_client(network(net), NOW) as made:
        return await made.ask(request, known), made


def ask(net: Loopback, url: str = URL, known: Known | None = None) -> Reply:
    return asyncio.run(_asked(net, Request(url), known))[0]


def ask_all(net: Loopback, *urls: str) -> dict[str, Reply]:
    async def all_of_them() -> dict[str, Reply]:
        async with open_client(network(net), NOW) as made:
            return await made.ask_all({one: Request(one) for one in urls}, {})

    return asyncio.run(all_of_them())


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


@pytest.mark.parametrize("fault", ["hang", "hang_connect", "hang_body", "drip"])
def test_a_server_that_takes_its_time_gets_no_more_than_the_deadline(
    net: Loopback, fault: str
) -> None:
    net.host(HOST, Fault(fault))
    began = time.monotonic()

    replies = ask_all(net, URL, f"{URL}/more")

    assert {one.reason for one in replies.values()} == {"timeout"}
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

    assert 0.7 <= time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("start", "target", "body"),
    [
        (HOST, "/there", b"there"),
        (HOST, f"https://{HOST}/there", b"there"),
        (HOST, f"https://www.{HOST}/there", b"www there"),
        (f"www.{HOST}", f"https://{HOST}/there", b"there"),
        (HOST, f"//{HOST}:443/there", b"there"),
    ],
)
def test_a_redirect_within_the_host_or_its_twin_is_followed(
    net: Loopback, start: str, target: str, body: bytes
) -> None:
    net.put(start, "/page", moved(target))
    net.put(HOST, "/there", Answer(body=b"there"))
    net.put(f"www.{HOST}", "/there", Answer(body=b"www there"))
    if start != HOST:
        net.put(start, "/page", moved(target))

    reply = ask(net, f"https://{start}/page")

    assert (reply.status, reply.body) == (200, body)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (f"http://{HOST}/there", "redirect"),
        (f"https://{HOST}:8443/there", "redirect"),
        (f"https://{HOST}.evil.test/", "redirect"),
        (f"https://{HOST}@evil.test/", "redirect"),
        ("https://evil.test/", "redirect"),
        ("ftp://evil.test/", "redirect"),
        ("file:///etc/passwd", "redirect"),
        ("javascript:alert(1)", "redirect"),
        ("https://2130706433/", "blocked_address"),
        ("http://localhost/", "blocked_address"),
        ("https://[::ffff:a9fe:a9fe]/", "blocked_address"),
        ("https://metadata.google.internal/", "blocked_address"),
    ],
)
def test_a_redirect_that_leads_away_is_not_followed(
    net: Loopback, target: str, reason: str
) -> None:
    net.put(HOST, "/page", moved(target))

    reply = ask(net)

    assert reply.reason == reason
    assert set(net.connects) == {HOST}
    assert net.plain == []


def test_three_redirects_are_followed_and_not_a_fourth(net: Loopback) -> None:
    for hop in range(4):
        net.put(HOST, f"/{hop}", moved(f"/{hop + 1}"))
    net.put(HOST, "/4", Answer(body=b"end"))

    assert ask(net, f"https://{HOST}/1").body == b"end"
    assert ask(net, f"https://{HOST}/0").reason == "redirect"


def test_the_body_of_a_redirect_is_not_read(net: Loopback) -> None:
    pieces: list[int] = []

    def body() -> Iterator[bytes]:
        for piece in bomb():
            pieces.append(len(piece))
            yield piece * 50

    headers = {"Content-Encoding": "gzip", "Location": "/ok"}
    net.put(HOST, "/page", Answer(status=302, headers=headers, body=body))
    net.put(HOST, "/ok", Answer(body=b"fine"))

    assert ask(net).body == b"fine"
    assert sum(pieces) * 50 < 20 * MIB


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


@pytest.mark.parametrize("form", [b'{"a": 1}', gzip.compress(b'{"a": 1}', mtime=0)])
def test_an_unchanged_page_is_read_from_what_we_kept(net: Loopback, form: bytes) -> None:
    coding = {"Content-Encoding": "gzip"} if form[:2] == b"\x1f\x8b" else {}
    net.put(HOST, "/page", Answer(headers=coding, body=form, etag='W/"v1"'))

    first, made = asyncio.run(_asked(net, Request(URL), None))
    again = ask(net, known=made.fresh[URL])

    assert first.body == again.body == b'{"a": 1}'
    assert (again.status, again.not_modified, again.reason) == (200, True, None)
    assert net.log[1].headers["if-none-match"] == 'W/"v1"'


def test_last_modified_is_sent_back_too(net: Loopback) -> None:
    moment = "Sun, 22 Nov 2026 10:00:00 GMT"
    net.put(HOST, "/page", Answer(headers={"Last-Modified": moment}, body=b"x"))

    _, made = asyncio.run(_asked(net, Request(URL), None))
    ask(net, known=made.fresh[URL])

    assert net.log[1].headers["if-modified-since"] == moment


@pytest.mark.parametrize("tag", ['"é"', '"' + "x" * 5_000 + '"', '"a\tb"'])
def test_a_validator_that_cannot_be_sent_back_is_forgotten(net: Loopback, tag: str) -> None:
    net.put(HOST, "/page", Answer(headers={"ETag": tag}, body=b"x"))

    _, made = asyncio.run(_asked(net, Request(URL), None))

    assert made.fresh == {}


def test_a_kept_body_is_not_trusted_beyond_the_limit(net: Loopback) -> None:
    net.host(HOST, Fault("304"))
    kept = Known('"v"', None, "gzip", gzip.compress(b" " * (MAX_BODY + 1), mtime=0))

    assert ask(net, known=kept).body == b""


def test_a_kept_body_that_is_damaged_is_no_news(net: Loopback) -> None:
    net.host(HOST, Fault("304"))

    assert ask(net, known=Known('"v"', None, "gzip", b"\x1f\x8b rubbish")).reason == "encoding"


def test_a_host_of_no_proxy_is_asked_directly(net: Loopback) -> None:
    made = network(net, no_proxy="direct.test,.inner.test")

    assert made.proxy_for("a.inner.test") == ""
    assert made.proxy_for(HOST) == made.proxy != ""


def test_a_proxy_that_is_not_there_refuses(net: Loopback) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gone = Network("whosdown/test", proxy=f"http://127.0.0.1:{port}", ca_file=net.ca_file)

    async def asked() -> Reply:
        async with open_client(gone, NOW) as made:
            return await made.ask(Request(URL))

    assert asyncio.run(asked()).reason == "refused"
    assert ask(net, "https://nobody.test/").reason == "refused"


def test_only_the_authority_of_ssl_cert_file_is_trusted(net: Loopback) -> None:
    net.put(HOST, "/page", Answer(body=b"x"))
    usual = {name: value for name, value in net.env.items() if name != "SSL_CERT_FILE"}

    async def without() -> Reply:
        async with open_client(Network.from_environment(usual, AGENT), NOW) as made:
            return await made.ask(Request(URL))

    assert asyncio.run(without()).reason == "tls"
    assert ask(net).reason is None


@pytest.mark.parametrize("file", ["/no/such/file.pem", __file__])
def test_a_wrong_authority_file_is_told_by_its_name(net: Loopback, file: str) -> None:
    async def opened() -> None:
        async with open_client(network(net, ssl_cert_file=file, SSL_CERT_FILE=file), NOW):
            pass

    with pytest.raises(WhosdownError, match=f"SSL_CERT_FILE: {file}: "):
        asyncio.run(opened())


@pytest.mark.parametrize(
    ("rule", "reachable"),
    [
        (Answer(status=204), True),
        (Answer(status=500), True),
        (moved("https://login.hotel.test/"), True),
        (Fault("refused"), False),
        (Fault("self_signed"), False),
        (Fault("hang"), False),
    ],
)
def test_a_control_host_is_there_when_it_says_anything_at_all(
    net: Loopback, monkeypatch: pytest.MonkeyPatch, rule: Answer | Fault, reachable: bool
) -> None:
    monkeypatch.setattr(client, "CONTROL", 0.5)
    net.host(HOST, rule)

    async def there() -> bool:
        async with open_client(network(net), NOW) as made:
            return await made.reachable(URL)

    assert asyncio.run(there()) is reachable
    assert "login.hotel.test" not in net.connects


def test_the_limits_are_those_of_the_design() -> None:
    assert AS_WRITTEN == (5, 10, 25, 300, 5, (0, 2, 8))
    assert (client.MAX_REDIRECTS, client.AT_ONCE, client.DNS_THREADS) == (3, 300, 64)
    assert (MAX_BODY, MAX_WAIT) == (5 * MIB, 3_600)
