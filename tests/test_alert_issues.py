"""Issues that people subscribe to: one per service, two comments per trouble, nothing twice."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comments import LATER, bodies
from crawler.catalogue import ISSUES_LABEL, SLUG, Alerts
from crawler.model import Level
from github import CANARIES, HANG, RESET, GitHub, broken, error, forbidden, secondary
from killer import Killer
from lives import REPOSITORY
from running import NOW, SITE, tree
from town import Town

ALERTS = '\n[alerts]\ngithub_issues = true\nrepository = "acme/whosdown"\n'


@pytest.fixture
def town(tmp_path: Path, forks: Killer, github: GitHub) -> Iterator[Town]:
    """A town whose acme has been broken for ten minutes, with issues in the fake GitHub."""
    town = Town(tmp_path / "place", forks, "acme", "other")
    (town.place.content / "site.toml").write_text(SITE + ALERTS, encoding="utf-8")
    town.place.env.update(github.env)
    town.pass_(0)
    town.sick(Level.MAJOR, "acme")
    town.crawl(5, 15)
    yield town
    town.life.store.close()


def test_an_issue_is_made_when_it_is_needed_labelled_and_locked(town: Town, github: GitHub) -> None:
    assert github.issues == []

    town.notify(15)

    (issue,) = github.issues
    assert issue["title"] == "The acme: alerts"
    assert [one["name"] for one in issue["labels"]] == ["whosdown", "acme"]
    assert issue["locked"]
    assert "https://example.test/base/service/acme/" in issue["body"]
    (comment,) = bodies(github)
    assert comment.startswith(f"<!-- whosdown:acme-{NOW + 300}-opened -->\n**The acme: partial out")


def test_an_id_that_is_longer_than_a_label_keeps_nobody_from_hearing(
    tmp_path: Path, forks: Killer, github: GitHub
) -> None:
    long = f"a{'-very' * 12}-1"
    assert SLUG.fullmatch(long)
    town = Town(tmp_path / "place", forks, long, "other")
    (town.place.content / "site.toml").write_text(SITE + ALERTS, encoding="utf-8")
    town.place.env.update(github.env)
    town.pass_(0)
    town.sick(Level.MAJOR, long, "other")
    town.crawl(5, 15)
    _, said = town.notify(15)
    town.well(long, "other")
    town.pass_(20, 25)
    town.life.store.close()

    assert "kept for the next time" not in said
    titles = {one["title"]: one["number"] for one in github.issues}
    assert [*sorted(titles)] == [f"The {long}: alerts", "The other: alerts"]
    assert [len(bodies(github, number)) for number in titles.values()] == [2, 2]
    (label,) = github.labels - {ISSUES_LABEL, "other"}
    place = Alerts(github_issues=True, repository="acme/whosdown").issue(long)
    assert place.endswith(f"+label%3A{label}")


def test_the_issues_of_a_copy_are_written_in_its_own_repository(town: Town, github: GitHub) -> None:
    example = SITE + ALERTS.replace("acme/", "example/")
    (town.place.content / "site.toml").write_text(example, encoding="utf-8")

    said = town.notify(15)

    assert [one["title"] for one in github.issues] == ["The acme: alerts"], said


def test_an_issue_hears_of_the_beginning_and_the_end_only(town: Town, github: GitHub) -> None:
    town.notify(15)
    town.sick(Level.CRITICAL, "acme")
    town.pass_(20, 300, 320)
    town.well("acme")
    town.pass_(325, 330, 335)

    told = [re.findall(r"^\*\*(.*)\*\*$", one, re.MULTILINE) for one in bodies(github)]

    assert told == [["The acme: partial outage"], ["The acme: resolved"]]
    assert len(github.issues) == 1
    assert github.issues[0]["locked"]


@pytest.mark.parametrize("over", [False, True])
def test_the_issue_of_a_service_that_is_given_up_is_closed_and_opened_when_it_comes_back(
    town: Town, github: GitHub, over: bool
) -> None:
    town.notify(15)
    if over:
        town.well("acme")
        town.pass_(20, 25)
    text = (town.place.content / "providers" / "acme.toml").read_text(encoding="utf-8")
    town.drop("acme")

    town.pass_(30, 35)

    (issue,) = github.issues
    told = re.findall(r"^\*\*(.*)\*\*$", "\n".join(bodies(github)), re.MULTILINE)
    ends = ["The acme: resolved"] if over else []
    assert told == ["The acme: partial outage", *ends, "acme: no longer watched"]
    assert "Well again" not in bodies(github)[-1]
    assert (issue["state"], issue["state_reason"]) == ("closed", "not_planned")
    assert issue["locked"]
    town.take("acme", text)
    town.pass_(40)
    town.sick(Level.MAJOR, "acme")
    town.crawl(45, 55)
    town.notify(55)
    assert (len(github.issues), issue["state"]) == (1, "open")
    assert "**The acme: partial outage**" in bodies(github)[-1]


def test_an_issue_that_could_not_be_closed_is_closed_next_time_without_another_word(
    town: Town, github: GitHub
) -> None:
    town.notify(15)
    town.drop("acme")
    town.crawl(30)
    github.fail("PATCH", r"/issues/1$", error(403, "Oh no"))

    _, said = town.notify(30)
    town.notify(35)

    assert "403 Oh no; kept for the next time" in said
    assert len(bodies(github)) == 2
    assert github.issues[0]["state"] == "closed"


def test_a_lost_record_repeats_no_comment(town: Town, github: GitHub) -> None:
    town.notify(15)
    path = town.place.data / "journal/2026/11/22.alerts.ndjson"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])

    town.notify(16)

    assert len(bodies(github)) == 1
    assert len(path.read_bytes().splitlines()) == 2


def test_killed_at_any_step_it_comments_once(
    town: Town, github: GitHub, forks: Killer, tmp_path: Path
) -> None:
    place = town.place
    args = place.args("notify", LATER)
    whole = forks.run(args, place.env)
    assert whole.code == 0
    start = place.data / "journal/2026/11/22.alerts.ndjson"
    only_start = start.read_bytes().splitlines(keepends=True)[0]

    for step in range(1, whole.steps + 1, 3):
        github.issues.clear()
        github.comments.clear()
        start.write_bytes(only_start)
        assert forks.run(args, place.env, step=step).code is None
        town.notify(16)

        assert len(github.issues) == len(bodies(github)) == 1, step
        assert github.issues[0]["locked"], step


@pytest.mark.parametrize(
    ("method", "path", "reply", "says"),
    [
        ("POST", r"/comments$", secondary(60), "GitHub asks to wait for 60 s"),
        ("POST", r"/comments$", error(403, "Oh no"), "403 Oh no"),
        ("POST", r"/comments$", broken(502), "502 without a word"),
        ("POST", r"/comments$", RESET, "issues/1/comments: no answer ("),
        ("POST", r"/issues$", forbidden(), "Resource not accessible by integration"),
        ("GET", r"/issues", secondary(3_600), "rate limit; it ends in 3600 s"),
        ("PUT", r"/lock$", error(422, "Validation Failed"), "422 Validation Failed"),
    ],
    ids=["secondary", "refused", "broken", "reset", "permission", "long", "lock"],
)
def test_what_github_refuses_is_told_next_time(
    town: Town, github: GitHub, method: str, path: str, reply: object, says: str
) -> None:
    github.fail(method, path, reply)  # type: ignore[arg-type]

    _, said = town.notify(15)
    assert says in said
    assert said.startswith("alerts: github: ")
    assert "kept for the next time" in said
    assert bodies(github) == []
    town.notify(20)
    town.crawl(75)
    town.notify(75)
    town.notify(76)

    assert len(bodies(github)) == 1
    assert len(github.issues) == 1
    assert github.issues[0]["locked"]
    everything = said + str(tree(town.place.data))
    assert [one for one in CANARIES if one in everything] == []


@pytest.mark.parametrize(
    ("seconds", "silent", "again"),
    # Five minutes are not more than a job could sleep, an hour is, and nobody means ten years.
    [(290, 19, 20), (3_600, 74, 75), (315_360_000, 15 + 24 * 60 - 1, 15 + 24 * 60)],
)
def test_while_github_asks_to_wait_nobody_asks(
    town: Town, github: GitHub, seconds: int, silent: int, again: int
) -> None:
    github.fail("GET", r"/issues", secondary(seconds))
    town.notify(15)
    asked = len(github.calls)

    town.crawl(silent)
    town.notify(silent)
    assert len(github.calls) == asked
    town.notify(again)
    assert len(bodies(github)) == 1


def test_a_github_that_hangs_costs_the_patience_and_nothing_is_lost(
    town: Town, github: GitHub
) -> None:
    github.fail("GET", r"/issues", HANG)

    began = time.monotonic()
    _, said = town.notify(15, "--patience", "1s")
    took = time.monotonic() - began
    town.notify(20)

    assert 1 <= took < 5
    assert said == "alerts: github: no answer in time; kept for the next time\n"
    assert len(bodies(github)) == 1


def test_without_a_token_the_other_channels_work(town: Town, github: GitHub) -> None:
    del town.place.env["GITHUB_TOKEN"]

    out, said = town.notify(15)

    assert out == ""
    assert "GITHUB_TOKEN is missing" in said
    assert github.issues == []


def test_issues_that_are_switched_off_are_no_failure(town: Town, github: GitHub) -> None:
    github.issues_on = False

    _, said = town.notify(15)

    assert "410 Issues has been disabled" in said
    assert [call.method for call in github.calls if "/issues" in call.path] == ["GET", "POST"]


def test_a_mistake_that_only_an_issue_finds_is_told_with_its_line(
    town: Town, github: GitHub
) -> None:
    texts = town.place.folder / "site_templates" / "alerts"
    shutil.copytree(REPOSITORY / "site_templates" / "alerts", texts)
    (texts / "issue.md").write_text("Subscribe\nto {{ nobody }}\n", encoding="utf-8")

    _, said = town.notify(15)

    assert f"github: {texts / 'issue.md'}:2: 'nobody' is undefined; kept for the next" in said
    assert github.issues == []
