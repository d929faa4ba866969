"""What the opening of an incident says of how bad it is and whom it affects, once and for good."""

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.catalogue import Probe
from crawler.model import Component, Incident, Level, Maintenance
from items import OLD, OPEN, OVER, STEP, after, catalogue, entries, files, said, xml
from lives import HOUR, START, Life, provider, reading, service, world

__all__ = ["catalogue"]  # fixtures

LATE = START + 2 * HOUR
WROTE = "<p>Acme wrote:</p><p>We look into it.</p>"


def opening(life: Life, path: str = "feed.atom") -> str:
    """The text of the item that tells of the beginning of i1."""
    ours = [one for one in entries(files(life)[path]) if ":resolved" not in said(one, "a:id")]
    return next(said(one, "a:content") for one in ours if "Old" not in said(one, "a:title"))


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (OPEN, "<p>Degraded. Affects Acme, Acme-chat.</p>"),
        (replace(OPEN, components=()), "<p>Degraded. Affects Acme, Acme-chat.</p>"),
        # The title names Acme already.
        (replace(OPEN, components=("c9",)), "<p>Degraded.</p>"),
        (replace(OPEN, impact=None), "<p>Affects Acme, Acme-chat.</p>"),
        (replace(OPEN, impact=Level.CRITICAL), "<p>Major outage. Affects Acme, Acme-chat.</p>"),
        # A provider's "none" beside trouble is no news, nor is what says no more than the title.
        (replace(OPEN, impact=Level.NONE, components=("c9",)), ""),
    ],
)
def test_an_opening_says_how_bad_it_is_and_which_services_it_affects(
    life: Life, one: Incident, told: str
) -> None:
    life.run(LATE, {"acme": reading(OLD, one)})

    assert opening(life) == told + WROTE


def test_a_name_of_a_service_is_text_in_an_opening(tmp_path: Path) -> None:
    catalogue = world(provider("acme", service("a", name="<b>A&B</b>"), service("b")))
    with Life(tmp_path, catalogue) as life:
        life.run(LATE, {"acme": reading(OLD, OPEN)})

        assert opening(life).startswith("<p>Degraded. Affects &lt;b&gt;A&amp;B&lt;/b&gt;, B.</p>")


def test_an_opening_stays_as_it_was_when_the_incident_grows_moves_and_ends(life: Life) -> None:
    first = replace(OPEN, components=("c9",))
    steps = (
        first,
        replace(OPEN, impact=Level.CRITICAL),
        replace(OPEN, components=(), regions=("eu",)),
        replace(OVER, impact=None),
    )
    seen = []
    for number, one in enumerate(steps):
        life.run(LATE + number * STEP, {"acme": reading(OLD, one)})
        seen.append(opening(life))

    assert seen == ["<p>Degraded.</p>" + WROTE] * len(steps)


def test_what_becomes_major_says_so_among_the_major_ones_only(life: Life) -> None:
    after(life, (OPEN,), (replace(OPEN, impact=Level.MAJOR),), (OVER,), start=LATE)
    degraded = "<p>Degraded. Affects Acme, Acme-chat.</p>" + WROTE

    assert opening(life) == degraded
    assert opening(life, "major.atom") == (
        f"{degraded}<p>At least a partial outage, first seen at 22 Nov 2026, 13:05 UTC.</p>"
    )
    assert said(entries(files(life)["major.atom"])[0], "a:content") == "<p>Resolved after 1 h.</p>"


def test_a_reopening_says_what_it_affects_then(life: Life) -> None:
    chat = replace(OPEN, components=("c2",), impact=Level.MAJOR)
    after(life, (OPEN,), (OVER,), (chat,), start=LATE)
    (again,) = [one for one in entries(files(life)["feed.atom"]) if "reopened" in said(one, "a:id")]

    assert said(again, "a:content") == (
        "<p>Partial outage. Affects Acme, Acme-chat.</p><p>The incident was opened again.</p>"
    )


def test_what_our_check_saw_first_affects_its_own_service_though_the_provider_goes_on_with_it(
    tmp_path: Path,
) -> None:
    probed = service("acme-chat", probe=Probe("https://acme.test/", [200]))
    theirs = replace(OPEN, started_at=LATE + 2 * STEP, created_at=None, components=())
    seen = []
    with Life(tmp_path, world(provider("acme", service("acme"), probed))) as life:
        for number, told in enumerate(((), (), (), (theirs,))):
            outcome = "ok" if number in (0, 3) else "fail"
            said_now = {"acme": reading(OLD, *told)}
            life.run(LATE + number * STEP, said_now, probes={"acme-chat": outcome})
            if number > 1:
                seen.append(opening(life))

    assert seen[0].startswith("<p>Degraded. Affects Acme-chat.</p><p>whosdown wrote:</p>")
    assert seen[1:] == seen[:-1]


def test_announced_work_names_the_services_of_its_first_wording(life: Life) -> None:
    begins, ends = START + HOUR, START + 2 * HOUR
    work = Maintenance(
        id="m1", title="New disks", phase="scheduled", starts_at=begins, ends_at=ends
    )
    for number, parts in enumerate((("c2",), ("c9",), ())):
        said_now = replace(reading(OLD), maintenances=(replace(work, components=parts),))
        life.run(START + number * STEP, {"acme": said_now})
    (entry,) = entries(files(life)["maintenance.atom"])

    assert said(entry, "a:content") == (
        "<p>Planned from 22 Nov 2026, 12:00 UTC to 22 Nov 2026, 13:00 UTC."
        " Affects Acme, Acme-chat.</p>"
    )


def test_every_format_tells_it(life: Life) -> None:
    life.run(LATE, {"acme": reading(OPEN, components=(Component("c1", "API", Level.MINOR),))})
    both = [body for path, body in xml(life).items() if path in ("feed.rss", "feed.atom")]

    assert len(both) == 2
    for body in (*both, files(life)["feed.json"]):
        assert b"Degraded. Affects Acme, Acme-chat." in body


def test_a_service_that_was_added_later_is_named_by_nothing_older(tmp_path: Path) -> None:
    work = Maintenance(id="m1", title="New disks", phase="scheduled", starts_at=LATE + HOUR)
    said_now = {"acme": replace(reading(OLD, OPEN), maintenances=(work,))}
    one, two = service("acme"), service("acme-chat")
    with Life(tmp_path, world(provider("acme", one))) as life:
        life.run(LATE, said_now)
        before = {path: body for path, body in files(life).items() if path.endswith(".atom")}
    with Life(tmp_path, world(provider("acme", two, one))) as life:
        life.run(LATE + STEP, said_now)
        after = files(life)

    for path in ("feed.atom", "major.atom", "maintenance.atom", "service/acme/feed.atom"):
        assert [said(one, "a:content") for one in entries(after[path])] == [
            said(one, "a:content") for one in entries(before[path])
        ]
