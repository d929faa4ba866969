"""What a pretended server says: ordinary answers, and every way in which answers go wrong."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat

JSON = "application/json; charset=utf-8"
MIB = 1 << 20
_GIB_OF_SPACES_CRC = 0x9AC47FA6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. A callable body is produced piece by piece and sent without a length.

    `etag` makes it conditional: a request that names it gets 304. `drip` is the pause in seconds
    after each byte. `after` tells what follows the body: close (the default), hang or reset.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Callable[[], Iterable[bytes]] = b""
    etag: str = ""
    drip: float = 0.0
    after: str = "close"


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to fail, by name: one of CONNECTION, HANDSHAKE, TRANSFER or the keys of ANSWERS."""

    name: str

    def __post_init__(self) -> None:
        known = CONNECTION | HANDSHAKE | TRANSFER | ANSWERS.keys()
        if self.name not in known:
            raise ValueError(f"{self.name!r} is not one of {', '.join(sorted(known))}")


CONNECTION = frozenset({"refused", "hang_connect"})
"""Before TLS, so for a whole host only. A proxy cannot refuse a TCP connection in another's name:
`refused` is the proxy closing without an answer to CONNECT."""

HANDSHAKE = frozenset({"expired", "wrong_name", "self_signed"})
"""Certificates that no client may accept; for a whole host only."""

TRANSFER = frozenset({"reset", "hang", "endless_headers"})
"""After the request: a TCP reset, silence, or header lines without end."""


def moved(to: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer(status=status, headers={"Location": to})


def wait(retry_after: str) -> Answer:
    """A 429 that asks to wait."""
    return Answer(status=429, headers={"Retry-After": retry_after}, body=b"slow down")


def bomb() -> Iterator[bytes]:
    """One gzip stream of about 1 MiB with 1 GiB of spaces inside, made as it is sent."""
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # After a full flush the compressor knows nothing of before, so the piece may be repeated.
    piece = press.compress(b" " * MIB) + press.flush(zlib.Z_FULL_FLUSH)
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    yield from repeat(piece, 1024)
    yield b"\x03\x00" + _GIB_OF_SPACES_CRC.to_bytes(4, "little") + (1 << 30).to_bytes(4, "little")


def _big() -> Iterator[bytes]:
    return repeat(b" " * (64 * 1024), 1600)


def _challenge(status: int, body: bytes, **more: str) -> Answer:
    headers = {"cf-mitigated": "challenge", "Server": "cloudflare", **_HTML, **more}
    return Answer(status=status, headers=headers, body=body)


_WELL = b'{"page": {"id": "kctbh9vrtdwd"}, "status": {"indicator": "none", "description": "Fine"}}'
_GZIP = {"Content-Type": JSON, "Content-Encoding": "gzip"}
_HTML = {"Content-Type": "text/html"}
_WALL = b"<!DOCTYPE html><title>Just a moment...</title><p>Checking your browser</p>"

ANSWERS: Mapping[str, Answer] = {
    "hang_body": Answer(headers={"Content-Length": "900"}, body=_WELL, after="hang"),
    "reset_body": Answer(headers={"Content-Length": "900"}, body=_WELL, after="reset"),
    "short_body": Answer(headers={"Content-Length": "900"}, body=_WELL),
    "drip": Answer(headers={"Content-Type": JSON}, body=_WELL, drip=0.2),
    "429_seconds": wait("120"),
    "429_date": wait("Fri, 01 Jan 2100 00:00:00 GMT"),
    "429_huge": wait("99999999999999999999"),
    "429_negative": wait("-30"),
    "429_garbage": wait("soon \t; please"),
    "429_bare": Answer(status=429),
    "500": Answer(status=500, headers=_HTML, body=b"<h1>Internal Server Error</h1>"),
    "503_wait": Answer(status=503, headers={"Retry-After": "60"}),
    "403": Answer(status=403, headers=_HTML, body=b"<h1>Forbidden</h1>"),
    "403_challenge": _challenge(403, _WALL),
    "503_challenge": _challenge(503, _WALL),
    "packed_challenge": _challenge(
        503, gzip.compress(_WALL, mtime=0), **{"Content-Encoding": "gzip"}
    ),
    "200_challenge": Answer(headers=_HTML, body=b"<html><title>Just a moment...</title></html>"),
    "html": Answer(headers=_HTML, body=b"<!DOCTYPE html><html><body>Our status</body></html>"),
    "empty": Answer(headers={"Content-Type": JSON}),
    "truncated_json": Answer(headers={"Content-Type": JSON}, body=_WELL[:-20]),
    "truncated_gzip": Answer(headers=_GZIP, body=gzip.compress(_WELL, mtime=0)[:-20]),
    "corrupt_gzip": Answer(headers=_GZIP, body=b"\x1f\x8b\x08\x00" + b"\xff" * 64),
    "unlabelled_gzip": Answer(headers={"Content-Type": JSON}, body=gzip.compress(_WELL, mtime=0)),
    "gzip": Answer(headers=_GZIP, body=gzip.compress(_WELL, mtime=0)),
    "deflate": Answer(headers={"Content-Encoding": "deflate"}, body=zlib.compress(_WELL)),
    "br": Answer(headers={"Content-Encoding": "br"}, body=b"\x0b\x02\x80{}\x03"),
    "utf16": Answer(headers={"Content-Type": JSON}, body=_WELL.decode().encode("utf-16")),
    "big": Answer(headers={"Content-Length": str(100 * MIB)}, body=_big),
    "big_unlabelled": Answer(body=_big),
    "bomb": Answer(headers=_GZIP, body=bomb),
    "redirect_bomb": Answer(status=302, headers={**_GZIP, "Location": "/ok"}, body=bomb),
    "redirect_loop": moved("?again"),
    "redirect_loopback": moved("https://127.0.0.1/"),
    "redirect_metadata": moved("https://169.254.169.254/latest/meta-data/"),
    "redirect_http": moved("http://elsewhere.test/"),
    "redirect_host": moved("https://elsewhere.test/summary.json", 301),
    "redirect_nowhere": Answer(status=302),
    "304": Answer(status=304),
}
"""Faults that are plain answers. For other values write an Answer, or use moved() and wait()."""
