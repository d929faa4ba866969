"""The command as people run it: real processes behind the loopback proxy."""

import csv
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from answers import wait
from crawler import store
from crawler.errors import Busy
from killer import Killer
from loopback import Answer, Fault, Loopback
from running import (
    INCIDENTS,
    NOW,
    REPOSITORY,
    SITE,
    SUMMARY,
    Place,
    incident,
    provider,
    summary,
    tree,
    well,
)
from shared import SHARED, Payload, payloads, requires_shared

SCHEMA = "payloads/statuspage/doc/incidents-nr1.json"
MINUTE = 60


def items(place: Place) -> list[str]:
    """The titles of the feed's items."""
    feed = ET.parse(place.out / "feed.rss")  # noqa: S314 (our own file)
    return [one.findtext("title", "") for one in feed.iter("item")]


def entirely_blind(place: Place) -> None:
    """Nobody is down, nobody is up, and it is said why."""
    found = place.services()
    assert found
    assert {one["indicator"] for one in found.values()} == {"unknown"}
    assert {one["unreachableReason"] for one in found.values()} == {"blind"}
    assert not any(one["reachable"] for one in found.values())
    assert [line["blind"] for line in place.lines()] == [True]
    assert items(place) == []


def test_without_any_network_everything_is_unknown_and_nothing_is_down(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
    env = {"HTTPS_PROXY": closed, "https_proxy": closed, "NO_PROXY": "", "no_proxy": ""}
    place = Place(tmp_path / "place", env)
    place.content = REPOSITORY / "content"
    began = time.monotonic()

    said = place.well()

    assert time.monotonic() - began < 30
    assert "blind run" in said
    entirely_blind(place)
    assert len(place.services()) >= 40


def test_in_a_machine_without_interfaces_it_is_the_same(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    alone = [unshare or "unshare", "-rn"]
    if not unshare or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -rn does not work here")
    proxies = dict.fromkeys(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"], "")
    place = Place(tmp_path / "place", proxies, one=provider("one"))
    line = [*alone, sys.executable, "-m", "crawler", *place.args()]
    began = time.monotonic()

    done = subprocess.run(line, env=place.env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 30
    entirely_blind(place)


def test_two_control_hosts_of_three_are_enough_and_one_is_not(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    net.control(working=2)
    place.well(NOW)
    net.control(working=1)
    asked = len(net.asked("one.test"))
    place.well(NOW + 600)

    assert [line.get("blind", False) for line in place.lines()] == [False, True]
    assert len(net.asked("one.test")) == asked == 2
    assert place.levels() == {"one": "none"}, "what was known holds"


def page_rows() -> list[Payload]:
    return [row for row in payloads() if row.platform in ("statuspage", "incidentio")]


def rounds() -> list[list[tuple[str, Payload]]]:
    """The recorded pages with their hosts, parted so that no host comes twice."""
    if not payloads():
        return []
    with (SHARED / "payloads" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    hosts = {f"payloads/{row['file']}": row["host"] for row in rows if row["path"] == SUMMARY}
    parted: list[dict[str, Payload]] = []
    for row in page_rows():
        host = hosts.get(row.file)
        if row.reads == "page" and host:
            free = next((one for one in parted if host not in one), None)
            if free is None:
                parted.append(free := {})
            free[host] = row
    return [list(one.items()) for one in parted]


@requires_shared
def test_every_recorded_page_gives_its_level_through_a_whole_run(
    tmp_path: Path, net: Loopback, forks: Killer
) -> None:
    net.control()
    seen = 0
    for number, one in enumerate(rounds()):
        texts = {}
        for host, row in one:
            name = host.replace(".", "-")
            texts[name] = provider(name, row.platform, f"https://{host}")
            net.put(host, SUMMARY, Answer(body=(SHARED / row.file).read_bytes()))
        place = Place(tmp_path / str(number), net.env, **texts)
        place.forks = forks

        place.well()

        levels = dict(place.rows("SELECT source, level FROM readings"))
        assert levels == {host.replace(".", "-"): row.level for host, row in one}
        seen += len(one)
    assert seen >= 10


@requires_shared
def test_reading_saved_replies_prints_a_line_for_each() -> None:
    rows = [row for row in page_rows() if row.reads in ("page", "history") and row.file != SCHEMA]
    line = [sys.executable, "-m", "crawler", "read", *(str(SHARED / row.file) for row in rows)]

    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(one) for one in done.stdout.splitlines()]
    keys = {"file", "platform", "level", "headline", "components", "incidents", "maintenances"}
    for row, one in zip(rows, found, strict=True):
        assert keys <= one.keys(), row.file
        assert one["file"] == str(SHARED / row.file)
        feed = row.file.endswith((".atom", ".xml", ".rss"))
        assert one["platform"] == ("feed" if feed else row.platform), row.file
        if row.reads == "page":
            assert one["level"] == row.level, row.file
        else:
            told = bool(one["incidents"] or one["maintenances"])
            assert (one["level"], told) == (None, True), row.file


def test_an_unreadable_reply_is_told_with_its_reason_and_65(tmp_path: Path) -> None:
    files = {"good": summary().body, "html": b"<html><p>Hi</p></html>", "cut": b'{"status": {"in'}
    for name, body in files.items():
        (tmp_path / name).write_bytes(bytes(body))  # type: ignore[arg-type]
    line = [sys.executable, "-m", "crawler", "read", *(str(tmp_path / one) for one in files)]

    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    found = [json.loads(one) for one in done.stdout.splitlines()]
    assert done.returncode == 65
    assert [one.get("reason") for one in found] == [None, "not_json", "not_json"]
    assert {"file", "reason"} <= found[1].keys()


def test_a_second_run_of_unchanged_pages_transfers_almost_nothing(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(6)]
    place = make(*names)
    filler = [incident(f"i{n}", f"Old {n}", "x" * 3_000, status="resolved") for n in range(40)]
    body = json.dumps({"page": {"id": "a"}, "incidents": filler}).encode()
    sent: list[int] = []

    def counted() -> list[bytes]:
        sent.append(len(body))
        return [body]

    for one in names:
        net.put(f"{one}.test", SUMMARY, Answer(body=bytes(summary().body), etag='"s"'))  # type: ignore[arg-type]
        net.put(f"{one}.test", INCIDENTS, Answer(body=counted, etag='W/"i"'))
    place.well(NOW)
    first, before = sum(sent), len(net.log)
    place.well(NOW + 600)

    again = [one for one in net.log[before:] if one.host in {f"{name}.test" for name in names}]
    assert first > 6 * 100_000
    assert sum(sent) - first < first / 20
    assert len(again) == 12
    assert all("if-none-match" in one.headers for one in again)
    assert place.levels() == dict.fromkeys(names, "none")
    assert place.rows("SELECT count(*) FROM incidents") == [(240,)]
    assert "troubles" not in place.lines()[1]


def test_a_mass_failure_is_our_own_and_changes_nothing(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(3)]
    others = {f"q{number}": provider(f"q{number}", "incidentio") for number in range(4)}
    place = make(*names, **others)
    well(net, *(f"{one}.test" for one in others))
    net.put("p0.test", SUMMARY, summary(incident("a", "It is slow"), level="minor"))
    place.well(NOW)
    before = place.levels(), items(place)
    for one in ("p1", "p2", "q0", "q1"):
        net.put(f"{one}.test", SUMMARY, Fault("403"))
    net.put("p0.test", SUMMARY, summary())

    said = place.well(NOW + 600)

    assert "blind run" in said
    assert place.lines()[1]["blind"] is True
    assert (place.levels(), items(place)) == before


def test_a_platform_that_fails_as_a_whole_is_told_once_and_is_no_blindness(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(6)]
    others = {f"q{number}": provider(f"q{number}", "incidentio") for number in range(5)}
    place = make(*names, **others)
    well(net, *(f"{one}.test" for one in others))
    for one in names[:5]:
        net.put(f"{one}.test", SUMMARY, Fault("403"))

    place.well(NOW)

    assert "blind" not in place.lines()[0]
    assert place.reasons() == {
        **dict.fromkeys(names[:5], "platform_down"),
        "p5": None,
        **dict.fromkeys(others),
    }
    assert set(place.levels().values()) == {"unknown", "none"}


def test_a_failing_fetch_shows_only_when_the_last_reading_is_too_old(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one", "two")
    place.well(NOW)
    net.put("one.test", SUMMARY, Fault("403"))
    place.well(NOW + 44 * MINUTE)
    held = place.services()["one"]
    place.well(NOW + 46 * MINUTE)
    lost = place.services()["one"]

    assert (held["indicator"], held["reachable"], held["unreachableReason"]) == ("none", True, None)
    assert (lost["indicator"], lost["reachable"]) == ("unknown", False)
    assert lost["unreachableReason"] == "http_403"
    assert items(place) == []


def test_a_probe_is_believed_after_two_failing_runs_and_never_alone_critical(
    make: Callable[..., Place], net: Loopback
) -> None:
    probed = provider("one", probe="https://api.one.test/health")
    place = make("one", "two", one=probed)
    net.put("api.one.test", "/health", Fault("500"))
    seen = []
    for minutes in (0, 4, 10, 20):
        place.well(NOW + minutes * MINUTE)
        one = place.services()["one"]
        seen.append((one["indicator"], [f for f in one["verdict"]["flags"] if "up" not in f]))

    assert seen == [
        ("none", ["unconfirmed_probe_failure"]),
        ("none", ["unconfirmed_probe_failure"]),
        ("minor", ["early_warning"]),
        ("minor", ["early_warning"]),
    ]


def test_probes_that_mostly_fail_are_our_own_network(
    make: Callable[..., Place], net: Loopback
) -> None:
    names = [f"p{number}" for number in range(5)]
    probed = {one: provider(one, probe=f"https://api.{one}.test/") for one in names}
    place = make(*names, **probed)
    for one in names[:3]:
        net.put(f"api.{one}.test", "/", Fault("500"))
    for one in names[3:]:
        net.put(f"api.{one}.test", "/", Answer(body=b"ok"))

    for minutes in (0, 10, 20):
        place.well(NOW + minutes * MINUTE)

    assert set(place.levels().values()) == {"none"}
    flags = {one: set(found["verdict"]["flags"]) for one, found in place.services().items()}
    assert all("probe_inconclusive" in flags[one] for one in names[:3])


def test_of_two_runs_at_once_one_wins_and_the_other_changes_nothing(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    net.latency["www.gstatic.com"] = 3
    first = place.start(now=NOW)
    while not net.connects:
        time.sleep(0.02)
    before = tree(place.data)

    code, out, err = place.run("run", NOW + 5)

    with first:
        after, running = tree(place.data), first.poll() is None
        said = first.communicate(timeout=60)[1]
    assert running, "the first run was to be under way all the time"
    assert (code, out) == (75, "")
    assert err.startswith("whosdown: ")
    assert err.count("\n") == 1
    assert before == after
    assert first.returncode == 0, said
    assert [line["id"] for line in place.lines()] == [NOW]


@pytest.mark.parametrize("passes", [3])
def test_passes_go_on_while_nothing_changes_and_hold_one_lock(
    make: Callable[..., Place], net: Loopback, passes: int
) -> None:
    place = make("one")
    place.well(NOW)
    process = place.start("run", NOW + 600, "--passes", str(passes), "--every", "1s")
    while len(place.lines()) < 2 and process.poll() is None:
        time.sleep(0.02)
    held = []
    while process.poll() is None and len(place.lines()) < passes:
        try:
            with store.lock(place.data):
                held.append(False)
        except Busy:
            held.append(True)
        time.sleep(0.02)
    with process:
        _, said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert held
    assert all(held)
    starts = [line["id"] - NOW for line in place.lines()]
    assert len(starts) == 1 + passes, place.lines()
    assert starts[:2] == [0, 600]
    assert starts[2] > 600


def test_a_page_that_asks_us_to_wait_is_left_alone_in_later_runs_too(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    place.well(NOW)
    net.put("one.test", SUMMARY, wait("1800"))
    place.well(NOW + 300)
    asked = len(net.asked("one.test"))

    place.well(NOW + 600)
    (place.data / "status.db").unlink()
    place.well(NOW + 2_090)
    assert len(net.asked("one.test")) == asked
    well(net, "one.test")
    place.well(NOW + 2_110)
    assert len(net.asked("one.test")) > asked
    assert place.levels() == {"one": "none"}


def _troubled_at_the_second_pass(place: Place, net: Loopback) -> None:
    place.well(NOW)
    news = summary(incident("a", "It is slow"), level="minor")
    net.put("one.test", SUMMARY, summary(), news)


def test_passes_go_on_after_a_change_and_the_site_has_it_meanwhile(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    _troubled_at_the_second_pass(place, net)

    said = place.well(NOW + 600, "--passes", "4", "--every", "1s")

    assert len(place.lines()) == 1 + 4
    assert place.levels() == {"one": "major"}
    # After the second pass and at the end.
    assert said.count("site: 1 services") == 2


@pytest.mark.parametrize(("passes", "left"), [(5, "3"), (2, "")])
def test_passes_that_end_at_the_first_change_tell_the_job_how_many_are_left(
    make: Callable[..., Place], net: Loopback, passes: int, left: str
) -> None:
    place = make("one")
    _troubled_at_the_second_pass(place, net)
    outputs = place.env["GITHUB_OUTPUT"] = str(place.folder / "outputs")

    place.well(NOW + 600, "--passes", str(passes), "--every", "0s", "--until-news")

    assert len(place.lines()) == 1 + 2
    assert place.levels() == {"one": "major"}
    assert Path(outputs).read_text("utf-8") == f"left={left}\n"


def test_a_row_of_passes_keeps_its_distance_from_the_run_before(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    place.well(NOW)
    began = time.monotonic()

    place.well(NOW + 59, "--every", "1m")

    assert time.monotonic() - began >= 1
    assert place.lines()[1]["id"] == NOW + 60
    place.well(NOW + 61)
    assert place.lines()[2]["id"] == NOW + 61


def test_two_runs_of_one_second_are_one_run(make: Callable[..., Place]) -> None:
    place = make("one")

    place.well(NOW)
    place.well(NOW)

    assert len(place.lines()) == 1


def test_a_clock_that_went_back_is_told_and_writes_nothing(make: Callable[..., Place]) -> None:
    place = make("one")
    place.well(NOW)

    code, _, err = place.run("run", NOW - 86_400)

    assert code == 74
    assert "is the clock right?" in err
    assert len(place.lines()) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('[page]\nplatform = "statuspages"\nurl = "https://a.test"\n', "platform"),
        ("nonsense", "not valid TOML"),
    ],
)
def test_wrong_content_ends_with_78_and_one_sentence_and_nothing_written(
    make: Callable[..., Place], wrong: str, says: str
) -> None:
    place = make("one", broken=wrong + provider("broken", ""))

    code, out, err = place.run()

    assert (code, out) == (78, "")
    assert says in err
    assert "broken.toml" in err
    assert err.count("\n") == 1
    assert {one.name for one in place.folder.iterdir()} == {"content"}


def test_hashes_and_colons_of_strangers_are_no_commands(
    make: Callable[..., Place], net: Loopback
) -> None:
    evil = "##[add-mask]x ::error::y\r::warning::z\n::set-output name=a::b"
    names = ("one", "two", "three", "four", "five", "six")
    place = make(*names)
    shown = incident("##[group]a", evil, evil, status=evil)
    net.put("one.test", SUMMARY, summary(shown, level=evil, component=evil))
    net.put("two.test", SUMMARY, Answer(body=b'{"status": ' + evil.encode()))
    net.put("three.test", SUMMARY, Answer(status=302, headers={"Location": "https://##[x].test"}))
    net.put("four.test", SUMMARY, Answer(headers={"Content-Encoding": "::error::##[x]"}))
    net.put("five.test", SUMMARY, summary(incident("b", evil, evil), level="minor"))
    saved = place.folder / "saved.json"
    saved.write_bytes(bytes(summary(shown, level="minor").body))  # type: ignore[arg-type]
    said = [place.run("run", NOW + 600 * number) for number in range(2)]

    for args in (
        ["read", str(saved)],
        ["check", "--out", str(place.out), "--json"],
        ["check", "--out", str(place.out)],
    ):
        line = [sys.executable, "-m", "crawler", *args]
        done = subprocess.run(
            line, env=place.env, cwd=place.folder, capture_output=True, check=False
        )
        said.append((done.returncode, done.stdout.decode(), done.stderr.decode()))

    assert [code for code, _, _ in said[:2]] == [0, 0]
    everything = "".join(out + err for _, out, err in said)
    assert "add-mask" in everything, "the words themselves are not lost"
    assert "##[" not in everything
    assert "\r" not in everything
    assert not [one for one in everything.splitlines() if one.startswith("::")]


def first_history(place: Place) -> None:
    place.well(NOW)
    assert "rebuilding it" not in place.well(NOW + 600)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (None, "missing"),
        (b"", "empty"),
        (b"rubbish" * 2_000, "damaged"),
        (b"SQLite format 3\0" + b"\xff" * 9_000, "damaged"),
    ],
)
def test_a_lost_database_is_rebuilt_from_the_journal_and_said_so(
    make: Callable[..., Place], damage: bytes | None, says: str
) -> None:
    place = make("one")
    first_history(place)
    path = place.data / "status.db"
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)

    said = place.well(NOW + 1_200)

    assert f"status.db: {says}" in said
    assert "rebuilding it from 2 runs" in said
    assert place.rows("SELECT id FROM runs") == [(NOW,), (NOW + 600,), (NOW + 1_200,)]
    assert place.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("data", "take the place of"),
        ("content", "take the place of"),
        (".", "take the place of"),
        ("notes", "is neither empty nor a site"),
    ],
)
def test_a_site_never_takes_the_place_of_anything_but_a_site(
    make: Callable[..., Place], out: str, says: str
) -> None:
    place = make("one")
    first_history(place)
    (place.folder / "notes").mkdir()
    (place.folder / "notes" / "thesis.txt").write_text("Years of work", "utf-8")
    before = tree(place.folder)

    place.out = place.folder / out
    for command in ("run", "build", "demo"):
        code, _, err = place.run(command, NOW + 900)
        assert code == 65, err
        assert says in err or command == "demo"
        assert tree(place.folder) == before


@pytest.mark.parametrize(
    ("article", "says"),
    [
        ("", ":1: an article begins with a head"),
        ('+++\ntitle = "A"\ndek = "B"\nservice = "gone"\n+++\n', ":4: service: no service"),
        ('+++\ntitle = "A"\ndek = "B"\n+++\n\n{{ nosuch }}\n', ":6: 'nosuch' is undefined"),
        pytest.param(
            f"+++\ntitle = {'9' * 5_000}\n+++\n", ":2: the head is not valid TOML", id="digits"
        ),
        ('+++\ntitle = "A"\ndek = "B"\n+++\n{{ card("gone") }}\n', ":5: no service 'gone'"),
    ],
)
@pytest.mark.parametrize("command", ["run", "build"])
def test_a_wrong_article_is_told_before_anything_is_written(
    make: Callable[..., Place], article: str, says: str, command: str
) -> None:
    place = make("one")
    (place.content / "articles").mkdir()
    (place.content / "articles" / "is-one-down.md").write_text(article, "utf-8")

    code, _, err = place.run(command)

    assert code == 78
    assert f"is-one-down.md{says}" in err
    assert not place.data.exists()


def test_a_folder_with_strange_files_is_refused_unless_told_otherwise(
    make: Callable[..., Place],
) -> None:
    place = make("one")
    place.data.mkdir()
    (place.data / "holiday.jpg").write_bytes(b"x")

    code, _, err = place.run()
    left = {one.name for one in place.data.iterdir() if one.name[0] != "."}
    said = place.well(NOW, "--init")

    assert code == 74
    assert "holds holiday.jpg but no readable journal" in err
    assert left == {"holiday.jpg"}
    assert (place.data / "holiday.jpg").read_bytes() == b"x"
    assert "starting one" in said


@pytest.mark.parametrize("there", [False, True])
def test_an_absent_or_empty_folder_starts_a_history_and_says_so(
    make: Callable[..., Place], there: bool
) -> None:
    place = make("one")
    if there:
        place.data.mkdir()

    assert "no history yet, starting one" in place.well()


def test_a_damaged_journal_is_named_by_file_and_line(make: Callable[..., Place]) -> None:
    place = make("one")
    first_history(place)
    path = place.data / "journal/2026/11/22.ndjson"
    path.write_bytes(b"{}\n" + path.read_bytes())
    before = tree(place.data)

    code, _, err = place.run("run", NOW + 1_200)

    assert code == 74
    assert f"{path}:1: " in err
    assert tree(place.data) == before


def test_a_torn_last_line_is_cut_off(make: Callable[..., Place]) -> None:
    place = make("one")
    first_history(place)
    path = place.data / "journal/2026/11/22.ndjson"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id":1795346')

    place.well(NOW + 1_200)

    assert path.read_bytes().startswith(whole)
    assert [line["id"] - NOW for line in place.lines()] == [0, 600, 1_200]


def test_a_database_that_knows_more_than_the_journal_is_not_thrown_away(
    make: Callable[..., Place],
) -> None:
    place = make("one")
    first_history(place)
    path = place.data / "journal/2026/11/22.ndjson"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    database = (place.data / "status.db").read_bytes()

    code, _, err = place.run("run", NOW + 1_200)

    assert code == 74
    assert "knows 1 runs that the journal lacks" in err
    assert (place.data / "status.db").read_bytes() == database


def test_a_newer_database_is_refused(make: Callable[..., Place]) -> None:
    place = make("one")
    first_history(place)
    place.rows("PRAGMA user_version = 99")

    code, _, err = place.run("run", NOW + 1_200)

    assert code == 74
    assert "written by a newer whosdown" in err
    assert place.rows("PRAGMA user_version") == [(99,)]


def test_a_run_that_is_interrupted_leaves_no_lock_behind(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    net.latency["one.test"] = 20
    process = place.start()
    while "one.test" not in net.connects:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    with process:
        process.communicate(timeout=20)
    net.latency.clear()

    place.well(NOW + 60)

    assert [line["id"] for line in place.lines()] == [NOW + 60]


def test_a_wrong_proxy_or_authority_is_one_sentence(make: Callable[..., Place]) -> None:
    place = make("one")
    good = dict(place.env)
    for name, value in (("SSL_CERT_FILE", "/no/file"), ("https_proxy", "socks5://a.test:1")):
        place.env = {**good, name: value}

        code, _, err = place.run("run", NOW)

        assert code == 70
        assert err.splitlines()[-1].startswith("whosdown: ")
    assert place.lines() == []


def test_the_site_s_settings_open_a_private_network(tmp_path: Path) -> None:
    site = SITE.replace("allow_private = []", 'allow_private = ["127.0.0.0/8"]')
    with Loopback() as net:
        net.control()
        well(net, "127.0.0.1")
        inner = provider("inner", url="https://127.0.0.1")
        opened = Place(tmp_path / "open", net.env, site, inner=inner)
        closed = Place(tmp_path / "closed", net.env, inner=inner)

        opened.well()
        closed.well()

        assert opened.reasons() == {"inner": None}
        assert closed.reasons() == {"inner": "blocked_address"}
