"""Speaks HTTP/1.1 on one connection: reads a request, sends an Answer or fails like a Fault."""

import asyncio
import socket
import struct
from collections.abc import Iterable, Sequence

from answers import ANSWERS, Answer, Fault


async def head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    """Method, target and headers (names in lower case) of one request."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    pairs = (line.partition(":") for line in lines[1:] if line)
    return method, target, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def silence(reader: asyncio.StreamReader | None) -> None:
    """Nothing more is said until the client leaves, or the test ends."""
    while reader is not None and await reader.read(65_536):
        pass


def _reset(writer: asyncio.StreamWriter) -> None:
    """With a linger time of zero, closing sends RST instead of FIN."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def reply(
    rule: Answer | Fault,
    headers: dict[str, str],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Answer a request as the rule says, or fail as it says."""
    answer = ANSWERS.get(rule.name) if isinstance(rule, Fault) else rule
    if answer is not None:
        known = [tag.strip().removeprefix("W/") for tag in _tags(headers)]
        fresh = answer.etag and answer.etag.removeprefix("W/") in known
        await send(writer, Answer(status=304, etag=answer.etag) if fresh else answer)
    after = answer.after if answer else rule.name if isinstance(rule, Fault) else ""
    if after.startswith("hang"):
        await silence(reader)
    elif after == "reset":
        _reset(writer)
    elif after == "endless_headers":
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            await _push(writer, b"X-Filler: " + b"x" * 4000 + b"\r\n")


def _tags(headers: dict[str, str]) -> Sequence[str]:
    return headers.get("if-none-match", "").split(",")


async def send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Send one answer, whatever its truth."""
    body = answer.body
    headers = {"Connection": "close", **answer.headers}
    if isinstance(body, bytes) and answer.status not in (204, 304):
        headers.setdefault("Content-Length", str(len(body)))
    if answer.etag:
        headers.setdefault("ETag", answer.etag)
    lines = [f"HTTP/1.1 {answer.status} Said", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode("latin-1"))
    pieces: Iterable[bytes] = [body] if isinstance(body, bytes) else body()
    for piece in pieces:
        for part in [piece] if not answer.drip else [bytes([byte]) for byte in piece]:
            await _push(writer, part, answer.drip)


async def _push(writer: asyncio.StreamWriter, piece: bytes, pause: float = 0.0) -> None:
    """Send a piece, and give the loop a turn: drain() alone does not notice that a client left."""
    writer.write(piece)
    await writer.drain()
    await asyncio.sleep(pause)
    if writer.is_closing():
        raise ConnectionResetError("the client left")
