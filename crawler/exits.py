"""How the command ends: our own errors as plain sentences and an exit code."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from crawler.errors import (
    Busy,
    ContentError,
    Refused,
    SiteError,
    StorageError,
    Unreadable,
    WhosdownError,
)

_EXITS = {
    ContentError: 78,
    StorageError: 74,
    Busy: 75,
    SiteError: 65,
    Unreadable: 65,
    Refused: 69,
}


@contextmanager
def _heard() -> Iterator[None]:
    """Within, a reader that has left ends the process as it ends others, by SIGPIPE: click would
    leave with 1, which `check` means something by."""
    try:
        yield
    except BrokenPipeError:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.raise_signal(signal.SIGPIPE)
        sys.exit(141)  # the first process of a container does not die of it


class Group(click.Group):
    """Turns our own errors into a line for each sentence and an exit code; usage errors leave with
    64."""

    @_heard()
    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line."""
        return super().make_context(*args, **extra)

    @_heard()
    def invoke(self, ctx: click.Context) -> Any:
        """Do what it says."""
        return super().invoke(ctx)

    @_heard()
    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command and end the process."""
        try:
            with _terminable():
                return super().main(*args, **{**extra, "standalone_mode": False})
        except click.exceptions.Exit as error:
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(130)
        except _Terminated:
            signal.raise_signal(signal.SIGTERM)
            sys.exit(143)  # the first process of a container does not die of it
        except click.ClickException as error:
            error.show()
            sys.exit(64)
        except WhosdownError as error:
            for sentence in error.sentences:
                click.echo(f"whosdown: {line(sentence)}", err=True)
            sys.exit(_EXITS.get(type(error), 70))
        except OSError as error:
            click.echo(f"whosdown: {line(_plain(error))}", err=True)
            sys.exit(74)


class _Terminated(SystemExit):
    """SIGTERM: everything that is open is closed on the way out, as after Ctrl-C."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Within, SIGTERM raises. Only the main thread may say so, and only it would be asked."""

    def end(*_: object) -> None:
        raise _Terminated

    here = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, end) if here else None
    try:
        yield
    finally:
        if here:
            signal.signal(signal.SIGTERM, before)


def _plain(error: OSError) -> str:
    if not error.strerror:
        return str(error)
    where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
    return where + error.strerror.lower()


def line(words: str) -> str:
    """What may quote a stranger, as one printable line."""
    from crawler import text

    return text.line(words, 600)
