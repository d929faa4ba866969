"""Incidents and maintenance in the shape of Statuspage; see `statuspage`."""

from collections.abc import Sequence

from crawler.model import Incident, Level, Update
from crawler.records import Work as Announced
from crawler.site.api.shapes import Message, Part, Trouble, Work
from crawler.site.board import Row, Story
from crawler.times import iso, iso_or_none

_OPEN = frozenset({"investigating", "identified", "monitoring"})
_OVER = frozenset({"resolved", "postmortem"})


def trouble(story: Story, row: Row, parts: tuple[Part, ...], base: str) -> Trouble:
    """One incident of a service that has these components; `base` is the site's address."""
    one, began_at = story.record.incident, iso(story.began)
    phase = _phase(one)
    impact = one.impact if one.impact and one.impact is not Level.UNKNOWN else Level.MINOR
    watching = [u.at for u in one.updates if u.phase == "monitoring" and u.at is not None]
    updated = _updated(one, story.began)
    return Trouble(
        id=one.id,
        name=one.title,
        status=phase,
        impact=impact,
        page_id=row.service.id,
        created_at=iso_or_none(one.created_at) or began_at,
        updated_at=updated,
        started_at=began_at,
        monitoring_at=iso_or_none(min(watching, default=None)),
        resolved_at=None if one.open else iso_or_none(one.ended_at) or updated,
        shortlink=one.url or f"{base}/{story.path}",
        incident_updates=_messages(one, began_at, phase)
        # Clients read the first update without asking whether there is one.
        or (_message(f"{one.id}-{phase}", one.id, phase, one.title, updated),),
        components=_named(one.components, parts),
    )


def work(announced: Announced, row: Row, parts: tuple[Part, ...], base: str) -> Work:
    """Announced work of a service that has these components; `base` is the site's address."""
    first, (last, one) = announced.versions[0][0], announced.versions[-1]
    over = None
    for seen, known in announced.versions:
        # What was called off may come back.
        over = (over or seen) if known.phase == "completed" else None
    return Work(
        id=one.id,
        name=one.title,
        status=one.phase,
        impact=Level.MAINTENANCE,
        page_id=row.service.id,
        created_at=iso(first),
        updated_at=iso(last),
        started_at=iso(first),
        monitoring_at=None,
        resolved_at=iso_or_none(over),
        scheduled_for=iso_or_none(one.starts_at),
        scheduled_until=iso_or_none(one.ends_at),
        shortlink=one.url or f"{base}/{row.path}",
        incident_updates=_wordings(announced),
        components=_named(one.components, parts),
    )


def _named(ids: Sequence[str], parts: tuple[Part, ...]) -> tuple[Part, ...]:
    wanted = {*ids}
    return tuple(one for one in parts if one.id in wanted or one.name in wanted)


def _phase(one: Incident) -> str:
    """The phase as Statuspage would say it; where the provider's word is none of its, the last that
    was, of those that fit."""
    known, otherwise = (_OPEN, "investigating") if one.open else (_OVER, "resolved")
    said = (one.phase, *(update.phase for update in one.updates))
    return next((phase for phase in said if phase in known), otherwise)


def _updated(one: Incident, began: int) -> str:
    stated = (one.created_at, one.ended_at, *(update.at for update in one.updates))
    return iso(max([began, *(at for at in stated if at is not None)]))


def _messages(one: Incident, otherwise: str, stage: str) -> tuple[Message, ...]:
    return tuple(
        _message(update.id, one.id, phase, update.text, iso_or_none(update.at) or otherwise)
        for update, phase in zip(one.updates, _phases(one.updates, stage), strict=True)
    )


def _phases(updates: Sequence[Update], stage: str) -> list[str]:
    """The phase of each update, newest first: the newest that states none has that of the incident,
    the oldest is investigating, and the others have that of the one before."""
    found, last = [], "investigating"
    for place, update in enumerate(reversed(updates), 1):
        if update.phase in _OPEN | _OVER:
            last = update.phase
        elif place == len(updates):
            last = stage
        found.append(last)
    return found[::-1]


def _message(key: str, incident: str, phase: str, body: str, at: str) -> Message:
    return Message(
        id=key,
        status=phase,
        body=body,
        incident_id=incident,
        created_at=at,
        updated_at=at,
        display_at=at,
    )


def _wordings(announced: Announced) -> tuple[Message, ...]:
    """What was said of announced work, each wording at the time when it was first seen."""
    found: list[Message] = []
    for number, (seen, one) in enumerate(announced.versions, 1):
        body = one.updates[0].text if one.updates else one.title
        if not found or (found[-1].status, found[-1].body) != (one.phase, body):
            key = f"{announced.slug}-{number}"
            found.append(_message(key, one.id, one.phase, body, iso(seen)))
    return tuple(reversed(found))
