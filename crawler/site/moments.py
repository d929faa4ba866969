"""The moments that every run moves: blanks in a page, filled when the rest of it is written.

Most of a page is as it was before the last run, but for when that run was and until when it counts.
A page is rendered with a blank for each of them, and what it was made from is known by a digest
with the same blanks, so a later build need only fill them again. Both go by value: a moment that
happens to be that of the run is a blank in the page and in the digest, and the next run, to which
it is a moment like any other, makes the page anew.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import partial

import msgspec
from markupsafe import Markup

from crawler import times
from crawler.site import views, words
from crawler.site.board import Board

Blanks = tuple[tuple[int, int, bytes], ...]
"""Where in a filled page a blank was, how long what fills it is, and its name."""

_FORMS: dict[str, Callable[[int], str]] = {
    "iso": times.iso,
    "human": times.human,
    "date": views.date,
    "seconds": str,
}
# No text comes to this: templates escape the first character, and no page has the second.
_BLANK = re.compile(rb"<\0([a-z.]+)>")


class Moments:
    """The blanks of one board. `said` is what each is filled with, by its name."""

    def __init__(self, board: Board) -> None:
        ran = board.ran_at
        moments = {"ran": ran} if ran is not None else {}
        if ran is not None:
            moments |= {"until": ran + board.validity, "dead": ran + words.FRESH}
        self._names = {moment: name for name, moment in moments.items()}
        self._forms: dict[str, Callable[[int], str]] = {
            **_FORMS,
            "short": partial(views.short, now=board.at),
        }
        self.said = {
            f"{name}.{form}".encode(): write(moment).encode()
            for moment, name in self._names.items()
            for form, write in self._forms.items()
        }

    def filters(self) -> dict[str, Callable[[int], str]]:
        """The ways in which templates print a moment (seconds UTC), by name."""
        return {form: self._printer(form, write) for form, write in self._forms.items()}

    def digest(self, value: object) -> str:
        """What stands for a value of ours, whatever its blanks will be filled with."""
        body = msgspec.msgpack.encode(value, order="deterministic")
        for moment, name in self._names.items():
            # No text holds this byte, and no encoding either.
            body = body.replace(msgspec.msgpack.encode(moment), b"\xc1" + name.encode())
        return hashlib.blake2b(body, digest_size=16).hexdigest()

    def _printer(self, form: str, write: Callable[[int], str]) -> Callable[[int], str]:
        marks = {
            moment: Markup("<\0{}.{}>").format(name, form) for moment, name in self._names.items()
        }
        return lambda moment: marks.get(moment) or write(moment)


def blank(name: str) -> Markup:
    """A blank of a page's own, to be filled with what is said of this name."""
    return Markup("<\0{}>").format(name)


def filled(body: bytes, said: Mapping[bytes, bytes]) -> tuple[bytes, Blanks]:
    """A rendered page with its blanks filled, and where they are."""
    text, *rest = _BLANK.split(body)
    pieces, blanks, at = [text], [], len(text)
    for name, after in zip(rest[::2], rest[1::2], strict=True):
        words = said[name]
        blanks.append((at, len(words), name))
        pieces += (words, after)
        at += len(words) + len(after)
    return b"".join(pieces), tuple(blanks)


def refilled(body: bytes, blanks: Blanks, said: Mapping[bytes, bytes]) -> tuple[bytes, Blanks]:
    """A page that was filled before, filled anew."""
    pieces: list[bytes] = []
    found, done, at = [], 0, 0
    for start, length, name in blanks:
        words = said[name]
        pieces += (body[done:start], words)
        at += start - done
        found.append((at, len(words), name))
        done, at = start + length, at + len(words)
    return b"".join((*pieces, body[done:])), tuple(found)
