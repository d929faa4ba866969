"""One pass over all channels at once. A dead channel costs the patience and nothing else."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue

from crawler.alerts.words import Message
from crawler.errors import SiteError

LATE = "no answer in time"
Done = Callable[[Message], None]
Teller = Callable[[Sequence[Message], Done], str]
"""Sends messages in order and calls `Done` after each that has arrived; why it stopped, or ""."""


def deliver(
    tellers: Mapping[str, Teller],
    messages: Mapping[str, Sequence[Message]],
    record: Callable[[str, Message], None],
    patience: float,
) -> dict[str, str]:
    """Let every channel send its messages; why each that stopped early did, by its name.

    `record` is called with a channel's name and a message as soon as that has arrived, by the
    thread of that channel. When nothing has arrived anywhere for `patience` seconds, a channel that
    hangs is left behind; the process ends without it.
    """
    words: SimpleQueue[tuple[str, str | None]] = SimpleQueue()
    open_ = {name for name in tellers if messages.get(name)}
    for name in open_:
        job = (name, tellers[name], messages[name], record, words)
        threading.Thread(target=_work, args=job, daemon=True).start()
    problems: dict[str, str] = {}
    ends = time.monotonic() + patience
    while open_:
        try:
            name, problem = words.get(timeout=max(0.0, ends - time.monotonic()))
        except Empty:
            return {**problems, **dict.fromkeys(open_, LATE)}
        if problem is None:
            ends = time.monotonic() + patience
            continue
        open_.discard(name)
        if problem:
            problems[name] = problem
    return problems


def _work(
    name: str,
    teller: Teller,
    messages: Sequence[Message],
    record: Callable[[str, Message], None],
    words: "SimpleQueue[tuple[str, str | None]]",
) -> None:
    """One channel in its thread: says None after each message, and at last why it stopped."""

    def done(message: Message) -> None:
        record(name, message)
        words.put((name, None))

    try:
        problem = teller(messages, done)
    except SiteError as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001 (its words may hold an address)
        problem = f"failed ({type(error).__name__})"
    words.put((name, problem))
