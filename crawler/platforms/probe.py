"""Our own look at an API: one GET without a key, whose healthy status codes are written down.

401 is a healthy answer where 401 is expected. A refusal that we did not expect (403, 429, a
challenge) says nothing about the service: it is inconclusive, neither good nor bad news.
"""

from crawler.catalogue import Probe
from crawler.wire import Reply, Request

_BROKEN = frozenset({"timeout", "dns", "tls", "refused", "reset", "protocol", "http_5xx"})


def request(url: str) -> Request:
    """The one GET of a probe; its redirects are not followed."""
    return Request(url, accept="*/*")


def outcome(probe: Probe, reply: Reply) -> str:
    """`ok` for an expected code; `fail` for no answer or a 5xx of the API; else `inconclusive`."""
    if reply.reason == "challenge" or reply.status == 511 or (reply.status or 0) >= 600:
        # A wall before the API answers in its place, whatever the code, or our own network does;
        # what is no code of HTTP at all is said by either.
        return "inconclusive"
    if reply.status is not None and reply.status in probe.expect:
        return "ok"
    if reply.reason in _BROKEN or (reply.status is not None and reply.status >= 500):
        return "fail"
    return "inconclusive"
