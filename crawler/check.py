"""How services are, from the built site: the answers of `whosdown check`."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crawler.errors import StorageError

_CODES = {"none": 0, "minor": 1, "major": 1, "maintenance": 1, "critical": 2, "unknown": 3}


def statuses(out: Path) -> dict[str, dict[str, Any]]:
    """The services of a built site by id. Raises StorageError where there is none."""
    path = out / "statuses.json"
    if not path.is_file():
        raise StorageError(f"{path}: there is no built site; run `whosdown run` first")
    try:
        return {one["id"]: one for one in json.loads(path.read_bytes())["services"]}
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{path}: not a statuses.json; build the site again") from None


def exit_code(found: Iterable[dict[str, Any]]) -> int:
    """0 up, 1 degraded or under maintenance, 2 down, 3 unknown; of several, the worst."""
    return _worst([_CODES[one["indicator"]] for one in found])


def _worst(codes: Sequence[int]) -> int:
    # Unknown is 3, yet a known outage or trouble says more than not knowing.
    return next((code for code in (2, 1, 3) if code in codes), 0)
