"""Every fault of the fixture fails in the way that its name says."""

import gzip
import http.client
import json
import ssl
import time
import zlib

import pytest

from answers import ANSWERS, bomb, moved, wait
from dialling import HOST, dial, get
from loopback import Answer, Fault, Loopback


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


def test_a_host_that_no_certificate_can_name_is_a_mistake_of_the_test(net: Loopback) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        net.host("under_score.test", Fault("reset"))

    assert net.connects == []
