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
from crawler.platforms import documents, vocabulary
from crawler.platforms.statuspage import WORDS
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

LISTS = ("ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances")


def requests(source: Source) -> Mapping[str, Request]:
    """The widget's address as it stands."""
    return {"widget": Request(vocabulary.address(source.url))}


def recognises(reply: Reply) -> bool:
    """A page's title and address with its three lists of what is open."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """What is open now; the level is the worst of it."""
    widget = documents.documents(replies, _ours)[0]
    running = vocabulary.rows(widget, "in_progress_maintenances")
    planned = vocabulary.rows(widget, "scheduled_maintenances")
    opened = vocabulary.rows(widget, "ongoing_incidents")
    incidents = tuple(_incident(one) for one in opened)
    strange = [Level.UNKNOWN for one in opened if _strange(one)]
    return Reading(
        word=vocabulary.worst_open(strange, incidents),
        incidents=incidents,
        maintenances=(
            *(_maintenance(one, "in_progress") for one in running),
            *(_maintenance(one, "scheduled") for one in planned),
        ),
    )


def _ours(document: Row) -> bool:
    titled = isinstance(document.get("page_url"), str) or isinstance(
        document.get("page_title"), str
    )
    return titled and "overall" not in document and vocabulary.listed(document, *LISTS)


def _strange(row: Row) -> bool:
    stated = row.get("current_worst_impact")
    return isinstance(stated, str) and vocabulary.level(stated, WORDS) is Level.UNKNOWN


def _incident(row: Row) -> Incident:
    affected = objects(row.get("affected_components"), 500)
    stated = vocabulary.level(row.get("current_worst_impact"), WORDS)
    levels = [vocabulary.level(one.get("current_status"), WORDS) for one in affected]
    stage = vocabulary.phase(row.get("status"))
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("name")),
        title=text.plain(row.get("name")) or "Untitled",
        open=stage not in ("resolved", "postmortem"),
        impact=vocabulary.impact(levels if stated is Level.UNKNOWN else [stated]),
        phase=stage,
        url=text.web_url(row.get("url")),
        components=vocabulary.names_of(affected),
        updates=_updates(row, stage),
    )


def _maintenance(row: Row, stage: str) -> Maintenance:
    start = vocabulary.moment(row, "started_at", "starts_at")
    end = vocabulary.moment(row, "scheduled_end_at", "ends_at")
    return vocabulary.maintenance(_incident(row), stage, start, end)


def _updates(row: Row, stage: str) -> tuple[Update, ...]:
    message = row.get("last_update_message")
    if not text.plain(message):
        return ()
    # The widget gives only the last message and no id for it.
    return (vocabulary.update(None, vocabulary.moment(row, "last_update_at"), stage, message),)
