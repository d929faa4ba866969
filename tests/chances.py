"""A small world in which anything may happen: what its pages say next is thrown with dice."""

from dataclasses import replace
from random import Random

from crawler.catalogue import Catalogue, Probe, Source
from crawler.model import Component, Incident, Level, Maintenance, Reading, Visit
from crawler.times import DAY
from lives import HOUR, START, V, provider, reading, service, update, world

STARTS = (START, 1_798_761_600, 1_835_395_200)
"""A morning, the first second of 2027, and that of a leap day."""
REASONS = ("timeout", "http_403", "not_json", "robots", "rate_limited", "unexpected_shape")
IMPACTS = (None, Level.NONE, Level.MINOR, Level.MAJOR, Level.CRITICAL)
TOLD = Source("told", "feed", "https://told.test/feed")


def small_world() -> Catalogue:
    """A page of three services, one on which they depend, a feed, and a service without a page."""
    probe = Probe("https://api.test/", [401])
    acme = (
        service("acme", components=["c1"], upstreams=["cloud"], probe=probe),
        service("acme-web", components=["c2"]),
        service("acme-all"),
    )
    return world(
        provider("acme", *acme),
        provider("cloud", service("cloud", mentions=["Cloud"])),
        replace(provider("told"), source=TOLD),
        provider("hidden", service("hidden", probe=probe), page=False),
    )


def later(dice: Random, now: int) -> int:
    """When the next run begins: minutes later, at the edges of V and of a day, after days."""
    midnight = now - now % DAY + DAY
    steps = (1, 300, 300, 600, 600, V, V + 1, 3 * HOUR, 20 * HOUR, 40 * DAY)
    return dice.choice((*(now + one for one in steps), midnight, midnight, midnight + DAY - 1))


def stated(dice: Random, now: int) -> int | None:
    """A time as pages state it: true, missing, long ago or still to come."""
    back = (0, 0, 60, 500, HOUR, DAY, 100 * DAY, -60, -HOUR, -9 * DAY)
    return dice.choice((None, *(now - one for one in back)))


def trouble(dice: Random, key: str, now: int) -> Incident:
    """An incident of which anything may have changed since it was told last."""
    lasts = dice.random() < 0.6
    said = [update(f"u{n}", dice.choice(("Looking", "Cloud fails")), now - n) for n in range(2)]
    return Incident(
        id=key,
        title=dice.choice(("Trouble", "Cloud", "")),
        open=lasts,
        impact=dice.choice(IMPACTS),
        phase="investigating" if lasts else "resolved",
        started_at=stated(dice, now),
        created_at=stated(dice, now),
        ended_at=None if lasts else stated(dice, now),
        components=dice.choice(((), ("c1",), ("c2",), ("API",), ("c9",))),
        updates=tuple(said[: dice.randrange(3)]),
    )


def work(dice: Random, key: str, now: int) -> Maintenance:
    """Announced work of which anything may have changed since."""
    starts = stated(dice, now)
    return Maintenance(
        id=key,
        title="Upgrade",
        phase=dice.choice(("scheduled", "in_progress", "completed")),
        starts_at=starts,
        ends_at=None if starts is None else dice.choice((None, starts, starts + HOUR)),
        components=dice.choice(((), ("c2",), ("c1", "c2"))),
    )


class Page:
    """What one page says: incidents and work come, change and vanish, levels flap."""

    def __init__(self) -> None:
        self.troubles: dict[str, Incident] = {}
        self.works: dict[str, Maintenance] = {}

    def said(self, dice: Random, source: Source, now: int) -> Reading | Visit | str:
        """What it says in one run, or why it was not read."""
        for _ in range(dice.randrange(3)):
            key = f"i{min(dice.randrange(9), dice.randrange(9))}"
            self.troubles.pop(key, None)
            if dice.random() < 0.8:
                self.troubles[key] = trouble(dice, key, now)
        if dice.random() < 0.3:
            self.works = {key: work(dice, key, now) for key in ("m1", "m2")[: dice.randrange(3)]}
        if dice.random() < 0.2:
            return dice.choice(REASONS)
        listed, works = tuple(self.troubles.values()), tuple(self.works.values())
        if source.platform == "feed":
            feed = Reading(incidents=listed, maintenances=works, history=True)
            return Visit(source.id, now, feed, platform="feed", answered_by="feed")
        parts = (("c1", "API"), ("c2", "Web"))
        whole = reading(
            *listed,
            word=dice.choice((Level.NONE, *Level)),
            history=dice.random() < 0.9,
            components=tuple(Component(*one, dice.choice((Level.NONE, *Level))) for one in parts),
        )
        return replace(whole, maintenances=works)
