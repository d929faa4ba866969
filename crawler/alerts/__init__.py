"""Alerts: what happened, told once to everybody who asked, through Apprise and GitHub issues.

What is due is a pure function of the history and of what has arrived (`plan`); a delivery is
written into the journal as soon as it has happened. So a message is sent again only when the
process died between the two, and then with the same identity.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crawler import journal
from crawler.alerts import push
from crawler.alerts.channels import GITHUB, Channel
from crawler.alerts.deliver import Done, Teller, deliver
from crawler.alerts.issues import Issues
from crawler.alerts.plan import WAIT, WEEK, beginners, plan
from crawler.alerts.words import Message, Writer
from crawler.catalogue import Catalogue
from crawler.errors import Refused
from crawler.github import Door, GitHub
from crawler.lines import Delivery
from crawler.store import Store, alerts, incidents, rows
from crawler.times import DAY

_LONG = 5.0
"""Seconds that a pass waits for GitHub; what takes longer is left to a later pass."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Where issues are kept: "owner/name", a token that may write them, the API's address."""

    name: str
    token: str
    api: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be sent, by channel, and which channels are new."""

    messages: Mapping[str, Sequence[Message]]
    beginners: Sequence[Delivery]
    writer: Writer


def look(
    catalogue: Catalogue, store: Store, channels: Sequence[Channel], templates: Path, now: int
) -> Outlook:
    """What every channel is still to be told at `now`, in words. Writes nothing."""
    told = alerts.told(store.connection)
    runs = rows.runs(store.connection, now - WEEK)
    events = plan(
        channels,
        catalogue,
        alerts.stretches(store.connection, now - WEEK),
        told,
        alerts.gone(store.connection),
        now=now,
        validity=runs[-1].validity if runs else 0,
    )
    writer = Writer(catalogue, partial(incidents.record, store.connection), templates)
    messages = {name: [writer.message(one) for one in found] for name, found in events.items()}
    return Outlook(messages, beginners(channels, told, now), writer)


class Ledger:
    """Writes down what has arrived, at `now`, in the journal in `folder`; for several threads."""

    def __init__(self, folder: Path, now: int) -> None:
        self.now, self._folder, self._lock = now, folder, threading.Lock()

    def note(self, delivery: Delivery) -> None:
        """Put it on the disk."""
        with self._lock:
            journal.deliver(self._folder, delivery)

    def arrived(self, channel: str, message: Message) -> None:
        """A channel has taken a message."""
        event = message.event
        self.note(Delivery(channel, event.service, event.began, event.kind, self.now))


def tell(
    outlook: Outlook,
    channels: Sequence[Channel],
    repository: Repository | None,
    ledger: Ledger,
    agent: str,
    patience: float,
) -> dict[str, str]:
    """Send everything and write each delivery down; why a channel could not be told all, by its
    name. `agent` is how we call ourselves to GitHub; the pass ends when nothing has arrived for
    `patience` seconds."""
    for one in outlook.beginners:
        ledger.note(one)
    tellers: dict[str, Teller] = {
        one.name: partial(_push, one) for one in channels if one.name != GITHUB
    }
    if repository:
        tellers[GITHUB] = partial(_comment, repository, outlook.writer, ledger, agent)
    return deliver(tellers, outlook.messages, ledger.arrived, patience)


def _push(channel: Channel, messages: Sequence[Message], done: Done) -> str:
    for one in messages:
        if not push.send(channel, one):
            return "not delivered"
        done(one)
    return ""


def _comment(
    repository: Repository,
    writer: Writer,
    ledger: Ledger,
    agent: str,
    messages: Sequence[Message],
    done: Done,
) -> str:
    now = ledger.now
    try:
        with Door(agent, now, _wait, secrets=(repository.token,)) as door:
            hub = GitHub(door, repository.name, repository.token, repository.api)
            Issues(hub, writer, time.sleep).tell(messages, done)
    except Refused as error:
        if error.wait:
            ledger.note(Delivery(GITHUB, "", now + min(error.wait, DAY), WAIT, now))
        return str(error)
    return ""


def _wait(seconds: float) -> None:
    if seconds > _LONG:
        raise Refused(f"GitHub asks to wait for {round(seconds)} s", wait=round(seconds))
    time.sleep(seconds)
