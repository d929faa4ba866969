"""Foreign text made plain, printable and bounded; foreign links made safe or dropped."""

import re
import unicodedata
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from lxml import etree

TITLE = 300
BODY = 20_000
_TAGS = frozenset(
    (
        "a abbr address article aside audio b base basefont bdi bdo big blink blockquote body br "
        "button canvas caption center cite code col colgroup data datalist dd del details dfn "
        "dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset "
        "h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins isindex kbd keygen label "
        "legend li link listing main map mark marquee math menu meta meter nav nobr noembed "
        "noframes noscript object ol optgroup option output p param picture plaintext pre "
        "progress q rp rt ruby s samp script search section select slot small source span strike "
        "strong style sub summary sup svg table tbody td template textarea tfoot th thead time "
        "title tr track tt u ul var video wbr xmp"
    ).split()
)
_BREAKS = frozenset(
    (
        "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form "
        "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul"
    ).split()
)
_SILENT = frozenset(("script style template iframe noembed noframes object svg math head").split())
_STRUCTURE = _BREAKS | _SILENT
_OPENING = re.compile(r"<(?:([!?])|/?([a-zA-Z][\w:-]*)((?:[\s/][^<>]*)?)(>?))?")
# A tag that needs no closer look, see `_opening`.
_TAG = re.compile(r"</?([a-z][a-z0-9]*)(?=[\s/>])", re.ASCII)
_AMPERSANDS = re.compile(r"&(?:amp;|#38;|#x26;)+", re.IGNORECASE)
# C0, DEL, C1, soft hyphen, bidi and zero-width controls (ZWNJ and ZWJ join letters in real
# scripts and stay), interlinear marks, byte order mark, tags, variation fillers, non-characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(p * 0x10000 + 0xFFFE)}{chr(p * 0x10000 + 0xFFFF)}" for p in range(1, 17))
    + "\ufdd0-\ufdef]"
)
_LINK = re.compile(
    r"https://[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]*)*\.(?:com|org|net|io|dev|ai|co)/[\w/.-]*", re.ASCII
)
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_LOOSE = ("\t", "  ", " \n", "\n ", "\n\n\n")
_PLAIN = re.compile(r"(?:[!-%'-;=-~]+(?: [!-%'-;=-~]+)*)?")
_LINES = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_EDGE_JOINERS = re.compile("(?:^|(?<=\\s))[\u200c\u200d]+|[\u200c\u200d]+(?:$|(?=\\s))")


def plain(raw: object, limit: int = TITLE) -> str:
    """What a stranger wrote, as plain text of at most `limit` characters.

    Markup is dropped (an unknown tag such as `<model>` stays as text), controls and invisible
    characters go, white space is folded; line breaks stay where `limit` is larger than a title.
    Doing it twice changes nothing. Anything but a string gives "".
    """
    if not isinstance(raw, str):
        return ""
    # Nine texts of ten are like this, and a page may have a thousand of them.
    if len(raw) <= limit and _PLAIN.fullmatch(raw):
        return raw
    lines = limit > TITLE
    text = _readable(raw[: 8 * limit])
    if "<" not in text and "&" not in text:
        return _bounded(_folded(text, keep_lines=lines), limit)
    for _ in range(6):
        before = text
        text = _folded(_without_markup(_AMPERSANDS.sub("&", text)), keep_lines=lines)
        if text == before or ("<" not in text and "&" not in text):
            break
    else:
        # Six layers of escaping is an attack, not a message; without these nothing is markup.
        text = _folded(re.sub("[<&]", "", text), keep_lines=lines)
    return _bounded(text, limit)


def _readable(text: str) -> str:
    if text.replace("\n", "").isprintable() and (
        text.isascii()
        or (
            unicodedata.is_normalized("NFC", text)
            and not _INVISIBLE.search(text)
            and not _marked(text)
        )
    ):
        return text
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFC", _LINES.sub("\n", text))
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _EDGE_JOINERS.sub("", _few_marks(text))
    return unicodedata.normalize("NFC", text)


def _marked(text: str) -> bool:
    return any(map(unicodedata.combining, {*text}))


def _few_marks(text: str) -> str:
    """At most four combining marks in a row: more only overprint the neighbours."""
    if not _marked(text):
        return text
    kept, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= 4:
            kept.append(char)
    return "".join(kept)


class _Words:
    """Collects the text of an HTML fragment; the parser calls it as it goes."""

    def __init__(self) -> None:
        self.parts: list[str | bytes] = []
        self.silent = 0

    def start(self, tag: object, _attrs: object) -> None:
        # Half of all tags are neither, so both are asked at once.
        if tag not in _STRUCTURE:
            return
        if tag in _SILENT:
            self.silent += 1
        else:
            self.parts.append("\n")

    def end(self, tag: object) -> None:
        if tag not in _STRUCTURE:
            return
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag != "br":
            self.parts.append("\n")

    def data(self, data: str | bytes) -> None:
        if not self.silent:
            self.parts.append(data)

    def comment(self, text: str | bytes) -> None:
        """Comments are not words."""

    def pi(self, target: str | bytes, data: str | bytes | None = None) -> None:
        """Processing instructions are not words."""

    def close(self) -> str:
        text = "".join(map(str, self.parts))
        self.parts, self.silent = [], 0
        return text


def _opening(match: re.Match[str]) -> str:
    """A "<" as it should be parsed: one that opens no tag is a word of the writer, as in
    `Map<string, int>` or `<model>`; a tag that HTML lacks but that has attributes is a tag."""
    special, name, rest, end = match.groups()
    if special:
        return match[0]
    if name and name.lower() in _TAGS and (rest or end or match.end() == len(match.string)):
        return match[0]
    return match[0] if rest and "=" in rest else "&lt;" + match[0][1:]


@cache
def _parser() -> etree.HTMLParser:
    # One for all: making it costs more than most fragments do. `_Words.close` empties it.
    return etree.HTMLParser(
        target=_Words(), recover=True, no_network=True, huge_tree=True, encoding="utf-8"
    )


def _without_markup(text: str) -> str:
    names = _TAG.findall(text)
    if len(names) != text.count("<") or not _TAGS.issuperset(names):
        text = _OPENING.sub(_opening, text)
    parser = _parser()
    # The opening <p> keeps libxml2 from swallowing leading white space and stray end tags.
    parser.feed(b"<p>" + text.encode())
    return str(parser.close())


def _folded(text: str, *, keep_lines: bool) -> str:
    text = _readable(text).strip()
    if not keep_lines:
        return " ".join(text.split())
    if text.isascii() and not any(one in text for one in _LOOSE):
        return text
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _bounded(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    # The cut must not make a tag or an entity out of what was none, so the open ones go with it.
    whole = re.sub(r"<[^<>]{0,40}$|&[^&;\s]{0,10}$", "", text[: limit - 1])
    return whole.rstrip() + "…"


def line(raw: object, limit: int = 200) -> str:
    """Foreign text for a log or a terminal: one printable line in which no program sees a command.

    GitHub's runner obeys `##[` anywhere and `::` at the start of a line, after any white space.
    """
    text = " ".join(plain(str(raw), limit).split()).replace("##[", "## [")
    return re.sub(r"^(\s*):(?=:)", r"\1: ", text)


def web_url(raw: object) -> str | None:
    """A link that may stand on our pages: http(s), a named host, nothing hidden; else None."""
    if not isinstance(raw, str) or len(raw) > 2048 or not raw.isprintable():
        return None
    if _LINK.fullmatch(raw):
        return raw
    if re.search(r"[\s\"'<>\\^`{|}]", raw):
        return None
    try:
        parts = urlsplit(raw)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _is_name(host):
        return None
    if port == 0:
        return None
    if not (parts.path.isascii() and parts.query.isascii() and parts.fragment.isascii()):
        return None
    netloc = host if port is None else f"{host}:{port}"
    return parts._replace(netloc=netloc).geturl()


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
        return False
    except ValueError:
        inside = host.endswith((".localhost", ".local", ".internal"))
        return not inside and _NAME.fullmatch(host) is not None


def words(raw: str) -> str:
    """A number or name as a word for an identifier: lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", raw.lower()).strip("-")
