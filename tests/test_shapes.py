"""A page that changed its platform is read by the shape that answers, on its own host alone."""

import pytest

from crawler.catalogue import Source
from crawler.fetch import client
from crawler.model import Level
from crawler.visit import Round
from looking import CASES, acme, case, look, paths
from loopback import Answer, Fault, Loopback
from running import NOW, SUMMARY, well


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting is not the point."""
    monkeypatch.setattr(client, "ATTEMPTS", (0.0, 0.02))


MOVED = {
    "incidentio": (SUMMARY, "incidentio/fine/summary.json"),
    "betterstack": ("/index.json", "betterstack/fine/index.json"),
    "instatus": ("/summary.json", "instatus/fine/summary.json"),
    "incidentio_native": ("/proxy/acme.test", "incidentio_native/fine/page.json"),
}


@pytest.mark.parametrize("shape", MOVED)
@pytest.mark.parametrize("before", ["404", "html"])
def test_a_page_that_changed_its_platform_is_read_by_the_shape_that_answers(
    net: Loopback, shape: str, before: str
) -> None:
    path, file = MOVED[shape]
    net.host("acme.test", Fault("html") if before == "html" else Answer(status=404))
    net.put("acme.test", path, case(file))

    found = look(net, acme())

    assert found.reading is not None
    assert (found.platform, found.note) == (shape, f"platform:{shape}")
    assert found.answered_by == f"https://acme.test{path}"
    assert {*net.connects} == {"acme.test"}
    assert len(net.asked("acme.test")) <= 8


def test_a_page_that_became_statuspage_or_incident_io_is_told_apart(net: Loopback) -> None:
    well(net, "one.test")
    net.put("two.test", SUMMARY, case("incidentio/fine/summary.json"))
    notes = [
        look(net, Source("acme", "betterstack", f"https://{host}")).note
        for host in ("one.test", "two.test")
    ]

    assert notes == ["platform:statuspage", "platform:incidentio"]


def test_a_shape_at_the_old_address_is_enough(net: Loopback) -> None:
    net.put("acme.test", SUMMARY, case("instatus/fine/summary.json"))
    net.put("acme.test", "/summary.json", case("instatus/one_major_outage/summary.json"))

    found = look(net, acme())

    assert found.note == "platform:instatus"
    assert found.reading is not None
    assert found.reading.word is not Level.NONE


@pytest.mark.parametrize("status", [301, 302, 308])
def test_another_host_is_never_followed_to(net: Loopback, status: int) -> None:
    place = Answer(status=status, headers={"Location": f"https://elsewhere.test{SUMMARY}"})
    net.host("acme.test", place)
    well(net, "elsewhere.test")

    found = look(net, acme())

    assert (found.reason, found.detail) == ("redirect", "to https://elsewhere.test")
    assert {*net.connects} == {"acme.test"}


def test_a_page_for_people_is_not_read_against_robots_by_its_shape(net: Loopback) -> None:
    page = (CASES / "pagerduty/fine/page.html").read_bytes()
    net.host("acme.test", Answer(body=page))
    net.put("acme.test", "/robots.txt", Answer(body=b"User-agent: *\nDisallow: /\n"))

    found = look(net, acme())

    assert (found.reading, found.reason) == (None, "not_json")
    assert "/" not in paths(net, "acme.test")


def test_incident_io_s_copy_at_the_address_of_statuspage_stays_unchanged_as_itself(
    net: Loopback,
) -> None:
    for name in ("summary", "components"):
        answer = case(f"incidentio/fine/{name}.json")
        net.put("acme.test", f"/api/v2/{name}.json", answer)
    first = Round(NOW)
    read = look(net, acme(), first)
    second = Round(NOW, digests=first.cache.digests)
    same = look(net, acme(), second)

    assert (read.platform, read.note) == ("incidentio", "platform:incidentio")
    assert read.reading is not None
    assert (same.unchanged, same.note) == (True, "platform:incidentio")
    assert second.cache.digests == {}, "what is remembered is still true"


def test_a_channel_that_takes_the_title_of_azure_costs_only_its_own_source(net: Loopback) -> None:
    rss = b"<rss><channel><title>Azure Status</title><link>https://[x/</link></channel></rss>"
    net.put("acme.test", "/feed.xml", Answer(body=rss))

    found = look(net, acme("feed", feed="https://acme.test/feed.xml"))

    assert (found.reading, found.reason) == (None, "no_state")
