"""How services are, by a statuses.json: the answers of `whosdown check`.

The file may be old, and may be that of another site with the same shape. What it says counts until
its `validUntil`, or for 3 hours where it states none; after that the level is unknown.
"""

import asyncio
import difflib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crawler import times
from crawler.errors import StorageError, Unreadable
from crawler.fetch import Network, open_client
from crawler.wire import Reply, Request

Row = dict[str, Any]  # a service of statuses.json
_CODES = {"none": 0, "minor": 1, "major": 1, "maintenance": 1, "critical": 2, "unknown": 3}
_HOLDS = 3 * 3_600


class Stranger(LookupError):
    """No service has this name, or more than one has; the text says which come near."""


def built(out: Path) -> dict[str, Any]:
    """The statuses.json of a built site. Raises StorageError where there is none."""
    path = out / "statuses.json"
    if not path.is_file():
        raise StorageError(f"{path}: there is no built site; run `whosdown run` first")
    try:
        return _checked(json.loads(path.read_bytes()))
    except (ValueError, RecursionError, Unreadable):
        raise StorageError(f"{path}: not a statuses.json; build the site again") from None


def fetched(site: str, network: Network, now: int) -> dict[str, Any]:
    """The statuses.json of a site at an address. Raises Unreadable with the reason."""
    reply = asyncio.run(_ask(f"{site.rstrip('/')}/statuses.json", network, now))
    return _checked(reply.json(dict))


async def _ask(url: str, network: Network, now: int) -> Reply:
    async with open_client(network, now) as client:
        return await client.ask(Request(url))


def _checked(document: object) -> dict[str, Any]:
    rows = document.get("services") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(rows, list):
        raise Unreadable("unexpected_shape", "not a statuses.json")
    if not rows:
        # Where there is none, none is down either, which is no good news.
        raise Unreadable("unexpected_shape", "it names no service")
    for row in rows:
        named = isinstance(row, dict) and isinstance(row.get("id"), str)
        if not named or str(row.get("indicator")) not in _CODES:
            raise Unreadable("unexpected_shape", "a service without an id or a level that we know")
    return document


def found(document: dict[str, Any], names: Sequence[str]) -> list[Row]:
    """The services that are named by id, alias or name, in that order; all if none is named.

    Raises Stranger.
    """
    rows = sorted(document["services"], key=lambda row: str(row["id"]))
    return [_one(rows, name) for name in dict.fromkeys(names)] if names else rows


def _one(rows: Sequence[Row], name: str) -> Row:
    wanted = name.strip().casefold()
    for key in (_ids, _aliases, _names):
        hits = [row for row in rows if wanted in key(row)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            ids = ", ".join(row["id"] for row in hits)
            raise Stranger(f"{name!r} is the name of several services: {ids}")
    known = {word: row["id"] for row in rows for word in (*_names(row), *_aliases(row), *_ids(row))}
    near = difflib.get_close_matches(wanted, known, n=3)
    hint = f"; did you mean {', '.join(dict.fromkeys(known[n] for n in near))}?" if near else ""
    raise Stranger(f"{name!r} is not a service of this site{hint}")


def _ids(row: Row) -> list[str]:
    return [row["id"].casefold()]


def _aliases(row: Row) -> list[str]:
    aliases = row.get("aliases")
    return [str(one).casefold() for one in aliases] if isinstance(aliases, list) else []


def _names(row: Row) -> list[str]:
    return [str(row.get("name", "")).casefold()]


def aged(row: Row, document: dict[str, Any], now: int, max_age: int | None) -> Row:
    """The service as it may count at `now`: unknown once its time is over, or once its evidence is
    older than `max_age` seconds."""
    until = times.parse(row.get("validUntil"))
    if until is None:
        written = times.parse(document.get("fetchedAt"))
        until = written + _HOLDS if written is not None else now - 1
    checked = times.parse(row.get("checkedAt") or document.get("fetchedAt"))
    old = now > until or (max_age is not None and (checked is None or now - checked > max_age))
    if row["indicator"] == "unknown" or not (old or row.get("reachable") is False):
        return row
    told = f"Too old to count; it was {row['indicator']}." if old else "Could not be read."
    reason = "stale" if old else row.get("unreachableReason")
    lost = {"indicator": "unknown", "description": told, "reachable": False, "stale": old}
    return {**row, **lost, "unreachableReason": reason, **_lost_within(row, told)}


def _lost_within(row: Row, told: str) -> Row:
    """The parts of a service that say more than its indicator, once that is no longer known."""
    found: Row = {}
    if isinstance(verdict := row.get("verdict"), dict):
        unknown: Row = {"level": "unknown", "answer": "unknown", "who": "unknown", "headline": told}
        unknown |= {"lastKnown": row["indicator"], "lastKnownAt": row.get("checkedAt")}
        found["verdict"] = {**verdict, **unknown, "confidence": "stale", "basis": "none"}
    if isinstance(parts := row.get("components"), list):
        found["components"] = [
            {**part, "level": "unknown"} for part in parts if isinstance(part, dict)
        ]
    return found


def exit_code(rows: Iterable[Row]) -> int:
    """0 up, 1 degraded or under maintenance, 2 down, 3 unknown; of several, the worst."""
    codes = {_CODES[row["indicator"]] for row in rows}
    # Unknown is 3, yet a known outage or trouble says more than not knowing.
    return next((code for code in (2, 1, 3) if code in codes), 0)
