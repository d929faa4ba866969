"""“Check right now” says nothing that it cannot know, whatever answers and whatever does not."""

import json

import pytest
from playwright.sync_api import expect

from answers import Answer, Fault
from browsing import Open, Served
from loopback import Loopback

API, PAGE = "api.deepgram.com", "status.deepgram.com"
SUMMARY = "/api/v2/summary.json"
OPEN = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
HOST: dict[str, Answer | Fault] = {"answers": Answer(status=401), "fails": Fault("refused")}
REST: dict[str, Answer | Fault] = {
    "blocked": Fault("reset"),
    "unread": Answer(headers=OPEN, body=b"later", status=503),
}

YOU, THEM, NOBODY, WORK = "It is you", "It is them", "Cannot tell", "It is planned work"
FINE, WAS_FINE = "They say it is fine", "It was fine when last read"
LOST = ", but you cannot reach it"
SAYS, WAS = "Deepgram's status page says", "Deepgram was last read as"
FROM_HERE = "Deepgram's status page cannot be read from here"
NOWHERE = f"{FROM_HERE}, and there is no address of its API to try."
NEITHER = "Your browser can read neither Deepgram's status page nor this site."
ALSO = "Look at your own side too."
LOOK = "Look at the key, the limits, the balance and the request."
NET = "Your network reaches neither Deepgram nor this site."
ALONE = "Their API has no address that a browser may try, so we cannot tell more."
BETWEEN = (
    "A firewall, a blocker or a VPN may be between, or an outage that nobody reported yet. "
    "Try another network."
)
ANSWERS = "Deepgram answers your browser."
TABLE = {
    "": [
        ("none", "unknown", True, FINE, ALONE),
        ("none", "critical", False, FINE, ALONE),
        ("major", "none", True, THEM, f"{SAYS} Partial outage."),
        ("maintenance", "none", False, WORK, f"{SAYS} Maintenance."),
        ("unread", "none", True, NOBODY, f"{NOWHERE} {WAS} Operational."),
        ("unread", "unknown", False, NOBODY, NOWHERE),
        ("unread", "critical", False, THEM, f"{WAS} Major outage."),
        ("blocked", "none", True, NOBODY, f"{NOWHERE} {WAS} Operational."),
        ("blocked", "unknown", True, NOBODY, NOWHERE),
        ("blocked", "maintenance", True, WORK, f"{WAS} Maintenance."),
        ("blocked", "none", False, YOU, NEITHER),
        ("blocked", "unknown", False, YOU, NEITHER),
        ("blocked", "minor", False, THEM, f"{WAS} Degraded. {NEITHER} {ALSO}"),
    ],
    "answers": [
        ("none", "critical", True, YOU, f"{ANSWERS} {SAYS} Operational. {LOOK}"),
        ("none", "unknown", False, YOU, f"{ANSWERS} {SAYS} Operational. {LOOK}"),
        ("critical", "none", True, THEM, f"{SAYS} Major outage, although it answers you."),
        ("maintenance", "none", True, WORK, f"{SAYS} Maintenance, although it answers you."),
        ("blocked", "none", True, YOU, f"{ANSWERS} {WAS} Operational. {LOOK}"),
        ("blocked", "minor", False, THEM, f"{WAS} Degraded, although it answers you."),
        ("unread", "unknown", True, NOBODY, "Deepgram answers you, but its state is not known."),
        ("blocked", "unknown", False, NOBODY, "Deepgram answers you, but its state is not known."),
    ],
    "fails": [
        ("none", "critical", True, FINE + LOST, BETWEEN),
        ("none", "unknown", False, FINE + LOST, BETWEEN),
        ("major", "none", True, THEM, f"{SAYS} Partial outage, and it does not answer you."),
        ("blocked", "none", True, WAS_FINE + LOST, BETWEEN),
        ("unread", "none", False, WAS_FINE + LOST, BETWEEN),
        ("blocked", "major", True, THEM, f"{WAS} Partial outage, and it does not answer you."),
        (
            "unread",
            "unknown",
            True,
            NOBODY,
            "Deepgram does not answer you, and its state is not known.",
        ),
        ("blocked", "none", False, YOU, NET),
        ("blocked", "unknown", False, YOU, NET),
        ("blocked", "critical", False, THEM, f"{WAS} Major outage. {NET} {ALSO}"),
    ],
}
"""By what the API does ("" where there is none to try): what the status page says, what we read
last and whether this site answers; then the answer and its sentence."""


@pytest.mark.parametrize("api", TABLE)
def test_every_sentence_is_true(api: str, visit: Open, net: Loopback, served: Served) -> None:
    path = "service/deepgram/index.html"
    if api:
        net.host(API, HOST[api])
    else:
        text = served.files[path].decode()
        served.files[path] = text.replace(f"https://{API}/v1/models", "").encode()
    page = visit().open("service/deepgram/")
    page.wait_for_load_state("networkidle")
    for told, level, ours, *expected in TABLE[api]:
        said = {"status": {"indicator": told}, "components": [], "incidents": []}
        answer = Answer(headers=OPEN, body=json.dumps(said).encode())
        net.put(PAGE, SUMMARY, REST.get(told, answer))
        served.down = not ours
        page.locator("#answer").evaluate("(one, level) => one.className = level", level)
        page.locator("#check button").click()
        expect(page.get_by_role("button", name="Check again")).to_be_enabled()

        found = page.locator(".result b, .result p").all_text_contents()
        assert (told, level, ours, *found) == (told, level, ours, *expected)
    assert bool(api) == (API in net.connects)


def test_a_browser_without_a_network_says_so(visit: Open) -> None:
    visitor = visit()
    page = visitor.open("service/deepgram/")
    page.wait_for_load_state("networkidle")
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Check right now").click()

    expect(page.locator(".result p")).to_have_text("Your browser says that it is offline.")
