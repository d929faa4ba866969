"""What every channel is still to be told: history, filters and deliveries in one place. Pure."""

from collections.abc import Collection, Iterable, Mapping

from crawler.alerts.channels import GITHUB, Channel
from crawler.alerts.hearing import History, hearing
from crawler.alerts.transitions import (
    KINDS,
    OVER,
    UNWATCHED,
    Event,
    due,
    transitions,
    unwatched,
)
from crawler.catalogue import Catalogue
from crawler.lines import Delivery
from crawler.times import DAY

WEEK = 7 * DAY
"""How far back the history is looked at; what was not delivered by then is not told any more."""
START, WAIT = "start", "wait"
_COMMENTS = ("opened", "resolved")


def plan(
    channels: Iterable[Channel],
    catalogue: Catalogue,
    history: History,
    told: Collection[Delivery],
    gone: Mapping[str, int],
    *,
    now: int,
    validity: int,
) -> dict[str, list[Event]]:
    """The events to tell now, by channel, the oldest first; a channel that is new or was asked to
    wait is not in it. `gone` says when each service left that is not watched any more."""
    services = {service.id: service for _, service in catalogue.services()}
    found = {}
    for channel in channels:
        own = [one for one in told if one.channel == channel.name]
        since = min((one.at for one in own if one.kind == START), default=None)
        until = max((one.began for one in own if one.kind == WAIT), default=0)
        if since is None or until > now:
            continue
        events: list[Event] = []
        # An issue stands open, trouble or not, and promises to tell of the service.
        silent = (UNWATCHED,) if channel.name == GITHUB else OVER
        for key, at in gone.items():
            if key not in services:
                events += unwatched(_of(key, own), at, silent)
        for service in services.values():
            known = history.get(service.id, ())
            happened = transitions(service.id, known, hearing(channel, service, services, history))
            kinds = _COMMENTS if channel.name == GITHUB else KINDS
            events += due(
                known,
                [one for one in happened if one.kind in kinds],
                _of(service.id, own),
                since=since,
                now=now,
                validity=validity,
            )
        found[channel.name] = sorted(events, key=lambda one: one.at)
    return found


def _of(service: str, told: Collection[Delivery]) -> list[Delivery]:
    # A newer program may have told of more than we know.
    return [one for one in told if one.service == service and one.kind in KINDS]


def beginners(channels: Iterable[Channel], told: Collection[Delivery], now: int) -> list[Delivery]:
    """What to write down of the channels that are new: they hear of what begins from now on."""
    known = {one.channel for one in told if one.kind == START}
    names = [one.name for one in channels if one.name not in known]
    return [Delivery(name, "", 0, START, now) for name in names]
