"""What a server's answer means: pure rules for failures, redirects, waiting and compression."""

import ssl
import zlib
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpcore

from crawler.wire import MAX_BODY

MAX_WAIT = 3_600
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Moved(Exception):
    """A redirect that is not followed."""


FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    Moved,
)
"""What goes wrong on the way to a server, or in what it says."""


def why(error: Exception) -> tuple[str, str]:
    """The slug for an exception, from the first of its causes that we know."""
    if isinstance(error, Moved):
        return "redirect", str(error)
    if isinstance(error, httpcore.TimeoutException):
        return "timeout", type(error).__name__
    cause: BaseException | None = error
    for _ in range(8):
        if isinstance(cause, ssl.SSLError):
            return "tls", str(cause.reason or "")
        if isinstance(cause, OSError) and type(cause).__name__ == "gaierror":
            return "dns", ""
        if isinstance(cause, ConnectionRefusedError):
            return "refused", ""
        if isinstance(cause, ConnectionResetError | BrokenPipeError):
            return "reset", ""
        cause = cause and (cause.__cause__ or cause.__context__)
    if isinstance(error, httpcore.ProxyError):
        return "refused", "by the proxy"
    if isinstance(error, httpcore.ConnectError):
        return "refused", type(error).__name__
    if isinstance(error, httpcore.NetworkError):
        return "reset", type(error).__name__
    dropped = isinstance(error, httpcore.RemoteProtocolError) and "disconnected" in str(error)
    return ("reset" if dropped else "protocol"), type(error).__name__


def status_reason(status: int) -> str | None:
    """The slug for a status code that carries no page; None for 200."""
    if status == 200:
        return None
    if status == 429:
        return "rate_limited"
    if 200 < status < 300:
        return "empty"
    if status in (401, 403, 404, 410):
        return f"http_{status}"
    if 300 <= status < 400:
        return "redirect" if status in REDIRECTS else "http_3xx"
    return "http_5xx" if status >= 500 else "http_4xx"


def fields(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names in lower case; those of one name in one, with commas."""
    found: dict[str, str] = {}
    for name, value in raw:
        key, said = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        found[key] = f"{found[key]}, {said}" if key in found else said
    return found


def number(raw: str | None) -> int:
    """A Content-Length; 0 where it is none."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 19 else 0


def validator(raw: str | None) -> str | None:
    """An ETag or a date that can be sent back as it came, else None."""
    return raw if raw and raw.isascii() and raw.isprintable() and len(raw) <= 1_000 else None


def retry_after(raw: str | None, now: int) -> int | None:
    """When to come back, at most an hour from now; None where the header says nothing usable."""
    if not raw:
        return None
    if raw.strip().isascii() and raw.strip().isdigit():
        seconds = int(raw.strip()[:10])
    else:
        try:
            moment = parsedate_to_datetime(raw)
            # An HTTP date is in GMT, also in its old form, which does not say so.
            seconds = int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()) - now
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
    return now + min(seconds, MAX_WAIT) if seconds > 0 else None


class NotGzip(ValueError):
    """A gzip body that is not gzip, or not all of it."""


def inflate(raw: bytes) -> bytes | None:
    """A gzip body, inflated; None when that is over the limit. Raises NotGzip."""
    machine = zlib.decompressobj(wbits=31)
    try:
        body = machine.decompress(raw, MAX_BODY + 1)
    except zlib.error as error:
        raise NotGzip(str(error)) from None
    if len(body) > MAX_BODY:
        return None
    if not machine.eof:
        raise NotGzip("the gzip stream ends early")
    return body
