"""The branch of the journal: what is pushed and when, what is left alone, what is refused."""

import os
import shutil
from pathlib import Path

import pytest

from crawler import journal
from crawler.deploy import branch
from crawler.deploy.branch import due
from crawler.deploy.git import Git
from crawler.errors import Refused, StorageError
from crawler.lines import ProbeLine
from crawler.times import DAY
from github import TOKEN
from lives import START, run
from remotes import NEWS, Machine, Maker, git, hook, machine, published, remote

__all__ = ["machine", "remote"]  # fixtures


def test_the_first_push_makes_the_branch_with_the_journal_alone(
    machine: Maker, remote: Path
) -> None:
    one = machine("one")
    assert one.restore() == branch.Restored(None, 0)
    one.learn(run(START), run(START + 300))
    (one.data / "status.db").write_bytes(b"not for the branch")
    ended = one.push(START + 400)

    assert ended == branch.Pushed(git(remote, "rev-parse", "data"), pushed=True, runs=2)
    assert git(remote, "ls-tree", "-r", "--name-only", "data") == "journal/2026/11/22.ndjson"
    assert git(remote, "log", "--format=%s %ct", "data") == (
        f"Journal of 2026-11-22T11:06:40Z: 2 runs {START + 400}"
    )
    assert published(remote) == [START, START + 300]


def test_nothing_new_is_not_pushed(machine: Maker, remote: Path) -> None:
    one = machine("one")
    one.learn(run(START))
    first = one.push(START + 10)

    assert one.push(START + 9_999) == branch.Pushed(first.sha, pushed=False, runs=0)
    assert git(remote, "rev-list", "--count", "data") == "1"


def test_quiet_runs_wait_for_half_an_hour_and_news_do_not(machine: Maker, remote: Path) -> None:
    one = machine("one")
    one.learn(run(START))
    one.push(START)
    one.learn(run(START + 300))

    assert not one.push(START + 1_799).pushed
    assert one.push(START + 1_800).pushed
    one.learn(run(START + 2_100, services=NEWS))
    assert one.push(START + 2_101).pushed
    assert published(remote) == one.ids() == [START, START + 300, START + 2_100]


def test_a_heartbeat_is_a_new_commit_although_nothing_is_new(machine: Maker, remote: Path) -> None:
    one = machine("one")
    one.learn(run(START))
    first = one.push(START)
    second = one.push(START + 5, heartbeat=True)

    assert second.pushed
    assert second.sha != first.sha
    assert git(remote, "rev-parse", "data^") == first.sha
    assert git(remote, "rev-parse", "data^{tree}") == git(remote, "rev-parse", "data^^{tree}")


def test_a_new_machine_gets_the_whole_journal_by_a_shallow_fetch(
    machine: Maker, remote: Path
) -> None:
    one = machine("one")
    for number in range(5):
        one.learn(run(START + number * DAY, services=NEWS))
        one.push(START + number * DAY)
    two = machine("two")

    assert two.restore().days == 5
    assert two.ids() == one.ids()
    assert git(two.data / ".branch", "rev-list", "--count", "refs/remotes/data") == "1"
    assert two.restore().days == 0


def test_a_remote_that_forbids_to_write_says_which_permission_is_missing(
    machine: Maker, remote: Path
) -> None:
    one = machine("one")
    one.learn(run(START))
    hook(remote, f"echo 'remote: Permission to acme/whosdown.git denied for {TOKEN}' >&2; exit 1")
    with pytest.raises(Refused, match="contents: write") as caught:
        one.push(START)

    assert TOKEN not in str(caught.value)
    assert one.waits == []


def test_a_remote_that_cannot_be_asked_is_never_an_empty_history(
    machine: Maker, tmp_path: Path
) -> None:
    lost = Machine(tmp_path / "lost", f"file://{tmp_path}/nowhere.git")

    with pytest.raises(Refused, match="ls-remote"):
        lost.restore()
    assert not (tmp_path / "lost" / "journal").exists()


def test_a_kept_line_of_a_newer_program_is_not_rewritten(machine: Maker, remote: Path) -> None:
    one, two = machine("one"), machine("two")
    one.learn(run(START))
    [path] = journal.files(one.data / "journal")
    path.write_bytes(path.read_bytes().replace(b'{"id"', b'{"a_field_of_tomorrow":[1],"id"'))
    one.push(START)
    two.learn(run(START + 300))
    two.push(START + 2_000)

    assert "a_field_of_tomorrow" in git(remote, "show", "data:journal/2026/11/22.ndjson")


def test_a_torn_line_is_not_pushed(machine: Maker, remote: Path) -> None:
    one = machine("one")
    one.learn(run(START))
    [path] = journal.files(one.data / "journal")
    with path.open("ab") as file:
        file.write(b'{"id":1795345500,"end"')
    one.push(START + 600)

    assert published(remote) == [START]
    one.learn(run(START + 900))
    one.push(START + 9_000)
    assert published(remote) == [START, START + 900]


def test_a_damaged_line_is_not_pushed_and_is_named(machine: Maker, remote: Path) -> None:
    one = machine("one")
    one.learn(run(START))
    [path] = journal.files(one.data / "journal")
    with path.open("ab") as file:
        file.write(b"nonsense\n")

    with pytest.raises(StorageError, match=r"22\.ndjson: not a line"):
        one.push(START + 10)
    assert git(remote, "for-each-ref") == ""


def test_strange_files_of_the_branch_stay_there_and_are_not_taken(
    machine: Maker, remote: Path, tmp_path: Path
) -> None:
    one, two = machine("one"), machine("two")
    one.learn(run(START))
    one.push(START)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-b", "data", str(remote), "clone")
    (clone / "README.md").write_text("about this branch", "utf-8")
    (clone / "journal" / "notes.txt").write_text("x", "utf-8")
    git(clone, "add", "-A")
    who = ["-c", "user.name=x", "-c", "user.email=x@example.test"]
    git(clone, *who, "commit", "-qm", "Words")
    git(clone, "push", "-q")
    two.restore()
    two.learn(run(START + 300))
    two.push(START + 9_999)

    assert sorted(path.name for path in (two.data).iterdir()) == [".branch", "journal"]
    listed = git(remote, "ls-tree", "-r", "--name-only", "data").splitlines()
    assert listed == ["README.md", "journal/2026/11/22.ndjson", "journal/notes.txt"]


@pytest.mark.parametrize("damage", ["gone", "empty", "no objects", "nonsense"])
def test_a_cache_that_is_gone_or_damaged_costs_only_a_larger_fetch(
    machine: Maker, remote: Path, damage: str
) -> None:
    one = machine("one")
    one.learn(run(START))
    one.push(START)
    one.learn(run(START + 10, services=NEWS))
    kept = one.data / ".branch"
    if damage in ("gone", "empty"):
        shutil.rmtree(kept)
    if damage == "empty":
        kept.mkdir()
    if damage == "no objects":
        shutil.rmtree(kept / "objects")
    if damage == "nonsense":
        (kept / "HEAD").write_bytes(b"\0\1\2")

    assert one.push(START + 20).pushed
    assert published(remote) == [START, START + 10]


def test_a_deleted_branch_comes_back_whole_from_the_data_folder(
    machine: Maker, remote: Path
) -> None:
    one = machine("one")
    one.learn(run(START - DAY), run(START))
    one.push(START)
    git(remote, "config", "receive.denyDeletes", "false")
    git(remote, "update-ref", "-d", "refs/heads/data")

    assert one.restore() == branch.Restored(None, 0)
    assert one.push(START + 60).pushed
    assert published(remote) == [START - DAY, START]


def test_what_makes_a_push_due() -> None:
    quiet = [run(START)]
    assert not due([], None, START)
    assert due(quiet, None, START)
    assert not due(quiet, START, START)
    assert not due(quiet, START, START + 1_799)
    assert due(quiet, START, START + 1_800)
    # A push by a clock that was an hour ahead must not silence us for an hour and a half.
    assert due(quiet, START + 3_600, START)
    assert due([*quiet, run(START, services=NEWS)], START, START)
    assert due([run(START, probes={"acme": ProbeLine("failing")})], START, START)
    assert not due([run(START, troubles={"acme": "timeout"})], START, START)


def test_git_takes_the_way_to_the_network_that_is_given_and_no_repository(tmp_path: Path) -> None:
    called, elsewhere = tmp_path / "called", tmp_path / "elsewhere"
    given = {
        **os.environ,
        "SSL_CERT_FILE": "/some/ca.pem",
        "GIT_SSH_COMMAND": f"touch {called}; false",
        "GIT_OBJECT_DIRECTORY": str(elsewhere),
    }
    one = Git(tmp_path / "x", "ssh://git@host.test/acme/whosdown", given)
    with pytest.raises(Refused):
        one.tip("data")

    assert called.exists()
    assert not elsewhere.exists()
    assert one.run("config", "http.sslCAInfo") == b"/some/ca.pem\n"


def test_no_error_of_git_repeats_the_token(tmp_path: Path) -> None:
    one = Git(tmp_path / "x", "https://127.0.0.1:1/acme/whosdown", os.environ, TOKEN)
    with pytest.raises(Refused) as caught:
        one.tip("data")

    assert TOKEN not in str(caught.value)
    assert not [word for word in one._secrets if word in repr(one) + str(caught.value)]
