"""Rootly status pages, experimental: Mistral since September 2026, Replit.

`/api/v1/status.json` and `/api/v1/incidents.json` on a page's own domain, public, documented 2026;
no real reply held. The shape is Statuspage's with gaps: `page` has no `id`, indicators are none,
minor, major and maintenance (major stands for a critical incident too), there are no components,
and both lists hold active incidents only. The second is longer: up to 100 a page.

Traps. Both known pages stand behind a bot wall that answers 403 to programs, then the reason is
`challenge` or `http_403`. Work is an incident whose status is scheduled, in_progress or completed.
An incident may have no title. https://docs.rootly.com/configuration/status-page-public-api
"""

from collections.abc import Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.statuspage import INDICATORS
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

WORK = frozenset({"scheduled", "in_progress", "completed"})
_UPDATES = ("incident_updates", "updates", "events")
_AFFECTED = ("components", "affected_components", "services")


def requests(source: Source) -> Mapping[str, Request]:
    """The state, and a longer list of what is active."""
    base = source.url.rstrip("/") + "/api/v1/"
    return {
        "status": Request(base + "status.json"),
        "incidents": Request(base + "incidents.json?per_page=100", extra=True),
    }


def recognises(reply: Reply) -> bool:
    """A page without an id, with a list of incidents."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The page's word, and every active incident of both lists once."""
    found = documents.documents(replies, _ours)
    state = next((one for one in found if "status" in one), None)
    if state is None:
        raise Unreadable("no_state", "a list of incidents without the page's state")
    indicator = state["status"].get("indicator")
    if not isinstance(indicator, str):
        raise Unreadable("unexpected_shape", "the indicator is not a word")
    ordered = sorted(found, key=lambda one: one is not state)
    rows = [row for one in reversed(ordered) for row in vocabulary.rows(one, "incidents")]
    events = {vocabulary.key(row.get("id"), _title(row)): row for row in rows}
    return Reading(
        headline=text.plain(state["status"].get("description")),
        word=vocabulary.level(indicator, INDICATORS),
        incidents=tuple(_incident(k, one) for k, one in events.items() if not _is_work(one)),
        maintenances=tuple(_maintenance(k, one) for k, one in events.items() if _is_work(one)),
        said_at=times.parse(state["page"].get("updated_at")),
    )


def _ours(document: Row) -> bool:
    page = document.get("page")
    return (
        isinstance(page, dict)
        and "id" not in page
        and {"name", "time_zone"} <= page.keys()
        and "components" not in document
        and vocabulary.listed(document, "incidents")
        and isinstance(document.get("status", {"indicator": ""}), dict)
    )


def _title(row: Row) -> str:
    return text.plain(row.get("name")) or text.plain(row.get("title"))


def _is_work(row: Row) -> bool:
    return vocabulary.phase(row.get("status")) in WORK or row.get("impact") == "maintenance"


def _updates(row: Row) -> tuple[Update, ...]:
    messages = next((row[name] for name in _UPDATES if name in row), None)
    return vocabulary.updates(messages, ("display_at", "created_at"), "status", "body", "message")


def _incident(key: str, row: Row) -> Incident:
    stage = vocabulary.phase(row.get("status"))
    closed = stage in vocabulary.CLOSED
    created = times.parse(row.get("created_at"))
    ended = vocabulary.moment(row, "resolved_at", "updated_at")
    return Incident(
        id=key,
        title=_title(row) or "Untitled incident",
        open=not closed,
        impact=vocabulary.impact([vocabulary.level(row.get("impact"), INDICATORS)]),
        phase=stage,
        started_at=vocabulary.moment(row, "started_at", "created_at"),
        created_at=created,
        ended_at=ended if closed else None,
        url=text.web_url(row.get("url") or row.get("shortlink")),
        components=vocabulary.names_of([o for n in _AFFECTED for o in objects(row.get(n), 500)]),
        updates=_updates(row),
    )


def _maintenance(key: str, row: Row) -> Maintenance:
    event = _incident(key, row)
    return vocabulary.maintenance(
        event,
        vocabulary.work_phase(event, "in_progress"),
        vocabulary.moment(row, "scheduled_for") or event.started_at,
        vocabulary.moment(row, "scheduled_until"),
    )
