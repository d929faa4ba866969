"""How often something really came: the gaps between its starts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


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
