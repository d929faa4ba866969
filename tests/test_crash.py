"""kill -9 at any step and any moment: nothing is lost, nothing is half there."""

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler import store
from crawler.store import schema
from killer import Ended, Killer
from loopback import Answer, Loopback
from running import INCIDENTS, NOW, SUMMARY, Place, incident, provider, summary, tree, well

LATER = NOW + 600
NAMES = ("a1", "a2", "a3")


@pytest.fixture
def place(tmp_path: Path, net: Loopback) -> Place:
    net.control()
    well(net, "a1.test", "a2.test")
    net.put("a3.test", SUMMARY, summary(incident("inc1", "Slow answers"), level="minor"))
    net.put("a3.test", INCIDENTS, Answer(body=b'{"page": {"id": "kctbh9vrtdwd"}, "incidents": []}'))
    probe = "https://api.test/health"
    net.put("api.test", "/health", Answer(body=b"ok"))
    texts = {one: provider(one) for one in NAMES}
    return Place(tmp_path / "place", net.env, **texts, p1=provider("p1", "", probe=probe))


@pytest.fixture
def killer() -> Iterator[Killer]:
    with Killer() as made:
        yield made


def change(net: Loopback) -> None:
    """Let much happen between the first run and the next."""
    net.put("a1.test", SUMMARY, summary(incident("new", "All is slow"), level="critical"))
    net.put("a2.test", SUMMARY, summary(level="minor", component="degraded_performance"))
    ended = {"status": "resolved", "resolved_at": "2026-11-22T11:05:00Z"}
    history = [incident("inc1", "Slow answers, explained", **ended)]
    net.put("a3.test", SUMMARY, summary(*history))


def first_run(place: Place, killer: Killer, net: Loopback) -> int:
    """Nothing is there yet."""
    return NOW


def next_run(place: Place, killer: Killer, net: Loopback) -> int:
    """There is a history and a site, and news."""
    assert killer.run(place.args(now=NOW), place.env, still=True).code == 0
    change(net)
    return LATER


def repair(place: Place, killer: Killer, net: Loopback) -> int:
    """As before, but the database is damaged and must be rebuilt first."""
    moment = next_run(place, killer, net)
    (place.data / "status.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    return moment


SCENES = [first_run, next_run, repair]
Scene = Callable[[Place, Killer, Loopback], int]


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that are history, and a check of the file itself."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = [
            row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        kept = sorted({*names} - schema.CACHES - {"_sqlite_migrations"})
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in kept}  # noqa: S608


def equal_to_its_journal(place: Place) -> None:
    """The database is what its journal says."""
    other = place.folder / "rebuilt.db"
    assert store.rebuild(place.data, other) == len(place.lines())
    live, rebuilt = tables(place.data / "status.db"), tables(other)
    assert live["runs"]
    assert live == rebuilt
    other.unlink()


def written(place: Place, moment: int) -> tuple[int, int]:
    """How many runs and snapshots of a moment the database has, without any repair of ours."""
    path = place.data / "status.db"
    if not path.exists() or path.read_bytes()[16:20] == b"\xff" * 4:
        return 0, 0
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        run = db.execute("SELECT count(*) FROM runs WHERE id = ?", (moment,)).fetchone()[0]
        query = "SELECT count(*) FROM snapshots WHERE first_seen = ?"
        snapshots = db.execute(query, (moment,)).fetchone()[0]
    return run, snapshots


class Stage:
    """A place as it was before a run, to be put back; and what the run makes of it."""

    def __init__(self, place: Place, killer: Killer, net: Loopback, scene: Scene) -> None:
        self.place, self.killer, self.moment = place, killer, scene(place, killer, net)
        self.before = place.folder / "before"
        self.before.mkdir()
        for one in (place.data, place.out):
            if one.exists():
                shutil.copytree(one, self.before / one.name)
        self.old = tree(place.out)
        self.whole = self.act()
        assert self.whole.code == 0, self.whole.said
        self.new = tree(place.out)
        self.all = written(place, self.moment)
        assert self.all[1] >= 3
        self.restore()
        assert self.act().code == 0
        assert tree(place.out) == self.new, "two equal runs differ: no crash could be told"

    def restore(self) -> None:
        for one in (self.place.data, self.place.out):
            shutil.rmtree(one, ignore_errors=True)
            if (self.before / one.name).exists():
                shutil.copytree(self.before / one.name, one)

    def act(self, *, step: int = 0, after: float = 0.0) -> Ended:
        args = self.place.args(now=self.moment)
        return self.killer.run(args, self.place.env, still=True, step=step, after=after)

    def survive(self, *, step: int = 0, after: float = 0.0) -> Ended:
        """Be killed, then look at what is left, then run again."""
        self.restore()
        ended = self.act(step=step, after=after)
        assert ended.code in (None, 0), ended.said
        site = tree(self.place.out)
        assert site in (self.old, self.new), f"a mixed site after {ended}"
        assert written(self.place, self.moment) in ((0, 0), self.all)
        again = self.killer.run(self.place.args(now=self.moment + 600), self.place.env)
        assert again.code == 0, f"after {ended}: {again.said}"
        assert "Traceback" not in again.said, again.said
        equal_to_its_journal(self.place)
        assert (self.place.out / "index.html").exists()
        rest = [one.name for one in self.place.folder.iterdir() if one.name.startswith("site.")]
        assert rest == [], "what the killed run left was not cleared away"
        assert "no history yet" not in again.said or not self.old
        return ended


@pytest.mark.parametrize("scene", SCENES)
def test_a_run_killed_at_any_step_leaves_all_or_nothing(
    place: Place, killer: Killer, net: Loopback, scene: Scene
) -> None:
    stage = Stage(place, killer, net, scene)
    total = stage.whole.steps
    chance = random.Random(scene.__name__)  # noqa: S311 (the same steps each time)
    chosen = {*chance.sample(range(1, total + 1), 5), *chance.sample(stage.whole.writes[1:], 3)}

    for step in sorted(chosen):
        assert stage.survive(step=step).code is None

    assert total > 100


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scene", SCENES)
def test_a_run_killed_at_every_step_leaves_all_or_nothing(
    place: Place, killer: Killer, net: Loopback, scene: Scene
) -> None:
    stage = Stage(place, killer, net, scene)
    step = 1

    while stage.survive(step=step).code is None:
        step += 1

    assert step == stage.whole.steps + 1


@pytest.mark.parametrize(
    "times", [20, pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_a_run_killed_at_random_moments_leaves_all_or_nothing(
    place: Place, killer: Killer, net: Loopback, times: int
) -> None:
    stage = Stage(place, killer, net, next_run)
    chance = random.Random(2026)  # noqa: S311 (the same moments each time)
    longest, killed, steps = stage.whole.seconds, 0, set()

    while killed < times:
        ended = stage.survive(after=chance.uniform(0.001, longest))
        steps.add(ended.steps)
        killed += ended.code is None
        # On a machine that is busy at times, a run that ended tells how long one takes now.
        longest = ended.seconds if ended.code == 0 else longest * 1.02

    assert len(steps) > 1, "the moments were all alike"


def test_a_journal_of_sqlite_never_meets_a_database_that_is_not_its_own(
    place: Place, killer: Killer, net: Loopback
) -> None:
    stage = Stage(place, killer, net, next_run)
    stage.restore()
    path = place.data / "status.db"
    # A transaction that was killed after it had begun to write into the file.
    script = (
        "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('PRAGMA cache_size = 1'); db.execute('BEGIN IMMEDIATE');"
        "db.execute('CREATE TABLE filler (x)');"
        "[db.execute('INSERT INTO filler VALUES (?)', ('y' * 4000,)) for _ in range(200)];"
        "db.execute('DELETE FROM snapshots'); db.execute('DELETE FROM services');"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert path.with_name("status.db-journal").stat().st_size > 0

    assert killer.run(["rebuild", "--data", str(place.data)], place.env).code == 0

    assert not path.with_name("status.db-journal").exists()
    equal_to_its_journal(place)
