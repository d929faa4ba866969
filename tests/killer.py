"""Runs of the command that end by SIGKILL, at a step or at a moment.

A step is what can leave something half done: a statement of SQL, an fsync, a rename, a removal, a
new folder, a file opened for writing, the swap of the site. The hooks live here, in a process that
has imported the program and forks for each run; the program itself knows nothing of them.
"""

import builtins
import contextlib
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

REPOSITORY = Path(__file__).parent.parent


class Ended(NamedTuple):
    """How a run ended: its exit code, None when it was killed; seconds; steps taken; its words."""

    code: int | None
    seconds: float
    steps: int
    said: str


class Killer:
    """The process that forks. `with Killer(env) as killer: killer.run(args, step=7)`."""

    def __init__(self, env: Mapping[str, str]) -> None:
        line = [sys.executable, "-W", "error", __file__]
        self._process = subprocess.Popen(
            line, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()

    def run(self, args: list[str], *, step: int = 0, after: float = 0.0) -> Ended:
        """One run; it is killed when it takes step number `step`, or `after` so many seconds."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([args, step, after]) + "\n")
        self._process.stdin.flush()
        return Ended(*json.loads(self._process.stdout.readline()))


class _Clock:
    """A clock that stands still, so that two runs of one moment are equal to the byte."""

    sleep = staticmethod(time.sleep)

    @staticmethod
    def monotonic() -> float:
        """No time passes."""
        return 0.0


class _Steps:
    """Counts steps into a file that outlives the process, and kills at one of them."""

    def __init__(self, last: int, counter: int) -> None:
        self.count, self.last, self.counter = 0, last, counter

    def __call__(self, *_: object) -> None:
        self.count += 1
        os.pwrite(self.counter, str(self.count).encode(), 0)
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True) -> None:
        """Make each call of a function a step."""
        real = getattr(owner, name)

        def stepping(*args: Any, **extra: Any) -> Any:
            if when(*args, **extra):
                self()
            return real(*args, **extra)

        setattr(owner, name, stepping)


def _writes(_: object, mode: str = "r", *__: object, **___: object) -> bool:
    return any(letter in mode for letter in "wax+")


def _instrument(steps: _Steps) -> None:
    from crawler import cli, crawl, store
    from crawler.fetch import client
    from crawler.site import publish

    for module in (cli, crawl, client):
        module.time = _Clock  # type: ignore[attr-defined]
    real = store._connect

    def connect(path: Path) -> Any:
        database = real(path)
        database.conn.set_trace_callback(steps)
        return database

    store._connect = connect
    for name in ("fsync", "replace", "rename", "unlink", "rmdir", "mkdir"):
        steps.before(os, name)
    steps.before(builtins, "open", _writes)
    steps.before(io, "open", _writes)
    exchange = publish._exchange

    def swap(one: Path, two: Path) -> bool:
        steps()
        done = exchange(one, two)
        steps()
        return done

    publish._exchange = swap


def _child(args: list[str], step: int, counter: int, words: int) -> None:
    """The run, in the forked process; never returns."""
    os.dup2(words, 1)
    os.dup2(words, 2)
    code = 70
    try:
        from crawler import cli

        _instrument(_Steps(step, counter))
        cli.main(args)
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:  # noqa: BLE001 (a fork must not return into the server)
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _one(args: list[str], step: int, after: float) -> Ended:
    counter, words = (os.memfd_create(name) for name in ("steps", "words"))
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        _child(args, step, counter, words)
    if after:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    code = None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
    taken, said = os.pread(counter, 20, 0), os.pread(words, 100_000, 0)
    os.close(counter)
    os.close(words)
    seconds = time.monotonic() - began
    return Ended(code, seconds, int(taken or b"0"), said.decode("utf-8", "replace"))


def _serve() -> None:
    sys.path.insert(0, str(REPOSITORY))
    rooms = ("cli", "crawl", "site", "store", "progress", "content", "site.gather", "site.publish")
    for room in rooms:
        importlib.import_module(f"crawler.{room}")
    for line in sys.stdin:
        print(json.dumps(_one(*json.loads(line))), flush=True)  # noqa: T201 (the answer)


if __name__ == "__main__":
    _serve()
