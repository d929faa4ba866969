"""What each kind of page shows of the board: two boards that agree in it have the same page.

Only kinds of which there are many, and of which few change from run to run, are told here. What
all pages have in common (the frame, the settings, the words of the templates) is told apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from crawler import times
from crawler.catalogue import code_slug
from crawler.site import views, words
from crawler.site.board import Board, Row, Series, Story
from crawler.site.codes import Code
from crawler.site.moments import Moments


class Shown:
    """The digests of one board; `styles` are the versions of the static files by path."""

    def __init__(
        self, board: Board, templates: Path, styles: Mapping[str, str], moments: Moments
    ) -> None:
        self._moments = moments
        self._parts = views.component_names(board.rows)
        self._names = {row.service.id: row.service.name for row in board.rows}
        self._until = {
            row.service.id: board.deadline(row.verdict.valid_until) for row in board.rows
        }
        self._stories: dict[str, str] = {}
        self._cores: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self.frame = moments.digest(
            (
                [path.read_bytes() for path in sorted(templates.glob("*.html"))],
                [*styles.items()],
                (board.site, board.version, board.simulated, board.validity),
                (board.ran_at is None, board.blind, board.last_run if board.blind else None),
                board.deadline(None),
                times.day(board.at)[:4],  # times of other years say theirs
            )
        )

    def service(self, row: Row, counted: object) -> object:
        """The page of a service: what is `counted` for it besides."""
        up = row.uptime
        return (
            self._core(row),
            (row.provider, row.components, row.maintenances, row.incidents_30d),
            [self._story(one) for one in (*row.open, *row.recent)],
            (up.basis, up.median_repair, up.resolved, _series(up.reported), _series(up.observed)),
            counted,
        )

    def incident(self, story: Story) -> object:
        """The page of an incident."""
        one = story.record.incident
        parts = views.named(one.components, self._parts.get(story.record.provider, {}))
        lasted = story.duration if one.open else None
        # The frame announces the feeds of its services by the names that they have now.
        about = [self._names.get(one.id) for one in story.services]
        return self._story(story), parts, lasted, about

    def code(self, code: Code, elsewhere: Iterable[Code]) -> object:
        """The page of an error code; `elsewhere` are the same code's pages, this one's too."""
        return self._core(code.row), code.code, self._same(code_slug(code.code), elsewhere)

    def _core(self, row: Row) -> str:
        """What a service is and how it is now."""
        key = row.service.id
        if key not in self._cores:
            above = [one.id for one in row.verdict.upstreams]
            self._cores[key] = self._moments.digest(
                (
                    (row.service, row.page_url, row.verdict, self._until[key]),
                    [(one in self._names, self._until.get(one)) for one in above],
                    [words.flag(slug, self._names) for slug in row.verdict.flags],
                )
            )
        return self._cores[key]

    def _story(self, story: Story) -> str:
        if story.path not in self._stories:
            told = replace(story, duration=None) if story.record.incident.open else story
            self._stories[story.path] = self._moments.digest(told)
        return self._stories[story.path]

    def _same(self, key: str, listed: Iterable[Code]) -> str:
        if key not in self._groups:
            said = [(one.path, one.row.service.name, one.names) for one in listed]
            self._groups[key] = self._moments.digest(said)
        return self._groups[key]


def _series(one: Series | None) -> object:
    return None if one is None else (one.since, sorted(one.figures.items()))
