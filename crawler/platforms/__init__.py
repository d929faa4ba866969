"""The kinds of status page, one module each, and the table of them.

A platform is a module with three pure functions. To add one: a file here, a folder of recorded
cases in tests/platforms/, and a line in PLATFORMS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Reading
from crawler.platforms import (
    aws,
    azure,
    betterstack,
    checkly,
    cloudflare_v3,
    cstate,
    datadog,
    feed,
    firehydrant,
    flashduty,
    gcp,
    heroku,
    incidentio,
    incidentio_native,
    incidentio_widget,
    instatus,
    onlineornot,
    openrouter_endpoints,
    pagerduty,
    prismix,
    rootly,
    slack,
    statusio,
    statuspage,
    upptime,
    uptimekuma,
    vocabulary,
)
from crawler.wire import Reply, Request


class Platform(Protocol):
    """What each module in this folder offers."""

    def requests(self, source: Source) -> Mapping[str, Request]:
        """What to ask, by a short name of the platform's own choosing."""

    def read(self, replies: Mapping[str, Reply]) -> Reading:
        """What the replies say. Raises Unreadable rather than guess."""

    def recognises(self, reply: Reply) -> bool:
        """Whether the reply has this platform's shape."""


PLATFORMS: Mapping[str, Platform] = {
    "statuspage": statuspage,
    "incidentio": incidentio,
    "incidentio_native": incidentio_native,
    "incidentio_widget": incidentio_widget,
    "instatus": instatus,
    "betterstack": betterstack,
    "gcp": gcp,
    "aws": aws,
    "azure": azure,
    "statusio": statusio,
    "onlineornot": onlineornot,
    "datadog": datadog,
    "cloudflare_v3": cloudflare_v3,
    "rootly": rootly,
    "checkly": checkly,
    "flashduty": flashduty,
    "firehydrant": firehydrant,
    "slack": slack,
    "heroku": heroku,
    "cstate": cstate,
    "uptimekuma": uptimekuma,
    "upptime": upptime,
    "pagerduty": pagerduty,
    "prismix": prismix,
    "openrouter_endpoints": openrouter_endpoints,
    "feed": feed,
}
"""Every platform by the name that content files use; shapes are tried in this order."""

EXPERIMENTAL: frozenset[str] = frozenset(
    {
        "cloudflare_v3",
        "datadog",
        "incidentio_widget",
        "onlineornot",
        "openrouter_endpoints",
        "prismix",
        "rootly",
    }
)
"""The platforms written without a real reply at hand, as their docstrings say first of all."""

_UNEXPECTED = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)


def read(platform: str, replies: Mapping[str, Reply]) -> Reading:
    """Read replies by one platform; anything that its parser did not expect is Unreadable. Each
    incident is in it once, however often the page lists its id.

    This is the one border between foreign shapes and our code: a changed page costs its own
    source only. Raises Unreadable.
    """
    try:
        reading = PLATFORMS[platform].read(replies)
    except _UNEXPECTED as error:
        raise Unreadable("unexpected_shape", f"{type(error).__name__}: {error}") from error
    twins: dict[str, list[Incident]] = {}
    for one in reading.incidents:
        twins.setdefault(one.id, []).append(one)
    return replace(reading, incidents=tuple(map(_united, twins.values())))


def _united(twins: Sequence[Incident]) -> Incident:
    """What a page lists more than once under one id: open while any is, as grave as the worst,
    with all that they name and say."""
    if len(twins) == 1:
        return twins[0]
    lasting = [one for one in twins if one.open] or twins
    worst = vocabulary.impact(one.impact for one in twins if one.impact is not None)
    first = next((one for one in lasting if one.impact is worst), lasting[0])
    somewhere = all(one.regions for one in twins)
    return replace(
        first,
        impact=worst,
        started_at=min((at for one in twins if (at := one.started_at)), default=None),
        created_at=min((at for one in twins if (at := one.created_at)), default=None),
        ended_at=max((at for one in lasting if (at := one.ended_at)), default=None),
        components=vocabulary.names(*(name for one in twins for name in one.components)),
        regions=vocabulary.names(*(name for one in twins for name in one.regions if somewhere)),
        updates=vocabulary.newest(said for one in (*twins, first) for said in one.updates),
    )


def recognise(reply: Reply) -> str | None:
    """The name of the platform whose shape a reply has, None when no platform knows it."""
    for name, platform in PLATFORMS.items():
        try:
            if platform.recognises(reply):
                return name
        except (Unreadable, *_UNEXPECTED):
            continue
    return None


def stranger(reply: Reply) -> tuple[str, str]:
    """Why no platform recognises a reply: the reason of its JSON or XML, else its shape."""
    try:
        if reply.body.lstrip()[:1] == b"<" and reply.body.lstrip()[:5].lower() != b"<html":
            reply.xml()
        else:
            reply.json(object)
    except Unreadable as error:
        return error.reason, error.detail
    return "unexpected_shape", "no platform has this shape"
