"""Which items an incident, announced work and our own checks make: one at each turn."""

from dataclasses import replace
from pathlib import Path

from lxml import etree

from crawler.catalogue import Probe
from crawler.model import Level, Maintenance, Reading, Update
from crawler.site import pages
from crawler.store.life import slug
from items import OLD, OPEN, OVER, STEP, after, catalogue, entries, files, said, tails, xml
from lives import HOUR, REPOSITORY, START, Life, provider, reading, service, update, world

__all__ = ["catalogue"]  # fixtures


def test_an_incident_is_one_item_per_opening_and_one_per_end(life: Life) -> None:
    late = START + 2 * HOUR
    lists = [(OPEN,), (OVER,), (OPEN,), (replace(OVER, ended_at=late + 3 * STEP),)]
    counted = after(life, *lists, start=late)

    assert counted == [
        [""],
        ["", ":resolved"],
        ["", ":resolved", ":reopened:1"],
        ["", ":resolved", ":reopened:1", ":resolved:1"],
    ]


def test_the_end_of_an_incident_without_a_stated_end_is_when_it_was_first_seen_over(
    life: Life,
) -> None:
    over = replace(OVER, ended_at=None)
    after(life, (OPEN,), (over,), (replace(over, title="Edited"),))
    [record] = [one for one in life.store.memories(START).records if one.incident.id == "i1"]

    assert record.phases == ((START, START + STEP),)


def test_an_incident_that_was_withdrawn_while_open_ends_as_withdrawn(life: Life) -> None:
    counted = after(life, (OPEN,), (), (), (), ())

    assert counted == [[""], [""], [""], ["", ":resolved"], ["", ":resolved"]]
    newest = entries(files(life)["feed.atom"])[0]
    assert said(newest, "a:title") == "Withdrawn by the provider: Acme: Trouble"
    assert "Withdrawn by the provider after 5 min." in said(newest, "a:content")


def test_what_was_told_as_withdrawn_stays_so_when_it_comes_back(life: Life) -> None:
    counted = after(life, (OPEN,), (), (), (), (OPEN,), (OVER,))
    titles = [said(entry, "a:title") for entry in reversed(entries(files(life)["feed.atom"]))]

    assert counted[-1] == ["", ":resolved", ":reopened:1", ":resolved:1"]
    assert titles[-4:] == [
        "Acme: Trouble",
        "Withdrawn by the provider: Acme: Trouble",
        "Acme: Reopened: Trouble",
        "Resolved: Acme: Trouble",
    ]


def test_each_message_of_a_provider_is_one_update_with_its_first_wording(life: Life) -> None:
    first, second = OPEN.updates[0], update("u2", "We know why.", START + 60, "identified")
    later = replace(second, id="u3", at=START + 9 * HOUR)  # a clock that is wrong
    edited = replace(first, text="We looked into it.", at=START - 60)
    life.run(START, {"acme": reading(OPEN)})
    life.run(START + STEP, {"acme": reading(replace(OPEN, updates=(later, second, first)))})
    before = files(life)["updates.atom"]
    life.run(START + 2 * STEP, {"acme": reading(replace(OPEN, updates=(later, second, edited)))})
    told = [
        (said(one, "a:title"), said(one, "a:published")[11:16], said(one, "a:content"))
        for one in entries(before)
    ]

    assert files(life)["updates.atom"] == before
    assert told == [
        ("Acme: Identified: Trouble", "11:05", "<p>Acme wrote:</p><p>We know why.</p>"),
        ("Acme: Identified: Trouble", "11:05", "<p>Acme wrote:</p><p>We know why.</p>"),
        ("Acme: Investigating: Trouble", "11:00", "<p>Acme wrote:</p><p>We look into it.</p>"),
    ]
    ids = [said(one, "a:id") for one in entries(before)]
    assert len({*ids}) == 3
    assert all(":update:" in one for one in ids)


def test_an_incident_that_was_once_a_partial_outage_stays_among_the_major_ones(life: Life) -> None:
    counted = []
    late = START + 2 * HOUR
    for number, impact in enumerate((Level.MINOR, None, Level.MAJOR, Level.MINOR)):
        one = replace(OPEN, impact=impact)
        life.run(late + number * STEP, {"acme": reading(one, OLD)})
        counted.append(tails(files(life)["major.atom"]))
    life.run(late + HOUR, {"acme": reading(replace(OVER, impact=Level.NONE), OLD)})

    assert counted == [[], [], [""], [""]]
    assert tails(files(life)["major.atom"]) == ["", ":resolved"]
    assert len(entries(files(life)["major.atom"])) == 2


def announced(work: Maintenance) -> Reading:
    return replace(reading(OLD), maintenances=(work,))


def work_items(life: Life) -> list[tuple[str, str, str]]:
    """Tail of the id, title and time of the items of maintenance.atom, oldest first."""
    found = []
    for entry in reversed(entries(files(life)["maintenance.atom"])):
        tail = said(entry, "a:id").partition("maintenance/acme/")[2][21:]
        found.append((tail, said(entry, "a:title"), said(entry, "a:published")[:16]))
    return found


def test_an_incident_that_becomes_major_is_news_among_the_major_ones_when_it_does(
    life: Life,
) -> None:
    late = START + 2 * HOUR
    worse = replace(OPEN, impact=Level.MAJOR)
    over = replace(OVER, impact=Level.MAJOR, ended_at=late + 3 * STEP)
    seen = []
    for number, one in enumerate((OPEN, worse, OPEN, over)):
        life.run(late + number * STEP, {"acme": reading(one)})
        told = files(life)
        seen.append(
            [
                [said(entry, "a:published")[11:16] for entry in entries(told[path])]
                for path in ("feed.atom", "major.atom")
            ]
        )

    # Readers such as Slack's pass over what is older than the newest item that they know.
    assert seen == [
        [["13:00"], []],
        [["13:00"], ["13:05"]],
        [["13:00"], ["13:05"]],
        [["13:15", "13:00"], ["13:15", "13:05"]],
    ]


def test_announced_work_is_one_item_one_more_when_it_is_moved_and_one_at_its_end(
    life: Life,
) -> None:
    work = Maintenance(
        id="m1", title="Upgrade", phase="scheduled",
        starts_at=START + 2 * HOUR, ends_at=START + 3 * HOUR,
    )  # fmt: skip
    moved = replace(work, starts_at=START + 4 * HOUR, ends_at=START + 5 * HOUR)
    said_more = replace(moved, title="Upgrade!", updates=(Update("", None, "", "Soon"),))
    running = replace(said_more, phase="in_progress", starts_at=START + 4 * HOUR + 60)
    for number, one in enumerate((work, moved, said_more, running)):
        life.run(START + number * HOUR, {"acme": announced(one)})
    life.run(START + 6 * HOUR, {"acme": reading(OLD)})

    assert work_items(life) == [
        ("", "Acme: Maintenance: Upgrade", "2026-11-22T11:00"),
        (":moved:1", "Acme: Maintenance moved: Upgrade", "2026-11-22T12:00"),
        (":over", "Completed: Acme: Maintenance: Upgrade", "2026-11-22T17:00"),
    ]
    first, second, third = (said(e, "a:content") for e in entries(files(life)["maintenance.atom"]))
    assert "Planned from 22 Nov 2026, 13:00 UTC to 22 Nov 2026, 14:00 UTC." in third
    assert "Planned from 22 Nov 2026, 15:00 UTC" in second
    assert "before that from 22 Nov 2026, 13:00 UTC" in second
    assert "The provider says that it is over." in first


def test_work_that_was_over_when_we_first_saw_it_has_its_own_times_and_news_that_of_the_run(
    life: Life,
) -> None:
    late = START + 9 * HOUR
    past = Maintenance(id="m1", title="Upgrade", phase="completed", starts_at=START)
    known = (past, replace(past, ends_at=START + HOUR), replace(past, ends_at=START - HOUR))
    running = replace(past, phase="in_progress")
    dates = []
    for number, one in enumerate((*known, running)):
        work = replace(one, id=f"m{number}")
        life.run(late + number * HOUR, {"acme": announced(work)})
        published = xml(life)["maintenance.atom"]
        mine = slug("acme", work.id, late)
        dates.append(
            [
                said(entry, "a:published")[11:16]
                for entry in reversed(entries(published))
                if mine in said(entry, "a:id")
            ]
        )

    assert dates == [["11:00", "20:00"], ["11:00", "12:00"], ["11:00", "11:00"], ["23:00"]]


def test_work_that_vanishes_before_it_began_was_withdrawn_and_may_come_back(life: Life) -> None:
    work = Maintenance(id="m1", title="Upgrade", phase="scheduled", starts_at=START + 9 * HOUR)
    for number, one in enumerate((announced(work), reading(OLD), announced(work), reading(OLD))):
        life.run(START + number * HOUR, {"acme": one})

    assert work_items(life) == [
        ("", "Acme: Maintenance: Upgrade", "2026-11-22T11:00"),
        (":over", "Withdrawn by the provider: Acme: Maintenance: Upgrade", "2026-11-22T12:00"),
        (":again:1", "Acme: Maintenance again: Upgrade", "2026-11-22T13:00"),
        (":over:1", "Withdrawn by the provider: Acme: Maintenance: Upgrade", "2026-11-22T14:00"),
    ]


PROBED = provider("acme", service("acme", probe=Probe("https://api.acme.test/v1", [401])))


def test_an_item_of_announced_work_leads_to_one_page_for_ever(tmp_path: Path) -> None:
    parts = [service(f"acme-{one}", components=[one]) for one in ("a", "b")]
    work = Maintenance(id="m1", title="Upgrade", phase="scheduled", components=("b",))
    with Life(tmp_path, world(provider("acme", *parts))) as life:
        life.run(START, {"acme": announced(work)})
        before = files(life)["maintenance.atom"]
        life.run(START + HOUR, {"acme": announced(replace(work, components=("a", "b")))})

        assert files(life)["maintenance.atom"] == before
        assert len(entries(files(life)["service/acme-a/maintenance.atom"])) == 1


def test_what_our_checks_saw_first_stays_ours_when_the_provider_goes_on_with_it(
    tmp_path: Path,
) -> None:
    late = START + 2 * HOUR
    theirs = replace(OPEN, started_at=late + 3 * STEP, created_at=late + 3 * STEP)
    theirs = replace(theirs, updates=(update("u1", "We look into it.", late + 3 * STEP),))
    over = replace(theirs, open=False, ended_at=late + 4 * STEP)
    seen: dict[str, str] = {}
    with Life(tmp_path, world(PROBED)) as life:
        for number, told in enumerate(((), (), (), (theirs,), (over,))):
            said_now = {"acme": reading(OLD, *told)}
            life.run(
                late + number * STEP,
                said_now,
                probes={"acme": "fail" if number in (1, 2) else "ok"},
            )
            found = entries(files(life)["feed.atom"])
            for entry in found:
                text = etree.tostring(entry, encoding="unicode").strip()
                assert seen.setdefault(said(entry, "a:id"), text) == text
        written = entries(files(life)["updates.atom"])

    assert [said(one, "a:title") for one in reversed(found)][2:] == [
        "Acme: Our checks of Acme fail",
        "Resolved: Acme: Our checks of Acme fail",
    ]
    assert [said(one, "dc:creator") for one in reversed(found)][2:] == ["whosdown", "whosdown"]
    assert [said(one, "dc:creator") for one in reversed(written)] == ["whosdown", "Acme"]
    assert "<p>whosdown wrote:</p><p>Our checks fail since" in said(found[1], "a:content")


def test_what_our_checks_saw_end_is_reopened_when_the_provider_still_tells_of_it(
    tmp_path: Path,
) -> None:
    late = START + 2 * HOUR
    theirs = replace(OPEN, started_at=None, created_at=None, updates=())
    with Life(tmp_path, world(PROBED)) as life:
        for number, outcome in enumerate(("ok", "fail", "fail", "ok", "ok", "ok", "ok")):
            told = (theirs,) if number == 6 else ()
            said_now = {"acme": reading(OLD, *told)}
            life.run(late + number * STEP, said_now, probes={"acme": outcome})
        found = [said(one, "a:title") for one in reversed(entries(files(life)["feed.atom"]))]

    assert found[2:] == [
        "Acme: Our checks of Acme fail",
        "Resolved: Acme: Our checks of Acme fail",
        "Acme: Reopened: Our checks of Acme fail",
    ]


def test_whoever_was_told_of_an_opening_is_told_of_the_end_though_it_was_about_others(
    tmp_path: Path,
) -> None:
    # Providers open an incident in haste, and say later which of their components it is about.
    web, chat = service("web", components=["c1"]), service("chat", components=["c2"])
    steps = (
        replace(OPEN, components=()),
        *(replace(one, components=("c2",)) for one in (OPEN, OVER)),
    )
    with Life(tmp_path, world(provider("acme", web, chat))) as life:
        after(life, *((one,) for one in steps), start=START + 2 * HOUR)
        told, row = files(life), life.board(life.runs[-1].id).rows[0]

    for path in ("feed.atom", "service/web/feed.atom", "service/chat/feed.atom"):
        assert tails(told[path]) == ["", ":resolved"], path
    assert [one.record.incident.id for one in row.recent] == ["i0"]


def test_an_open_incident_that_turns_out_to_be_about_others_keeps_its_page_alone(
    tmp_path: Path,
) -> None:
    followed = world(provider("acme", service("acme", components=["c1"])))
    with Life(tmp_path, followed) as life:
        for number, parts in enumerate(((), ("c9",))):
            told = replace(OPEN, components=parts)
            life.run(START + number * STEP, {"acme": reading(told)})
        board = life.board(START + STEP)
    files_of = pages.render(board, (), REPOSITORY / "site_templates")

    assert board.open == board.rows[0].open == ()
    assert b"none that we follow" in files_of[f"{board.stories[0].path}index.html"]
