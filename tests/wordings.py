"""An incident in its wordings, its neighbours in the list, announced work: a world to tell it."""

from dataclasses import replace

import pytest

from crawler.catalogue import Catalogue, Probe
from crawler.model import Maintenance, Reading
from lives import HOUR, MINUTE, START, incident, provider, reading, service, update, world

STEP = 5 * MINUTE
PROBE = Probe("https://api.plain.test/v1", [401])
FIRST = incident("i1", "Trouble", components=("c1",), updates=(update("u1", "Looking"),))
EDITED = replace(FIRST, title="Trouble with keys", updates=(update("u1", "We look into it"),))
DONE = replace(EDITED, open=False, ended_at=START + 30 * MINUTE, components=())
LATER = incident("i2", "Another", started=START + 40 * MINUTE, created_at=START + 40 * MINUTE)
OLDER = incident("i0", "An old one", open=False, started=START - HOUR, created_at=START - HOUR)


@pytest.fixture
def catalogue() -> Catalogue:
    """Three providers: acme has two services, and plain a probe and no page."""
    return world(
        provider("acme", service("acme"), service("acme-chat", components=["c1"])),
        provider("cloud"),
        provider("plain", service("plain", probe=PROBE), page=False),
    )


def working(phase: str) -> Reading:
    """A page that is well and tells of announced work."""
    work = Maintenance(id="m1", title="Upgrade", phase=phase, starts_at=START, components=("c1",))
    return replace(reading(), maintenances=(work,))
