"""90 invented days, as the lines that a crawler would have written. The same input, the same days.

They show every state at once: outages of each level, of a part of a service or in one region,
maintenance beside trouble, an incident opened again and one withdrawn, a day without runs, a
service that flaps, pages that cannot be read for several reasons, trouble that comes from upstream.
"""

from collections.abc import Iterator, Mapping, Sequence

from crawler import __version__
from crawler.catalogue import Catalogue
from crawler.lines import ProbeLine, RunLine, SnapshotLine
from crawler.simulate import checks, pages, scenes, verdicts
from crawler.simulate.checks import timings as timings
from crawler.simulate.outages import Outage, Telling, first, outages, runs
from crawler.times import DAY

CADENCE = 1_800
_HOUR = 3_600


def history(catalogue: Catalogue, now: int) -> Iterator[RunLine]:
    """Every run of the 90 days before `now` (seconds UTC), in order."""
    providers = [one for one in catalogue.providers if one.source]
    found = [one for provider in providers for one in outages(provider, now)]
    found += [*scenes.just_over(catalogue, now), *scenes.now_open(catalogue, now)]
    telling, works = Telling(found), sorted(scenes.works(catalogue, now), key=lambda one: one[0])
    shown: dict[str, SnapshotLine] = {}
    checked: dict[str, ProbeLine] = {}
    begins = first(now)
    told = pages.Pages(providers, begins)
    ended = verdicts.endings(catalogue, found, now)
    before = 0
    for moment in range(begins + (now - begins) % CADENCE, now + 1, CADENCE):
        if _silent(moment, now):
            continue
        if _blind(moment, now):
            yield RunLine(moment, moment + 20, __version__, verdicts.VALIDITY, blind=True)
            continue
        running = _running(found, moment)
        troubles = {
            one.id: reason for one in providers if (reason := verdicts.unread(one.id, moment, now))
        }
        judged = verdicts.snapshots(catalogue, running, ended, moment, now)
        probes = verdicts.probes(catalogue, moment, now) if moment > now - DAY or not before else {}
        yield RunLine(
            id=moment,
            end=moment + 20,
            version=__version__,
            v=verdicts.VALIDITY,
            troubles=troubles,
            owners={} if before else {s.id: p.id for p, s in catalogue.services()},
            services={key: line for key, line in judged.items() if shown.get(key) != line},
            sources=dict(told.changed(running, troubles, moment, now)),
            probes={key: line for key, line in probes.items() if checked.get(key) != line},
            incidents=(*telling.at(moment), *checks.told(catalogue, moment, now)),
            maintenances=tuple(line for at, line in works if before < at <= moment),
        )
        shown, before = judged, moment
        checked.update(probes)


def _running(found: Sequence[Outage], moment: int) -> Mapping[str, Sequence[Outage]]:
    running: dict[str, list[Outage]] = {}
    for one in found:
        if runs(one, moment):
            running.setdefault(one.provider, []).append(one)
    return running


def _silent(moment: int, now: int) -> bool:
    """A missed day three weeks ago, and one missed hour every week."""
    return (
        now - 22 * DAY < moment <= now - 21 * DAY
        or (now - moment) % (7 * DAY) < _HOUR < now - moment
    )


def _blind(moment: int, now: int) -> bool:
    return now - 9 * DAY < moment <= now - 9 * DAY + 2 * _HOUR
