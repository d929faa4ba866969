"""Markdown written by a second process: where it is done, and what becomes of it when one ends."""

import fcntl
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from crawler.site import ahead, marked
from crawler.site.ahead import converted
from lives import REPOSITORY

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1,
    reason="the number of processors can be chosen on Linux only, and there must be two",
)
TEXT = "# One\n\nSee [two](/two/) & *three*.\n\n## Four `five`\n"
WORDS = marked.convert(TEXT, "../../")
HEAD = (
    "import os, sys, time; from pathlib import Path; from crawler.site import ahead\n"
    "ahead._PROGRAM = Path(sys.argv[1])\n"
    "made = ahead.converted(['*one*'], '')\n"
    "while not os.path.exists(sys.argv[1] + '.pid'): time.sleep(0.01)\n"
)


@pytest.fixture(name="never_here")
def _never_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(*_: object) -> None:
        raise AssertionError("it is for the second process")

    monkeypatch.setattr(ahead, "_here", here)


def program(folder: Path, text: str) -> Path:
    """A second process that says who it is, and does something else than it should."""
    path = folder / "second.py"
    path.write_text(
        "import os, pathlib, sys, time\n"
        "part = pathlib.Path(__file__ + '.part'); part.write_text(str(os.getpid()))\n"
        f"part.rename(__file__ + '.pid')\n{text}\n",
        "utf-8",
    )
    return path


def pid_of(path: Path) -> int:
    """Who the second process is, or was."""
    return int(Path(f"{path}.pid").read_text("utf-8"))


def gone(pid: int) -> bool:
    """Whether there is no such process, not even one that nobody waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture(name="processors")
def _processors() -> Iterator[set[int]]:
    mine = os.sched_getaffinity(0)
    yield mine
    os.sched_setaffinity(0, mine)


@pytest.mark.usefixtures("never_here")
def test_a_second_process_writes_it_once_and_as_it_would_be_written_here() -> None:
    made = converted([TEXT, "", "é *ü*"], "../../")
    assert made()[0] == WORDS
    assert [html for html, *_ in made()[1:]] == ["", "<p>é <em>ü</em></p>"]
    assert made() is made()


@pytest.mark.usefixtures("never_here")
def test_a_module_where_we_are_called_is_not_taken_for_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "markdown.py").write_text("raise SystemExit('not this one')", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert converted([TEXT], "../../")() == [WORDS]


@pytest.mark.parametrize("flags", [[], ["-I"], ["-E"], ["-s"], ["-E", "-s", "-B"]])
def test_the_second_process_is_begun_as_the_first_was(tmp_path: Path, flags: list[str]) -> None:
    names = ("isolated", "ignore_environment", "no_user_site", "dont_write_bytecode")
    tell = f"str([bool(getattr(sys.flags, name)) for name in {names}])"
    second = program(tmp_path, f"print('[[\"' + {tell} + '\", [], []]]')")
    text = f"{HEAD}print(made()[0][0])\nprint({tell})"
    told = subprocess.run(
        [sys.executable, *flags, "-c", text, str(second)],
        check=True,
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        stdout=subprocess.PIPE,
        timeout=60,
    )
    there, here = told.stdout.splitlines()
    assert there == here
    assert (b"True" in here) == bool(flags)


def test_with_one_processor_it_is_written_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: set[int]
) -> None:
    second = program(tmp_path, "time.sleep(600)")
    monkeypatch.setattr(ahead, "_PROGRAM", second)
    os.sched_setaffinity(0, {min(processors)})
    assert converted([TEXT], "../../")() == [WORDS]
    assert not Path(f"{second}.pid").exists()


@pytest.mark.parametrize(
    "ending",
    [
        "sys.exit(1)",
        "os.kill(os.getpid(), 9)",
        "pass",
        "print('[')",
        "print('[[\"<p>half\", [], []]]'); sys.exit(1)",
        "print('[[\"no headings\"]]')",
    ],
)
def test_what_the_second_process_does_not_answer_is_written_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    second = program(tmp_path, ending)
    monkeypatch.setattr(ahead, "_PROGRAM", second)
    assert converted([TEXT], "../../")() == [WORDS]
    assert gone(pid_of(second))


def test_where_no_process_can_be_made_it_is_written_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for python in ("", str(tmp_path / "none")):
        monkeypatch.setattr(sys, "executable", python)
        assert converted([TEXT], "../../")() == [WORDS]


def test_where_no_file_can_grow_it_is_written_here() -> None:
    script = (
        "import sys, resource; from crawler.site import marked; from crawler.site.ahead import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "for text in ('a ' * 4000, '* a\\n' * 800):\n"
        "    assert converted([text], '')() == [marked.convert(text, '')]"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    subprocess.run([sys.executable, "-B", "-c", script], cwd=REPOSITORY, check=True, timeout=60)


def test_what_fails_there_and_here_fails_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str, __: str) -> None:
        raise KeyError("broken")

    monkeypatch.setattr(ahead, "_PROGRAM", program(tmp_path, "sys.exit(1)"))
    monkeypatch.setattr(marked, "convert", broken)
    made = converted([TEXT], "")
    with pytest.raises(KeyError, match="broken"):
        made()


def test_a_second_process_that_does_not_come_to_an_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = program(tmp_path, "time.sleep(600)")
    monkeypatch.setattr(ahead, "_PROGRAM", second)
    monkeypatch.setattr(ahead, "_PATIENCE", 0.1)
    made = converted([TEXT], "../../")
    while not Path(f"{second}.pid").exists():
        time.sleep(0.01)
    assert made() == [WORDS]
    del made
    assert gone(pid_of(second))


def test_it_holds_no_lock_of_a_process_that_was_killed(tmp_path: Path) -> None:
    second, lock = program(tmp_path, "time.sleep(600)"), tmp_path / "lock"
    text = (
        "import fcntl, sys\n"
        "lock = open(sys.argv[2], 'w'); fcntl.flock(lock, fcntl.LOCK_EX)\n"
        f"{HEAD}print('held', flush=True); time.sleep(60)"
    )
    line = [sys.executable, "-c", text, str(second), str(lock)]
    with subprocess.Popen(line, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        process.kill()
        process.wait()
        os.kill(pid_of(second), 0)  # it lives on
        with lock.open("w") as mine:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.kill(pid_of(second), signal.SIGKILL)


@pytest.mark.parametrize(
    ("ending", "code"), [("", 0), ("sys.exit(3)", 3), ("del made; sys.exit(4)", 4)]
)
def test_where_nobody_asks_none_is_left_behind(tmp_path: Path, ending: str, code: int) -> None:
    second = program(tmp_path, "time.sleep(600)")
    line = [sys.executable, "-W", "error", "-c", HEAD + ending, str(second)]
    found = subprocess.run(line, check=False, cwd=REPOSITORY, capture_output=True, timeout=60)
    assert (found.returncode, found.stdout, found.stderr) == (code, b"", b"")
    assert gone(pid_of(second))


def test_a_site_is_the_same_with_and_without_a_second_process(tmp_path: Path) -> None:
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
