"""Speed and memory against the budgets: `make bench`, or `run.py crawl render help year branch`.

It prints a table and asserts nothing: figures depend on the machine and on what else it does.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCES = int(os.environ.get("BENCH_SOURCES", "1000"))
RUNS = int(os.environ.get("BENCH_RUNS", "105120"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
# A user's Python keeps what it compiled: without that, a tenth of a crawl is compiling.
ENV = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
ENV["PYTHONPATH"] = str(HERE.parent.parent)


def say(what: str, figure: str, budget: str = "") -> None:
    """One row of the table."""
    print(f"{what:<52} {figure:>16}  {budget}", flush=True)


def child(script: str, *args: object) -> dict[str, Any]:
    """The figures that one of our scripts prints."""
    line = [sys.executable, str(HERE / script), *map(str, args)]
    done = subprocess.run(line, env=ENV, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def pretended(folder: Path) -> Iterator[int]:
    """The pages in a process of their own; the port on which they answer."""
    line = [sys.executable, str(HERE / "pretended.py"), str(folder), str(SOURCES)]
    with subprocess.Popen(line, env=ENV, stdin=subprocess.PIPE) as process:
        while not (folder / "port").exists():
            if process.poll() is not None:
                raise SystemExit("the pretended pages did not start")
            time.sleep(0.1)
        yield int((folder / "port").read_text("utf-8"))
        assert process.stdin is not None
        process.stdin.close()


def curl(folder: Path, port: int, paths: list[str]) -> tuple[float, float, int]:
    """Seconds, CPU seconds and replies of curl on the same list."""
    base = int(ip_address("127.1.0.1"))
    urls = [
        f"https://{ip_address(base + n)}:{port}{path}" for path in paths for n in range(SOURCES)
    ]
    listed = folder / "curl.txt"
    listed.write_text("".join(f'url = "{url}"\noutput = /dev/null\n' for url in urls), "utf-8")
    line = ["curl", "--parallel", "--parallel-max", "300", "--silent", "--compressed"]
    line += ["--cacert", str(folder / "ca.pem"), "--write-out", "%{http_code}\n"]
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [*line, "--config", str(listed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return wall, cpu, done.stdout.count("200")


def crawl(folder: Path) -> None:
    """Many sources, as feeds (one request each) and as Statuspage (two): the first crawl, which
    learns every incident of every page, and the next one, in which no page has changed."""
    kinds = {
        "feed": ["/feed.atom"],
        "statuspage": ["/api/v2/summary.json", "/api/v2/incidents.json"],
    }
    with pretended(folder) as port:
        for platform, paths in kinds.items():
            theirs, bare, first, later = [], [], [], []
            for number in range(ROUNDS):
                if shutil.which("curl"):
                    theirs.append(curl(folder, port, paths))
                bare.append(child("bare.py", folder, SOURCES, *paths))
                where = (folder, SOURCES, platform, folder / f"{platform}{number}")
                first.append(child("crawling.py", *where, 0))
                later.append(child("crawling.py", *where, 1))
            told(f"{platform}, first crawl", first, theirs, bare)
            told(f"{platform}, unchanged", later, theirs, bare)


def told(
    name: str,
    ours: list[dict[str, Any]],
    theirs: list[tuple[float, float, int]],
    bare: list[dict[str, Any]],
) -> None:
    """The rows about one kind of crawl; each ratio is one of neighbours in time."""
    say(f"{SOURCES} {name}: crawl", f"{middle(one['wall'] for one in ours):.2f} s", load())
    spent = middle(one["cpu"] for one in ours)
    if theirs:
        wall, cpu = middle(one[0] for one in theirs), middle(one[1] for one in theirs)
        say(f"{name}: curl, {theirs[0][2]} replies", f"{wall:.2f} s")
        ratio = middle(a["wall"] / b[0] for a, b in zip(ours, theirs, strict=True))
        say(f"{name}: time as a multiple of curl's", f"{ratio:.2f} x", "under 2.2 x")
        say(f"{name}: CPU of curl per source", f"{1000 * cpu / SOURCES:.2f} ms")
        say(f"{name}: CPU as a multiple of curl's", f"{spent / cpu:.2f} x")
    alone = middle(one["cpu"] for one in bare)
    say(f"{name}: CPU of bare httpx per source", f"{1000 * alone / SOURCES:.2f} ms")
    say(f"{name}: CPU as a multiple of bare httpx's", f"{spent / alone:.2f} x")
    say(f"{name}: CPU per source", f"{1000 * spent / SOURCES:.2f} ms", "at most 3.5 ms")
    say(f"{name}: peak", f"{max(one['mib'] for one in ours):.0f} MiB", "at most 130 MiB")
    lost = max(one["lost"] for one in ours)
    say(f"{name}: lost", str(lost), " ".join(["none", *ours[-1]["reasons"]]))


def middle(figures: Iterable[float]) -> float:
    """The median."""
    return statistics.median(figures)


def load() -> str:
    """What else the machine does."""
    return "load " + " ".join(f"{one:.1f}" for one in os.getloadavg())


def render(folder: Path) -> None:
    """The site of 118 services, and of 1,000."""
    for services, rounds, whole in ((118, ROUNDS, "under 1 s"), (1000, 2, "under 15 s")):
        found = child("rendering.py", folder / str(services), services, rounds)
        name = f"{found['services']} services, {found['files']} files"
        say(f"{name}: cold", f"{found['cold_wall']:.2f} s", whole)
        say(f"{services}: CPU of that", f"{found['cold_cpu']:.2f} s", load())
        say(f"{services}: the first of the process", f"{found['first']:.2f} s", "with templates")
        say(f"{services}: feeds, JSON, badges", f"{found['machines']:.2f} s", "118: under 2 s")
        say(f"{services}: size", f"{found['megabytes']:.1f} MB", "118: under 40 MB")
        for key, what in _AGAIN.items():
            wall, cpu = (found[f"{key}_{one}"] / found[f"cold_{one}"] for one in ("wall", "cpu"))
            told = f"{found[f'{key}_wall']:.2f} s"
            say(
                f"{services}: {what}", told, f"CPU {cpu:.2f} x, time {wall:.2f} x of the cold build"
            )


_AGAIN = {
    "later": "1 % changed, after a later run",
    "same": "nothing changed",
    "other": "1 % changed, at the same moment",
}


def start(*args: str) -> float:
    """The median of seven starts of Python, in milliseconds."""
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, *args], env=ENV, check=True, stdout=subprocess.DEVNULL)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def helped(_: Path) -> None:
    """How long `--help` takes, and Python alone."""
    bare = start("-c", "pass")
    say(
        "--help",
        f"{start('-m', 'crawler', '--help'):.0f} ms",
        f"under 250 ms; Python {bare:.0f} ms",
    )


def year(folder: Path) -> None:
    """A year of history."""
    found = child("year.py", folder / "year", RUNS)
    mib = {key: found[key] / 2**20 for key in ("journal", "gz", "gz_whole", "db")}
    say(f"{RUNS} runs: write of one more", f"{1000 * found['write']:.1f} ms")
    say(f"{RUNS} runs: journal", f"{mib['journal']:.1f} MiB")
    say(f"{RUNS} runs: journal, gz by day", f"{mib['gz']:.1f} MiB", f"as one {mib['gz_whole']:.1f}")
    say(f"{RUNS} runs: database", f"{mib['db']:.1f} MiB")
    say(f"{RUNS} runs: rebuild", f"{found['rebuild']:.1f} s", "under 15 s")
    say(f"{RUNS} runs: open the folder", f"{found['open']:.2f} s")
    for kind, name, budget in (
        ("uptime", "90 days of uptime, all services", "under 20 ms"),
        ("told", "both series, with all that providers told", ""),
    ):
        say(name, f"{1000 * found[kind]:.0f} ms", budget)
        ratio = found[f"{kind}_later"] / found[kind]
        say("the same after five times as many runs", f"{ratio:.2f} x", "under 1.2 x")


def branch(folder: Path) -> None:
    """A year of pushes to the branch of the journal."""
    found = child("branching.py", folder, RUNS)
    sizes = {key: found[key] / 1e6 for key in ("history", "largest", "fresh", "next")}
    say(f"{found['commits']} pushes: history", f"{sizes['history']:.1f} MB", "under 40 MB")
    say("largest file of the branch", f"{sizes['largest']:.2f} MB", "under 1 MB")
    say("shallow fetch, with a cache", f"{sizes['next']:.3f} MB", "under 1 MB")
    say("shallow fetch, with nothing", f"{sizes['fresh']:.2f} MB", "under 1 MB")


def main() -> None:
    """Run the parts that are named, or all."""
    parts: dict[str, Callable[[Path], None]] = {
        "help": helped,
        "render": render,
        "crawl": crawl,
        "year": year,
        "branch": branch,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or parts:
            (Path(folder) / name).mkdir()
            parts[name](Path(folder) / name)


if __name__ == "__main__":
    main()
