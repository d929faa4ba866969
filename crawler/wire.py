"""One question to a server, and whatever came back. Plain values; nothing here does I/O."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from lxml import etree

from crawler.errors import Unreadable

T = TypeVar("T")
MAX_BODY = 5 * 1024 * 1024
_MAX_DEPTH = 64
_CHALLENGES = ("just a moment", "checking your browser", "challenge-platform", "cf-chl", "cf_chl")


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `html` marks a page made for people, which robots.txt governs; an `extra` reply
    may fail without making the source unreadable."""

    url: str
    accept: str = "application/json"
    html: bool = False
    extra: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, or `reason` (a slug of errors.REASONS) for why nothing did.

    `body` is decompressed and at most 5 MiB; `packed` is the same as it came, where it came as
    gzip, and alone until somebody needs to read it. Header names are lower case.
    """

    url: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    reason: str | None = None
    detail: str = ""
    elapsed_ms: int | None = None
    not_before: int | None = None
    packed: bytes = b""
    _parsed: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def json(self, kind: type[T]) -> T:
        """The body as strict JSON whose top is a `kind` (dict or list).

        Raises Unreadable: the reply's own reason, empty, encoding, not_json, unexpected_shape.
        """
        value = self._once("json", self._json)
        if not isinstance(value, kind):
            raise Unreadable("unexpected_shape", f"the top is {_name(value)}")
        return value

    def text(self) -> str:
        """The body as UTF-8 text, one byte order mark allowed. Raises Unreadable."""
        self.raise_for_reason()
        try:
            text = self.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unreadable("encoding", f"not UTF-8 at byte {error.start}") from None
        if not text.strip():
            raise Unreadable("empty")
        return text

    def xml(self) -> "etree._Element":
        """The root of the body as XML without DOCTYPE. Raises Unreadable: xml_dtd, not_xml, ..."""
        root: etree._Element = self._once("xml", self._xml)
        return root

    def raise_for_reason(self) -> None:
        """Raise Unreadable when the reply is a failure."""
        if self.reason is not None:
            raise Unreadable(self.reason, self.detail)

    def _once(self, form: str, parse: Callable[[], Any]) -> Any:
        # Every platform is asked whether a reply is its own, and most say no to the same document.
        if form not in self._parsed:
            try:
                self._parsed[form] = parse()
            except Unreadable as error:
                # Not the error itself, which holds on to all that was parsed until then.
                self._parsed[form] = Unreadable(error.reason, error.detail)
        found = self._parsed[form]
        if isinstance(found, Unreadable):
            raise Unreadable(found.reason, found.detail)
        return found

    def _json(self) -> Any:
        text = self.text()
        if challenged(self.headers, text):
            raise Unreadable("challenge")
        return _loads(text)

    def _xml(self) -> "etree._Element":
        self.raise_for_reason()
        if not self.body.strip():
            raise Unreadable("empty")
        if b"<!DOCTYPE" in self.body or b"<!ENTITY" in self.body or _wide_doctype(self.body):
            raise Unreadable("xml_dtd")
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(self.body, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            reason = "encoding" if "ncoding" in str(error) else "not_xml"
            raise Unreadable(reason, str(error)) from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise Unreadable("xml_dtd")
        return root


def challenged(headers: Mapping[str, str], text: str) -> bool:
    """Whether a reply is a bot wall's question instead of the page."""
    if headers.get("cf-mitigated") == "challenge":
        return True
    head = text[:4096].lstrip().lower()
    return head.startswith("<") and any(mark in head for mark in _CHALLENGES)


def _wide_doctype(body: bytes) -> bool:
    return any("<!DOCTYPE".encode(name) in body for name in ("utf-16-le", "utf-16-be"))


def _loads(text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        detail = "too deep" if isinstance(error, RecursionError) else str(error)
        raise Unreadable("not_json", detail) from None
    if not _shallow(value):
        raise Unreadable("not_json", f"deeper than {_MAX_DEPTH}")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    # Parsers disagree on which of two equal keys counts, so a reply with two says nothing.
    if len(value) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _shallow(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(_MAX_DEPTH + 1):
        # Types, not isinstance: this sees every value of every page.
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return True
    return False


def _name(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a yes or no"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "nothing")


def objects(value: object, at_most: int) -> list[dict[str, Any]]:
    """The objects of a JSON list, in order, at most so many; [] when it is no list."""
    if not isinstance(value, list):
        return []
    return [cast(dict[str, Any], item) for item in value[:at_most] if isinstance(item, dict)]
