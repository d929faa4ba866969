"""Comments in issues on the GitHub of the tests, and issues written without a command."""

from collections.abc import Callable

import pytest

from crawler.alerts.issues import Issues
from crawler.alerts.transitions import Event
from crawler.alerts.words import Message, Writer
from crawler.catalogue import Catalogue
from crawler.errors import Refused
from crawler.github import Door
from crawler.github import GitHub as Client
from crawler.memory import Stretch
from crawler.model import Level
from crawler.records import Record
from github import CANARIES, TOKEN, GitHub
from lives import REPOSITORY, provider, world
from running import NOW

LATER = NOW + 900


def bodies(github: GitHub, number: int = 1) -> list[str]:
    """What was said in an issue."""
    return [one["body"] for one in github.comments.get(number, [])]


class Scribe:
    """Issues written without a command: many at once, and no real pauses."""

    def __init__(self, github: GitHub, catalogue: Catalogue, record: Record | None) -> None:
        self.github, self.pauses, self.done = github, list[float](), list[Message]()
        folder = REPOSITORY / "site_templates" / "alerts"
        self.writer = Writer(catalogue, lambda *_: record, folder)

    def messages(self, *services: str, kind: str = "opened") -> list[Message]:
        stretch = Stretch(
            level=Level.MAJOR,
            first_seen=NOW,
            last_seen=LATER,
            headline="Told",
            basis="official",
            incidents=("i1",),
        )
        events = [
            Event(
                service=one,
                kind=kind,
                level=Level.MAJOR,
                at=NOW + 600,
                began=NOW,
                thread=NOW,
                stretch=stretch,
            )
            for one in services
        ]
        return [self.writer.message(one) for one in events]

    def tell(self, messages: list[Message]) -> None:
        def wait(seconds: float) -> None:
            raise Refused(f"wait for {seconds}")

        with Door("whosdown/test", NOW, wait, CANARIES) as door:
            client = Client(door, self.github.repository, TOKEN, self.github.url)
            Issues(client, self.writer, self.pauses.append).tell(messages, self.done.append)


Scribes = Callable[..., Scribe]


@pytest.fixture
def scribe(github: GitHub) -> Scribes:
    def made(*names: str, record: Record | None = None) -> Scribe:
        return Scribe(github, world(*map(provider, names or ("acme",))), record)

    return made
