"""What a service did lately, and which others are well: the parts of a guide that compare."""

from collections.abc import Sequence
from statistics import median_low

from markupsafe import Markup

from crawler import times
from crawler.model import Level
from crawler.site import parts, words
from crawler.site.alternatives import alternatives, apart
from crawler.site.board import Board, Row, Story, newest_first

_SHOWN = 5
_OFFERED = 6


def outages(row: Row, board: Board) -> Markup:
    """The newest incidents of a service, and how long one usually lasts."""
    own = newest_first(story for story in board.stories if row.service in story.services)
    name = row.service.name
    if not own:
        blind = row.page_url is None or row.verdict.level is Level.UNKNOWN
        more = " That says little while no page tells us how it is." if blind else ""
        return Markup("<p>We know of no incident of <bdi>{}</bdi>.{}</p>").format(name, more)
    lines = Markup("").join(_line(story, board) for story in own[:_SHOWN])
    return Markup('<ul class="list">{}</ul><p>{}</p>').format(lines, _typical(own))


def _line(story: Story, board: Board) -> Markup:
    record = story.record
    impact = record.incident.impact
    if impact is None:
        said = Markup("<span>Impact not stated</span>")
    else:
        shape = Markup('<span class="st {}">{}<b>{}</b></span>')
        said = shape.format(impact, parts.icon(impact), words.IMPACTS[impact])
    return Markup('<li>{} <span class="meta">{} {} <span>{}</span></span></li>').format(
        parts.title(story), said, parts.moment(story.began), _lasted(story, board)
    )


def _lasted(story: Story, board: Board) -> str:
    if story.record.withdrawn_at is not None:
        return "withdrawn by the provider"
    if story.read_at is not None:
        return f"open at {times.human(board.at if story.open else story.read_at)}"
    if story.duration is None:
        return "duration not stated"
    return f"lasted {times.span(story.duration)}"


def _typical(own: Sequence[Story]) -> str:
    lengths = [
        story.duration
        for story in own
        if story.duration is not None
        and not story.record.incident.open
        and story.record.withdrawn_at is None
    ]
    if not lengths:
        return (
            "None that is over states both its beginning and its end: no typical duration is known."
        )
    if len(lengths) == 1:
        return f"Only one of them (n = 1) states both ends: it lasted {times.span(lengths[0])}."
    return (
        f"Typical duration: {times.span(median_low(lengths))}, the median of the {len(lengths)} "
        f"incidents (n = {len(lengths)}) that state when they began and when they were over."
    )


def stand_ins(row: Row, board: Board, *wanted: str) -> Markup:
    """Services that are well now and fail for other reasons: the wanted ones, else its category."""
    rows = {one.service.id: one for one in board.rows}
    well, shared = (
        apart(row, [rows[one] for one in wanted]) if wanted else alternatives(row, board.rows)
    )
    note = Markup()
    if shared:
        names = ", ".join(one.service.name for one in shared)
        left = Markup("<p>Left out, because the same trouble may reach them: <bdi>{}</bdi>.</p>")
        note = left.format(names)
    if not well:
        none = Markup("<p>None that we would name for <bdi>{}</bdi> is known to be well now.</p>{}")
        return none.format(row.service.name, note)
    lines = Markup("").join(
        Markup("<li>{}</li>").format(parts.inline(one, board)) for one in well[:_OFFERED]
    )
    return Markup('<ul class="parts">{}</ul>{}').format(lines, note)
