"""A reply is strict JSON, plain UTF-8 or XML without declarations, or it is Unreadable."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import REASONS, Unreadable
from crawler.wire import Reply, challenged, objects


def said(body: bytes, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(url="https://status.example.test/", status=200, headers=named, body=body)


def json_reason(body: bytes, kind: type = dict, **headers: str) -> str:
    with pytest.raises(Unreadable) as caught:
        said(body, **headers).json(kind)
    return caught.value.reason


def xml_reason(body: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        said(body).xml()
    return caught.value.reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"{", "not_json"),
        (b"{}{}", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 1,}', "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": -Infinity}', "not_json"),
        (b'{"a": 1, "a": 2}', "not_json"),
        (b'{"x": {"a": 1, "a": 1}}', "not_json"),
        (b")]}',\n{}", "not_json"),
        (b"<html></html>", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[" * 66 + b"]" * 66, "not_json"),
        (b'{"a":' * 66 + b"1" + b"}" * 66, "not_json"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not_json"),
        (b'{"a": "\xff"}', "encoding"),
        (b'{"a": "\xed\xa0\x80"}', "encoding"),
        ('{"a": 1}'.encode("utf-16"), "encoding"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "encoding"),
        (b"[]", "unexpected_shape"),
        (b"null", "unexpected_shape"),
        (b"true", "unexpected_shape"),
        (b"1", "unexpected_shape"),
        (b'"up"', "unexpected_shape"),
        (b"<!DOCTYPE html><title>Just a moment...</title>", "challenge"),
        (b"\n <html>window._cf_chl_opt={}", "challenge"),
    ],
    ids=lambda value: ascii(value[:16]),
)
def test_a_body_that_is_no_object_says_why(body: bytes, reason: str) -> None:
    assert json_reason(body) == reason


def test_a_challenge_in_the_headers_beats_any_body() -> None:
    assert json_reason(b"{}", cf_mitigated="challenge") == "challenge"


def test_words_of_a_challenge_inside_json_are_only_words() -> None:
    body = b'{"title": "Just a moment, checking your browser"}'

    assert said(body).json(dict) == {"title": "Just a moment, checking your browser"}
    assert not challenged({}, body.decode())


def test_one_byte_order_mark_is_no_part_of_the_text() -> None:
    assert said(b"\xef\xbb\xbf{}").json(dict) == {}
    assert json_reason(b"\xef\xbb\xbf\xef\xbb\xbf{}") == "not_json"


def test_a_list_is_read_where_a_list_is_wanted() -> None:
    assert said(b"[1, 2]").json(list) == [1, 2]
    assert json_reason(b"{}", list) == "unexpected_shape"


def test_sixty_four_levels_are_deep_enough() -> None:
    body = b"[" * 64 + b"]" * 64

    assert len(said(body).json(list)) == 1


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_failed_reply_fails_every_way_of_reading_it(reason: str) -> None:
    failed = Reply(url="https://a.test/", reason=reason, detail="why", body=b"{}")

    for read in (failed.text, failed.xml, lambda: failed.json(dict)):
        with pytest.raises(Unreadable) as caught:
            read()
        assert (caught.value.reason, caught.value.detail) == (reason, "why")


def test_a_reason_is_one_of_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown reason 'bad luck'"):
        Unreadable("bad luck")


@given(st.binary(max_size=200))
def test_junk_is_unreadable_or_an_object(body: bytes) -> None:
    try:
        value: object = said(body).json(dict)
    except Unreadable as error:
        value = error

    assert isinstance(value, dict | Unreadable)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=9))
def test_what_json_writes_is_read_back(value: object) -> None:
    body = json.dumps({"value": value}).encode("utf-8")

    assert said(body).json(dict) == {"value": value}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<rss>", "not_xml"),
        (b"up", "not_xml"),
        (b"{}", "not_xml"),
        (b"<a/><b/>", "not_xml"),
        (b"<a>&nbsp;</a>", "not_xml"),
        (b"<a>&#0;</a>", "not_xml"),
        (b"<a>" * 300 + b"</a>" * 300, "not_xml"),
        (b"<!DOCTYPE a><a/>", "xml_dtd"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_dtd"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml_dtd"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "xml_dtd"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="utf-8"?><a>\xff</a>', "encoding"),
    ],
    ids=lambda value: ascii(value[:24]),
)
def test_a_body_that_is_no_plain_xml_says_why(body: bytes, reason: str) -> None:
    assert xml_reason(body) == reason


def test_a_document_is_read_without_its_processing_instructions() -> None:
    body = b'<?xml version="1.0"?><?xml-stylesheet href="javascript:1"?><a>x<?evil y?></a>'

    root = said(body).xml()

    assert etree.tostring(root) == b"<a>x</a>"


@given(st.binary(max_size=200))
def test_junk_is_unreadable_or_a_document(body: bytes) -> None:
    try:
        tag: object = said(body).xml().tag
    except Unreadable as error:
        tag = error.reason

    assert isinstance(tag, str)


def test_objects_are_taken_from_lists_only_and_bounded() -> None:
    rows: list[object] = [{"a": 1}, None, "x", [{}], {"b": 2}, {"c": 3}]

    assert objects(rows, 5) == [{"a": 1}, {"b": 2}]
    assert objects({"a": {}}, 5) == []
    assert objects(None, 5) == []
