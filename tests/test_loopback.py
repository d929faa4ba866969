"""The fixture does what it says, seen by a client that knows nothing of it."""

import gzip
import http.client
import json
import socket
import ssl
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from answers import ANSWERS, bomb, moved, wait
from loopback import Answer, Fault, Loopback

HOST = "status.example.test"


def dial(net: Loopback, host: str = HOST, seconds: float = 5.0) -> http.client.HTTPSConnection:
    trust = ssl.create_default_context(cafile=net.ca_file)
    connection = http.client.HTTPSConnection(*net.address, context=trust, timeout=seconds)
    connection.set_tunnel(host, 443)
    return connection


def get(
    net: Loopback, path: str = "/", host: str = HOST, seconds: float = 5.0, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = dial(net, host, seconds)
    try:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def test_a_named_path_is_answered_over_tls_and_written_down(net: Loopback) -> None:
    net.put(HOST, "/api/v2/summary.json", Answer(headers={"X-Kind": "one"}, body=b'{"a": 1}'))

    status, headers, body = get(net, "/api/v2/summary.json", User_Agent="me/1.0")

    assert (status, headers["X-Kind"], body) == (200, "one", b'{"a": 1}')
    assert [(one.host, one.path) for one in net.log] == [(HOST, "/api/v2/summary.json")]
    assert net.log[0].headers["user-agent"] == "me/1.0"


def test_an_unknown_path_is_404_and_a_query_finds_its_path(net: Loopback) -> None:
    net.put(HOST, "/a", Answer(body=b"a"))

    missing, found = get(net, "/b"), get(net, "/a?page=2")

    assert missing[0] == 404
    assert found[2] == b"a"


def test_an_unknown_host_is_refused_by_the_proxy(net: Loopback) -> None:
    with pytest.raises(OSError, match="Tunnel connection failed: 502"):
        get(net, host="nobody.test")

    assert net.connects == ["nobody.test"]
    assert net.log == []


def test_a_plain_request_is_refused_and_written_down(net: Loopback) -> None:
    connection = http.client.HTTPConnection(*net.address, timeout=5)
    try:
        connection.request("GET", "http://plain.test/x")
        status = connection.getresponse().status
    finally:
        connection.close()

    assert status == 403
    assert net.plain == ["http://plain.test/x"]


def test_several_answers_come_in_order_and_the_last_stays(net: Loopback) -> None:
    net.put(HOST, "/", Fault("500"), Fault("500"), Answer(body=b"up"))

    statuses = [get(net)[0] for _ in range(4)]

    assert statuses == [500, 500, 200, 200]


def test_an_etag_makes_an_answer_conditional(net: Loopback) -> None:
    net.put(HOST, "/", Answer(etag='W/"v1"', body=b"body"))

    first = get(net)
    again = get(net, If_None_Match=first[1]["ETag"])
    other = get(net, If_None_Match='"v0"')

    assert (first[0], first[1]["ETag"]) == (200, 'W/"v1"')
    assert (again[0], again[2]) == (304, b"")
    assert (other[0], other[2]) == (200, b"body")


def test_control_hosts_answer_and_as_many_fail_as_wished(net: Loopback) -> None:
    net.control(working=2)

    one = get(net, "/generate_204", "www.gstatic.com")
    two = get(net, "/hotspot-detect.html", "captive.apple.com")

    assert (one[0], two[0]) == (204, 200)
    with pytest.raises((OSError, http.client.HTTPException)):
        get(net, "/success.txt", "detectportal.firefox.com")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired", "certificate has expired"),
        ("wrong_name", "Hostname mismatch"),
        ("self_signed", "unable to get local issuer|self.signed"),
    ],
)
def test_a_flawed_certificate_fails_for_its_own_reason(
    net: Loopback, fault: str, words: str
) -> None:
    net.host(HOST, Fault(fault))

    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        get(net)

    assert net.log == []


@pytest.mark.parametrize("fault", ["reset", "reset_body"])
def test_a_reset_is_a_reset(net: Loopback, fault: str) -> None:
    net.host(HOST, Fault(fault))

    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        get(net)

    assert len(net.log) == 1


def test_a_refused_host_closes_without_a_word(net: Loopback) -> None:
    net.host(HOST, Fault("refused"))

    with pytest.raises((OSError, http.client.HTTPException)):
        get(net)

    assert net.connects == [HOST]
    assert net.log == []


@pytest.mark.parametrize("fault", ["hang_connect", "hang", "hang_body"])
def test_silence_lasts_until_the_client_gives_up(net: Loopback, fault: str) -> None:
    net.host(HOST, Fault(fault))

    with pytest.raises(TimeoutError):
        get(net, seconds=0.3)

    assert net.connects == [HOST]


def test_leaving_ends_what_still_hangs() -> None:
    before = threading.active_count()
    with Loopback() as net:
        net.host(HOST, Fault("hang"))
        connection = dial(net)
        connection.request("GET", "/")
        started = time.monotonic()

    with closing(connection), pytest.raises((OSError, http.client.HTTPException)):
        connection.getresponse()

    assert time.monotonic() - started < 3
    assert threading.active_count() == before


def test_a_drip_comes_byte_by_byte(net: Loopback) -> None:
    net.put(HOST, "/", Answer(body=b"abc", drip=0.05))
    started = time.monotonic()

    _, _, body = get(net)

    assert body == b"abc"
    assert time.monotonic() - started >= 0.1


def test_endless_headers_are_too_many_for_a_client(net: Loopback) -> None:
    net.host(HOST, Fault("endless_headers"))

    with pytest.raises(http.client.HTTPException, match="got more than"):
        get(net)

    assert len(net.log) == 1


def test_a_big_body_is_streamed_with_or_without_its_length(net: Loopback) -> None:
    net.put(HOST, "/told", Fault("big"))
    net.put(HOST, "/untold", Fault("big_unlabelled"))

    told, untold = _start(net, "/told"), _start(net, "/untold")

    assert told == (104_857_600, 1_000_000)
    assert untold == (None, 1_000_000)


def _start(net: Loopback, path: str) -> tuple[int | None, int]:
    connection = dial(net)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.length, len(reply.read(1_000_000))
    finally:
        connection.close()


def test_the_bomb_is_one_sound_gzip_stream_of_a_gibibyte() -> None:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    sent = b"".join(bomb())
    size = 0
    rest = sent
    while rest:
        size += len(inflate.decompress(rest, 1 << 24))
        rest = inflate.unconsumed_tail

    assert len(sent) < 1_200_000
    assert size == 1 << 30
    assert inflate.eof


def test_a_redirect_may_carry_the_bomb(net: Loopback) -> None:
    net.host(HOST, Fault("redirect_bomb"))

    status, headers, body = get(net)

    assert (status, headers["Location"], headers["Content-Encoding"]) == (302, "/ok", "gzip")
    assert body[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("name", sorted(ANSWERS.keys() - {"big", "big_unlabelled", "drip"}))
def test_every_named_answer_sends_its_status_and_headers(net: Loopback, name: str) -> None:
    net.put(HOST, "/", Fault(name))
    connection = dial(net)

    try:
        connection.request("GET", "/")
        reply = connection.getresponse()
    finally:
        connection.close()

    wanted = ANSWERS[name]
    assert reply.status == wanted.status
    assert {k: reply.headers[k] for k in wanted.headers} == {
        k: v.strip() for k, v in wanted.headers.items()
    }
    reply.close()


def test_answers_are_what_their_names_say() -> None:
    well = gzip.decompress(_bytes("gzip"))

    assert json.loads(well)["status"]["indicator"] == "none"
    assert _bytes("utf16")[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert zlib.decompress(_bytes("deflate")) == well
    assert wait("-1").headers == {"Retry-After": "-1"}
    assert moved("/x", 308).status == 308
    with pytest.raises(json.JSONDecodeError):
        json.loads(_bytes("truncated_json"))
    with pytest.raises(EOFError):
        gzip.decompress(_bytes("truncated_gzip"))


def _bytes(name: str) -> bytes:
    body = ANSWERS[name].body
    assert isinstance(body, bytes)
    return body


def test_a_fault_that_nobody_knows_is_a_mistake_of_the_test(net: Loopback) -> None:
    with pytest.raises(ValueError, match="'explode' is not one of"):
        Fault("explode")
    with pytest.raises(ValueError, match="before any path"):
        net.put(HOST, "/", Fault("expired"))


def test_two_hundred_hosts_are_served_at_once(net: Loopback) -> None:
    hosts = [f"h{number}.test" for number in range(200)]
    for host in hosts:
        net.put(host, "/", Answer(body=host.encode()))
    net.latency["h0.test"] = 0.2

    with ThreadPoolExecutor(16) as pool:
        bodies = list(pool.map(lambda host: get(net, host=host)[2].decode(), hosts))

    assert bodies == hosts
    assert 1 < net.peak <= 32
    assert set(net.peaks.values()) == {1}


def test_the_environment_names_the_proxy_and_its_authority(behind: Loopback) -> None:
    proxy = f"http://127.0.0.1:{behind.address[1]}"

    trust = ssl.create_default_context()

    assert behind.env["HTTPS_PROXY"] == behind.env["https_proxy"] == proxy
    assert behind.env["NO_PROXY"] == ""
    assert len(trust.get_ca_certs()) == 1


def test_no_test_reaches_another_machine() -> None:
    with (
        socket.socket() as plug,
        pytest.raises(AssertionError, match="a test tried to reach"),
    ):
        plug.connect(("192.0.2.1", 443))

    assert plug.fileno() == -1
