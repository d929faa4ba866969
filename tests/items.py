"""The items of feeds: what an incident makes of them, and how they are read back."""

from dataclasses import replace

import pytest
from lxml import etree

from crawler.catalogue import Catalogue
from crawler.model import Incident
from crawler.site import feeds
from crawler.store.life import slug
from lives import HOUR, MINUTE, START, Life, incident, provider, reading, service, update, world

ATOM = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}
STEP = 5 * MINUTE
OPEN = incident("i1", "Trouble", components=("c1",), updates=(update("u1", "We look into it."),))
OVER = replace(OPEN, open=False, phase="resolved", ended_at=START + HOUR)
OLD = incident("i0", "Old", open=False, started=START - HOUR, created_at=START - HOUR)


@pytest.fixture
def catalogue() -> Catalogue:
    """Two providers, of which acme has two services."""
    both = provider("acme", service("acme"), service("acme-chat", components=["c1", "c2"]))
    return world(both, provider("cloud"))


def files(life: Life) -> dict[str, bytes]:
    """Every feed after the last run, by its path."""
    return feeds.render(life.board(life.runs[-1].id))


def of_incidents(life: Life) -> dict[str, bytes]:
    """The feeds that tell of the beginning and the end of incidents, in all formats."""
    return {path: body for path, body in files(life).items() if "feed." in path}


def xml(life: Life) -> dict[str, bytes]:
    """Every feed in RSS and Atom."""
    return {path: body for path, body in files(life).items() if path.endswith(("rss", "atom"))}


def after(life: Life, *lists: tuple[Incident, ...], start: int = START) -> list[list[str]]:
    """The tails of the item ids of the main feed, oldest first, after each reading of acme."""
    found = []
    for number, one in enumerate(lists):
        life.run(start + number * STEP, {"acme": reading(OLD, *one)})
        found.append(tails(files(life)["feed.atom"]))
    return found


def entries(body: bytes) -> list[etree._Element]:
    """The items of an Atom feed, newest first."""
    return etree.fromstring(body).findall("a:entry", ATOM)


def said(entry: etree._Element, name: str) -> str:
    """What an item says under a name such as a:title; "" for nothing."""
    return entry.findtext(name, "", ATOM)


def tails(body: bytes) -> list[str]:
    """What follows the slug in the ids of the items of i1, oldest first."""
    ids = [said(entry, "a:id") for entry in reversed(entries(body))]
    assert len(ids) == len(set(ids))
    mine = slug("acme", "i1", START)[11:]
    return [one.partition(mine)[2] for one in ids if mine in one]
