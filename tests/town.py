"""A town of status pages, and where its alerts arrive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler import content
from crawler.model import Level, Reading
from crawler.platforms import PLATFORMS
from killer import Killer
from lives import MINUTE, Life, incident, reading
from receivers import Mailbox, Webhook
from running import NOW, Place, provider

DEPENDANTS = ("d1", "d2", "d3", "d4", "d5")


@pytest.fixture
def hook() -> Iterator[Webhook]:
    """A webhook that takes everything."""
    with Webhook() as made:
        yield made


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    with Mailbox() as made:
        yield made


@pytest.fixture(scope="module")
def forks() -> Iterator[Killer]:
    """Where runs are forked, with Apprise imported already."""
    with Killer("warm") as made:
        yield made


class Town:
    """A place whose pages are told what to say, and whose alerts go to `channels`. Minutes count
    from NOW."""

    def __init__(self, folder: Path, forks: Killer, *names: str) -> None:
        more = dict.fromkeys(DEPENDANTS, 'upstreams = ["core"]\n')
        texts = {one: provider(one) + more.get(one, "") for one in names}
        self.place = Place(folder, {}, **texts)
        self.place.forks = forks
        self.said: dict[str, Reading | str] = {}
        catalogue = content.load(self.place.content, PLATFORMS)
        self.life = Life(self.place.data, catalogue)

    def channels(self, *lines: str) -> None:
        """Set WHOSDOWN_ALERTS to these lines."""
        self.place.env["WHOSDOWN_ALERTS"] = "\n".join(lines)

    def sick(self, level: Level, *names: str, title: str = "It is broken") -> None:
        """Let these pages tell of an incident that began an hour before NOW."""
        for one in names:
            told = incident("inc", title, started=NOW - 3_600, impact=level)
            self.said[one] = reading(told, word=level)

    def well(self, *names: str) -> None:
        """As sudden as can be: the page says nothing more of what it said before."""
        self.said = {key: one for key, one in self.said.items() if key not in names}

    def crawl(self, *minutes: int, blind: bool = False) -> None:
        """Runs in which the pages say what they were told to."""
        for one in minutes:
            self.life.run(NOW + one * MINUTE, self.said, blind=blind)

    def drop(self, name: str) -> None:
        """Give up a page, as an operator does who removes its file."""
        (self.place.content / "providers" / f"{name}.toml").unlink()
        self.life.catalogue = content.load(self.place.content, PLATFORMS)
        self.said.pop(name, None)

    def take(self, name: str, text: str) -> None:
        """Take a page up again."""
        self.place.write(name, text)
        self.life.catalogue = content.load(self.place.content, PLATFORMS)

    def notify(self, minute: int, *more: str) -> tuple[str, str]:
        """Standard output and error of a notify that must succeed."""
        code, out, err = self.place.run("notify", NOW + minute * MINUTE, *more)
        assert code == 0, err
        return out, err

    def pass_(self, *minutes: int, blind: bool = False) -> None:
        """Crawl and notify, as a schedule does."""
        for one in minutes:
            self.crawl(one, blind=blind)
            self.notify(one)


@pytest.fixture
def town(tmp_path: Path, forks: Killer) -> Iterator[Town]:
    """A town of one page, acme."""
    town = Town(tmp_path / "place", forks, "acme")
    yield town
    town.life.store.close()


def outage(town: Town, *lines: str) -> None:
    """Set channels up and let acme be broken for so long that they are to hear of it."""
    town.channels(*lines)
    town.pass_(0)
    town.sick(Level.MAJOR, "acme")
    town.crawl(5, 15)
