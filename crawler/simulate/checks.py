"""What our own checks saw in the invented days, and how long pages took to answer."""

from collections.abc import Iterator
from random import Random

from crawler.catalogue import Catalogue, Provider, Service
from crawler.lines import IncidentLine, UpdateLine
from crawler.model import Level
from crawler.simulate import scenes
from crawler.times import DAY, human

_MINUTE = 60
_STEP = 1_800
_ALONE, _EARLY, _OPEN = "deepinfra", "deepseek", "voyage"
_LONELY, _FOLLOWED = 40 * _MINUTE, 95 * _MINUTE


def told(catalogue: Catalogue, moment: int, now: int) -> Iterator[IncidentLine]:
    """Three warnings, told in the runs after they happened: one that no provider ever confirmed,
    one that the provider's own incident follows 27 minutes later, and one that is open now."""
    for provider, service in catalogue.services():
        if service.id == _ALONE:
            yield from _alone(provider, service, moment, _lonely(now))
        if service.id == _EARLY:
            yield from _early(provider, service, moment, _followed(now))
        start = now - scenes.FAILING[_OPEN]
        if service.id == _OPEN and start < moment <= start + _STEP:
            yield _own(provider, service, start, None)


def _own(provider: Provider, service: Service, start: int, end: int | None) -> IncidentLine:
    sure = start + 10 * _MINUTE
    words = f"Our checks fail since {human(start)}, confirmed at {human(sure)}."
    over = () if end is None else (UpdateLine("over", "Our checks pass again.", end),)
    return IncidentLine(
        provider=provider.id,
        id=f"check:{service.id}:{sure}",
        digest=f"{end}",
        title=f"Our checks of {service.name} fail",
        open=end is None,
        impact=Level.MINOR,
        started=start,
        created=sure,
        ended=end,
        components=tuple(service.components),
        updates=over or (UpdateLine("begun", words, sure),),
        service=service.id,
        confirmed=sure,
    )


def _alone(provider: Provider, service: Service, moment: int, start: int) -> Iterator[IncidentLine]:
    if start < moment <= start + _STEP:
        yield _own(provider, service, start, None)
    if start + _STEP < moment <= start + 2 * _STEP:
        yield _own(provider, service, start, start + _LONELY)


def _early(provider: Provider, service: Service, moment: int, start: int) -> Iterator[IncidentLine]:
    own = _own(provider, service, start, None)
    posted, end = start + 37 * _MINUTE, start + _FOLLOWED
    theirs = IncidentLine(
        provider=provider.id,
        id="sim-early",
        digest="open",
        title="API requests time out",
        open=True,
        impact=Level.MAJOR,
        phase="investigating",
        started=start + 20 * _MINUTE,
        created=posted,
        updates=(UpdateLine("u1", "We are looking into it.", posted, "investigating"),),
        adopts=own.id,
        lead=27 * _MINUTE,
    )
    if start < moment <= start + _STEP:
        yield own
    if start + 2 * _STEP < moment <= start + 3 * _STEP:
        yield theirs
    if start + 4 * _STEP < moment <= start + 5 * _STEP:
        yield IncidentLine(
            provider=provider.id,
            id="sim-early",
            digest="over",
            title=theirs.title,
            open=False,
            impact=Level.MAJOR,
            phase="resolved",
            started=theirs.started,
            created=posted,
            ended=end,
            updates=(UpdateLine("u2", "This is resolved.", end, "resolved"),),
        )


def over(now: int) -> dict[str, int]:
    """When the trouble of the two warnings that are over ended, by service, in seconds UTC."""
    return {_ALONE: _lonely(now) + _LONELY, _EARLY: _followed(now) + _FOLLOWED}


def _lonely(now: int) -> int:
    return now - 20 * DAY - now % _STEP


def _followed(now: int) -> int:
    return now - 12 * DAY - now % _STEP


def timings(catalogue: Catalogue, now: int) -> Iterator[tuple[int, dict[str, int]]]:
    """How long each page took in milliseconds, as (time, by source), over the week before `now`."""
    dice = {one.id: Random(one.id) for one in catalogue.providers if one.source}
    usual = {one: some.uniform(60, 400) for one, some in dice.items()}
    for moment in range(now - 7 * DAY, now + 1, _STEP):
        yield (
            moment,
            {
                one: int(usual[one] * some.lognormvariate(0, 0.18) + (moment // DAY % 3) * 9)
                for one, some in dice.items()
            },
        )
