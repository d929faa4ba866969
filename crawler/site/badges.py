"""Badges: an SVG of a service's state, one of its uptime, and the state for shields.io.

A badge is an image on somebody else's page, which nobody rebuilds when our site does. So it says
as of when it holds, is grey once the evidence is too old to count, and holds nothing but our own
words and the service's name from content/.
"""

import unicodedata
from html import escape

from crawler import text
from crawler.errors import SiteError
from crawler.model import Level
from crawler.site import words
from crawler.site.api.details import Shield
from crawler.site.board import Board, Row
from crawler.site.views import short
from crawler.times import human

_INK, _HEIGHT, _PAD = 11, 20, 6
_LIGHT = {
    Level.NONE: "#1a7a48",
    Level.MINOR: "#8a5f00",
    Level.MAJOR: "#b04a06",
    Level.CRITICAL: "#b3201a",
    Level.MAINTENANCE: "#5b3fb5",
    Level.UNKNOWN: "#5a5e67",
}
_DARK = {
    Level.NONE: "#63cc93",
    Level.MINOR: "#e8bd55",
    Level.MAJOR: "#f59a63",
    Level.CRITICAL: "#ff8d84",
    Level.MAINTENANCE: "#b9aaff",
    Level.UNKNOWN: "#a4a8b1",
}
_STEPS = ((99.9, Level.NONE), (99.0, Level.MINOR), (95.0, Level.MAJOR))
_NARROW, _WIDE = frozenset(" .,:;|!'()[]/fijlrtI-"), frozenset("mwMW%@")


def render(board: Board) -> dict[str, bytes]:
    """Both images of each service by path."""
    files = {}
    for row in board.rows:
        files[f"api/badge/{row.service.id}.svg"] = _status(row, board)
    for row in board.rows:
        # An id may itself end in -uptime; then two badges have one address.
        path = f"api/badge/{row.service.id}-uptime.svg"
        if path in files:
            raise SiteError(f"{path}: the badge of two services")
        files[path] = _uptime(row, board)
    return files


def shield(row: Row, board: Board) -> Shield:
    """The state of a service as shields.io wants it."""
    level = row.verdict.level
    return Shield(
        schemaVersion=1,
        label=_name(row),
        message=f"{level.label.lower()}, {_as_of(row, board)}",
        color=_LIGHT[level].removeprefix("#"),
        isError=level is Level.UNKNOWN,
        cacheSeconds=300,
    )


def _status(row: Row, board: Board) -> bytes:
    level = row.verdict.level
    return _svg(
        _name(row),
        level.label.lower(),
        _as_of(row, board),
        level,
        f"{_name(row)}: {level.label}, {_when(row)}",
    )


def _uptime(row: Row, board: Board) -> bytes:
    label = f"{_name(row)} uptime"
    figure = row.uptime.figure(30)
    if figure is None or figure.uptime is None:
        return _svg(label, "no data", "30 days", Level.UNKNOWN, f"{label}: no data for 30 days")
    share = float(figure.uptime)
    level = next((one for least, one in _STEPS if share >= least), Level.CRITICAL)
    if row.verdict.level is Level.UNKNOWN:
        level = Level.UNKNOWN
    said = f"{label} over 30 days, {row.uptime.basis}: {figure.shown}, {_when(row)}"
    note = f"30 days {row.uptime.basis}, {_as_of(row, board)}"
    return _svg(label, f"{figure.uptime}%", note, level, said)


def _name(row: Row) -> str:
    return text.line(row.service.name, 60)


def _when(row: Row) -> str:
    at = words.seen(row.verdict)
    return "never read" if at is None else f"as of {human(at)}"


def _as_of(row: Row, board: Board) -> str:
    if board.simulated:
        return "simulated"
    at = words.seen(row.verdict)
    return "never read" if at is None else short(at, board.at)


def _svg(label: str, word: str, note: str, level: Level, said: str) -> bytes:
    first, second, third = (_width(one) for one in (label, word, note))
    x, y = first, first + second
    total = y + third
    texts = "".join(
        f'<text x="{start + _PAD}" y="14" textLength="{width - 2 * _PAD}" class="{kind}">'
        f"{escape(one)}</text>"
        for one, start, width, kind in (
            (label, 0, first, "i"),
            (word, x, second, "w"),
            (note, y, third, "i"),
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{_HEIGHT}"'
        f' viewBox="0 0 {total} {_HEIGHT}" role="img" aria-label="{escape(said)}">'
        f"<title>{escape(said)}</title>"
        f"<style>text{{font:{_INK}px Verdana,DejaVu Sans,sans-serif}}"
        f".b{{fill:#e8e8e6}}.i{{fill:#1b1c1f}}.c{{fill:{_LIGHT[level]}}}.w{{fill:#fff}}"
        "@media (prefers-color-scheme:dark){.b{fill:#2e3137}.i{fill:#e9e9eb}"
        f".c{{fill:{_DARK[level]}}}.w{{fill:#131417}}}}</style>"
        f'<rect class="b" width="{total}" height="{_HEIGHT}" rx="3"/>'
        f'<rect class="c" x="{x}" width="{second}" height="{_HEIGHT}"/>{texts}</svg>\n'
    ).encode()


def _width(said: str) -> int:
    """Pixels for a text with its padding; textLength makes every font fit into them."""
    wide = sum(
        _INK * 1.05
        if unicodedata.east_asian_width(char) in "WF"
        else _INK * (0.42 if char in _NARROW else 0.98 if char in _WIDE else 0.64)
        for char in said
    )
    return round(wide) + 2 * _PAD
