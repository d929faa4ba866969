"""Alerts as people get them: whole commands, a real mail server, a real webhook."""

import shutil
import threading
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from crawler.model import Level
from killer import Killer
from lives import reading
from receivers import Mailbox, Webhook
from running import NOW, REPOSITORY, tree
from town import DEPENDANTS, Town, forks, hook, mailbox, outage, town

__all__ = ["forks", "hook", "mailbox", "town"]  # fixtures

NAMES = ("acme", "flappy", "worker", "core", *DEPENDANTS)


@pytest.fixture
def big(tmp_path: Path, forks: Killer) -> Iterator[Town]:
    town = Town(tmp_path / "place", forks, *NAMES)
    yield town
    town.life.store.close()


def test_a_whole_day_sends_exactly_what_people_should_hear(
    big: Town, hook: Webhook, mailbox: Mailbox
) -> None:
    town = big
    town.channels(
        f"mailto://{mailbox.place}?from=status@example.test&to=team@example.test",
        f"json://{hook.place}/all",
        f"json://{hook.place}/one  name=one service=d1,d2 level=major",
        f"json://{hook.place}/worst  name=worst level=critical",
    )
    town.pass_(0)
    # An outage that gets worse.
    town.sick(Level.MAJOR, "acme")
    town.pass_(5, 10, 15)
    town.sick(Level.CRITICAL, "acme")
    town.pass_(20)
    # A flap: one bad reading.
    town.sick(Level.MINOR, "flappy")
    town.pass_(25)
    town.well("flappy")
    town.pass_(30, 35)
    # Maintenance.
    town.said["worker"] = reading(word=Level.MAINTENANCE)
    town.pass_(40, 55)
    town.well("worker")
    town.pass_(60)
    # A blind hour.
    town.pass_(75, 90, 120, blind=True)
    # An upstream's outage with five dependants.
    town.sick(Level.CRITICAL, "core")
    town.sick(Level.MAJOR, *DEPENDANTS)
    town.pass_(125, 130, 140)
    # Four hours after acme's first alert.
    town.pass_(180, 220, 255)
    # All is well again, which needs two readings, as no page says that its incident is over.
    town.well("acme", "core", *DEPENDANTS)
    town.pass_(260, 265, 270, 300)

    told = [
        "[whosdown] The acme: partial outage",
        "[whosdown] The acme: worse, now major outage",
        "[whosdown] The core: major outage",
        "[whosdown] The acme: still major outage",
        "[whosdown] The acme: resolved",
        "[whosdown] The core: resolved",
    ]
    assert [one.message["Subject"] for one in mailbox.got] == told
    assert [one.subject for one in hook.got if one.path == "/all"] == told
    # Whoever does not hear of the upstream hears of the two that he asked for.
    alone = ["The d1: partial outage", "The d2: partial outage", "The d1: resolved"]
    assert [one.subject for one in hook.got if one.path == "/one"] == [
        f"[whosdown] {words}" for words in (*alone, "The d2: resolved")
    ]
    assert [one.subject for one in hook.got if one.path == "/worst"] == [
        *("[whosdown] The acme: major outage", told[2]),
        *told[4:],
    ]


def test_a_mail_is_plain_attributed_and_finds_its_thread(town: Town, mailbox: Mailbox) -> None:
    town.channels(
        f"mailto://{mailbox.place}?from=status@example.test&to=a@example.test,b@example.test"
    )
    town.pass_(0)
    town.sick(Level.MAJOR, "acme", title="Broken\r\nBcc: x@evil.test for @everyone, see #12")
    town.crawl(5)
    town.pass_(15)
    town.well("acme")
    town.pass_(20, 25)

    opened, resolved = mailbox.got[0], mailbox.got[-1]
    assert [one.recipients for one in mailbox.got[:2]] == [["a@example.test"], ["b@example.test"]]
    assert len(mailbox.got) == 4
    assert opened.message.get_content_type() == "text/plain"
    assert opened.message.get_all("Message-ID") == [f"<acme-{NOW + 300}-opened@example.test>"]
    assert opened.message["Bcc"] is None
    assert opened.message["References"] is None
    assert str(make_header(decode_header(opened.message["Subject"]))) == (
        "[whosdown] The acme: partial outage"
    )
    assert "The acme says:\n> Broken Bcc: x@\u200bevil.test for @\u200beveryone, see #\u200b12" in (
        opened.text.replace("\r\n", "\n")
    )
    assert "https://example.test/base/service/acme/" in opened.text
    assert resolved.message["References"] == opened.message["Message-ID"]
    assert resolved.message["In-Reply-To"] == opened.message["Message-ID"]
    assert resolved.message["Message-ID"] != opened.message["Message-ID"]
    assert "It was in trouble for 20 min; at worst: Partial outage." in resolved.text


def test_of_a_service_that_is_given_up_in_trouble_nobody_says_that_it_is_well(
    tmp_path: Path, forks: Killer, hook: Webhook
) -> None:
    town = Town(tmp_path / "place", forks, "acme", "other")
    outage(town, f"json://{hook.place}/")
    town.notify(15)
    town.drop("acme")
    town.notify(20)  # nobody has looked at the catalogue since: content may be another's
    assert len(hook.got) == 1

    town.pass_(25, 30)
    town.life.store.close()

    subject = "[whosdown] acme: no longer watched"
    assert hook.subjects == ["[whosdown] The acme: partial outage", subject]
    said = hook.got[-1].body
    assert said.startswith("acme is no longer watched here. Nothing more will be told")
    assert said.rstrip().endswith("\nhttps://example.test/base/")
    assert "well" not in said


def test_a_service_that_comes_back_in_the_same_trouble_is_told_on_and_may_leave_once_more(
    tmp_path: Path, forks: Killer, hook: Webhook
) -> None:
    town = Town(tmp_path / "place", forks, "acme", "other")
    outage(town, f"json://{hook.place}/")
    town.notify(15)
    text = (town.place.content / "providers" / "acme.toml").read_text(encoding="utf-8")
    town.drop("acme")
    town.pass_(20)
    town.take("acme", text)
    town.sick(Level.MAJOR, "acme")
    town.pass_(25, 30)
    town.sick(Level.CRITICAL, "acme")
    town.pass_(35, 40, 45, 50)
    town.drop("acme")
    town.pass_(55, 60)
    town.take("acme", text)
    town.pass_(65, 70, 75, 80)
    town.life.store.close()

    assert [one.removeprefix("[whosdown] ") for one in hook.subjects] == [
        "The acme: partial outage",
        "acme: no longer watched",
        "The acme: worse, now major outage",
        "acme: no longer watched",
        "The acme: resolved",
    ]
    keys = [one.key for one in hook.got]
    assert len({*keys}) == len(keys)


def test_a_topic_is_chosen_by_the_service(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/prefix-{{service}}")

    town.notify(15)

    assert [one.path for one in hook.got] == ["/prefix-acme"]


def test_a_dry_run_shows_everything_and_does_nothing(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/ name=team")
    town.channels(f"json://{hook.place}/ name=team", f"json://{hook.place}/ name=new")
    before = tree(town.place.data)

    out, err = town.notify(15, "--dry-run")

    assert out.splitlines()[:2] == [
        "new: is new; it will hear of what begins from now on",
        "team: [whosdown] The acme: partial outage",
    ]
    assert "    > It is broken" in out
    assert err == ""
    assert hook.got == []
    assert {k: v for k, v in tree(town.place.data).items() if k != "status.db"} == {
        k: v for k, v in before.items() if k != "status.db"
    }
    town.notify(15)
    assert len(hook.got) == 1


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("opened.txt", "{{ nobody }}", ":5: 'nobody' is undefined"),
        ("said.txt", "{{ event.nothing }}", ":11: 'crawler.alerts.transitions.Event object' has"),
        ("comment.md", "{% include 'gone.txt' %}", ":24: 'gone.txt' not found in search path"),
        # What no message of today needs.
        ("reminder.txt", "{% if %}", ":5: Expected an expression, got 'end of statement block'"),
        ("moved.md", "{{ name | shout }}", ":2: No filter named 'shout'."),
    ],
)
def test_a_mistake_in_a_template_is_one_sentence_and_nothing_is_sent(
    town: Town, hook: Webhook, name: str, line: str, says: str
) -> None:
    outage(town, f"json://{hook.place}/")
    texts = town.place.folder / "site_templates" / "alerts"
    shutil.copytree(REPOSITORY / "site_templates" / "alerts", texts)
    with (texts / name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")

    code, out, said = town.place.run("notify", NOW + 900)

    assert (code, out) == (65, "")
    assert said.startswith(f"whosdown: {texts / name}{says}")
    assert said.count("\n") == 1
    assert hook.got == []


def test_a_second_notify_at_the_same_time_is_refused(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/")
    arrived = threading.Event()
    hook.hang, hook.before = True, lambda _: arrived.set()
    with town.place.start("notify", NOW + 900) as first:
        assert arrived.wait(120)

        code, _, err = town.place.run("notify", NOW + 901)
        crawled, _, _ = town.place.run("build", NOW + 902)
        first.kill()
        first.communicate(timeout=30)

    assert (code, crawled) == (75, 0)
    assert "another run holds" in err
