"""Prismix, another aggregator as a source; experimental.

`https://prismix.dev/api/v1/statuses`: `fetchedAt`, `cached` and about 77 `services`, each with
`id`, `name`, `indicator` (none, minor, major, critical, unknown), `reachable` and optional counts
and `recentIncidentBriefs`. No key, 60 requests an hour, cached 60 seconds; documented, seen since
May 2026, no real reply held. Each of its services is a component here: a service of ours follows
one by its id. It names no components and links no sources of its own.

Traps. `reachable: false` means that Prismix could not read the page, whatever `indicator` says.
`latencyMs` times the provider's status page, not its API. The level of the whole document is the
worst of everybody, which is of use to nobody. Ids may be no slugs and lists may be empty: an
answer without services is unreadable, not well. https://prismix.dev/api-docs
"""

from collections.abc import Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Level, Maintenance, Reading, worst
from crawler.platforms import documents, vocabulary
from crawler.platforms.statuspage import INDICATORS
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

_MAX_BRIEFS = 50


def requests(source: Source) -> Mapping[str, Request]:
    """Every service at once."""
    return {"statuses": Request(source.url.rstrip("/") + "/api/v1/statuses")}


def recognises(reply: Reply) -> bool:
    """A list of services with an indicator and whether they could be reached."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Services as components, their recent incidents by name."""
    document = documents.documents(replies, _ours)[0]
    services = objects(document["services"], vocabulary.MAX_COMPONENTS)
    if not services:
        raise Unreadable("no_state", "no service is listed")
    components = vocabulary.merged(
        vocabulary.component(one.get("id"), one.get("name"), _level(one)) for one in services
    )
    briefs = [(one, brief) for one in services for brief in _briefs(one)]
    work = [pair for pair in briefs if _is_work(pair[1])]
    rest = [pair for pair in briefs if not _is_work(pair[1])]
    return Reading(
        word=worst(one.level for one in components),
        components=components,
        incidents=tuple(_incident(*pair) for pair in rest[: vocabulary.MAX_INCIDENTS]),
        maintenances=tuple(_maintenance(*pair) for pair in work[: vocabulary.MAX_INCIDENTS]),
        history=bool(briefs),
        said_at=times.parse(document.get("fetchedAt")),
    )


def _ours(document: Row) -> bool:
    services = document.get("services")
    needed = {"id", "name", "indicator", "reachable"}
    return (
        "fetchedAt" in document
        and isinstance(services, list)
        and all(isinstance(one, dict) and needed <= one.keys() for one in services)
    )


def _level(service: Row) -> Level:
    if service.get("reachable") is not True:
        return Level.UNKNOWN
    return vocabulary.level(service.get("indicator"), INDICATORS)


def _briefs(service: Row) -> list[Row]:
    return objects(service.get("recentIncidentBriefs"), _MAX_BRIEFS)


def _is_work(brief: Row) -> bool:
    return vocabulary.phase(brief.get("impact")) == "maintenance"


def _maintenance(service: Row, brief: Row) -> Maintenance:
    event = _incident(service, brief)
    stage = "scheduled" if event.open else "completed"
    return vocabulary.maintenance(event, stage, event.started_at, event.ended_at)


def _incident(service: Row, brief: Row) -> Incident:
    created = times.parse(brief.get("createdAt"))
    ended = times.parse(brief.get("resolvedAt"))
    # Only a resolution that we can read closes an incident; a null one leaves it open.
    return Incident(
        id=vocabulary.key(brief.get("id"), service.get("id"), brief.get("name"), created),
        title=text.plain(brief.get("name")) or "Untitled incident",
        open=ended is None,
        impact=vocabulary.impact([vocabulary.level(brief.get("impact"), INDICATORS)]),
        phase="" if ended is None else "resolved",
        started_at=created,
        created_at=created,
        ended_at=ended,
        url=text.web_url(brief.get("shortlink")),
        components=vocabulary.names_of([service]),
    )
