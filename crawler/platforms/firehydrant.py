"""FireHydrant status pages: Redis Cloud since March 2026.

`/data/payload.json`, undocumented, public: `config`, `conditions` (each page's own names of
states, by OPERATIONAL, DEGRADED, OFFLINE), `components` (ids and names) and `incidents` (all that
there ever were, about 950 for Redis, open and closed), each with `timestamps`, `severitySlug`,
`components` with their `condition`, and a `timeline` of notes.

Traps. There is no state: an incident is open while `timestamps.resolved` is missing, and a
component is what open incidents say of it. The condition Maintenance maps to DEGRADED, but work is
no degradation. Severities are each page's own words; only SEV1 to SEV4 have a known order. `time`
of a note is when it was filed, weeks after `occurredAt` on notes that moved with the page. A note
may say that trouble goes on where the incident is resolved; we follow the timestamps. Planned work
has no end and no state, so it runs where somebody acknowledged it.
https://docs.firehydrant.com/docs/status-pages
"""

import re
from collections.abc import Mapping

from crawler import text, times
from crawler.catalogue import Source
from crawler.model import Component, Incident, Level, Maintenance, Reading, Update
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

CONDITIONS = {"operational": Level.NONE, "degraded": Level.MINOR, "offline": Level.CRITICAL}
SEVERITIES = {"sev1": Level.CRITICAL, "sev2": Level.MAJOR, "sev3": Level.MINOR, "sev4": Level.MINOR}
_LABEL = re.compile(r"\W*\*\*([A-Za-z ]{3,30})\*\*\s*(?:[—–-]\s*)?")
_RUNNING = frozenset({"acknowledged", "investigating", "identified", "mitigated", "monitoring"})


def requests(source: Source) -> Mapping[str, Request]:
    """The page's one document."""
    return {"payload": Request(source.url.rstrip("/") + "/data/payload.json")}


def recognises(reply: Reply) -> bool:
    """Conditions by name beside components and incidents with timestamps."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The newest incidents, open ones first, and components as the open ones say."""
    page = documents.documents(replies, _ours)[0]
    words = {k.lower(): vocabulary.level(v, CONDITIONS) for k, v in page["conditions"].items()}
    every = sorted(
        objects(page["incidents"], 5_000),  # in no stated order
        key=lambda one: vocabulary.moment(one["timestamps"], "resolved") or times.NEWEST,
        reverse=True,
    )
    rows = every[: vocabulary.MAX_INCIDENTS]
    incidents = tuple(_incident(one, words) for one in rows if not _is_work(one))
    components = _components(page, [one for one in rows if _is_open(one)], words)
    return Reading(
        word=vocabulary.worst_open((one.level for one in components), incidents),
        components=components,
        incidents=incidents,
        maintenances=tuple(_maintenance(one) for one in rows if _is_work(one)),
        history=True,
        notes=("incidents_cut",) if len(every) > len(rows) else (),
    )


def _ours(document: Row) -> bool:
    conditions, incidents = document.get("conditions"), document.get("incidents")
    return (
        isinstance(conditions, dict)
        and isinstance(incidents, list)
        and all(isinstance(i, dict) and isinstance(i.get("timestamps"), dict) for i in incidents)
        and vocabulary.listed(document, "components")
        and bool(document["components"])
    )


def _is_open(row: Row) -> bool:
    # A resolution that we cannot read leaves it open: rather a false alarm than a false calm.
    return vocabulary.moment(row["timestamps"], "resolved") is None


def _is_work(row: Row) -> bool:
    return vocabulary.phase(row.get("severitySlug")) == "maintenance"


def _runs(row: Row) -> bool:
    return bool(_RUNNING & row["timestamps"].keys())


def _condition(row: Row, words: Mapping[str, Level]) -> Level:
    table = {**CONDITIONS, **words, "maintenance": Level.MAINTENANCE}
    return vocabulary.level(row.get("condition"), table)


def _components(page: Row, opened: list[Row], words: Mapping[str, Level]) -> tuple[Component, ...]:
    said: dict[str, list[Level]] = {}
    for event in opened:
        if _is_work(event) and not _runs(event):
            continue
        for one in objects(event.get("components"), 500):
            level = Level.MAINTENANCE if _is_work(event) else _condition(one, words)
            said.setdefault(str(one.get("id")), []).append(level)
    return vocabulary.standing(vocabulary.rows(page, "components", vocabulary.MAX_COMPONENTS), said)


def _updates(row: Row) -> tuple[Update, ...]:
    entries = objects(row.get("timeline"), 2_000)
    return vocabulary.newest(_update(one, note) for one in entries if (note := _note(one)))


def _note(entry: Row) -> str:
    note: object = entry.get("details")
    # A plain note has the text one level down, a change of impact two.
    for _ in range(2):
        note = note.get("note") if isinstance(note, dict) else note
    return text.plain(note, text.BODY)


def _update(entry: Row, note: str) -> Update:
    label = _LABEL.match(note)
    at = vocabulary.moment(entry, "occurredAt", "time")
    return vocabulary.update(
        entry.get("id"), at, label and label[1], note[label.end() :] if label else note
    )


def _incident(row: Row, words: Mapping[str, Level]) -> Incident:
    affected = objects(row.get("components"), 500)
    stated = vocabulary.level(row.get("severitySlug"), SEVERITIES)
    levels = [stated, *(_condition(one, words) for one in affected)]
    moments, updates = row["timestamps"], _updates(row)
    latest = next((one.phase for one in updates if one.phase), "")
    started = vocabulary.moment(moments, "started", "detected")
    closed = not _is_open(row)
    return Incident(
        id=vocabulary.key(row.get("id"), row.get("title"), started),
        title=text.plain(row.get("title")) or "Untitled incident",
        open=not closed,
        impact=vocabulary.impact(levels),
        phase="resolved" if closed else latest,
        started_at=started,
        ended_at=vocabulary.moment(moments, "resolved"),
        components=vocabulary.names_of(affected),
        updates=updates,
    )


def _maintenance(row: Row) -> Maintenance:
    event = _incident(row, {})
    stage = ("in_progress" if _runs(row) else "scheduled") if event.open else "completed"
    return vocabulary.maintenance(event, stage, event.started_at, event.ended_at)
