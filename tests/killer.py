"""Runs of the command in forks of a process that has imported it already, so that many are quick.

A run may end by SIGKILL, at a step or at a moment. A step is what can leave something half done: a
statement of SQL, an fsync, a rename, a removal, a new folder, a file opened for writing, the swap
of the site. The hooks live here; the program itself knows nothing of them.
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
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

REPOSITORY = Path(__file__).parent.parent


class Ended(NamedTuple):
    """How a run ended: its exit code, None when it was killed; seconds; steps taken; which of them
    changed rows of the database; its words on standard output and standard error."""

    code: int | None
    seconds: float
    steps: int
    writes: list[int]
    out: str
    said: str


class Killer:
    """The process that forks. `with Killer() as killer: killer.run(args, env, step=7)`.

    It imports the modules named in `more` too. `child` is the process of the newest run.
    """

    def __init__(self, *more: str) -> None:
        line = [sys.executable, "-W", "error", __file__, *more]
        self._process = subprocess.Popen(
            line, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.child = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()

    def run(
        self,
        args: list[str],
        env: Mapping[str, str],
        *,
        still: bool = False,
        step: int = 0,
        after: float = 0.0,
        cwd: str = "",
        nap: float = 0.0,
    ) -> Ended:
        """One run; it is killed when it takes step number `step`, or `after` so many seconds. It
        works in the folder `cwd`; with `nap` it never sleeps for longer than that.

        A failing request is repeated sooner than by the real command; with `still` the stopwatch
        stands, so that two runs of one moment are equal to the byte.
        """
        assert self._process.stdin
        assert self._process.stdout
        asked = {"args": args, "env": dict(env), "still": still, "step": step, "after": after}
        self._process.stdin.write(json.dumps({**asked, "cwd": cwd, "nap": nap}) + "\n")
        self._process.stdin.flush()
        self.child = int(self._process.stdout.readline())
        return Ended(*json.loads(self._process.stdout.readline()))


class _Clock:
    """A stopwatch that stands."""

    sleep = staticmethod(time.sleep)

    @staticmethod
    def monotonic() -> float:
        """No time passes."""
        return 0.0


class _Steps:
    """Counts steps into a file that outlives the process, and kills at one of them."""

    def __init__(self, last: int, counter: int) -> None:
        self.count, self.last, self.counter = 0, last, counter

    def __call__(self, sql: str = "") -> None:
        self.count += 1
        write = sql.startswith(("INSERT", "UPDATE", "DELETE"))
        os.write(self.counter, f"{self.count}{'w' * write}\n".encode())
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(
        self, owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True
    ) -> None:
        """Make each call of a function a step."""
        real = getattr(owner, name)

        def stepping(*args: Any, **extra: Any) -> Any:
            if when(*args, **extra):
                self()
            return real(*args, **extra)

        setattr(owner, name, stepping)


def _writes(_: object, mode: str = "r", *__: object, **___: object) -> bool:
    return any(letter in mode for letter in "wax+")


def _rooms(*names: str) -> list[Any]:
    """Modules of the program, imported late so that this file can be imported without it."""
    return [importlib.import_module(f"crawler.{one}") for one in names]


def _instrument(steps: _Steps) -> None:
    store, publish = _rooms("store", "site.publish")
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
        done = bool(exchange(one, two))
        steps()
        return done

    publish._exchange = swap


def _sleep_lightly(longest: float) -> None:
    real = time.sleep

    def nap(seconds: float, /) -> None:
        real(min(seconds, longest))

    time.sleep = nap  # type: ignore[assignment] # nobody sleeps for an index


def _child(args: list[str], *, still: bool, steps: _Steps) -> None:
    """The run, in the forked process; never returns."""
    code = 70
    try:
        cli, crawl, client = _rooms("cli", "crawl", "fetch.client")
        client.ATTEMPTS = (0.0, 0.05, 0.1)
        for module in (cli, crawl, client) if still else ():
            module.time = _Clock
        _instrument(steps)
        cli.main(args)
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:  # noqa: BLE001 (a fork must not return into the server)
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _one(
    args: list[str],
    env: dict[str, str],
    *,
    still: bool,
    step: int,
    after: float,
    cwd: str,
    nap: float,
) -> Ended:
    names = ("counter", "out", "err")
    counter, out, err = files = [os.memfd_create(name) for name in names]
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        os.environ.clear()
        os.environ.update(env)
        os.dup2(out, 1)
        os.dup2(err, 2)
        if cwd:
            os.chdir(cwd)
        if nap:
            _sleep_lightly(nap)
        _child(args, still=still, steps=_Steps(step, counter))
    print(pid, flush=True)  # noqa: T201 (the first half of the answer)
    ended, status = os.waitpid(pid, os.WNOHANG if after else 0)
    while not ended:
        time.sleep(0.001)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended and time.monotonic() - began >= after:
            os.kill(pid, signal.SIGKILL)
            ended, status = os.waitpid(pid, 0)
    code = None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
    taken, *words = (os.pread(file, 1_000_000, 0).decode("utf-8", "replace") for file in files)
    for file in files:
        os.close(file)
    steps = taken.split()
    writes = [int(one[:-1]) for one in steps if one.endswith("w")]
    return Ended(code, time.monotonic() - began, len(steps), writes, *words)


_LATE = (
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "anyio.to_thread",
    "crawler.site.marked",
    "crawler.store.published",
    "feedgen.feed",
    "feedgen.ext.dc",
    "icalendar",
    "sniffio",
)


def _warm() -> None:
    """Do what a process does once, which is most of the time of a small build: compile the
    templates, digest our own code, take our types apart."""
    names = ("site.templating", "site.moments", "site.board", "site.kept", "site.api.schema")
    templating, moments, boards, kept, schema, cadence = _rooms(*names, "cadence")
    kept.code()
    schema.openapi("", "")
    for one in schema.DOCUMENTS:
        schema.schema(one, "")
    site = importlib.import_module("lives").SITE
    none = cadence.Cadence(runs=0)
    board = boards.Board(
        at=0, site=site, version="", rows=(), stories=(), sources=(), cadence=none, validity=0
    )
    blanks = moments.Moments(board)
    env = templating.environment(board, REPOSITORY / "site_templates", blanks, kept.ANEW, {})
    for name in env.list_templates(extensions=["html"]):
        env.get_template(name)


def _serve() -> None:
    sys.path.insert(0, str(REPOSITORY))
    _rooms("cli", "crawl", "site", "store", "progress", "content", "site.gather", "site.publish")
    # What a build imports late: in a fork it would be loaded again each time.
    for name in (*_LATE, *sys.argv[1:]):
        importlib.import_module(name)
    _warm()
    for line in sys.stdin:
        print(json.dumps(_one(**json.loads(line))), flush=True)  # noqa: T201 (the answer)


if __name__ == "__main__":
    _serve()
