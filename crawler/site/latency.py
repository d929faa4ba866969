"""How long a status page took to answer us, as a small curve and a few numbers."""

from dataclasses import dataclass
from statistics import median_low

from crawler.site.board import Latency
from crawler.times import DAY

WIDTH, HEIGHT = 168, 32
_WEEK, _STEP = 7 * DAY, 3 * 3_600


@dataclass(frozen=True, slots=True)
class Curve:
    """Seven days of samples. `path` has one piece for each stretch without a gap; times in ms."""

    path: str
    n: int
    median: int
    p95: int
    slowest: int


def curve(latency: Latency, at: int) -> Curve | None:
    """The medians of every three hours of the last 7 days before `at`; None below two samples."""
    start = at - _WEEK
    samples = [(moment, ms) for moment, ms in latency.recent if start <= moment <= at]
    if len(samples) < 2:
        return None
    steps: dict[int, list[int]] = {}
    for moment, ms in samples:
        steps.setdefault((moment - start) // _STEP, []).append(ms)
    points = {step: median_low(found) for step, found in steps.items()}
    every = sorted(ms for _, ms in samples)
    return Curve(
        path=_path(points),
        n=len(every),
        median=median_low(every),
        p95=every[min(len(every) - 1, len(every) * 95 // 100)],
        slowest=every[-1],
    )


def _path(points: dict[int, int]) -> str:
    """A line over the steps that follow each other; a step alone is a dot."""
    top = max(points.values()) or 1
    pieces = []
    for step in sorted(points):
        x, y = 3 * step, HEIGHT - 1 - (HEIGHT - 2) * points[step] // top
        if step - 1 in points:
            pieces.append(f"L{x} {y}")
        else:
            pieces.append(f"M{x} {y}h0" if step + 1 not in points else f"M{x} {y}")
    return "".join(pieces)
