"""What we would read from a saved reply: the tool for anyone whose page reads wrongly."""

from pathlib import Path
from typing import Any

from crawler import platforms, text
from crawler.errors import Unreadable
from crawler.model import Incident, Maintenance, Reading
from crawler.scope import page_level
from crawler.times import iso_or_none
from crawler.wire import MAX_BODY, Reply


def describe(path: Path, platform: str | None) -> dict[str, Any]:
    """A saved reply as we read it, or the `reason` why we cannot. Times are ISO 8601 UTC.

    The reason is a slug of `REASONS`, or `unreadable_file` for what is no file that we may open.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BODY + 1)
    except OSError as error:
        return _unreadable(path, "unreadable_file", error.strerror or "")
    try:
        if len(body) > MAX_BODY:
            raise Unreadable("too_large")
        reply = Reply(url=path.as_uri() if path.is_absolute() else str(path), status=200, body=body)
        name = platform or platforms.recognise(reply)
        if name is None:
            raise Unreadable(*platforms.stranger(reply))
        reading = platforms.read(name, {"file": reply})
    except Unreadable as error:
        return _unreadable(path, error.reason, error.detail)
    return {"file": str(path), "platform": name, **_reading(reading)}


def _unreadable(path: Path, reason: str, detail: str) -> dict[str, Any]:
    return {"file": str(path), "reason": reason, "detail": text.line(detail)}


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "level": page_level(reading),
        "headline": reading.headline,
        "components": [
            {"id": one.id, "name": one.name, "level": one.level} for one in reading.components or ()
        ],
        "incidents": [_incident(one) for one in reading.incidents],
        "maintenances": [_maintenance(one) for one in reading.maintenances],
        "notes": list(reading.notes),
    }


def _incident(one: Incident) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "open": one.open,
        "impact": one.impact,
        "phase": one.phase,
        "started_at": iso_or_none(one.started_at),
        "ended_at": iso_or_none(one.ended_at),
        "url": one.url,
        "components": list(one.components),
        "updates": [
            {"at": iso_or_none(update.at), "phase": update.phase, "text": update.text}
            for update in one.updates
        ],
    }


def _maintenance(one: Maintenance) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "phase": one.phase,
        "starts_at": iso_or_none(one.starts_at),
        "ends_at": iso_or_none(one.ends_at),
        "components": list(one.components),
    }
