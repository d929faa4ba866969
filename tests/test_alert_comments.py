"""Comments in issues: many at once, in a full or a locked issue, at a limit; what they quote."""

import re

import pytest

from comments import Scribes, bodies, scribe
from crawler.alerts.issues import COMMENTS, FULL
from crawler.alerts.words import fence, inert
from crawler.errors import Refused
from crawler.records import Record
from github import GitHub, error, secondary
from lives import incident, update
from running import NOW

__all__ = ["scribe"]  # fixtures


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
    record = Record(
        provider="acme", slug="s", incident=told, began_at=NOW, first_seen=NOW, changed_at=NOW
    )
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
