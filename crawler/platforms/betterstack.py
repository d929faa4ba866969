"""Better Stack (Better Uptime): `/index.json`, a JSON:API document of the page and its reports.

Hugging Face, Together, Modal, Novita, RunPod (seen 2026). Traps. `ends_at` is null on what a person
resolved: `aggregate_state` tells, and the update that left nothing hit is the end. Updates are in
no order. Work is `maintenance` from the day it is announced: its start is compared with the newest
time in it. One resource that is down makes the page `downtime`: critical only when all are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Incident, Level, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

WORDS = {
    **dict.fromkeys(("operational", "resolved"), Level.NONE),
    "degraded": Level.MINOR,
    "downtime": Level.MAJOR,
    "maintenance": Level.MAINTENANCE,
}
_WORST = ("downtime", "degraded", "maintenance", "resolved", "operational")

Rows = Mapping[str, Mapping[str, Row]]  # by type and id


def requests(source: Source) -> Mapping[str, Request]:
    """The whole page as one document."""
    return {"index": Request(source.url.rstrip("/") + "/index.json")}


def recognises(reply: Reply) -> bool:
    """A JSON:API `status_page` with its aggregate state."""
    return _is_index(reply.json(object))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The aggregate state, the resources, and the reports of about the last 90 days."""
    (document,) = documents.parts(replies, _is_index)
    said, rows = document["data"]["attributes"], _rows(document["included"])
    reports = list(rows["status_report"].items())[: vocabulary.MAX_INCIDENTS]
    work = [pair for pair in reports if pair[1].get("report_type") == "maintenance"]
    incidents = [_incident(*pair, rows) for pair in reports if pair not in work]
    # Times that have passed. Those of a maintenance may all lie ahead, its first message's too.
    known = [at for one in incidents for at in (one.started_at, *(u.at for u in one.updates))]
    said_at = times.parse(said.get("updated_at"))
    now = max(at or 0 for at in (said_at, *known))
    resources = rows["status_page_resource"]
    down = [key for key, one in resources.items() if one.get("status") == "downtime"]
    return Reading(
        word=_level(said["aggregate_state"], down, rows),
        components=vocabulary.merged(
            vocabulary.component(
                key,
                text.plain(one.get("public_name")) or key,
                _level(one.get("status"), down, rows),
            )
            for key, one in resources.items()
        ),
        incidents=tuple(incidents),
        maintenances=tuple(_maintenance(*pair, rows, now) for pair in work),
        history=True,
        said_at=said_at,
    )


def _is_index(document: Any) -> bool:
    if not isinstance(document, dict) or not isinstance(document.get("included"), list):
        return False
    data = vocabulary.inner(document, "data")
    said = vocabulary.inner(data, "attributes")
    return data.get("type") == "status_page" and isinstance(said.get("aggregate_state"), str)


def _rows(included: object) -> Rows:
    """The attributes of every row; `own` are a report's updates, by id."""
    found: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in objects(included, 20_000):
        key = vocabulary.key(row.get("id"), row.get("attributes"))
        found[str(row.get("type"))][key] = {**row, **vocabulary.inner(row, "attributes")}
    updates = found["status_update"]
    for report in found["status_report"].values():
        linked = vocabulary.inner(vocabulary.inner(report, "relationships"), "status_updates")
        ids = [vocabulary.key(one.get("id")) for one in objects(linked.get("data"), 2_000)]
        report["own"] = {one: updates[one] for one in ids if one in updates}
    return found


def _level(state: object, down: Iterable[str], rows: Rows) -> Level:
    if state != "downtime":
        return vocabulary.level(state, WORDS)
    resources = rows["status_page_resource"].items()
    return vocabulary.outage(down, (k for k, r in resources if r.get("status") != "not_monitored"))


def _affected(*rows: Row) -> Iterator[tuple[str, str]]:
    for row in rows:
        for one in objects(row.get("affected_resources"), vocabulary.MAX_COMPONENTS):
            yield str(one.get("status_page_resource_id")), str(one.get("status"))


def _worst(states: Iterable[tuple[str, str]]) -> str:
    return min((word for _, word in states if word in _WORST), key=_WORST.index, default="")


def _common(key: str, report: Row, rows: Rows) -> Row:
    """What incidents and maintenances share. Updates name resources too, maybe not all of them."""
    named = {one for one, _ in _affected(report, *report["own"].values())}
    titles = [rows["status_page_resource"].get(one, {}).get("public_name") for one in named]
    own, said, states, over = report["own"], list[Update](), dict[str, str](), None
    for one in sorted(own, key=lambda one: times.parse(own[one].get("published_at")) or 0):
        at, word = times.parse(own[one].get("published_at")), _worst(_affected(own[one]))
        said.append(vocabulary.update(one, at, word, own[one].get("message")))
        states.update(_affected(own[one]))
        over = (over or at) if _worst(states.items()) == "resolved" else None
    return {
        "id": key,
        "title": text.plain(report.get("title")) or "Untitled report",
        "components": vocabulary.names(*named, *titles),
        "updates": vocabulary.newest(said),
        "started_at": times.parse(report.get("starts_at")),
        "ended_at": times.parse(report.get("ends_at")) or over,
    }


def _incident(key: str, report: Row, rows: Rows) -> Incident:
    common, states = _common(key, report, rows), [*_affected(report, *report["own"].values())]
    state = "resolved" if report.get("ends_at") else vocabulary.phase(report.get("aggregate_state"))
    down = [one for one, word in states if word == "downtime"]
    # Once it is over its state says no more than "resolved", so its worst moment counts.
    impact = _level(state if (is_open := state != "resolved") else _worst(states), down, rows)
    last = next((one.at for one in common["updates"]), None)
    common["ended_at"] = None if is_open else common["ended_at"] or last
    stated = impact if impact.trouble or (is_open and impact is not Level.UNKNOWN) else None
    return Incident(**common, open=is_open, phase=state, impact=stated)


def _maintenance(key: str, report: Row, rows: Rows, now: int) -> Maintenance:
    common = _common(key, report, rows)
    start, end = vocabulary.window(common.pop("started_at"), common.pop("ended_at"))
    named = [rows["status_page_resource"].get(one, {}) for one, _ in _affected(report)]
    working = any(one.get("status") == "maintenance" for one in named)
    phase = "in_progress" if working or (start or now + 1) <= now else "scheduled"
    if report.get("aggregate_state") == "resolved" or (end is not None and end <= now):
        phase = "completed"
    return Maintenance(**common, phase=phase, starts_at=start, ends_at=end)
