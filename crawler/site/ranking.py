"""The services in order of reliability: a table for each basis, because the two do not compare."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from crawler.site.board import Board, Row

WINDOW = 90


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort; `key` names it in the address, the first one has none."""

    key: str
    name: str
    by: Callable[[Row], tuple[float, ...]]

    @property
    def path(self) -> str:
        """`reliability/` or `reliability/<key>/`."""
        return f"reliability/{self.key}/" if self.key else "reliability/"


@dataclass(frozen=True, slots=True)
class Table:
    """The services of one basis, sorted. `places` are theirs, from 1: equal figures share one, and
    None is that of a service without the figure."""

    basis: str
    rows: tuple[Row, ...]
    places: tuple[int | None, ...]


def tables(board: Board, order: Order) -> tuple[Table, ...]:
    """The ranked services by the basis of their figures."""
    ranked = [row for row in board.rows if row.uptime.figure(WINDOW)]
    ranked.sort(key=lambda row: (*order.by(row), row.service.name.lower()))
    return tuple(
        Table(basis, found, tuple(_places(found, order)))
        for basis in ("reported", "observed")
        if (found := tuple(row for row in ranked if row.uptime.basis == basis))
    )


def _places(rows: Sequence[Row], order: Order) -> Iterator[int | None]:
    """Rows that are sorted by a figure share a place while it is the same."""
    shared, last = 0, None
    for place, row in enumerate(rows, 1):
        first = next(iter(order.by(row)), place)
        shared, last = (shared if first == last else place), first
        yield None if first == inf else shared


def unranked(board: Board) -> tuple[Row, ...]:
    """The services of which too little is known."""
    return tuple(row for row in board.rows if not row.uptime.figure(WINDOW))


def _uptime(row: Row) -> float:
    found = row.uptime.figure(WINDOW)
    return -float(found.uptime) if found and found.uptime else 0.0


def _clean(row: Row) -> float:
    found = row.uptime.figure(WINDOW)
    return -float(found.incident_free) if found and found.incident_free else 0.0


def _repair(row: Row) -> float:
    return inf if row.uptime.median_repair is None else float(row.uptime.median_repair // 60)


def _coverage(row: Row) -> float:
    found = row.uptime.figure(WINDOW)
    return -float(found.coverage // 100) if found and found.coverage else 0.0


ORDERS = (
    Order("", "Uptime", lambda row: (_uptime(row), _clean(row))),
    Order("incident-free", "Incident-free", lambda row: (_clean(row), _uptime(row))),
    Order("incidents", "Incidents", lambda row: (row.incidents_30d, _uptime(row))),
    Order("repair", "Time to resolve", lambda row: (_repair(row), _uptime(row))),
    Order("coverage", "Coverage", lambda row: (_coverage(row), _uptime(row))),
    Order("name", "Name", lambda _: ()),
)
