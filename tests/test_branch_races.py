"""Two machines write to the branch of the journal: nothing is lost and nothing forced."""

from pathlib import Path

import pytest

from crawler import journal, store
from crawler.errors import Refused
from crawler.lines import Delivery
from lives import START, run
from remotes import NEWS, Machine, Maker, git, hook, machine, published, remote

__all__ = ["machine", "remote"]  # fixtures


def test_two_machines_in_turns_lose_nothing(machine: Maker, remote: Path) -> None:
    one, two = machine("one"), machine("two")
    one.learn(run(START, services=NEWS))
    one.push(START)
    two.restore()
    one.learn(run(START + 300, services=NEWS))
    two.learn(run(START + 200, services=NEWS), run(START + 400, services=NEWS))
    one.push(START + 500)
    two.push(START + 600)
    one.restore()

    expected = [START, START + 200, START + 300, START + 400]
    assert published(remote) == one.ids() == two.ids() == expected
    assert git(remote, "rev-list", "--count", "data") == "3"


def overtake(remote: Path, other: Machine, times: int) -> None:
    """Let the other machine's prepared commits come in between, so many times."""
    commits = []
    for number in range(times):
        other.learn(run(START + 7 + number, services=NEWS))
        other.push(START + 20 + number)
        commits.append(git(remote, "rev-parse", "data"))
    git(remote, "update-ref", "refs/heads/data", git(remote, "rev-parse", f"data~{times}"))
    (remote / "queue").write_text("".join(f"{one}\n" for one in commits), "utf-8")
    hook(
        remote,
        f'cd {remote} && next=$(head -1 queue) && [ -n "$next" ] || exit 0\n'
        "sed -i 1d queue && git update-ref refs/heads/data $next",
    )


@pytest.mark.parametrize("times", [1, 4])
def test_a_lost_race_is_fetched_merged_and_tried_again(
    machine: Maker, remote: Path, times: int
) -> None:
    one, two = machine("one"), machine("two")
    one.learn(run(START, services=NEWS))
    one.push(START)
    two.restore()
    overtake(remote, two, times)
    one.learn(run(START + 100, services=NEWS))
    ended = one.push(START + 101)

    theirs = [START + 7 + number for number in range(times)]
    assert ended.pushed
    assert published(remote) == one.ids() == [START, *theirs, START + 100]
    assert git(remote, "rev-list", "--count", "data") == str(2 + times)
    assert [int(one) for one in one.waits] == [1, 2, 4, 8][:times]


def test_a_race_that_is_lost_five_times_is_an_error_and_loses_nothing(
    machine: Maker, remote: Path
) -> None:
    one, two = machine("one"), machine("two")
    one.learn(run(START, services=NEWS))
    one.push(START)
    two.restore()
    overtake(remote, two, 5)
    one.learn(run(START + 100, services=NEWS))
    with pytest.raises(Refused, match="moved on 5 times"):
        one.push(START + 101)

    assert published(remote) == [START, *range(START + 7, START + 12)]
    assert START + 100 in one.ids()
    one.push(START + 200)
    assert START + 100 in published(remote)


def test_of_two_runs_of_one_second_the_branch_has_the_word(machine: Maker, remote: Path) -> None:
    one, two = machine("one"), machine("two")
    for machine_, word in ((one, "one"), (two, "two")):
        memory = store.open_store(machine_.data, lambda _: None)
        memory.record(run(START, version=word, services=NEWS, owners={"acme": "acme"}))
        memory.close()
    one.push(START + 10)
    two.restore()

    assert [line.version for line in journal.read(two.data / "journal")] == ["one"]
    # The database of a dropped run is made again.
    assert not (two.data / "status.db").exists()
    assert not two.push(START + 20).pushed


def test_alerts_that_either_of_two_machines_told_are_on_the_branch_at_once(machine: Maker) -> None:
    one, two = machines = machine("one"), machine("two")
    one.learn(run(START))
    one.push(START)
    two.restore()
    deliveries = [Delivery("team", "acme", START, kind, START) for kind in ("opened", "resolved")]
    for each, told in zip(machines, deliveries, strict=True):
        journal.deliver(each.data / "journal", told)
        journal.deliver(each.data / "journal", Delivery("team", "", 0, "start", START))

        assert each.push(START + 60).pushed

    assert not two.push(START + 61).pushed
    one.restore()
    start = Delivery("team", "", 0, "start", START)
    for each in machines:
        assert journal.deliveries(each.data / "journal") == {*deliveries, start}
    path = journal.told(one.data / "journal")[0]
    assert len(path.read_bytes().splitlines()) == 3
