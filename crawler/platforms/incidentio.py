"""incident.io's copy of the Statuspage API: `/api/v2/summary.json` and `/api/v2/incidents.json`.

The shape is Statuspage's with gaps: ids are ULIDs, empty lists may be `null` or absent, there are
no groups and no maintenances, and incidents name no components. On large pages (OpenAI) the
summary lists only a changing part of the components, so `/api/v2/components.json` is asked too.
"""

from collections.abc import Mapping
from dataclasses import replace

from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Reading
from crawler.platforms import statuspage
from crawler.scope import PARTIAL
from crawler.wire import Reply, Request


def requests(source: Source) -> Mapping[str, Request]:
    """Statuspage's two, and the complete list of components."""
    base = source.url.rstrip("/") + "/api/v2/"
    return {
        **statuspage.requests(source),
        "components": Request(base + "components.json", extra=True),
    }


def recognises(reply: Reply) -> bool:
    """A Statuspage document whose ids are ULIDs."""
    return statuspage.has_ulids(reply)


def read(replies: Mapping[str, Reply]) -> Reading:
    """As Statuspage, with the components of the complete list added to the summary's."""
    parts = {name: reply for name, reply in replies.items() if name != "components"}
    reading = statuspage.read(parts)
    extra = replies.get("components")
    if extra is None or reading.components is None:
        return reading
    try:
        listed = statuspage.components_of(extra.json(dict).get("components"))
    except Unreadable:
        return replace(reading, notes=(*reading.notes, PARTIAL))
    known: dict[str, Component] = {one.id: one for one in listed}
    known.update({one.id: one for one in reading.components})
    return replace(reading, components=tuple(known.values()))
