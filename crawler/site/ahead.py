"""Markdown that a second process writes while the rest of a build goes on."""

import os
import subprocess
import sys
import weakref
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

Words = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]
"""What `marked.convert` makes of a text."""

_PROGRAM = Path(__file__).with_name("marked.py")
_PATIENCE = 60
"""Seconds for what takes one."""


def converted(texts: Sequence[str], root: str) -> Callable[[], list[Words]]:
    """Begin to convert texts (see `marked.convert`), and give what waits for them.

    Where there is no second processor, and where the second process fails for whatever reason, they
    are converted here when they are asked for, and raise here.
    """
    here = partial(_here, texts, root)
    if not sys.executable or not _worthwhile():
        return cache(here)
    try:
        process, answer = _begun(texts, root)
    except OSError:  # there may be no room for one more process
        return cache(here)

    def made() -> list[Words]:
        try:
            if not process.wait(_PATIENCE):
                answer.seek(0)
                return msgspec.json.decode(answer.read(), type=list[Words])
        except (subprocess.TimeoutExpired, msgspec.DecodeError):
            pass
        return here()

    weakref.finalize(made, _ended, process, answer)
    return cache(made)


def _here(texts: Sequence[str], root: str) -> list[Words]:
    from crawler.site import marked

    return [marked.convert(text, root) for text in texts]


def _worthwhile() -> bool:
    """Whether there is a second processor, as far as the system tells."""
    return sys.platform != "linux" or len(os.sched_getaffinity(0)) > 1


def _begun(texts: Sequence[str], root: str) -> "tuple[subprocess.Popen[bytes], IO[bytes]]":
    # Files, because neither waits for the other at those; a new process, because a copy of this one
    # is dearer: whichever touches a page of memory first has it copied.
    with TemporaryFile() as question:
        question.write(msgspec.json.encode((texts, root)))
        question.seek(0)
        answer = TemporaryFile()  # noqa: SIM115 (it is closed when the process has ended)
        try:
            process = subprocess.Popen(
                [sys.executable, *_flags(), str(_PROGRAM)],
                stdin=question,
                stdout=answer,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            answer.close()
            raise
    return process, answer


def _flags() -> list[str]:
    """What lets Python import there what it imports here, and keep no more of it."""
    now = sys.flags
    # The folder of the program is no place to import from: it has a module `markdown`, too.
    given = {"-P": True, "-B": sys.dont_write_bytecode, "-I": now.isolated}
    given |= {"-E": now.ignore_environment, "-s": now.no_user_site}
    return [flag for flag, is_given in given.items() if is_given]


def _ended(process: "subprocess.Popen[bytes]", answer: IO[bytes]) -> None:
    """Leave nothing behind, also where nobody asks for the answer. A process that is killed does
    not come here; the second one then ends by itself, when it has converted what it was asked."""
    process.kill()
    process.wait()
    answer.close()
