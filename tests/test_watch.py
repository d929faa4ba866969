"""The watchdog starts what GitHub forgot, and raises one alarm when that does not help."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler import cli
from crawler.deploy import watch
from crawler.deploy.watch import Seen, decide
from crawler.github import Door
from crawler.github import GitHub as Client
from folders import write
from github import CANARIES, NOW, TOKEN, GitHub, broken, iso
from hosting import Host, site

MINUTE, HOUR = 60, 3_600
SWITCH = "/ping/canary-dead-man-77"


@pytest.fixture
def client(github: GitHub) -> Iterator[Client]:
    with Door("whosdown/test", NOW, lambda _: None, CANARIES) as door:
        yield Client(door, github.repository, TOKEN, github.url)


@pytest.mark.parametrize(
    ("crawled", "built", "busy", "misses", "start", "publish", "alarm", "well"),
    [
        (NOW - 10 * MINUTE, NOW - 15 * MINUTE, False, 0, False, False, False, True),
        (NOW - 60 * MINUTE, NOW - 90 * MINUTE, False, 9, False, False, False, True),
        (NOW - 61 * MINUTE, NOW - 15 * MINUTE, False, 0, True, False, False, False),
        (NOW - 10 * MINUTE, NOW - 91 * MINUTE, False, 0, True, True, False, False),
        (NOW - 61 * MINUTE, NOW - 15 * MINUTE, True, 0, False, False, False, False),
        (NOW - 10 * MINUTE, NOW - 91 * MINUTE, False, 1, True, True, False, False),
        (NOW - 10 * MINUTE, NOW - 91 * MINUTE, False, 2, True, True, True, False),
        (None, None, False, 0, True, True, False, False),
        (None, None, True, 2, False, True, True, False),
        # Sixty days of silence, and a clock that is an hour behind.
        (NOW - 60 * 24 * HOUR, NOW - 60 * 24 * HOUR, False, 0, True, True, False, False),
        (NOW + HOUR, NOW + HOUR, False, 0, False, False, False, True),
    ],
)
def test_what_the_watchdog_does(
    crawled: int | None,
    built: int | None,
    busy: bool,
    misses: int,
    start: bool,
    publish: bool,
    alarm: bool,
    well: bool,
) -> None:
    seen = Seen(crawled_at=crawled, built_at=built, busy=busy, misses=misses)

    assert decide(seen, NOW) == watch.Action(start, publish, alarm, well)


def test_the_runs_are_read_from_github(client: Client, github: GitHub) -> None:
    github.run("crawl.yml", NOW - 5 * HOUR)
    github.run("crawl.yml", NOW - 4 * HOUR, event="workflow_dispatch", conclusion="failure")
    github.run("crawl.yml", NOW - 3 * HOUR, event="workflow_dispatch")
    github.run("crawl.yml", NOW - 2 * HOUR, conclusion="failure")
    # Passes that news cut short are made by a run of their own, which repairs nothing.
    github.run("crawl.yml", NOW - 3 * HOUR, event="repository_dispatch")
    seen = watch.look(client, NOW, NOW - 3 * HOUR - 30 * MINUTE)

    assert seen == Seen(
        crawled_at=NOW - 3 * HOUR, built_at=NOW - 3 * HOUR - 30 * MINUTE, busy=False, misses=1
    )
    github.run("crawl.yml", NOW - 5 * MINUTE, status="in_progress", conclusion=None)
    assert watch.look(client, NOW, NOW).busy
    assert not watch.look(client, NOW + HOUR, NOW).busy


class Day:
    """The command, every two hours of a day."""

    def __init__(self, github: GitHub, host: Host, content: Path) -> None:
        self.github, self.host, self.content = github, host, content

    def look(self) -> int:
        args = ["watchdog", self.host.url, "--content", str(self.content)]
        with pytest.raises(SystemExit) as ended:
            cli.main([*args, "--now", iso(self.github.now)])
        return int(ended.value.code or 0)

    def pass_by(self, seconds: int) -> None:
        for run in self.github.runs.get("crawl.yml", []):
            run |= {"status": "completed", "conclusion": run["conclusion"] or "failure"}
        self.github.now += seconds


@pytest.fixture
def day(
    github: GitHub, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Day]:
    for name, value in github.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HEARTBEAT_URL", github.url + SWITCH)
    folder = tmp_path / "content"
    folder.mkdir()
    return lambda: Day(github, host, write(folder))


def test_a_day_on_which_nothing_helps_has_one_issue_and_ends_it(
    day: Callable[[], Day],
    github: GitHub,
    host: Host,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    host.folder = tmp_path / "site"
    site(host.folder)  # built two minutes before NOW
    github.run("crawl.yml", NOW - 5 * MINUTE)
    one = day()

    assert one.look() == 0
    assert github.pings == [SWITCH]
    assert (github.dispatched, github.issues) == ([], [])
    codes = []
    for _ in range(5):
        one.pass_by(2 * HOUR)
        codes.append(one.look())
    # Two crawls were started and changed nothing: from then on it is an alarm.
    assert codes == [0, 0, 1, 1, 1]
    assert len(github.dispatched) == 5
    assert github.dispatched[0] == (
        "crawl.yml",
        {"ref": "main", "inputs": {"publish": "true"}},
    )
    [issue] = github.issues
    assert issue["title"] == "Monitoring is stale"
    assert "10 h 2 min ago" in issue["body"]
    assert github.comments == {}
    assert github.pings == [SWITCH]

    (host.folder / "api" / "v1" / "build.json").write_text(
        (host.folder / "api" / "v1" / "build.json")
        .read_text("utf-8")
        .replace("2026-11-22T10:58:00Z", iso(github.now)),
        "utf-8",
    )
    github.run("crawl.yml", github.now)
    one.pass_by(20 * MINUTE)
    assert one.look() == 0
    assert issue["state"] == "closed"
    assert "All is well again." in issue["body"]
    assert github.pings == [SWITCH, SWITCH]
    said = capsys.readouterr()
    assert not [word for word in (*CANARIES, SWITCH) if word in said.out + said.err]


def test_a_crawl_at_work_is_no_success_yet(
    day: Callable[[], Day], github: GitHub, host: Host, tmp_path: Path
) -> None:
    host.folder = tmp_path / "site"
    site(host.folder)
    github.run("crawl.yml", NOW - 2 * HOUR)
    github.run("crawl.yml", NOW - 5 * MINUTE, status="in_progress", conclusion=None)
    one = day()

    assert one.look() == 0
    assert (github.dispatched, github.pings) == ([], [])
    github.run("crawl.yml", NOW - 2 * MINUTE)
    assert one.look() == 0
    assert github.pings == [SWITCH]


def test_the_same_issue_is_used_when_it_happens_again(client: Client, github: GitHub) -> None:
    seen = Seen(crawled_at=None, built_at=None, busy=False, misses=2)
    watch.tell(client, seen, NOW, "https://x.test")
    watch.end(client, seen, NOW, "https://x.test")
    watch.tell(client, seen, NOW + 5 * HOUR, "https://x.test")

    [issue] = github.issues
    assert issue["state"] == "open"


def test_a_switch_that_does_not_answer_is_no_trouble_of_ours(
    day: Callable[[], Day],
    github: GitHub,
    host: Host,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    host.folder = tmp_path / "site"
    site(host.folder)
    github.run("crawl.yml", NOW - 5 * MINUTE)
    github.fail("GET", "/ping", *[broken(503)] * 4)

    assert day().look() == 0
    assert "The outside switch did not answer." in capsys.readouterr().out


def test_a_crawl_that_is_switched_off_is_an_error_that_says_so(
    day: Callable[[], Day], github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    github.workflows["crawl.yml"] = "disabled_inactivity"

    assert day().look() == 69
    assert "disabled workflow" in capsys.readouterr().err


def test_what_is_no_web_address_is_refused_before_anybody_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["watchdog", "status.example.org"])

    assert ended.value.code == 64
    err = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert "begins with http:// or https://" in err


@pytest.mark.parametrize(
    "line",
    [
        ["watchdog", "http://status.example.test"],
        ["verify", "http://status.example.test", "--build", "abc"],
        ["verify", "HTTP://status.example.test", "--build", "abc"],
        ["watchdog"],
    ],
)
def test_a_site_that_is_served_in_the_clear_is_refused_before_anything_is_started(
    day: Callable[[], Day],
    github: GitHub,
    capsys: pytest.CaptureFixture[str],
    line: list[str],
) -> None:
    settings = day().content / "site.toml"
    settings.write_text(settings.read_text("utf-8").replace('url = "https', 'url = "http'), "utf-8")
    asked = ["--content", str(settings.parent)] if line[0] == "watchdog" else []
    with pytest.raises(SystemExit) as ended:
        cli.main([*line, *asked, "--now", iso(NOW)])

    assert ended.value.code == 64
    err = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert "believed over https:// only" in err
    assert (github.dispatched, github.issues, github.pings) == ([], [], [])


def test_where_issues_are_off_a_crawl_is_started_all_the_same(
    day: Callable[[], Day], github: GitHub, host: Host, tmp_path: Path
) -> None:
    host.folder = tmp_path / "site"
    site(host.folder)
    github.issues_on = False
    one = day()
    codes = []
    for _ in range(4):
        one.pass_by(2 * HOUR)
        codes.append(one.look())

    assert codes == [0, 0, 69, 69]  # there is no place to tell it, which is told
    assert len(github.dispatched) == 4
