"""Which other services can stand in for one: those that are well and fail for other reasons."""

from collections.abc import Iterable, Sequence

from crawler.model import Level
from crawler.site.board import Row


def alternatives(row: Row, rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The well services of its category, and of those the ones left out (see `apart`).

    The ones that our own check confirms come first.
    """
    same = [one for one in rows if one.service.category == row.service.category]
    same.sort(key=lambda one: one.verdict.confidence != "confirmed")
    return apart(row, same)


def apart(row: Row, others: Iterable[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The well ones among others, in their order, and of those the ones left out.

    Left out are those that the same trouble may reach: they share an upstream in trouble, are that
    upstream, depend on the service while it is in trouble, or are read from its page while it is.
    """
    well = [one for one in others if one is not row and one.verdict.level is Level.NONE]
    broken = {one.id for one in row.verdict.upstreams if one.level.trouble}
    if not broken and not row.verdict.level.trouble:
        return tuple(well), ()
    shared = [_shares(row, one, broken) for one in well]
    return (
        tuple(one for one, left in zip(well, shared, strict=True) if not left),
        tuple(one for one, left in zip(well, shared, strict=True) if left),
    )


def _shares(row: Row, other: Row, broken: set[str]) -> bool:
    if broken & {other.service.id, *other.service.upstreams}:
        return True
    if not row.verdict.level.trouble:
        return False
    return row.service.id in other.service.upstreams or other.provider == row.provider
