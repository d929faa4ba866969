"""Issues that people subscribe to: one per service, two comments per trouble, nothing twice."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.alerts.issues import COMMENTS, FULL, Issues
from crawler.alerts.transitions import Event
from crawler.alerts.words import Message, Writer, fence, inert
from crawler.catalogue import ISSUES_LABEL, SLUG, Alerts, Catalogue
from crawler.errors import Refused
from crawler.github import Door
from crawler.github import GitHub as Client
from crawler.memory import Stretch
from crawler.model import Level
from crawler.records import Record
from github import CANARIES, HANG, RESET, TOKEN, GitHub, broken, error, forbidden, secondary
from killer import Killer
from lives import REPOSITORY, incident, provider, update, world
from running import NOW, SITE, tree
from town import Town

LATER = NOW + 900
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


def bodies(github: GitHub, number: int = 1) -> list[str]:
    """What was said in an issue."""
    return [one["body"] for one in github.comments.get(number, [])]


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


class Scribe:
    """Issues written without a command: many at once, and no real pauses."""

    def __init__(self, github: GitHub, catalogue: Catalogue, record: Record | None) -> None:
        self.github, self.pauses, self.done = github, list[float](), list[Message]()
        folder = REPOSITORY / "site_templates" / "alerts"
        self.writer = Writer(catalogue, lambda *_: record, folder)

    def messages(self, *services: str, kind: str = "opened") -> list[Message]:
        stretch = Stretch(
            level=Level.MAJOR,
            first_seen=NOW,
            last_seen=LATER,
            headline="Told",
            basis="official",
            incidents=("i1",),
        )
        events = [
            Event(
                service=one,
                kind=kind,
                level=Level.MAJOR,
                at=NOW + 600,
                began=NOW,
                thread=NOW,
                stretch=stretch,
            )
            for one in services
        ]
        return [self.writer.message(one) for one in events]

    def tell(self, messages: list[Message]) -> None:
        def wait(seconds: float) -> None:
            raise Refused(f"wait for {seconds}")

        with Door("whosdown/test", NOW, wait, CANARIES) as door:
            client = Client(door, self.github.repository, TOKEN, self.github.url)
            Issues(client, self.writer, self.pauses.append).tell(messages, self.done.append)


Scribes = Callable[..., Scribe]


@pytest.fixture
def scribe(github: GitHub) -> Scribes:
    def made(*names: str, record: Record | None = None) -> Scribe:
        return Scribe(github, world(*map(provider, names or ("acme",))), record)

    return made


def test_more_than_twenty_at_once_share_one_digest(github: GitHub, scribe: Scribes) -> None:
    names = [f"s{number}" for number in range(25)]
    many = scribe(*names)

    many.tell(many.messages(*names))

    assert len(github.issues) == COMMENTS + 1
    assert [one.event.service for one in many.done] == names
    digest = github.issues[-1]
    assert digest["title"] == "Many services at once"
    assert digest["locked"]
    (comment,) = bodies(github, digest["number"])
    assert re.findall(r"^- (S\d+): partial outage: https://", comment, re.MULTILINE) == [
        name.capitalize() for name in names[COMMENTS:]
    ]
    assert many.pauses == [1.0] * COMMENTS
    many.tell(many.messages(*names))
    assert len(bodies(github, digest["number"])) == 1
    assert len(github.issues) == COMMENTS + 1


def test_issues_of_many_services_that_are_given_up_are_closed_in_several_passes(
    github: GitHub, scribe: Scribes
) -> None:
    names = [f"s{number}" for number in range(COMMENTS)]
    many = scribe(*names)
    many.tell(many.messages(*names))
    many.done.clear()
    left = many.messages(*names, kind="unwatched")

    many.tell([*left, *many.messages("s0", "s1", kind="resolved")])

    assert [one.event.kind for one in many.done[:3]] == ["resolved", "resolved", "unwatched"]
    assert [one["state"] for one in github.issues].count("closed") == COMMENTS - 2
    many.tell(left)
    assert {one["state"] for one in github.issues} == {"closed"}
    assert len(bodies(github, 5)) == 2


def test_a_service_that_is_given_up_gets_no_issue(github: GitHub, scribe: Scribes) -> None:
    one = scribe()

    one.tell(one.messages("acme", kind="unwatched"))

    assert len(one.done) == 1
    assert github.issues == []


def test_a_mistake_that_only_an_issue_finds_is_told_with_its_line(
    town: Town, github: GitHub
) -> None:
    texts = town.place.folder / "site_templates" / "alerts"
    shutil.copytree(REPOSITORY / "site_templates" / "alerts", texts)
    (texts / "issue.md").write_text("Subscribe\nto {{ nobody }}\n", encoding="utf-8")

    _, said = town.notify(15)

    assert f"github: {texts / 'issue.md'}:2: 'nobody' is undefined; kept for the next" in said
    assert github.issues == []


def test_a_full_issue_is_followed_by_another(github: GitHub, scribe: Scribes) -> None:
    one = scribe()
    one.tell(one.messages("acme"))
    github.issues[0]["comments"] = FULL

    one.tell(one.messages("acme", kind="resolved"))
    one.tell(one.messages("acme", kind="resolved"))

    old, new = github.issues
    assert (old["state"], new["state"]) == ("closed", "open")
    assert bodies(github)[-1].startswith(
        "This issue is full. From now on Acme is told about in #2."
    )
    assert len(bodies(github)) == 2
    assert len(bodies(github, 2)) == 1
    assert new["locked"]
    assert "continues an earlier issue" in new["body"]


def test_a_locked_issue_that_refuses_us_is_opened_for_a_moment(
    github: GitHub, scribe: Scribes
) -> None:
    one = scribe()
    refusal = error(403, "Unable to create comment because issue is locked.")
    github.fail("POST", r"/comments$", refusal)

    one.tell(one.messages("acme"))

    changes = [(call.method, call.path.rpartition("/")[2]) for call in github.calls][2:]
    assert changes == [
        ("PUT", "lock"),
        ("POST", "comments"),
        ("DELETE", "lock"),
        ("POST", "comments"),
        ("PUT", "lock"),
    ]
    assert github.issues[0]["locked"]


def test_a_limit_in_the_middle_keeps_what_was_said(github: GitHub, scribe: Scribes) -> None:
    names = ("a", "b", "c")
    one = scribe(*names)
    github.fail("POST", "/issues/2/comments", secondary(60))

    with pytest.raises(Refused):
        one.tell(one.messages(*names))
    assert [done.event.service for done in one.done] == ["a"]
    one.tell(one.messages("b", "c"))

    assert [len(bodies(github, number)) for number in (1, 2, 3)] == [1, 1, 1]


NASTY = (
    "@everyone /close fixes #12 acme/x#3 GH-7 ````\n<!-- whosdown:acme-1-opened -->\n```\n/close"
)


def test_what_a_provider_wrote_is_words_in_a_fence_and_no_command(
    github: GitHub, scribe: Scribes
) -> None:
    told = incident("i1", NASTY.split("\n", maxsplit=1)[0], updates=(update("u", NASTY),))
    record = Record(provider="acme", slug="s", incident=told, first_seen=NOW, changed_at=NOW)
    one = scribe(record=record)

    one.tell(one.messages("acme"))

    (comment,) = bodies(github)
    fenced = r"(?ms)^(`{3,})text\n(.*?)\n\1$"
    (opening, inside), *rest = re.findall(fenced, comment)
    assert rest == []
    assert len(opening) > max(map(len, re.findall("`+", inside)))
    outside = comment.replace(inside, "")
    for word in ("everyone", "/close", "#12", "GH-7"):
        assert word not in outside
    for word in ("@everyone", "#12", "x#3", "GH-7", "<!--"):
        assert word not in inside
    assert github.issues[0]["title"] == "Acme: alerts"


@pytest.mark.parametrize("words", ["plain", "a `b` c", "```", "x ````` y ```"])
def test_a_fence_is_longer_than_any_run_of_backticks(words: str) -> None:
    assert len(fence(words)) >= 3
    assert fence(words) not in words


@pytest.mark.parametrize(
    "words", ["@here", "a@b.c", "#1", "o/r#1", "GH-1", "<!channel>", "<@U123>", "<#C1>", "<b>"]
)
def test_no_chat_and_no_tracker_finds_anything_in_quoted_words(words: str) -> None:
    active = re.compile(r"@\w|#\w|GH-\d|<[!@#a-z]")

    assert active.search(words)
    assert not active.search(inert(words))
    assert inert(words).replace("\u200b", "") == words
