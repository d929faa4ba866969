"""The open data as tables, one row a line: incidents, and uptime in seconds by UTC day.

The same rows become CSV, in which no cell is a formula to a spreadsheet, and NDJSON.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from crawler.site.board import Board, Row, Series, newest_first
from crawler.times import day, iso, iso_or_none
from crawler.uptime import Tally

Cell = str | int | None
Record = dict[str, Cell]

INCIDENTS = (
    *("id", "provider", "services", "name", "impact", "open", "phase", "source", "started_at"),
    *("resolved_at", "withdrawn_at", "duration_seconds", "first_seen_at", "updates", "edits"),
    *("page", "shortlink"),
)
"""The columns of the table of incidents, in order."""
DAYS = (
    *("service", "series", "day", "level", "total_seconds", "known_seconds"),
    *("maintenance_seconds", "minor_seconds", "major_seconds", "critical_seconds"),
)
"""The columns of the table of days, in order."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(board: Board) -> dict[str, bytes]:
    """The published tables by path."""
    return {"data/incidents.csv": as_csv(incidents(board), INCIDENTS).encode()}


def incidents(board: Board) -> Iterator[Record]:
    """Every incident of the last year, newest first. Lists are joined by blanks, times are UTC."""
    base = board.site.url.rstrip("/")
    for story in newest_first(board.stories):
        record, one = story.record, story.record.incident
        values: tuple[Cell, ...] = (
            *(record.slug, record.provider, " ".join(s.id for s in story.services), one.title),
            *(one.impact, "yes" if one.open else "no", one.phase),
            *("probe" if record.ours else "provider", iso(story.began), iso_or_none(one.ended_at)),
            *(
                iso_or_none(record.withdrawn_at),
                None if one.open else story.duration,
                iso(record.first_seen),
            ),
            *(len(one.updates), story.edits, f"{base}/{story.path}", one.url),
        )
        yield dict(zip(INCIDENTS, values, strict=True))


def days(board: Board) -> Iterator[Record]:
    """The seconds of each service, series and UTC day of the last 90, oldest first."""
    for row in board.rows:
        yield from _days(row, "reported", row.uptime.reported)
        yield from _days(row, "observed", row.uptime.observed)


TABLES: dict[str, tuple[Callable[[Board], Iterator[Record]], tuple[str, ...]]] = {
    "incidents": (incidents, INCIDENTS),
    "days": (days, DAYS),
}
"""Each table by its name: its rows and its columns."""


def _days(row: Row, name: str, series: Series | None) -> Iterator[Record]:
    for at, tally in sorted(series.days.items()) if series else ():
        values: tuple[Cell, ...] = (
            row.service.id,
            name,
            day(at),
            str(tally.colour),
            *_seconds(tally),
        )
        yield dict(zip(DAYS, values, strict=True))


def _seconds(one: Tally) -> tuple[int, ...]:
    return (one.total, one.known, one.maintenance, one.minor, one.major, one.critical)


def as_csv(rows: Iterable[Record], columns: tuple[str, ...]) -> str:
    """RFC 4180 with a header. A cell that a spreadsheet would take for a formula gets an
    apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(row[name]) for name in columns])
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    # Spreadsheets pass over white space, and take these for their common forms.
    start = cell.lstrip(" '\"\ufeff\u200b")
    return f"'{cell}" if start.translate(_COMMON).startswith(_FORMULA) else cell


_COMMON = str.maketrans("\uff1d\uff0b\uff0d\uff20\u2212", "=+-@-")
