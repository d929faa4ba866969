"""Channels as they are: refusing, dead, told wrongly; and none of them is ever shown."""

import io
import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from crawler.alerts import push
from crawler.alerts.channels import Channel
from crawler.alerts.transitions import Event
from crawler.alerts.words import Message
from crawler.cli.tell import notify
from crawler.memory import Stretch
from crawler.model import Level
from lives import world
from receivers import Mailbox, Webhook
from running import NOW, provider, tree
from town import Town, forks, hook, mailbox, outage, town

__all__ = ["forks", "hook", "mailbox", "town"]  # fixtures


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
        push.check([channel], world())
        assert not push.send(channel, message)
    finally:
        logging.getLogger().removeHandler(handler)

    assert len(hook.got) == 1
    assert heard.getvalue() == ""


def test_without_a_channel_nothing_is_done(town: Town) -> None:
    assert town.notify(0) == ("", "alerts: no channel is set up\n")


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
        ("ntfys://ntfy.sh/" + "a" * 65, "WHOSDOWN_ALERTS:2: a topic of ntfy has 1 to 64 of A-Z"),
        ("ntfys://ntfy.sh/good,bad.one", "WHOSDOWN_ALERTS:2: a topic of ntfy has 1 to 64 of A-Z"),
        ("ntfys://ntfy.sh/", "WHOSDOWN_ALERTS:2: a topic of ntfy has 1 to 64 of A-Z"),
        (
            f"https://ntfy.sh/{'a' * 60}-{{service}}",
            "topic of ntfy has 1 to 64 of A-Z, a-z, 0-9, - and _, with the id 'acme' too",
        ),
    ],
)
def test_a_wrong_line_is_told_by_its_number(town: Town, line: str, says: str) -> None:
    town.channels("# where it goes", line)

    code, _, err = town.place.run("notify")

    assert code == 78
    assert says in err


def test_a_topic_has_room_for_the_services_that_are_told_there(town: Town, hook: Webhook) -> None:
    town.place.write("other", provider("a" + "-long" * 12))
    place = f"ntfy://{hook.place}/{'b' * 59}-{{service}}"
    town.channels(f"{place} service=acme", f"ntfy://{hook.place}/{'c' * 64},d-_D name=more")

    town.notify(0)
    town.channels(place)
    code, _, err = town.place.run("notify")
    assert (code, err.count("-long")) == (78, 12)
