"""How often the crawler really came, and how long a reading therefore holds. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_JOB = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """So many runs, and the gaps between them in seconds, None below 2 runs."""

    runs: int
    median: int | None = None
    p90: int | None = None
    longest: int | None = None


def cadence(starts: Sequence[int]) -> Cadence:
    """The gaps between runs, whose starts are in order (seconds UTC)."""
    gaps = sorted(b - a for a, b in pairwise(starts))
    if not gaps:
        return Cadence(runs=len(starts))
    return Cadence(
        runs=len(starts),
        median=gaps[len(gaps) // 2],
        p90=gaps[min(len(gaps) - 1, len(gaps) * 9 // 10)],
        longest=gaps[-1],
    )


def validity(starts: Iterable[int]) -> int:
    """V in seconds from the starts of the runs of the last 7 days: 2.5 times the median pause
    between jobs, between 45 min and 3 h; 45 min until ten pauses are known.

    The runs of the quarter of an hour after a job began are its passes. What a reading has to last
    for is the pause after them, however many they are.
    """
    first, last, pauses = None, 0, list[int]()
    for start in sorted(starts):
        if first is None or start - first > _JOB:
            pauses += [] if first is None else [start - last]
            first = start
        last = start
    if len(pauses) < 10:
        return 2_700
    return min(10_800, max(2_700, int(2.5 * median(pauses))))
