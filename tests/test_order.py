"""Who is asked when: one question at a time per host, nothing twice, nobody held up by others."""

from collections import Counter
from collections.abc import Callable

from loopback import Answer, Fault, Loopback
from running import INCIDENTS, SUMMARY, Place, provider, summary, well

SEVERAL = "".join(
    f"""
[[service]]
id = "{name}"
name = "The {name}"
category = "cloud"
homepage = "https://www.{name}.test"
probe = {{ url = "https://api.test/models", expect = [401] }}
"""
    for name in ("red", "green", "blue")
)


def test_a_host_is_asked_one_question_at_a_time_and_hosts_side_by_side(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"page{number}" for number in range(6)]
    for name in names:
        net.put("shared.test", f"/{name}{SUMMARY}", summary())
    well(net, "one.test", "two.test")
    net.latency |= dict.fromkeys(("shared.test", "one.test", "two.test"), 0.05)
    texts = {name: provider(name, url=f"https://shared.test/{name}") for name in names}
    probe = provider("probed", "", probe="https://shared.test/models")
    place = make(**texts, one=provider("one"), two=provider("two"), probed=probe)

    place.well()

    assert net.peaks["shared.test"] == 1
    assert net.peak >= 3
    assert len(net.asked("shared.test")) == 2 * len(names) + 1
    assert {place.levels()[name] for name in names} == {"none"}


def test_a_second_endpoint_waits_until_its_host_is_free(
    make: Callable[..., Place], net: Loopback
) -> None:
    well(net, "busy.test")
    net.latency["busy.test"] = 0.3
    also = 'also = [{ platform = "statuspage", url = "https://busy.test" }]'
    url = 'url = "https://{0}.test"\n'
    texts = {
        name: provider(name).replace(url.format(name), url.format(name) + also + "\n")
        for name in ("one", "two")
    }
    net.host("one.test", Answer(status=403))
    net.host("two.test", Answer(status=403))
    place = make(**texts, busy=provider("busy"))

    place.well()

    assert net.peaks["busy.test"] == 1
    notes = dict(place.rows("SELECT source, note FROM readings"))
    assert notes == {"one": "fallback:http_403", "two": "fallback:http_403", "busy": ""}


def test_a_page_and_a_probe_that_several_services_share_are_asked_once(
    make: Callable[..., Place], net: Loopback
) -> None:
    well(net, "one.test")
    net.put("api.test", "/models", Answer(status=401))
    page = '[page]\nplatform = "statuspage"\nurl = "https://one.test"\n'
    other = provider("other", "", probe="https://api.test/models")
    other = other.replace("[200]", "[401]")
    place = make(one=page + SEVERAL, other=other)

    place.well()

    assert Counter((one.host, one.path) for one in net.log if "test" in one.host) == {
        ("one.test", SUMMARY): 1,
        ("one.test", INCIDENTS): 1,
        ("api.test", "/models"): 1,
    }
    assert place.levels() == dict.fromkeys(("red", "green", "blue", "other"), "none")


def test_a_slow_host_holds_nobody_else_up(make: Callable[..., Place], net: Loopback) -> None:
    names = [f"s{number}" for number in range(12)]
    well(net, *(f"{name}.test" for name in names), "slow.test")
    net.latency["slow.test"] = 1.0
    place = make(slow=provider("slow"), **{name: provider(name) for name in names})

    place.well()

    last = net.connects.index("slow.test", net.connects.index("slow.test") + 1)
    assert set(net.connects[:last]) >= {f"{name}.test" for name in names}
    assert set(place.levels().values()) == {"none"}


def test_rules_for_robots_are_asked_once_for_all_pages_of_a_host(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = ("one", "two", "three")
    net.host("shared.test", Fault("html"))
    net.put("shared.test", "/robots.txt", Answer(body=b"User-agent: *\nDisallow: /\n"))
    texts = {name: provider(name, "pagerduty", f"https://shared.test/{name}") for name in names}
    place = make(**texts)

    place.well()

    assert [one.path for one in net.asked("shared.test")] == ["/robots.txt"]
    assert set(place.reasons().values()) == {"robots"}
