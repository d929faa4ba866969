"""`whosdown doctor` says for each source that is not well what a person should do."""

import json
import re
from pathlib import Path

import pytest

from crawler import times
from killer import Killer
from looking import CASES, case
from loopback import Answer, Fault, Loopback
from running import INCIDENTS, NOW, SUMMARY, Place, incident, provider, summary, tree, well

ROBOTS = Answer(body=b"User-agent: *\nDisallow: /\n")


@pytest.fixture
def place(tmp_path: Path, net: Loopback, forks: Killer) -> Place:
    net.control()
    made = Place(tmp_path / "place", net.env)
    made.forks = forks
    return made


def doctor(place: Place, *more: str) -> tuple[int, str, str]:
    assert place.forks
    args = ["doctor", "--content", str(place.content), "--now", str(NOW), *more]
    ended = place.forks.run(args, place.env)
    assert "Traceback" not in ended.said, ended.said
    assert ended.code is not None
    return ended.code, ended.out, ended.said


def repairs(out: str) -> dict[str, str]:
    """What is to be repaired, by provider."""
    found, name = {}, ""
    for line in out.splitlines()[1:]:
        name = line.split()[0] if line[0] != " " else name
        if line[0] == " ":
            found[name] = line.strip().removeprefix("repair: ")
    return found


def follow(name: str, *components: str) -> str:
    return provider(name) + f"components = {json.dumps(components)}\n"


def test_all_well_is_a_table_and_exit_0(place: Place, net: Loopback) -> None:
    well(net, "one.test", "two.test")
    place.write("one", provider("one"))
    place.write("two", follow("two", "api"))
    place.write("none", provider("none", ""))

    code, out, _ = doctor(place)

    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert rows[0] == ["PROVIDER", "PLATFORM", "NEWEST", "ROBOTS", "STATE"]
    assert [row[:2] for row in rows[1:]] == [["one", "statuspage"], ["two", "statuspage"]]
    assert [row[3:] for row in rows[1:]] == [["allow", "read"]] * 2
    assert {one.name for one in place.folder.iterdir()} == {"content"}, "nothing is written"


def test_each_trouble_has_its_repair_and_exit_1(place: Place, net: Loopback) -> None:
    old = incident("a", "Long ago", status="resolved", resolved_at="2025-09-01T10:00:00Z")
    old |= {"created_at": "2025-09-01T09:00:00Z", "started_at": "2025-09-01T09:00:00Z"}
    old["incident_updates"] = []
    listed = {"page": {"id": "kctbh9vrtdwd"}, "incidents": [old]}
    names = ("well", "lost", "forbidden", "moved", "other", "gone", "partly", "abandoned")
    for name in names:
        place.write(name, provider(name))
        well(net, f"{name}.test")
    place.write("robots", provider("robots", "pagerduty"))
    place.write("gone", follow("gone", "vanished"))
    place.write("partly", follow("partly", "API", "vanished"))
    net.host("lost.test", Answer(status=404))
    net.put("lost.test", SUMMARY, Answer(status=404))
    net.put("forbidden.test", SUMMARY, Answer(status=403))
    net.put("moved.test", SUMMARY, Fault("redirect_host"))
    net.put("other.test", SUMMARY, Answer(status=404))
    net.put("other.test", "/index.json", case("betterstack/fine/index.json"))
    net.put("abandoned.test", INCIDENTS, Answer(body=json.dumps(listed).encode()))
    net.put("robots.test", "/", Answer(body=(CASES / "pagerduty/fine/page.html").read_bytes()))
    net.put("robots.test", "/robots.txt", ROBOTS)

    code, out, _ = doctor(place)

    assert code == 1
    found = repairs(out)
    assert set(found) == {*names, "robots"} - {"well"}
    for name, words in {
        "lost": r"address is wrong.*`whosdown add https://lost\.test`",
        "forbidden": r"refuses programs: use its feed",
        "moved": r"the page moved to https://elsewhere\.test: .*change page\.url",
        "other": r'the page is betterstack now: write platform = "betterstack"',
        "gone": r"gone: none of its components is on the page",
        "partly": r"partly: not on the page any more: vanished",
        "abandoned": r"nothing new for 447 d.*: the page may be abandoned",
        "robots": r"robots\.txt forbids it: give page\.feed",
    }.items():
        assert re.search(words, found[name]), (name, found[name])
    assert re.search(r"^robots +pagerduty .* forbid +not read: robots\.txt", out, re.MULTILINE)


def test_what_doctor_says_to_write_is_right(place: Place, net: Loopback) -> None:
    net.host("other.test", Answer(status=404))
    net.put("other.test", "/index.json", case("betterstack/fine/index.json"))
    place.write("other", provider("other"))
    _, before, _ = doctor(place)
    written = re.search(r'write (platform = "\w+")', before)
    assert written

    place.write("other", provider("other").replace('platform = "statuspage"', written[1]))

    assert doctor(place)[0] == 0


def test_a_second_endpoint_hides_a_broken_first_one_from_nobody(
    place: Place, net: Loopback
) -> None:
    well(net, "spare.test")
    net.host("one.test", Answer(status=404))
    net.host("two.test", Fault("reset"))
    for name in ("one", "two"):
        url = f'url = "https://{name}.test"\n'
        also = 'also = [{ platform = "statuspage", url = "https://spare.test" }]\n'
        place.write(name, provider(name).replace(url, url + also))

    code, out, _ = doctor(place)

    assert code == 1
    assert set(repairs(out)) == {"one"}, "a broken connection may mend by itself"
    assert "read by a second endpoint: the page does not exist" in out
    assert "read by a second endpoint: the connection broke" in out


def test_a_page_that_gives_its_feed_for_programs_is_well(place: Place, net: Loopback) -> None:
    net.put("one.test", "/robots.txt", ROBOTS)
    net.put("one.test", "/history.atom", case("feed/statuspage_atom/feed.xml"))
    place.write("one", provider("one", "pagerduty", feed="https://one.test/history.atom"))

    code, out, _ = doctor(place)

    assert code == 0, out
    assert "read by a second endpoint: robots.txt asks programs not to read it" in out


@pytest.mark.parametrize(("days", "flagged"), [(399, False), (401, True)])
def test_a_page_is_abandoned_after_400_days(
    place: Place, net: Loopback, days: int, flagged: bool
) -> None:
    at = times.iso(NOW - days * times.DAY)
    page = json.loads((CASES / "statuspage/fine/summary.json").read_text("utf-8"))
    page["page"]["updated_at"] = at
    page |= {"incidents": [], "scheduled_maintenances": []}
    net.put("one.test", SUMMARY, Answer(body=json.dumps(page).encode()))
    place.write("one", provider("one"))

    code, out, _ = doctor(place)

    assert (code, "may be abandoned" in out) == (int(flagged), flagged), out


def test_the_same_as_json(place: Place, net: Loopback) -> None:
    well(net, "one.test")
    net.host("two.test", Answer(status=404))
    for name in ("one", "two"):
        place.write(name, provider(name))

    code, out, _ = doctor(place, "--json")

    assert code == 1
    one, two = json.loads(out)
    assert one == {
        "provider": "one",
        "platform": "statuspage",
        "url": "https://one.test",
        "state": "read",
        "answered_by": f"https://one.test{SUMMARY}",
        "newest": None,
        "robots": True,
        "repair": "",
    }
    assert two["state"] == "not read: the page does not exist"
    assert "https://two.test" in two["repair"]


def test_wrong_content_is_told_before_anything_is_asked(place: Place, net: Loopback) -> None:
    place.write("one", provider("one").replace("statuspage", "statuspages"))
    before = tree(place.folder)

    code, _, err = doctor(place)

    assert code == 78
    assert "one.toml:2: page.platform" in err
    assert net.connects == []
    assert tree(place.folder) == before


def test_without_a_network_nobody_is_blamed(place: Place, net: Loopback) -> None:
    net.control(working=1)
    place.write("one", provider("one"))

    code, out, err = doctor(place)

    assert (code, out) == (65, "")
    assert "our own network does not work" in err


def test_what_a_page_says_is_no_command(place: Place, net: Loopback) -> None:
    evil = "##[add-mask]x\r::error::y"
    net.put("one.test", SUMMARY, summary(incident("a", evil, evil), level=evil, component=evil))
    net.put("two.test", SUMMARY, Answer(status=302, headers={"Location": "https://##[x].test"}))
    place.write("one", follow("one", "##[gone]"))
    place.write("two", provider("two"))

    said = [doctor(place, *more) for more in ((), ("--json",))]

    assert [code for code, _, _ in said] == [1, 1]
    assert "##[" not in "".join(out + err for _, out, err in said)
    assert "\r" not in said[0][1]
