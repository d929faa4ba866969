"""What people hear of, decided without a network: every kind of change, and every history."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.alerts.channels import GITHUB, Channel
from crawler.alerts.plan import START, WAIT, beginners, plan
from crawler.alerts.transitions import HOLD, REMIND, Event, transitions
from crawler.catalogue import Catalogue
from crawler.lines import Delivery
from crawler.memory import Stretch
from crawler.model import Level
from crawler.times import DAY
from lives import START as NOW
from lives import V, provider, service, world

ALL = Channel("all")
NONE, MINOR, MAJOR, CRITICAL = Level.NONE, Level.MINOR, Level.MAJOR, Level.CRITICAL
UNKNOWN, WORK = Level.UNKNOWN, Level.MAINTENANCE


def stretch(
    minute: int, level: Level, until: int | None = None, *, flags: tuple[str, ...] = ()
) -> Stretch:
    """A stretch from a minute on, seen until another one; without it, seen once."""
    last = NOW + (minute if until is None else until) * 60
    return Stretch(
        level=level,
        first_seen=NOW + minute * 60,
        last_seen=last,
        headline="",
        basis="official",
        flags=flags,
    )


def heard(*stretches: Stretch) -> list[tuple[str, int]]:
    """(kind, minute) of everything that happened, when every stretch is somebody's business."""
    found = transitions("acme", stretches, lambda _: True)
    return [(one.kind, (one.at - NOW) // 60) for one in found]


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        # Ten minutes, seen by two readings at least.
        ([stretch(0, MAJOR, 9)], []),
        ([stretch(0, MAJOR, 10)], [("opened", 10)]),
        ([stretch(0, MAJOR), stretch(40, NONE, 60)], []),
        ([stretch(0, MAJOR, 9), stretch(10, NONE, 60)], []),
        ([stretch(0, MINOR, 5), stretch(6, MAJOR, 12)], [("opened", 10)]),
        ([stretch(0, MAJOR, 10), stretch(20, NONE, 20)], [("opened", 10), ("resolved", 20)]),
        # Worse is told at once, better is not, and each level once.
        (
            [
                stretch(0, MINOR, 10),
                stretch(15, CRITICAL),
                stretch(20, MAJOR),
                stretch(25, CRITICAL),
            ],
            [("opened", 10), ("worsened-critical", 15)],
        ),
        (
            [stretch(0, MINOR, 10), stretch(15, MAJOR), stretch(20, CRITICAL)],
            [("opened", 10), ("worsened-major", 15), ("worsened-critical", 20)],
        ),
        # One reminder.
        ([stretch(0, MAJOR, 249)], [("opened", 10)]),
        ([stretch(0, MAJOR, 900)], [("opened", 10), ("reminder", 250)]),
        # Unknown and maintenance say nothing, and end nothing.
        ([stretch(0, UNKNOWN, 100), stretch(101, WORK, 300)], []),
        ([stretch(0, MAJOR, 5), stretch(6, UNKNOWN, 9), stretch(10, MAJOR)], [("opened", 10)]),
        (
            [stretch(0, MAJOR, 10), stretch(20, UNKNOWN, 90), stretch(95, NONE, 95)],
            [("opened", 10), ("resolved", 95)],
        ),
        ([stretch(0, MAJOR, 5), stretch(6, WORK, 300), stretch(301, MAJOR, 305)], []),
        # A conclusion without a reading of its own, as in a run that carried the last one on.
        ([stretch(0, MAJOR, 10), stretch(30, NONE, 20)], [("opened", 10)]),
        ([stretch(0, MINOR, 10), stretch(30, CRITICAL, 20)], [("opened", 10)]),
        # A recovery that waits to be confirmed is no trouble that lasts.
        ([stretch(0, MAJOR, 5), stretch(6, MAJOR, 30, flags=("recovery_pending",))], []),
    ],
)
def test_what_happened_is_told_by_the_evidence(
    stretches: list[Stretch], expected: list[tuple[str, int]]
) -> None:
    assert heard(stretch(-60, NONE, -5), *stretches) == expected


def test_trouble_that_comes_back_within_half_an_hour_continues_the_thread() -> None:
    times = [(0, 10), (30, 45), (100, 115)]
    parts = [(stretch(a, MAJOR, b), stretch(b + 5, NONE, b + 5)) for a, b in times]

    found = list(transitions("acme", [one for pair in parts for one in pair], lambda _: True))

    threads = [(one.thread - NOW) // 60 for one in found if one.kind == "opened"]
    assert threads == [0, 0, 100]
    assert len({one.key for one in found}) == len(found) == 6


def told_by(
    history: dict[str, list[Stretch]],
    catalogue: Catalogue,
    channel: Channel = ALL,
    told: Iterable[Delivery] = (),
    now: int | None = None,
) -> list[tuple[str, str]]:
    """(service, kind) of what a channel that was set up long ago is to be told."""
    start = Delivery(channel.name, "", 0, START, 0)
    last = max(one.last_seen for found in history.values() for one in found)
    found = plan([channel], catalogue, history, {start, *told}, {}, now=now or last, validity=V)
    return [(one.service, one.kind) for one in found.get(channel.name, ())]


CHAIN = world(
    provider("base", service("base")),
    provider("middle", service("middle", upstreams=["base"])),
    provider("top", service("top", upstreams=["middle"], category="other")),
)
SICK = {
    "base": [stretch(0, CRITICAL, 30)],
    "middle": [stretch(0, MAJOR, 30, flags=("upstream_issue:base",))],
    "top": [stretch(0, MAJOR, 30, flags=("upstream_named:middle",))],
}


@pytest.mark.parametrize(
    ("channel", "services"),
    [
        (ALL, ["base"]),
        (Channel("x", services=frozenset({"middle", "top"})), ["middle"]),
        (Channel("x", services=frozenset({"top"})), ["top"]),
        (Channel("x", categories=frozenset({"other"})), ["top"]),
        (Channel("x", level=CRITICAL), ["base"]),
        (Channel("x", services=frozenset({"base"}), categories=frozenset({"other"})), []),
        (Channel(GITHUB), ["base"]),
    ],
)
def test_an_upstream_mutes_its_dependants_where_it_is_heard_of(
    channel: Channel, services: list[str]
) -> None:
    found = told_by(SICK, CHAIN, channel)

    assert found == [(one, "opened") for one in services]


def test_a_dependant_that_stays_broken_is_told_ten_minutes_after_its_upstream() -> None:
    history = {
        "base": [stretch(0, CRITICAL, 30), stretch(35, NONE, 60)],
        "middle": [stretch(0, MAJOR, 30, flags=("upstream_issue:base",)), stretch(35, MAJOR, 44)],
    }
    assert told_by(history, CHAIN) == [("base", "opened"), ("base", "resolved")]
    history["middle"][-1] = stretch(35, MAJOR, 45)

    assert told_by(history, CHAIN)[-1] == ("middle", "opened")


def test_services_that_depend_on_each_other_do_not_silence_each_other() -> None:
    pair = world(
        provider("a", service("a", upstreams=["b"])), provider("b", service("b", upstreams=["a"]))
    )
    history = {
        "a": [stretch(0, MAJOR, 30, flags=("upstream_issue:b",))],
        "b": [stretch(0, MAJOR, 30, flags=("upstream_issue:a",))],
    }

    assert told_by(history, pair) == [("a", "opened"), ("b", "opened")]


def test_issues_get_the_beginning_and_the_end_only() -> None:
    history = {
        "acme": [stretch(0, MINOR, 10), stretch(15, MAJOR, 300), stretch(301, NONE, 301)],
    }
    opened = Delivery(GITHUB, "acme", NOW, "opened", NOW + 600)

    assert told_by(history, world(), Channel(GITHUB), [opened]) == [("acme", "resolved")]
    assert told_by(history, world(), Channel(GITHUB)) == [("acme", "opened"), ("acme", "resolved")]


def test_what_went_on_before_a_channel_was_set_up_is_not_told() -> None:
    history = {"acme": [stretch(0, MAJOR, 30), stretch(40, NONE, 40)]}
    new = Delivery("all", "", 0, START, NOW + 25 * 60)

    found = plan([ALL], world(), history, {new}, {}, now=NOW + 2_400, validity=V)

    assert found == {"all": []}
    assert beginners([ALL, Channel("new")], {new}, NOW) == [Delivery("new", "", 0, START, NOW)]


def test_old_news_of_what_goes_on_waits_until_it_is_known_again() -> None:
    history = {"acme": [stretch(0, MAJOR, 30)]}

    assert told_by(history, world(), now=NOW + 30 * 60 + V) == [("acme", "opened")]
    assert told_by(history, world(), now=NOW + 30 * 60 + V + 1) == []
    history["acme"].append(stretch(40, UNKNOWN, 40))
    assert told_by(history, world()) == []


def test_what_is_over_for_a_day_is_told_only_to_those_who_heard_of_the_beginning() -> None:
    history = {"acme": [stretch(0, MAJOR, 30), stretch(40, NONE, 40)]}
    opened = Delivery("all", "acme", NOW, "opened", NOW + 600)

    assert told_by(history, world(), now=NOW + 600 + DAY) != []
    assert told_by(history, world(), now=NOW + 601 + DAY) == []
    assert told_by(history, world(), told=[opened], now=NOW + 5 * DAY) == [("acme", "resolved")]


def test_the_end_reaches_those_for_whom_a_filter_has_changed() -> None:
    history = {"acme": [stretch(0, MINOR, 30), stretch(40, NONE, 40)]}
    opened = Delivery("all", "acme", NOW, "opened", NOW + 600)
    stricter = replace(ALL, level=CRITICAL)

    assert told_by(history, world(), stricter, [opened]) == [("acme", "resolved")]


def test_a_history_that_begins_elsewhere_after_a_merge_opens_nothing_twice() -> None:
    history = {"acme": [stretch(5, MAJOR, 30)]}
    opened = Delivery("all", "acme", NOW, "opened", NOW + 600)
    assert told_by(history, world(), told=[opened]) == []
    history["acme"].append(stretch(40, NONE, 40))

    assert told_by(history, world(), told=[opened]) == [("acme", "resolved")]


def test_what_a_newer_program_told_of_stops_no_message() -> None:
    history = {"acme": [stretch(0, MAJOR, 10)]}
    newer = Delivery("all", "acme", NOW, "handed-over", NOW + 60)

    assert told_by(history, world(), told=[newer]) == [("acme", "opened")]


@pytest.mark.parametrize("after", [UNKNOWN, WORK])
def test_nothing_worse_is_told_of_what_is_not_known_to_go_on(after: Level) -> None:
    history = {"acme": [stretch(0, MINOR, 10), stretch(15, MAJOR, 300), stretch(301, after, 301)]}
    opened = Delivery("all", "acme", NOW, "opened", NOW + 600)
    assert told_by(history, world(), told=[opened]) == []
    history["acme"].append(stretch(302, MAJOR, 302))
    more = [("acme", "worsened-major"), ("acme", "reminder")]
    assert told_by(history, world(), told=[opened]) == more
    history["acme"].append(stretch(310, NONE, 310))

    assert told_by(history, world(), told=[opened]) == [("acme", "resolved")]


def test_what_got_worse_and_is_over_is_not_told_when_the_next_trouble_goes_on() -> None:
    first = [stretch(0, MINOR, 10), stretch(15, MAJOR, 20), stretch(25, NONE, 25)]
    history = {"acme": [*first, stretch(60, MAJOR, 75)]}
    opened = Delivery("all", "acme", NOW, "opened", NOW + 600)

    told = [("acme", "resolved"), ("acme", "opened")]
    assert told_by(history, world(), told=[opened]) == told


def test_a_channel_that_was_asked_to_wait_waits() -> None:
    history = {"acme": [stretch(0, MAJOR, 30)]}
    until = NOW + 40 * 60
    wait = Delivery("all", "", until, WAIT, NOW)

    assert told_by(history, world(), told=[wait], now=until - 1) == []
    assert told_by(history, world(), told=[wait], now=until) == [("acme", "opened")]


LEVELS = st.sampled_from([NONE, NONE, MINOR, MAJOR, CRITICAL, UNKNOWN, WORK])
FLAGS = st.sampled_from([(), (), (), ("upstream_issue:up",), ("recovery_pending",), ("unstable",)])
# A run: minutes since the last, what is concluded about two services, and whether it saw anything.
RUNS = st.lists(
    st.tuples(st.integers(1, 90), LEVELS, FLAGS, LEVELS, st.sampled_from("sssscb")), max_size=40
)
PAIR = world(provider("up", service("up")), provider("down", service("down", upstreams=["up"])))


class Machine:
    """Runs and passes over one channel that works or not, and what arrived on it."""

    def __init__(self) -> None:
        self.history: dict[str, list[Stretch]] = {"up": [], "down": []}
        self.told = {Delivery("all", "", 0, START, 0)}
        self.arrived: list[Event] = []

    def conclude(self, service: str, level: Level, flags: tuple[str, ...], now: int) -> None:
        known = self.history[service]
        if known and (known[-1].level, known[-1].flags) == (level, flags):
            known[-1] = replace(known[-1], last_seen=now)
        else:
            new = stretch(0, level, flags=flags)
            known.append(replace(new, first_seen=now, last_seen=now))

    def due(self, now: int) -> Sequence[Event]:
        return plan([ALL], PAIR, self.history, self.told, {}, now=now, validity=V)["all"]

    def send(self, now: int, most: int) -> None:
        for event in self.due(now)[:most]:
            self.arrived.append(event)
            self.told.add(Delivery("all", event.service, event.began, event.kind, now))


@given(RUNS, st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_whatever_happens_nobody_hears_of_two_beginnings_without_an_end(
    runs: list[tuple[int, Level, tuple[str, ...], Level, str]], working: list[int]
) -> None:
    machine, now = Machine(), NOW
    for (minutes, up, flags, down, sight), most in zip(runs, working, strict=False):
        now += minutes * 60
        if sight == "b":  # a blind run leaves no trace in the history
            before = machine.due(now - 1)
            assert len(machine.due(now)) <= len(before)
            continue
        if sight == "s":
            machine.conclude("up", up, (), now)
            machine.conclude("down", down, flags, now)
        machine.send(now, most)

    for service_ in ("up", "down"):
        kinds = [one.kind for one in machine.arrived if one.service == service_]
        opened = False
        for kind in kinds:
            assert (kind == "opened") != opened
            opened = kind != "resolved"
    keys = [one.key for one in machine.arrived]
    assert len(keys) == len({*keys})
    for one in machine.arrived:
        if one.kind != "resolved":
            assert one.level.trouble
            assert one.stretch.last_seen - one.began >= HOLD
        if one.kind == "reminder":
            assert one.stretch.last_seen - one.began >= REMIND


@given(RUNS)
def test_whoever_was_told_of_trouble_is_told_of_its_end(
    runs: list[tuple[int, Level, tuple[str, ...], Level, str]],
) -> None:
    machine, now = Machine(), NOW
    for minutes, up, flags, down, _ in runs:
        now += minutes * 60
        machine.conclude("up", up, (), now)
        machine.conclude("down", down, flags, now)
        machine.send(now, 1)
    now += 60
    machine.conclude("up", NONE, (), now)
    machine.conclude("down", NONE, (), now)
    machine.send(now, 100)

    kinds = [one.kind for one in machine.arrived]
    assert kinds.count("opened") == kinds.count("resolved")
    assert machine.due(now + 1) == []


def test_a_service_of_the_catalogue_without_a_history_is_silent() -> None:
    start = {Delivery("all", "", 0, START, 0)}

    assert plan([ALL], world(), {}, start, {}, now=NOW, validity=V) == {"all": []}


@pytest.mark.parametrize(
    ("kinds", "channel", "told"),
    [
        (["opened"], ALL, True),
        (["opened", "worsened-major", "reminder"], ALL, True),
        (["opened", "resolved"], ALL, False),
        (["opened", "unwatched"], ALL, False),
        ([], ALL, False),
        # An issue stands open after the end of the trouble too.
        (["opened"], Channel(GITHUB), True),
        (["opened", "resolved"], Channel(GITHUB), True),
        (["opened", "resolved", "unwatched"], Channel(GITHUB), False),
        ([], Channel(GITHUB), False),
        # A channel that does not hear of such a service any more was told of it all the same.
        (["opened"], Channel("all", services=frozenset({"acme"})), True),
    ],
)
def test_that_nobody_looks_any_more_is_told_once_to_those_who_wait_for_an_end(
    kinds: list[str], channel: Channel, told: bool
) -> None:
    left = NOW + 30 * DAY
    start = Delivery(channel.name, "", 0, START, 0)
    known = {start, *(Delivery(channel.name, "gone", NOW, one, NOW + 600) for one in kinds)}

    found = plan([channel], world(), {}, known, {"gone": left}, now=left + DAY, validity=V)

    expected = [("gone", "unwatched", left, NOW, UNKNOWN)] if told else []
    events = found[channel.name]
    assert [(one.service, one.kind, one.at, one.began, one.level) for one in events] == expected


def test_what_is_watched_again_is_not_told_to_be_given_up() -> None:
    start, opened = (Delivery("all", "", 0, START, 0), Delivery("all", "acme", NOW, "opened", NOW))

    found = plan([ALL], world(), {}, {start, opened}, {"acme": NOW}, now=NOW, validity=V)

    assert found == {"all": []}
