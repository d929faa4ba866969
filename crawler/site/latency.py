"""How long a status page took to answer us, as a small curve and a few numbers."""

from dataclasses import dataclass
from statistics import median_low

from crawler.memory import Latency
from crawler.times import DAY

_SPACING, HEIGHT = 2, 32
_STEP = 1_800


@dataclass(frozen=True, slots=True)
class Curve:
    """The last 24 hours in a box of 96 x 32, with one piece for each stretch without a gap. Times
    are in ms; `usual` is the median of the days before, of which there are `days`."""

    path: str
    n: int
    median: int
    slowest: int
    usual: int | None
    days: int


def curve(latency: Latency, at: int) -> Curve | None:
    """The medians of every half hour of the 24 hours before `at`; None below two samples."""
    start = at - DAY
    samples = [(moment, ms) for moment, ms in latency.recent if start <= moment <= at]
    if len(samples) < 2:
        return None
    steps: dict[int, list[int]] = {}
    for moment, ms in samples:
        steps.setdefault((moment - start) // _STEP, []).append(ms)
    every = [ms for _, ms in samples]
    before = [median for _, _, median, _ in latency.daily]
    return Curve(
        path=_path({step: median_low(found) for step, found in steps.items()}),
        n=len(every),
        median=median_low(every),
        slowest=max(every),
        usual=median_low(before) if before else None,
        days=len(before),
    )


def _path(points: dict[int, int]) -> str:
    """A line over the steps that follow each other; a step alone is a dot."""
    top = max(points.values()) or 1
    pieces = []
    for step in sorted(points):
        x, y = _SPACING * step, HEIGHT - 1 - (HEIGHT - 2) * points[step] // top
        if step - 1 in points:
            pieces.append(f"L{x} {y}")
        else:
            pieces.append(f"M{x} {y}h0" if step + 1 not in points else f"M{x} {y}")
    return "".join(pieces)
