"""Alerts as people get them: whole commands, a real mail server, a real webhook."""

import io
import json
import logging
import os
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from crawler import content, store
from crawler.alerts import push
from crawler.alerts.channels import Channel
from crawler.alerts.transitions import Event
from crawler.alerts.words import Message
from crawler.cli.tell import notify
from crawler.memory import Stretch
from crawler.model import Level, Reading
from crawler.platforms import PLATFORMS
from killer import Killer
from lives import MINUTE, Life, incident, reading
from receivers import Mailbox, Webhook
from running import NOW, Place, provider, tree

DEPENDANTS = ("d1", "d2", "d3", "d4", "d5")
NAMES = ("acme", "flappy", "worker", "core", *DEPENDANTS)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as made:
        yield made


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as made:
        yield made


@pytest.fixture(scope="module")
def forks() -> Iterator[Killer]:
    with Killer("warm") as made:
        yield made


class Town:
    """A place whose pages are told what to say, and whose alerts go to `channels`. Minutes count
    from NOW."""

    def __init__(self, folder: Path, forks: Killer, *names: str) -> None:
        more = dict.fromkeys(DEPENDANTS, 'upstreams = ["core"]\n')
        texts = {one: provider(one) + more.get(one, "") for one in names}
        self.place = Place(folder, {}, **texts)
        self.place.forks = forks
        self.said: dict[str, Reading | str] = {}
        catalogue = content.load(self.place.content, PLATFORMS)
        self.life = Life(self.place.data, catalogue)

    def channels(self, *lines: str) -> None:
        self.place.env["WHOSDOWN_ALERTS"] = "\n".join(lines)

    def sick(self, level: Level, *names: str, title: str = "It is broken") -> None:
        for one in names:
            told = incident("inc", title, started=NOW - 3_600, impact=level)
            self.said[one] = reading(told, word=level)

    def well(self, *names: str) -> None:
        """As sudden as can be: the page says nothing more of what it said before."""
        self.said = {key: one for key, one in self.said.items() if key not in names}

    def crawl(self, *minutes: int, blind: bool = False) -> None:
        for one in minutes:
            self.life.run(NOW + one * MINUTE, self.said, blind=blind)

    def notify(self, minute: int, *more: str) -> tuple[str, str]:
        """Standard output and error of a notify that must succeed."""
        code, out, err = self.place.run("notify", NOW + minute * MINUTE, *more)
        assert code == 0, err
        return out, err

    def pass_(self, *minutes: int, blind: bool = False) -> None:
        """Crawl and notify, as a schedule does."""
        for one in minutes:
            self.crawl(one, blind=blind)
            self.notify(one)


@pytest.fixture
def big(tmp_path: Path, forks: Killer) -> Iterator[Town]:
    town = Town(tmp_path / "place", forks, *NAMES)
    yield town
    town.life.store.close()


@pytest.fixture
def town(tmp_path: Path, forks: Killer) -> Iterator[Town]:
    town = Town(tmp_path / "place", forks, "acme")
    yield town
    town.life.store.close()


def outage(town: Town, *lines: str) -> None:
    """Set channels up and let acme be broken for so long that they are to hear of it."""
    town.channels(*lines)
    town.pass_(0)
    town.sick(Level.MAJOR, "acme")
    town.crawl(5, 15)


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


def test_a_topic_is_chosen_by_the_service(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/prefix-{{service}}")

    town.notify(15)

    assert [one.path for one in hook.got] == ["/prefix-acme"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_between_sending_and_recording_repeats_one_message_once(
    town: Town, hook: Webhook, moment: str
) -> None:
    outage(town, f"json://{hook.place}/")
    place = town.place

    def kill(_: object) -> None:
        assert place.forks
        pid = place.forks.child
        if moment == "after":  # the answer is on its way, the record is not
            threading.Timer(0.0, os.kill, (pid, signal.SIGKILL)).start()
        else:
            os.kill(pid, signal.SIGKILL)

    hook.before = kill
    assert place.forks
    assert place.forks.run(place.args("notify", NOW + 900), place.env).code is None
    hook.before = lambda _: None

    town.notify(16)
    town.notify(17)

    assert 1 <= len(hook.got) <= 2
    assert {one.key for one in hook.got} == {f"acme-{NOW + 300}-opened"}
    if moment == "before":
        assert len(hook.got) == 2


def test_what_has_arrived_is_known_without_the_database(
    town: Town, hook: Webhook, tmp_path: Path
) -> None:
    outage(town, f"json://{hook.place}/")
    town.notify(15)
    told = town.place.rows("SELECT * FROM alerts")
    store.rebuild(town.place.data, tmp_path / "again.db")
    with closing(sqlite3.connect(tmp_path / "again.db")) as again:
        assert again.execute("SELECT * FROM alerts").fetchall() == told
    for path in town.place.data.glob("status.db*"):
        path.unlink()

    town.notify(20)
    town.notify(25)

    assert len(hook.got) == 1
    assert len(told) == 2
    assert town.place.rows("SELECT * FROM alerts") == told


def test_two_machines_know_what_either_has_told(town: Town, hook: Webhook, tmp_path: Path) -> None:
    outage(town, f"json://{hook.place}/")
    other = tmp_path / "other"
    shutil.copytree(town.place.data, other)
    town.notify(15)
    name = "2026/11/22.alerts.ndjson"
    lines = (town.place.data / "journal" / name).read_bytes()
    with (other / "journal" / name).open("ab") as file:
        file.write(lines)
    shutil.rmtree(town.place.data)
    other.rename(town.place.data)

    town.notify(20)

    assert len(hook.got) == 1


def test_a_torn_record_of_a_delivery_costs_one_repeat(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/")
    town.notify(15)
    path = town.place.data / "journal/2026/11/22.alerts.ndjson"
    path.write_bytes(path.read_bytes()[:-5])

    town.notify(16)
    town.notify(17)

    assert len(hook.got) == 2
    assert len({one.key for one in hook.got}) == 1


def test_a_channel_that_fails_gets_everything_later(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/ name=team")
    hook.status = 500
    _, said = town.notify(15)
    assert said == "alerts: team: not delivered; kept for the next time\n"
    town.well("acme")
    town.crawl(20, 25)
    hook.got.clear()
    hook.status = 200

    town.notify(30)
    town.notify(35)

    assert hook.subjects == [
        "[whosdown] The acme: partial outage",
        "[whosdown] The acme: resolved",
    ]


def test_one_refused_address_is_a_mail_that_was_not_delivered(town: Town, mailbox: Mailbox) -> None:
    outage(town, f"mailto://{mailbox.place}?from=s@example.test&to=a@example.test name=mail")
    mailbox.refused.add("a@example.test")

    _, said = town.notify(15)

    assert said == "alerts: mail: not delivered; kept for the next time\n"
    mailbox.refused.clear()
    town.notify(20)
    assert len(mailbox.got) == 1


@pytest.fixture
def dribbler() -> Iterator[str]:
    """A server that takes everything and answers with one byte a second, for ever."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip(line: socket.socket) -> None:
            with line:
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not over.wait(1):
                    try:
                        line.sendall(b"x")
                    except OSError:
                        return

        def accept() -> None:
            while not over.is_set():
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=drip, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        over.set()


def test_unless_told_otherwise_a_dead_channel_costs_ten_seconds() -> None:
    [patience] = [one for one in notify.params if one.name == "patience"]

    assert patience.default == "10s"


def test_dead_channels_cost_the_patience_together_and_the_others_nothing(
    town: Town, hook: Webhook, dribbler: str
) -> None:
    with Webhook() as silent, socket.create_server(("127.0.0.1", 0)) as mute:
        silent.hang = True
        outage(
            town,
            "json://127.0.0.1:9/ name=refused",
            f"json://{silent.place}/ name=silent",
            f"json://{dribbler}/ name=dribbling",
            f"mailto://{dribbler}?from=a@example.test&to=b@example.test name=mail",
            f"mailto://127.0.0.1:{mute.getsockname()[1]}?from=a@b.test&to=b@b.test name=mute",
            f"json://{hook.place}/ name=alive",
        )
        began = time.monotonic()
        _, said = town.notify(15, "--patience", "2s")
        took = time.monotonic() - began

    assert hook.subjects == ["[whosdown] The acme: partial outage"]
    assert {line.split(": ")[1] for line in said.splitlines()} == {
        *("refused", "silent", "dribbling", "mail", "mute")
    }
    assert "alerts: dribbling: no answer in time; kept for the next time" in said
    assert 2 <= took < 2 + 5  # with the start of the program


def test_no_secret_is_ever_seen(town: Town, hook: Webhook) -> None:
    canaries = ["canary7user", "canary7pass", "canary7token", "canary7query", "canary7path"]
    user, password, token, query, path = canaries
    place = f"{user}:{password}@{hook.place}"
    lines = [
        f"json://{place}/{path}?+X-Token={token}&-key={query} name=hook",
        f"jsons://{place}/{path}?+X-Token={token} name=tls",
        f"json://{user}:{password}@127.0.0.1:9/{path} name=refused",
        f"mailto://{user}:{password}@127.0.0.1:9?from={user}@a.test&to={token}@b.test name=mail",
        f"ntfy://{user}:{password}@{hook.place}/{path}-{{service}} name=topic",
    ]
    outage(town, *lines)
    hook.status = 500

    failed = town.notify(15)
    seen = [*failed, *town.notify(15, "--dry-run")]
    hook.status = 200
    seen += town.notify(16)
    for wrong in ("foo://{}", "json://{} service={}", "json://{} {}", "{}", "json://{} name={}/"):
        town.channels("# a comment", wrong.format(token, token))
        code, out, err = town.place.run("notify", NOW + 1020)
        assert code == 78
        assert "WHOSDOWN_ALERTS" in err
        seen += [out, err]
    code, out, err = town.place.run("build", NOW + 1020)
    assert code == 0
    seen += [out, err, str(tree(town.place.out)), str(tree(town.place.data))]

    assert hook.got
    assert all(line.startswith("alerts: ") for line in "".join(failed).splitlines())
    assert [one for one in canaries if one in "\n".join(seen)] == []


def test_what_libraries_log_goes_nowhere(hook: Webhook) -> None:
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    said = Stretch(level=Level.MAJOR, first_seen=0, last_seen=0, headline="", basis="official")
    event = Event(
        service="acme", kind="opened", level=Level.MAJOR, at=0, began=0, thread=0, stretch=said
    )
    message = Message(event, "Subject", "Body", "", "<a@b.test>", "<a@b.test>")
    channel = Channel("team", url=f"json://user:canary@{hook.place}/canary")
    hook.status = 500
    try:
        push.check([channel])
        assert not push.send(channel, message)
    finally:
        logging.getLogger().removeHandler(handler)

    assert len(hook.got) == 1
    assert heard.getvalue() == ""


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


def test_without_a_channel_nothing_is_done(town: Town) -> None:
    assert town.notify(0) == ("", "alerts: no channel is set up\n")


def test_what_was_over_before_anybody_asked_is_not_told(town: Town, hook: Webhook) -> None:
    town.sick(Level.MAJOR, "acme")
    town.crawl(0, 15)
    town.channels(f"json://{hook.place}/")
    town.notify(20)
    town.well("acme")
    town.crawl(25)

    town.pass_(30, 35)

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


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("team", "WHOSDOWN_ALERTS:2: an address with :// comes first"),
        ("json://a b", "WHOSDOWN_ALERTS:2: word 2 is none of name=, service=, category=, level="),
        ("json://a service=nobody", "WHOSDOWN_ALERTS:2: service= names what is not in content/"),
        ("json://a category=none", "WHOSDOWN_ALERTS:2: category= names what is not in content/"),
        ("json://a level=none", "WHOSDOWN_ALERTS:2: level= is not one of minor, major, critical"),
        ("json://a level=major level=minor", "WHOSDOWN_ALERTS:2: level= is said twice"),
        ("json://a name=github", "WHOSDOWN_ALERTS:2: give it another name=, of a-z, 0-9 and -"),
        ("json://a\njson://b", "WHOSDOWN_ALERTS:3: an earlier channel has this name; give each"),
        ("nothing://a", "WHOSDOWN_ALERTS:2: Apprise does not understand this address"),
    ],
)
def test_a_wrong_line_is_told_by_its_number(town: Town, line: str, says: str) -> None:
    town.channels("# where it goes", line)

    code, _, err = town.place.run("notify")

    assert code == 78
    assert says in err


def test_the_journal_of_deliveries_holds_no_word_of_a_provider(town: Town, hook: Webhook) -> None:
    outage(town, f"json://{hook.place}/ name=team")
    town.notify(15)

    path = town.place.data / "journal/2026/11/22.alerts.ndjson"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]

    told = [(one["service"], one["began"], one["kind"], one["at"]) for one in lines]
    assert told == [("", 0, "start", NOW), ("acme", NOW + 300, "opened", NOW + 900)]
    assert {key for one in lines for key in one} == {"channel", "service", "began", "kind", "at"}
