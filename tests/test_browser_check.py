"""“Check right now”: on a click, from the visitor's own browser, and nothing but what it must."""

import html
import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from answers import Answer, Fault
from browsing import Open, Served, Visitor, statuses
from lives import HOUR, MINUTE, START
from loopback import Loopback

API, PAGE = "api.deepgram.com", "status.deepgram.com"
SUMMARY = "/api/v2/summary.json"
OPEN = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
FINE = {"status": {"indicator": "none"}, "components": [], "incidents": []}


def page_says(net: Loopback, told: object, **headers: str) -> None:
    """Let the status page answer; without the header of OPEN no browser may read it."""
    body = json.dumps(told).encode()
    net.put(PAGE, SUMMARY, Answer(body=body, headers=headers or OPEN))


def pressed(visitor: Visitor, service: str = "deepgram") -> Page:
    """The page of a service after a click on the button."""
    page = visitor.open(f"service/{service}/")
    page.get_by_role("button", name="Check right now").click()
    expect(page.get_by_role("button", name="Check again")).to_be_enabled(timeout=20_000)
    return page


@pytest.mark.parametrize(
    ("api", "told", "answer"),
    [
        (Answer(status=401), FINE, "It is you"),
        (Fault("refused"), FINE, "They say it is fine, but you cannot reach it"),
        (Answer(status=401), {**FINE, "status": {"indicator": "major"}}, "It is them"),
        (Fault("reset"), {**FINE, "status": {"indicator": "critical"}}, "It is them"),
        (Fault("reset"), {**FINE, "status": {"indicator": "maintenance"}}, "It is planned work"),
        (
            Answer(status=500),
            {**FINE, "incidents": [{"status": "investigating", "impact": "minor"}]},
            "It is them",
        ),
        (
            Answer(status=200),
            {**FINE, "incidents": [{"status": "resolved", "impact": "critical"}]},
            "It is you",
        ),
    ],
)
def test_the_answer_says_whose_it_is(
    api: Answer | Fault, told: object, answer: str, visit: Open, net: Loopback
) -> None:
    net.host(API, api)
    page_says(net, told)
    visitor = visit()
    page = pressed(visitor)

    expect(page.locator(".result b")).to_have_text(answer)
    assert visitor.hosts == {API, PAGE, urlsplit(visitor.site.url).netloc}


@pytest.mark.parametrize(
    ("service", "page_says", "answer"),
    [
        ("openai", "It is upstream: ", "It is their upstream"),
        ("github", "It is them: ", "It is them"),
    ],
)
def test_the_answer_is_that_of_the_page(
    service: str, page_says: str, answer: str, visit: Open
) -> None:
    page = pressed(visit(), service)

    expect(page.locator("#answer .who")).to_contain_text(page_says)
    expect(page.locator(".result b")).to_have_text(answer)


def test_an_upstream_is_blamed_no_longer_than_the_page_counts_or_says_so(
    visit: Open, net: Loopback, served: Served
) -> None:
    part = {"id": "01JMXBRMFE6N2NNT7DG6XZQ6PW", "status": "partial_outage"}
    told = json.dumps({**FINE, "components": [part]}).encode()
    net.put("status.openai.com", SUMMARY, Answer(body=told, headers=OPEN))
    visitor = visit()
    visitor.at(START + 4 * HOUR)
    expect(pressed(visitor, "openai").locator(".result b")).to_have_text("It is them")
    theirs = {"answer": "partly", "headline": "Slow", "who": "them"}
    statuses(served, START + 5 * MINUTE, openai={"indicator": "major", "verdict": theirs})
    visitor.at(START + 6 * MINUTE)
    page = pressed(visitor, "openai")
    expect(page.locator("#answer .lead")).to_contain_text("Slow")
    page.locator("#check button").click()

    expect(page.locator(".result b")).to_have_text("It is them")


def test_a_word_that_we_do_not_know_is_never_said_to_be_fine(visit: Open, net: Loopback) -> None:
    net.host(API, Answer(status=401))
    page_says(net, {**FINE, "components": [{"status": "operational"}, {"status": "wobbly"}]})

    expect(pressed(visit()).locator(".result")).to_contain_text("was last read as Operational")


def test_a_page_that_no_browser_may_read_leaves_our_own_reading(visit: Open, net: Loopback) -> None:
    net.host(API, Answer(status=401))
    page_says(net, {**FINE, "status": {"indicator": "critical"}}, Vary="Origin")
    page = pressed(visit())

    expect(page.locator(".result")).to_contain_text("cannot be read from here")
    expect(page.locator(".result b")).to_have_text("It is you")


def test_a_network_that_reaches_nobody_is_the_visitors(
    visit: Open, net: Loopback, served: Served
) -> None:
    net.host(API, Fault("refused"))
    net.host(PAGE, Fault("refused"))
    visitor = visit()
    page = visitor.open("service/deepgram/")
    served.down = True
    page.get_by_role("button", name="Check right now").click()

    expect(page.locator(".result b")).to_have_text("It is you")
    expect(page.locator(".result")).to_contain_text("reaches neither Deepgram nor this site")


def test_nobody_knows_when_the_api_is_silent_and_the_page_unreadable(
    visit: Open, net: Loopback
) -> None:
    net.host("api.perplexity.ai", Fault("refused"))
    net.host("status.perplexity.com", Fault("refused"))
    page = pressed(visit(), "perplexity")

    expect(page.locator(".result b")).to_have_text("Cannot tell")


def test_nothing_is_asked_before_the_click_and_no_secret_goes_along(
    visit: Open, net: Loopback
) -> None:
    net.host(API, Answer(status=401))
    page_says(net, FINE)
    visitor = visit()
    visitor.open("service/deepgram/").wait_for_load_state("networkidle")
    assert visitor.hosts == {urlsplit(visitor.site.url).netloc}
    page = pressed(visitor)

    asked = [*net.asked(API), *net.asked(PAGE)]
    assert len(asked) == 2
    for one in asked:
        assert not {"cookie", "authorization", "referer"} & {*one.headers}
    assert page.evaluate("window.seen.violations") == []


def test_the_policy_of_a_page_names_no_host_but_its_own(files: dict[str, bytes]) -> None:
    for path, body in files.items():
        if not path.endswith(".html"):
            continue
        found = re.search(r"connect-src ([^;]*);", html.unescape(body.decode()))
        assert found, path
        hosts = found[1].split()
        assert hosts[0] == "'self'"
        if not path.startswith("service/"):
            assert hosts == ["'self'"], path
        assert all(re.fullmatch(r"https://[a-z0-9.-]+", one) for one in hosts[1:]), path
        assert len(hosts) <= 3, path
