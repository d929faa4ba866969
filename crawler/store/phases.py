"""The phases of an incident: when it was open, and what was told of each once and for good.

A provider may correct the beginning or the end of an incident at any later time. Pages show what
is known now; a feed reader must never see an old item move, so what was known when a phase began
and when it ended is kept beside it: at the run that saw it, because readers such as Slack's pass
over what is older than the newest item that they know. What was over at first sight is history, and
keeps the provider's times. All of it follows from the lines of the journal alone.
"""

import msgspec

from crawler.lines import IncidentLine
from crawler.model import Level
from crawler.records import Told


class Phase(msgspec.Struct, array_like=True):
    """One row of the JSON list in `incidents.phases`; times are seconds UTC.

    `opened` and `resolved` are as the provider says now, the rest is as in records.Told.
    """

    opened: int
    told: int
    resolved: int | None = None
    ended: int | None = None
    lasted: int = 0
    withdrawn: bool = False
    grave: bool = False
    unscoped: bool = False
    grave_at: int | None = None
    impact: Level | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    service: str | None = None

    @property
    def pair(self) -> tuple[int, int | None]:
        """(opened, resolved) as the provider says now."""
        return self.opened, self.resolved

    @property
    def news(self) -> Told:
        """What was told of this phase, for the model."""
        return Told(
            opened=self.told,
            ended=self.ended,
            lasted=self.lasted,
            withdrawn=self.withdrawn,
            grave=self.grave,
            unscoped=self.unscoped,
            grave_at=self.grave_at,
            impact=self.impact,
            components=self.components,
            regions=self.regions,
            service=self.service,
        )


def load(text: str | None) -> list[Phase]:
    """The phases of a row, oldest first; none for an incident that is not known yet."""
    return msgspec.json.decode(text, type=list[Phase]) if text else []


def dump(phases: list[Phase]) -> str:
    """The phases as they stand in a row."""
    return msgspec.json.encode(phases).decode()


def advance(
    phases: list[Phase], line: IncidentLine, *, began: int, open_now: bool, now: int
) -> None:
    """Take in one line about an incident at the run `now`. `began` is its beginning as well as
    it is known, `open_now` whether it was open until this line."""
    known, was_grave = len(phases), any(one.grave for one in phases)
    if not phases:
        phases.append(_begun(line, began, now if line.open else min(began, now)))
    elif line.open and (not open_now or phases[-1].ended is not None):
        # The second: what our check saw end, and the provider goes on with.
        phases.append(_begun(line, now, now))
    last = phases[-1]
    if len(phases) == 1:
        # Before its end, which may lie before what was its beginning until now.
        last.opened = began
    if line.open:
        last.resolved = None
    elif open_now or last.resolved is None or line.ended is not None:
        # Without a stated end, the moment at which we first saw it over stays the end.
        last.resolved = max(last.opened, line.ended or now)
    if last.resolved is not None:
        last.opened = min(last.opened, last.resolved)
    last.unscoped = last.unscoped or not (line.components or line.service)
    last.grave = last.grave or (line.impact is not None and line.impact.grave)
    if last.grave and not was_grave and line.open and len(phases) == known:
        last.grave_at = now
    if last.resolved is not None and last.ended is None:
        last.ended = now if open_now else max(last.told, min(last.resolved, now))
        last.lasted = last.resolved - last.opened
        last.withdrawn = line.withdrawn


def _begun(line: IncidentLine, opened: int, told: int) -> Phase:
    return Phase(
        opened,
        told,
        impact=line.impact,
        components=line.components,
        regions=line.regions,
        service=line.service,
    )
