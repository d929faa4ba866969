"""What the remote says to a push: who came too late tries again, and who may not is told why."""

import os
from pathlib import Path

import pytest

from crawler.deploy.git import Git, late, rejection
from crawler.errors import Refused
from github import TOKEN, GitHub, Reply
from lives import START, run
from remotes import NEWS, Maker, git, hook, machine, remote

__all__ = ["machine", "remote"]  # fixtures

RULE = """
echo 'error: GH013: Repository rule violations found for refs/heads/data.' >&2
echo 'Review all repository rules at https://github.com/acme/whosdown/rules' >&2
echo >&2
echo '- Changes must be made through a pull request.' >&2
exit 1"""
PROTECTED = """
echo 'error: GH006: Protected branch update failed for refs/heads/data.' >&2
echo 'error: You are not allowed to push; access denied' >&2
exit 1"""

MOVED = f"is at {'98bf7e54' * 5} but expected {'00da4031' * 5}"


@pytest.mark.parametrize("name", ["pre-receive", "update"])
@pytest.mark.parametrize(("script", "code"), [(RULE, "GH013"), (PROTECTED, "GH006")])
def test_a_rule_that_forbids_the_push_is_named_and_is_no_lost_race(
    machine: Maker, remote: Path, name: str, script: str, code: str
) -> None:
    one = machine("one")
    one.learn(run(START, services=NEWS))
    hook(remote, script, name)
    with pytest.raises(Refused) as caught:
        one.push(START)

    assert code in str(caught.value)
    assert "hook declined)" in str(caught.value)
    assert "let Actions push to the branch `data`" in str(caught.value)
    assert "contents: write" not in str(caught.value)
    assert one.waits == []


def test_a_hook_that_says_no_is_told_in_its_words(machine: Maker, remote: Path) -> None:
    one = machine("one")
    one.learn(run(START, services=NEWS))
    hook(remote, f"echo 'not on a Sunday, {TOKEN}' >&2; exit 1")
    with pytest.raises(Refused, match="remote: not on a Sunday") as caught:
        one.push(START)

    assert TOKEN not in str(caught.value)
    assert "rule of the repository" not in str(caught.value)
    assert "contents: write" not in str(caught.value)
    assert one.waits == []


def commit(one: Git, words: str) -> str:
    """A commit without files or parents, the same for the same words."""
    tree = one.run("write-tree").decode().strip()
    dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{START} +0000")
    return one.run("commit-tree", tree, given=words.encode(), more=dates).decode().strip()


@pytest.fixture
def repository(tmp_path: Path, remote: Path) -> Git:
    one = Git(tmp_path / "x", f"file://{remote}", os.environ, TOKEN)
    assert one.tip("data") is None
    return one


def test_a_lost_race_of_a_commit_with_403_in_its_name_is_a_lost_race(
    repository: Git, remote: Path
) -> None:
    assert repository.push(commit(repository, "first"), "data")
    ours = next(one for n in range(2_000) if "403" in (one := commit(repository, f"{n}")))

    assert repository.push(ours, "data") is False
    assert git(remote, "log", "--format=%s", "data") == "first"


@pytest.mark.parametrize(
    ("status", "advised"), [(403, True), (401, True), (500, False), (502, False), (503, False)]
)
def test_an_answer_over_http_is_told_and_is_no_lost_race(
    repository: Git, github: GitHub, tmp_path: Path, status: int, advised: bool
) -> None:
    ours = commit(repository, "403")
    github.fail("GET", "info/refs", *[Reply(status, b"no")] * 9)
    wire = Git(tmp_path / "x", f"{github.url}/acme/whosdown.git", os.environ, TOKEN)
    with pytest.raises(Refused) as caught:
        wire.push(ours, "data")

    assert ("contents: write" in str(caught.value)) is advised
    assert status == 401 or f"returned error: {status}" in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("[rejected] (fetch first)", True),
        ("[rejected] (non-fast-forward)", True),
        (f"[remote rejected] (cannot lock ref 'refs/heads/data': {MOVED})", True),
        ("[remote rejected] (failed to update ref)", True),
        ("[remote rejected] (incorrect old value provided)", True),
        ("[remote rejected] (reference already exists)", True),
        ("[remote rejected] (push declined due to repository rule violations)", False),
        ("[remote rejected] (protected branch hook declined)", False),
        ("[remote rejected] (pre-receive hook declined)", False),
        ("[remote rejected] (Internal Server Error)", False),
        ("[remote failure] (remote failed to report status)", False),
        ("", False),
    ],
)
def test_what_came_too_late_is_told_from_what_is_forbidden(summary: str, expected: bool) -> None:
    row = f"!\t{'4031e50c' * 5}:refs/heads/data\t{summary}\n" if summary else ""
    found = rejection(f"To https://github.com/acme/whosdown\n{row}Done\n")

    assert found == summary
    assert late(found) is expected
