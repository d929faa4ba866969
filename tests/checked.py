"""A service that our own check asks, minute by minute, and what becomes known of it."""

import pytest

from crawler.catalogue import Catalogue, Probe, Provider
from crawler.model import Incident, Level
from crawler.records import Record
from lives import MINUTE, START, Life, incident, provider, reading, service, world

THEIRS = incident("i1", started=START + 25 * MINUTE, created_at=START + 25 * MINUTE)


@pytest.fixture
def catalogue() -> Catalogue:
    return world(checked())


def checked() -> Provider:
    return provider("acme", service("acme", probe=Probe("https://api.acme.test/", [200])))


def checked_world(*services: str) -> Catalogue:
    parts = [
        service(one, components=[one], probe=Probe(f"https://{one}.test/", [200]))
        for one in services
    ]
    return world(provider("acme", *parts))


def go(life: Life, minutes: int, probe: str, *told: Incident, word: Level = Level.NONE) -> None:
    life.run(START + minutes * MINUTE, {"acme": reading(*told, word=word)}, probes={"acme": probe})


def records(life: Life) -> list[Record]:
    return list(life.store.memories(life.runs[-1].id).records)


def failing(life: Life) -> None:
    """Up to a confirmed failure that the provider does not know of."""
    go(life, 0, "ok")
    go(life, 10, "fail")
    assert records(life) == []
    go(life, 20, "fail")
