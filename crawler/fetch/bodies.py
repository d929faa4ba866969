"""Reading a body without trusting its length: raw, bounded, inflated by us."""

import httpcore

from crawler.fetch.answers import inflate
from crawler.wire import MAX_BODY


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
