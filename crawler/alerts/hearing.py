"""Which trouble a channel hears of: what it asked for, and no echo of what it hears of. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from crawler import upstream
from crawler.alerts.channels import Channel
from crawler.catalogue import Service
from crawler.memory import Stretch
from crawler.model import Level

_CAUSES = ("named", "coincident")
History = Mapping[str, Sequence[Stretch]]


def hearing(
    channel: Channel, service: Service, services: Mapping[str, Service], history: History
) -> Callable[[Stretch], bool]:
    """Says of a stretch of trouble of this service whether the channel hears of it.

    An upstream's outage mutes those that depend on it, but only where the channel hears of the
    upstream. Services that depend on each other in a circle do not mute each other.
    """
    circle = _circle(service, services)

    def heard(one: Stretch) -> bool:
        if not channel.hears(service, one.level):
            return False
        links = upstream.parse(one.flags)
        causes = [
            services[key]
            for key, link in links.items()
            if link in _CAUSES and key in services and key not in circle
        ]
        at = one.first_seen
        return not any(channel.hears(two, _level(history, two.id, at)) for two in causes)

    return heard


def _level(history: History, service: str, at: int) -> Level:
    known = history.get(service, ())
    place = bisect_right(known, at, key=lambda one: one.first_seen)
    return known[place - 1].level if place else Level.UNKNOWN


def _circle(service: Service, services: Mapping[str, Service]) -> set[str]:
    """The upstreams of a service that depend on it in turn, by whatever way."""
    return {
        one
        for one in service.upstreams
        if one in services and service.id in _above(services[one], services)
    }


def _above(service: Service, services: Mapping[str, Service]) -> set[str]:
    found: set[str] = set()
    open_ends = [*service.upstreams]
    while open_ends:
        one = open_ends.pop()
        if one in services and one not in found:
            found.add(one)
            open_ends += services[one].upstreams
    return found
