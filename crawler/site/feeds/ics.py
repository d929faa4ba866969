"""Announced work -> calendars (RFC 5545), by the library icalendar.

An event stands in several calendars: it is written once, and put into the frame of each.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property

from crawler.catalogue import Site
from crawler.model import Maintenance
from crawler.site.board import Planned
from crawler.site.feeds.scopes import Scope

OVER = 100
"""How many events that are over a calendar keeps; those that are not over are always in it."""

_END = b"END:VCALENDAR\r\n"


class Writer:
    """Writes calendars, and remembers the events that it has written."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._base = site.url.rstrip("/") + "/"
        self._events: dict[str, bytes] = {}

    def calendar(self, scope: Scope, title: str) -> bytes:
        """The work of a scope that has a start, in the order of the starts; CRLF line ends."""
        events = [self._written(one) for one in _kept(scope.planned)]
        frame = self._frame(title, self._base + scope.page)
        return frame.removesuffix(_END) + (b"".join(events) or self._nothing) + _END

    def _frame(self, title: str, page: str) -> bytes:
        # icalendar takes 100 ms to import, which --help should not pay.
        from icalendar import Calendar

        frame = Calendar()
        frame.add("prodid", f"-//{self._site.name}//maintenance//EN")
        frame.add("version", "2.0")
        frame.add("calscale", "GREGORIAN")
        frame.add("name", title)
        frame.add("x-wr-calname", title)
        frame.add("url", page)
        frame.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
        # Outlook and others read only the older name of the same.
        frame.add("x-published-ttl", "PT1H")
        return bytes(frame.to_ical())

    @cached_property
    def _nothing(self) -> bytes:
        """What stands in a calendar without events: one without any component is not valid."""
        from icalendar import Timezone, TimezoneStandard

        zone, standard = Timezone(), TimezoneStandard()
        zone.add("tzid", "UTC")
        standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 (a time of that zone)
        standard.add("tzoffsetfrom", timedelta())
        standard.add("tzoffsetto", timedelta())
        zone.add_component(standard)
        return bytes(zone.to_ical())

    def _written(self, planned: Planned) -> bytes:
        work = planned.work
        key = f"{work.provider}/{work.slug}"
        if key not in self._events:
            self._events[key] = self._event(planned)
        return self._events[key]

    def _event(self, planned: Planned) -> bytes:
        from icalendar import Event

        work, who = planned.work, planned.provider_name
        seen, one = work.versions[-1]
        domain = self._site.feed_authority.partition(",")[0]
        link = f"{self._base}service/{planned.services[0].id}/"
        text = f"{who} wrote:\n{one.updates[0].text}\n\n" if one.updates else ""
        event = Event()
        event.add("uid", f"{work.slug}.{work.provider}@{domain}")
        event.add("sequence", len(work.versions) - 1)
        event.add("dtstamp", _moment(seen))
        event.add("last-modified", _moment(seen))
        event.add("created", _moment(work.versions[0][0]))
        event.add("summary", f"{who}: {one.title.strip() or 'Maintenance'}")
        event.add("description", f"{text}Services: {_names(planned)}\n{link}")
        event.add("url", link)
        event.add("dtstart", _moment(one.starts_at or seen))
        if one.ends_at is not None and one.ends_at > (one.starts_at or seen):
            event.add("dtend", _moment(one.ends_at))
        event.add("status", "CANCELLED" if _withdrawn(seen, one) else "CONFIRMED")
        event.add("transp", "TRANSPARENT")  # it is nobody's appointment
        return bytes(event.to_ical())


def _kept(planned: Sequence[Planned]) -> list[Planned]:
    """What a calendar shows. What is over is counted, not timed: the clock removes nothing."""
    dated = [one for one in planned if one.work.versions[-1][1].starts_at is not None]
    dated.sort(key=lambda one: (one.work.versions[-1][1].starts_at, one.work.slug))
    over = [one for one in dated if one.work.versions[-1][1].phase == "completed"]
    gone = {id(one) for one in over[:-OVER]}
    return [one for one in dated if id(one) not in gone]


def _withdrawn(seen: int, one: Maintenance) -> bool:
    return one.phase == "completed" and one.starts_at is not None and seen < one.starts_at


def _names(planned: Planned) -> str:
    return ", ".join(service.name for service in planned.services)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
