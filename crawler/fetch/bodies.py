"""Reading a body without trusting its length: as it comes, and bounded."""

import httpcore

from crawler.wire import MAX_BODY


async def whole(response: httpcore.Response) -> bytes | None:
    """The body as it came; None when it is over the limit."""
    raw = bytearray()
    async for chunk in response.aiter_stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            return None
    return bytes(raw)


async def beginning(response: httpcore.Response) -> bytes:
    """The first 4 KiB of a body, as sent."""
    head = bytearray()
    async for chunk in response.aiter_stream():
        head += chunk
        if len(head) >= 4096:
            break
    return bytes(head[:4096])
