"""Reading a body without trusting its length: raw, bounded, inflated by us."""

from dataclasses import replace

import httpcore

from crawler.fetch.answers import inflate
from crawler.wire import MAX_BODY, Reply


async def whole(response: httpcore.Response, encoding: str) -> tuple[bytes | None, bytes | None]:
    """The body as it came and inflated; (None, None) when either is over the limit."""
    raw = bytearray()
    async for chunk in response.aiter_stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            return None, None
    wire = bytes(raw)
    return wire, inflate(encoding, wire)


async def beginning(response: httpcore.Response) -> bytes:
    """The first 4 KiB of a body, as sent."""
    head = bytearray()
    async for chunk in response.aiter_stream():
        head += chunk
        if len(head) >= 4096:
            break
    return bytes(head[:4096])


def folded(reply: Reply) -> Reply:
    """A reply without its body, where that can be had again from what came."""
    return replace(reply, body=b"") if reply.packed else reply


def unfolded(reply: Reply) -> Reply:
    """The same with its body."""
    return replace(reply, body=inflate("gzip", reply.packed) or b"") if reply.packed else reply
