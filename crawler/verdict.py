"""A snapshot and its evidence -> the Verdict that pages, JSON, CLI and alerts share. Pure."""

from collections.abc import Iterable, Sequence

from crawler import upstream
from crawler.errors import REASONS
from crawler.memory import Held, ProbeState, Snapshot, Trouble
from crawler.model import Evidence, Level, Maintenance, Upstream, Verdict
from crawler.records import Record

_ANSWERS = {
    Level.NONE: "no",
    Level.MINOR: "partly",
    Level.MAJOR: "partly",
    Level.CRITICAL: "yes",
    Level.MAINTENANCE: "maintenance",
    Level.UNKNOWN: "unknown",
}
_PROBES = {
    "ok": "The API answers as expected.",
    "pending": "The API did not answer; one failure alone says nothing.",
    "fail": "The API does not answer.",
    "recovering": "The API answers again; one more good run will confirm it.",
    "inconclusive": "The API refused the question, which says nothing.",
}


def build(
    snapshot: Snapshot,
    held: Held | None,
    evidence: Iterable[Evidence],
    upstreams: Iterable[tuple[str, str, Level]],
    *,
    read_at: int | None,
    validity: int,
) -> Verdict:
    """The verdict of a snapshot as it may be shown now (`judge.present`).

    `held` is the last level that was not unknown, None where there was none; `upstreams` are
    (id, name, level) of the declared ones; `read_at` is the last good reading and `validity` V, in
    seconds.
    """
    links = upstream.parse(snapshot.flags)
    known = tuple(Upstream(one, name, level, links.get(one, "")) for one, name, level in upstreams)
    holds, last = (None, held) if snapshot.level is Level.UNKNOWN else (held, None)
    return Verdict(
        level=snapshot.level,
        answer=_ANSWERS[snapshot.level],
        who=_who(snapshot.level, known),
        headline=snapshot.headline,
        confidence=snapshot.confidence,
        basis=snapshot.basis,
        flags=snapshot.flags,
        evidence=tuple(evidence),
        upstreams=known,
        since=snapshot.since,
        read_at=read_at,
        valid_until=holds.seen + validity if holds else None,
        reason=snapshot.reason,
        last_known=last.level if last else None,
        last_known_at=last.seen if last else None,
    )


def _who(level: Level, upstreams: Sequence[Upstream]) -> str:
    if level is Level.UNKNOWN:
        return "unknown"
    if level is Level.NONE:
        return "nobody"
    named = level.trouble and any(one.link == "named" for one in upstreams)
    return "upstream" if named else "them"


def evidence(
    provider: str,
    page: tuple[str, str, int | None] | None,
    trouble: Trouble | None,
    opened: Iterable[Record],
    work: Iterable[Maintenance],
    probe: ProbeState | None,
) -> list[Evidence]:
    """What a verdict rests on, the provider's own word first.

    `page` is (address, its own words as last read, when) of the provider's page, None without one.
    """
    rows = []
    if page is not None:
        url, said, at = page
        if at is not None:
            what = f"Status page says: {said}" if said else "Its incident feed was read."
            rows.append(Evidence("official", provider, what, at, url))
        if trouble is not None and (at is None or trouble.last_seen > at):
            what = f"Could not be read: {REASONS[trouble.reason]}"
            rows.append(Evidence("trouble", "our crawler", what, trouble.first_seen, url))
    for record in opened:
        one = record.incident
        at = one.started_at or record.first_seen
        title = one.title.strip() or "Incident without a title"
        who = "our own check" if record.ours else provider
        rows.append(Evidence("incident", who, title, at, one.url))
    rows += [
        Evidence(
            "maintenance", provider, one.title.strip() or "Maintenance", one.starts_at, one.url
        )
        for one in work
        if one.phase == "in_progress"
    ]
    if probe is not None:
        rows.append(Evidence("probe", "our own check", _PROBES[probe.word], probe.last))
    return rows
