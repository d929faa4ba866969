"""AWS, Azure and Google list what is wrong: an empty list is good news only from themselves."""

import json
from pathlib import Path

import pytest

from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Level, Reading
from crawler.platforms import aws, azure, gcp
from crawler.scope import scope
from crawler.wire import Reply

CASES = Path(__file__).parent / "platforms"
EVENTS = "https://health.aws.amazon.com/public/currentevents"
EMPTY_FEED = '<rss version="2.0"><channel><title>{}</title><link>{}</link></channel></rss>'


def said(body: bytes, url: str = "https://status.acme.test/") -> Reply:
    return Reply(url=url, status=200, body=body)


def middle_east() -> Reading:
    body = (CASES / "aws/middle_east_with_mark/events.json").read_bytes()
    return aws.read({"events": said(body)})


def test_the_events_are_asked_for_at_the_root_of_the_host_whatever_the_page() -> None:
    for page in ("https://health.aws.amazon.com/health/status", "https://health.aws.amazon.com"):
        asked = aws.requests(Source("aws", "aws", page))

        assert [one.url for one in asked.values()] == [EVENTS]


def test_an_event_in_the_middle_east_leaves_us_east_1_green() -> None:
    reading = middle_east()

    bedrock = ("Amazon Bedrock",)
    assert reading.incidents[0].regions == ("me-central-1",)
    assert scope(bedrock, ("us-east-1",), reading).level is Level.NONE
    assert scope((), ("us-east-1",), reading).level is Level.NONE
    assert scope(bedrock, ("us-east-1", "me-central-1"), reading).level is Level.CRITICAL
    assert scope((), (), reading).level is Level.CRITICAL


def test_a_service_that_recovered_leaves_an_open_event() -> None:
    reading = middle_east()

    assert reading.incidents[0].open
    assert scope(("Amazon Simple Storage Service",), (), reading).level is Level.NONE


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-16", "utf-8"])
def test_aws_events_are_read_in_every_encoding(encoding: str) -> None:
    rows = json.loads((CASES / "aws/over_in_utf8/events.json").read_text("utf-8"))

    body = json.dumps(rows).encode(encoding)

    assert aws.recognises(said(body))
    assert len(aws.read({"events": said(body)}).incidents) == 2


@pytest.mark.parametrize(
    ("body", "url", "reason"),
    [
        ("[]".encode("utf-16"), "https://x.test/", None),
        (" []\n".encode("utf-16-le"), "https://x.test/", None),
        (b"[]", EVENTS, None),
        (b"[]", EVENTS + "?x=1", None),
        (b"[]", "https://x.test/", "empty"),
        (b"", EVENTS, "empty"),
        (b"[{}]", EVENTS, "unexpected_shape"),
        (b"{}", EVENTS, "unexpected_shape"),
        (b"\xfe\xff\xd8", EVENTS, "encoding"),
    ],
)
def test_an_empty_list_of_events_is_good_news_only_from_aws(
    body: bytes, url: str, reason: str | None
) -> None:
    if reason is None:
        assert aws.read({"events": said(body, url)}).word is Level.NONE
        return
    with pytest.raises(Unreadable) as caught:
        aws.read({"events": said(body, url)})
    assert caught.value.reason == reason


@pytest.mark.parametrize("body", [b"[]", b" [ ]\n"])
def test_an_empty_list_of_google_incidents_is_a_failure(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        gcp.read({"incidents": said(body)})

    assert caught.value.reason == "empty"


def test_google_incidents_are_known_by_product_and_place() -> None:
    body = (CASES / "gcp/regional_outage/incidents.json").read_bytes()
    reading = gcp.read({"incidents": said(body)})

    product = ("prodVertexGemini",)
    assert reading.incidents[0].regions == ("europe-west4",)
    assert scope(product, (), reading).level is Level.CRITICAL
    assert scope(product, ("us-central1",), reading).level is Level.NONE
    assert scope(("Hybrid Connectivity",), (), reading).level is Level.NONE


def test_a_google_incident_that_is_global_counts_in_every_region() -> None:
    body = (CASES / "gcp/global_with_an_empty_end/incidents.json").read_bytes()
    reading = gcp.read({"incidents": said(body)})

    assert scope(("prodIam",), ("asia-south1",), reading).level is Level.MAJOR


@pytest.mark.parametrize(
    ("title", "link", "known"),
    [
        ("Azure Status", "https://azure.status.microsoft/en-us/status/", True),
        ("Azure Status", "https://azurestatusprodwus.azurewebsites.net/en-us/status/", True),
        ("Azure Status", "https://status.azure.com/en-us/status/", True),
        ("Azure Status", "https://azure.status.microsoft.evil.test/", False),
        ("Azure Status", "https://status.azure.com.evil.test/", False),
        ("Azure Status", "", False),
        ("Acme Status", "https://azure.status.microsoft/en-us/status/", False),
    ],
)
def test_an_empty_channel_is_good_news_only_from_azure(title: str, link: str, known: bool) -> None:
    reply = said(EMPTY_FEED.format(title, link).encode())

    assert azure.recognises(reply) is known
    if known:
        assert azure.read({"feed": reply}).word is Level.NONE
    else:
        with pytest.raises(Unreadable):
            azure.read({"feed": reply})


@pytest.mark.parametrize(
    ("day", "same"), [("Sun, 22 Nov 2026 09:10:00 Z", True), ("Sat, 12 Dec 2026 11:05:00 Z", False)]
)
def test_the_next_azure_outage_of_one_title_is_another_incident(day: str, same: bool) -> None:
    body = (CASES / "azure/regional/feed.xml").read_text("utf-8")
    first = azure.read({"feed": said(body.encode())}).incidents[0]
    again = body.replace("Sun, 22 Nov 2026 09:29:09 Z", day)

    assert (azure.read({"feed": said(again.encode())}).incidents[0].id == first.id) is same


@pytest.mark.parametrize("word", ["Global", "Public Non-Regional"])
def test_an_azure_outage_of_a_service_without_regions_is_everywhere(word: str) -> None:
    body = (CASES / "azure/regional/feed.xml").read_text("utf-8").replace("East US 2", word)
    wide = azure.read({"feed": said(body.encode())})

    assert word not in wide.incidents[0].components
    assert scope(("Cognitive Services",), ("UK South",), wide).level is Level.MINOR


def test_azure_categories_are_told_apart() -> None:
    regional = (CASES / "azure/regional/feed.xml").read_bytes()
    everywhere = (CASES / "azure/everywhere/feed.xml").read_bytes()

    here = azure.read({"feed": said(regional)})
    wide = azure.read({"feed": said(everywhere)})

    assert here.incidents[0].regions == ("East US 2", "West Europe")
    assert wide.incidents[0].regions == ()
    assert scope(("Cognitive Services",), ("West Europe",), here).level is Level.MINOR
    assert scope(("Cognitive Services",), ("UK South",), here).level is Level.NONE
    assert scope(("Microsoft Entra ID",), ("UK South",), wide).level is Level.MINOR
