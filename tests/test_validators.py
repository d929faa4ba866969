"""A page that did not change is read from what we kept of it, as far as that can be trusted."""

import gzip

import pytest

from asking import HOST, URL, ask, asked, hurry
from crawler.fetch import Known
from crawler.wire import MAX_BODY
from loopback import Answer, Fault, Loopback

__all__ = ["hurry"]  # fixtures

PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("form", [b'{"a": 1}', gzip.compress(b'{"a": 1}', mtime=0)])
def test_an_unchanged_page_is_read_from_what_we_kept(net: Loopback, form: bytes) -> None:
    coding = PACKED if form[:2] == b"\x1f\x8b" else {}
    net.put(HOST, "/page", Answer(headers=coding, body=form, etag='W/"v1"'))

    first, made = asked(net)
    again = ask(net, known=made.fresh[URL])

    assert first.body == again.body == b'{"a": 1}'
    assert (again.status, again.reason) == (200, None)
    assert net.log[1].headers["if-none-match"] == 'W/"v1"'


def test_last_modified_is_sent_back_too(net: Loopback) -> None:
    moment = "Sun, 22 Nov 2026 10:00:00 GMT"
    net.put(HOST, "/page", Answer(headers={"Last-Modified": moment}, body=b"x"))

    _, made = asked(net)
    ask(net, known=made.fresh[URL])

    assert net.log[1].headers["if-modified-since"] == moment


@pytest.mark.parametrize("tag", ['"é"', '"' + "x" * 5_000 + '"', '"a\tb"'])
def test_a_validator_that_cannot_be_sent_back_is_forgotten(net: Loopback, tag: str) -> None:
    net.put(HOST, "/page", Answer(headers={"ETag": tag}, body=b"x"))

    _, made = asked(net)

    assert made.fresh == {}


def test_a_kept_body_is_not_trusted_beyond_the_limit(net: Loopback) -> None:
    net.host(HOST, Fault("304"))
    kept = Known('"v"', None, "gzip", gzip.compress(b" " * (MAX_BODY + 1), mtime=0))

    assert ask(net, known=kept).body == b""


def test_a_kept_body_that_is_damaged_is_no_news(net: Loopback) -> None:
    net.host(HOST, Fault("304"))

    assert ask(net, known=Known('"v"', None, "gzip", b"\x1f\x8b rubbish")).reason == "encoding"


@pytest.mark.parametrize("cut", [-1, -9, 12])
def test_a_torn_body_with_a_validator_is_not_kept(net: Loopback, cut: int) -> None:
    whole = gzip.compress(b'{"a": 1}', mtime=0)
    net.put(HOST, "/page", Answer(headers=PACKED, body=whole[:cut], etag='"v1"'))

    torn, made = asked(net)

    assert torn.reason == "encoding"
    assert made.fresh == {}


def test_a_bomb_with_a_validator_is_not_kept(net: Loopback) -> None:
    bomb = gzip.compress(b" " * (MAX_BODY + 1), mtime=0)
    net.put(HOST, "/page", Answer(headers=PACKED, body=bomb, etag='"v1"'))

    refused, made = asked(net)

    assert refused.reason == "too_large"
    assert made.fresh == {}
