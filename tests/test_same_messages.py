"""A message that is read in two ways, from the page and from its feed, is one message."""

import json
from dataclasses import replace

import pytest

from crawler import platforms
from crawler.model import Reading, Update, Visit
from crawler.site import feeds
from crawler.wire import Reply
from lives import MINUTE, START, Life, incident, reading

STEP = 10 * MINUTE
WAITING = "We are continuing to investigate this issue."
TOLD = [
    ("u4", "2026-11-22T10:50:00.000Z", "monitoring", "A fix is in place.\n\nWe watch it."),
    ("u3", "2026-11-22T10:40:00.000Z", "investigating", WAITING),
    ("u2", "2026-11-22T10:30:00.000Z", "investigating", WAITING),
    ("u1", "2026-11-22T10:20:00.000Z", "investigating", "We look into <b>errors</b>."),
]
LABELS = {"u4": "Monitoring", "u3": "Update", "u2": "Update", "u1": "Investigating"}


def page() -> Reading:
    """The incident as Statuspage's JSON tells it."""
    updates = [
        {"id": key, "created_at": at, "display_at": at, "status": phase, "body": body}
        for key, at, phase, body in TOLD
    ]
    one = {
        "id": "kctbh9vrtdwd",
        "name": "Errors",
        "status": "monitoring",
        "impact": "minor",
        "created_at": TOLD[-1][1],
        "started_at": TOLD[-1][1],
        "updated_at": TOLD[0][1],
        "resolved_at": None,
        "shortlink": "https://stspg.io/kctbh9vrtdwd",
        "incident_updates": updates,
        "components": [],
    }
    summary = {
        "page": {"id": "p", "name": "Acme", "updated_at": TOLD[0][1]},
        "status": {"indicator": "minor", "description": "Minor Service Outage"},
        "components": [],
        "incidents": [one],
        "scheduled_maintenances": [],
    }
    return _read(
        "statuspage",
        summary=json.dumps(summary),
        incidents=json.dumps({"page": summary["page"], "incidents": [one]}),
    )


def feed(now: int) -> Visit:
    """The same as its feed tells it, which has no ids and no years."""
    said = (
        "".join(
            f"<p><small>Nov <var>22</var>, <var>{at[11:16]}</var> UTC</small><br>"
            f"<strong>{LABELS[key]}</strong> - {body.replace(chr(10), '<br />')}</p>"
            for key, at, _, body in TOLD
        )
        .replace("&", "&amp;")
        .replace("<", "&lt;")
    )
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme</title><entry><title>Errors</title>'
        "<id>tag:status.acme.test,2005:Incident/1</id>"
        f"<published>{TOLD[0][1]}</published><updated>{TOLD[0][1]}</updated>"
        '<link href="https://status.acme.test/incidents/kctbh9vrtdwd"/>'
        f'<content type="html">{said}</content></entry></feed>'
    )
    return Visit("acme", now, _read("feed", feed=body), platform="feed", note="fallback:http_5xx")


def _read(platform: str, **bodies: str) -> Reading:
    replies = {
        name: Reply(url=f"https://status.acme.test/{name}", status=200, body=body.encode())
        for name, body in bodies.items()
    }
    return platforms.read(platform, replies)


def messages(life: Life, now: int) -> tuple[Update, ...]:
    (record,) = life.store.memories(now).records
    return record.incident.updates


@pytest.mark.parametrize("order", ["page feed page feed", "feed page feed page"])
def test_what_the_page_and_its_feed_both_say_was_said_once(life: Life, order: str) -> None:
    for number, way in enumerate(order.split()):
        now = START + number * STEP
        life.run(now, {"acme": page() if way == "page" else feed(now)})
    known = messages(life, now)
    items = feeds.render(life.board(now))["updates.atom"]

    assert [one.text for one in known] == [
        "A fix is in place.\n\nWe watch it.",
        WAITING,
        WAITING,
        "We look into errors.",
    ]
    assert [one.at for one in known] == [START - n * STEP for n in (1, 2, 3, 4)]
    assert items.count(b"<entry>") == 4


def test_what_a_page_says_again_later_is_another_message(life: Life) -> None:
    """The page lists its newest message alone."""
    for number in range(3):
        now = START + number * STEP
        said = (Update(f"u{number}", now, "investigating", WAITING),)
        life.run(now, {"acme": reading(replace(incident("x"), updates=said))})

    assert [one.id for one in messages(life, now)] == ["u2", "u1", "u0"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # The page lists its newest message alone, and its words stay while its phase moves on.
        (Update("u1", START, "investigating", WAITING), Update("u2", START, "monitoring", WAITING)),
        # Words of a feed without dates, which the provider uses again later.
        (Update("h", None, "identified", WAITING), Update("u2", START + STEP, "update", WAITING)),
    ],
)
def test_the_same_words_for_something_new_are_another_message(
    life: Life, first: Update, second: Update
) -> None:
    life.run(START, {"acme": reading(replace(incident("x"), updates=(first,)))})
    now = START + 2 * STEP
    life.run(now, {"acme": reading(replace(incident("x"), updates=(second,)))})

    assert {*messages(life, now)} == {first, second}
