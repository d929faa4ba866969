"""Work that goes on beside the rest of a build, in a copy of this process."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

_Made = TypeVar("_Made")

_STANDARD = 3
_PATIENCE = 60
"""Seconds for what takes one; a copy of a copied lock could wait for ever."""


def ahead(make: Callable[[], _Made]) -> Callable[[], _Made]:
    """Begin to make something, and give what waits for it.

    `make` must be pure, and give what can be pickled. Where there is no second processor or no copy
    of this process would be sound, and where the copy fails for whatever reason, it is made here
    when it is asked for, and raises here.
    """
    if not _worthwhile():
        return cache(make)
    system = get_context("fork")
    here, there = system.Pipe(duplex=False)
    copy = system.Process(target=_answer, args=(make, there), daemon=True)
    with there, suppress(OSError):  # there may be no room for one more process
        copy.start()

    def made() -> _Made:
        with here, suppress(EOFError, OSError):
            if here.poll(_PATIENCE):
                answer: _Made = here.recv()
                copy.join()
                return answer
            copy.kill()
        return make()

    return cache(made)


def _worthwhile() -> bool:
    """A process with threads has no sound copies; other systems' libraries do not expect them."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    return len(os.sched_getaffinity(0)) > 1


def _answer(make: Callable[[], object], there: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who waits for the answer is told, too
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()  # to look through all that was copied would copy it in earnest
    # An open file is a lock that is held, a reader who waits for the end.
    for name in Path("/proc/self/fd").iterdir():
        if int(name.name) >= _STANDARD and int(name.name) != there.fileno():
            with suppress(OSError):
                os.close(int(name.name))
    with suppress(Exception):  # it fails once more where it is told
        there.send(make())
