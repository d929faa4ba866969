"""Work in a copy of the process: where it is done, and what becomes of it when a process ends."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from crawler.site.ahead import ahead
from lives import REPOSITORY

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1,
    reason="copies are made on Linux with more than one processor",
)
HEAD = "import os, sys, time; from crawler.site.ahead import ahead\n"


def script(text: str, *args: object) -> "subprocess.Popen[str]":
    """A process of its own: one of the tests has threads, and threads have no sound copies."""
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + text, *map(str, args)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(text: str, *args: object) -> str:
    """What a script prints, when it ends well and complains of nothing."""
    with script(text, *args) as process:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    return out.strip()


def test_a_copy_makes_it_and_it_is_made_once() -> None:
    made = "made = ahead(lambda: (os.getpid(), time.monotonic(), b'x' * 1_000_000))\n"
    answer = "one = made(); print(one[0] != os.getpid(), one == made(), len(one[2]))"
    assert told(made + answer) == "True True 1000000"


def test_with_threads_or_one_processor_it_is_made_here() -> None:
    both = "made = ahead(os.getpid); print(made() == os.getpid(), made is not os.getpid)"
    assert told("os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n" + both) == "True True"
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    assert ahead(os.getpid)() == os.getpid()
    over.set()
    thread.join()


def test_what_fails_in_a_copy_fails_here() -> None:
    text = (
        "def make(): raise KeyError(str(os.getpid()))\n"
        "made = ahead(make)\n"
        "try: made()\n"
        "except KeyError as error: print(error.args[0] == str(os.getpid()))"
    )
    assert told(text) == "True"


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_what_a_copy_does_not_answer_is_made_here(ending: str) -> None:
    text = (
        "me = os.getpid()\n"
        "def make():\n"
        f"    if os.getpid() != me: {ending}\n"
        "    return 'made'\n"
        "print(ahead(make)())"
    )
    assert told(text) == "made"


def test_a_copy_that_does_not_come_to_an_end_is_not_waited_for() -> None:
    text = (
        "import crawler.site.ahead; crawler.site.ahead._PATIENCE = 0.1\n"
        "me = os.getpid()\n"
        "def make():\n"
        "    if os.getpid() != me: time.sleep(600)\n"
        "    return 'made'\n"
        "print(ahead(make)())"
    )
    assert told(text) == "made"


def test_a_copy_holds_no_lock_and_no_file_of_a_process_that_was_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    text = (
        "import fcntl\n"
        "lock = open(sys.argv[1], 'w'); fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "def make():\n"
        "    open(sys.argv[1] + '.copied', 'w').write(str(os.getpid())); time.sleep(60)\n"
        "made = ahead(make)\n"
        "while not os.path.exists(sys.argv[1] + '.copied'): time.sleep(0.01)\n"
        "print('held', flush=True); time.sleep(60)"
    )
    with script(text, lock) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        process.kill()
        process.wait()
        copy = int(lock.with_name("lock.copied").read_text("utf-8"))
        os.kill(copy, 0)  # it lives on
        with lock.open("w") as mine:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.kill(copy, signal.SIGKILL)


def test_a_process_that_ends_early_leaves_no_copy_behind(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    text = (
        "def make(): open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)\n"
        "made = ahead(make)\n"
        "while not os.path.exists(sys.argv[1]) or not open(sys.argv[1]).read(): time.sleep(0.01)\n"
    )
    assert told(text, seen) == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(seen.read_text("utf-8")), 0)


def test_a_site_is_the_same_with_and_without_a_copy(tmp_path: Path) -> None:
    found = {}
    mine = os.sched_getaffinity(0)
    for name, processors in (("one", {min(mine)}), ("all", mine)):
        out = tmp_path / name / "site"
        folders = {"content": REPOSITORY / "content", "data": tmp_path / name, "out": out}
        line = [sys.executable, "-m", "crawler", "build", "--now", "2026-11-22T11:00:00Z"]
        line += [word for option, path in folders.items() for word in (f"--{option}", str(path))]
        subprocess.run(
            line,
            cwd=REPOSITORY,
            check=True,
            preexec_fn=partial(os.sched_setaffinity, 0, processors),
            stdout=subprocess.DEVNULL,
        )
        found[name] = {
            path.relative_to(out).as_posix(): path.read_bytes()
            for path in out.rglob("*")
            if path.is_file() and path.name != "status.db"
        }
    assert found["one"]
    assert found["one"] == found["all"]
