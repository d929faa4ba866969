"""robots.txt: who may be read. Asked once a day per host and port, and kept. Pure."""

from protego import Protego

from crawler.times import DAY
from crawler.wire import Reply, Request

AGENT = "whosdown"


def request(place: str) -> Request:
    """The question for the rules of a host, or of one of its ports (`host:port`)."""
    return Request(f"https://{place}/robots.txt", accept="text/plain")


def rules(reply: Reply, before: str | None) -> str | None:
    """The rules that hold after a reply: a 4xx allows all; no answer keeps what was known."""
    if reply.reason is None:
        return reply.body[:500_000].decode("utf-8-sig", "replace")
    if reply.status is not None and 400 <= reply.status < 500:
        return None
    return before


def due(asked_at: int | None, now: int) -> bool:
    """Whether the rules should be asked again."""
    return asked_at is None or now - asked_at >= DAY


def allowed(rules_text: str | None, url: str) -> bool:
    """Whether the rules let us read an address."""
    return rules_text is None or bool(Protego.parse(rules_text).can_fetch(url, AGENT))
