"""incident.io's widget, experimental: `/api/v1/summary` or `/api/widget`, where its owner enabled
it (Neon, for a whole page and for each region; `url` is the widget's own address).

`{"page_title", "page_url", "ongoing_incidents", "in_progress_maintenances",
"scheduled_maintenances"}`: all that is open and nothing else, so empty lists mean that all is
well; the vendor calls it a direct reflection of the page. Documented since 2023, no real reply
held. Items carry `current_worst_impact`, the last message and the affected components; there is
no list of components, no start and no history.

Traps. Flashduty's widget has the same three lists. Empty lists may be null.
https://docs.incident.io/status-pages/embedding
"""

from collections.abc import Mapping

from crawler import text
from crawler.catalogue import Source
from crawler.model import Incident, Level, Maintenance, Reading, Update
from crawler.platforms import phases
from crawler.platforms.statuspage import WORDS
from crawler.wire import Reply, Request, objects

LISTS = ("ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances")


def requests(source: Source) -> Mapping[str, Request]:
    """The widget's address as it stands."""
    return {"widget": Request(phases.address(source.url))}


def recognises(reply: Reply) -> bool:
    """A page's title and address with its three lists of what is open."""
    return phases.fits(reply, _ours)


def read(replies: Mapping[str, Reply]) -> Reading:
    """What is open now; the level is the worst of it."""
    widget = phases.documents(replies, _ours)[0]
    running = phases.rows(widget, "in_progress_maintenances")
    planned = phases.rows(widget, "scheduled_maintenances")
    opened = phases.rows(widget, "ongoing_incidents")
    incidents = tuple(_incident(one) for one in opened)
    strange = [Level.UNKNOWN for one in opened if _strange(one)]
    return Reading(
        word=phases.worst_open([*strange, *(one.weight for one in incidents)]),
        incidents=incidents,
        maintenances=(
            *(_maintenance(one, "in_progress") for one in running),
            *(_maintenance(one, "scheduled") for one in planned),
        ),
    )


def _ours(document: phases.Document) -> bool:
    titled = isinstance(document.get("page_url"), str) or isinstance(
        document.get("page_title"), str
    )
    return titled and "overall" not in document and phases.listed(document, *LISTS)


def _strange(row: phases.Document) -> bool:
    stated = row.get("current_worst_impact")
    return isinstance(stated, str) and phases.level(WORDS, stated) is Level.UNKNOWN


def _incident(row: phases.Document) -> Incident:
    affected = objects(row.get("affected_components"), 500)
    stated = phases.level(WORDS, row.get("current_worst_impact"))
    levels = [phases.level(WORDS, one.get("current_status")) for one in affected]
    stage = phases.phase(row.get("status"))
    return Incident(
        id=phases.key(row.get("id"), row.get("name")),
        title=text.plain(row.get("name")) or "Untitled",
        open=stage not in ("resolved", "postmortem"),
        impact=phases.impact(levels if stated is Level.UNKNOWN else [stated]),
        phase=stage,
        url=text.https_url(row.get("url")),
        components=phases.names(affected),
        updates=_updates(row, stage),
    )


def _maintenance(row: phases.Document, stage: str) -> Maintenance:
    start = phases.moment(row, "started_at", "starts_at")
    end = phases.moment(row, "scheduled_end_at", "ends_at")
    return phases.maintenance(_incident(row), stage, start, end)


def _updates(row: phases.Document, stage: str) -> tuple[Update, ...]:
    message = row.get("last_update_message")
    if not text.plain(message):
        return ()
    # The widget gives only the last message and no id for it.
    return (phases.update({}, phases.moment(row, "last_update_at"), stage, message),)
