"""Real readers of feeds: validators on every feed, and programs that people read feeds with."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from answers import Answer
from crawler.site import feeds, publish
from lives import simulated
from loopback import Loopback
from readers import Library, Mail, newsboat, served
from running import INCIDENTS, NOW, SUMMARY, Place, incident, summary, tree

REPOSITORY = Path(__file__).parent.parent
FOLDERS = ("", "category/gateway/", "service/groq/", "service/openai/", "service/cloudflare/")
KINDS = ("feed.rss", "feed.atom", "updates.atom", "major.atom", "maintenance.atom")
STEP = 300


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return feeds.render(simulated())


@pytest.fixture(scope="module")
def demo(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the feeds of the demo site."""
    folder = tmp_path_factory.mktemp("demo") / "site"
    publish.publish({"index.html": b"", **files}, folder)
    with served(folder) as address:
        yield address


def count(files: dict[str, bytes], path: str) -> int:
    root = etree.fromstring(files[path])
    return len(root.findall(".//item") + root.findall("{http://www.w3.org/2005/Atom}entry"))


def test_every_feed_of_the_demo_site_is_well_formed(files: dict[str, bytes]) -> None:
    found = [path for path in files if path.endswith((".rss", ".atom"))]
    full = 0

    assert len(found) > 600
    for path in found:
        parsed = feedparser.parse(files[path])
        assert not parsed.bozo, (path, parsed.get("bozo_exception"))
        assert len(parsed.entries) == count(files, path) <= feeds.CAP
        assert all(e.title and e.id and e.published_parsed for e in parsed.entries), path
        assert len({e.id for e in parsed.entries}) == len(parsed.entries)
        full += bool(parsed.entries)
        if path.endswith("feed.rss"):
            told = json.loads(files[path.removesuffix("rss") + "json"])["items"]
            assert [one["id"] for one in told] == [e.id for e in parsed.entries]
    assert full > 200


def test_the_feeds_of_the_whole_catalogue_are_written_at_once_and_alike() -> None:
    board = simulated()
    first = feeds.render(board)
    began = time.process_time()
    second = feeds.render(board)

    assert time.process_time() - began < 2, "seconds of this process"
    assert second == first
    assert len(first) > 900
    assert sum(map(len, first.values())) < 40_000_000


@pytest.mark.skipif(not shutil.which("jing"), reason="jing, which knows grammars, is not installed")
def test_every_atom_feed_of_the_demo_site_obeys_the_grammar(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    publish.publish(files, tmp_path / "site")
    paths = sorted((tmp_path / "site").rglob("*.atom"))
    broken = tmp_path / "broken.atom"
    broken.write_bytes(files["feed.atom"].replace(b"<updated>", b"<edited>", 1))
    grammar = str(REPOSITORY / "tests" / "atom.rnc")

    done = subprocess.run(
        ["jing", "-c", grammar, *map(str, paths)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert len(paths) > 500
    wrong = subprocess.run(["jing", "-c", grammar, broken], capture_output=True, check=False)
    assert wrong.returncode != 0


def test_the_library_reader_reads_each_feed_once(
    files: dict[str, bytes], demo: str, tmp_path: Path
) -> None:
    library = Library(tmp_path)
    for folder in FOLDERS:
        for kind in (*KINDS, "feed.json"):
            path = folder + kind
            wanted = count(files, path.replace(".json", ".atom"))
            assert len(library.update(demo + path)) == wanted, path
            assert library.update(demo + path) == [], path
    library.close()

    assert all(count(files, f"{folder}feed.atom") for folder in FOLDERS)


@pytest.mark.skipif(not shutil.which("newsboat"), reason="newsboat is not installed")
def test_newsboat_keeps_every_item(files: dict[str, bytes], demo: str, tmp_path: Path) -> None:
    paths = [
        *(folder + kind for folder in FOLDERS for kind in ("feed.rss", "feed.atom")),
        *("updates.atom", "major.atom", "maintenance.atom"),
    ]
    # Of an item that stands in two feeds of one cache newsboat shows one, so each has its own.
    kept = {path: newsboat(tmp_path / str(n), demo + path) for n, path in enumerate(paths)}

    assert kept == {path: count(files, path) for path in paths}


@pytest.mark.parametrize("path", [f"{folder}feed.atom" for folder in FOLDERS] + ["feed.rss"])
def test_rss2email_sends_one_mail_for_each_item(
    path: str, files: dict[str, bytes], demo: str, tmp_path: Path
) -> None:
    mail = Mail(tmp_path, demo + path)
    try:
        sent, again = mail.update(), mail.update()
    finally:
        mail.close()
    parsed = feedparser.parse(files[path])

    assert again == []
    assert sorted(str(one["Subject"]) for one in sent) == sorted(e.title for e in parsed.entries)
    assert {str(one["X-RSS-URL"]) for one in sent} == {e.link for e in parsed.entries}
    for one in sent:
        body = one.get_body(("html",))
        assert body is not None
        assert "<p>" in body.get_content()


class Scene:
    """A service whose page is told what to say, a site that is built after each run, and people
    who read its feed with the library `reader` and by mail."""

    def __init__(self, place: Place, net: Loopback, folder: Path) -> None:
        self._place, self._net, self._now = place, net, NOW
        self._old = incident(
            "old", "Long ago", status="resolved", resolved_at="2026-11-22T10:30:00Z"
        )
        self.say()
        self._run()
        self._served = served(place.out)
        url = self._served.__enter__() + "service/acme/feed.atom"
        for name in ("library", "mail"):
            (folder / name).mkdir()
        self._library, self._mail, self._url = (
            Library(folder / "library"),
            Mail(folder / "mail", url),
            url,
        )
        self._library.update(url)
        self._mail.forget()

    def say(self, *told: dict[str, object]) -> None:
        """Let the page list these incidents and the old one."""
        open_now = [one for one in told if one["status"] != "resolved"]
        self._net.put("acme.test", SUMMARY, summary(*open_now))
        listed = {"page": {"id": "kctbh9vrtdwd"}, "incidents": [*told, self._old]}
        self._net.put("acme.test", INCIDENTS, Answer(body=json.dumps(listed).encode()))

    def _run(self) -> None:
        self._place.well(self._now)
        # Builds follow each other more quickly than a file's time can tell.
        for path in self._place.out.rglob("*"):
            os.utime(path, (self._now, self._now))
        self._now += STEP

    def news(self) -> list[str]:
        """One run and build; what both readers are told, which must be the same."""
        self._run()
        read = self._library.update(self._url)
        mails = [str(one["Subject"]) for one in self._mail.update()]
        assert mails == read
        return read

    def bodies(self) -> dict[str, str]:
        """The text of each item of the feed by its title."""
        found = feedparser.parse((self._place.out / "service/acme/feed.atom").read_bytes())
        return {one.title: one.content[0].value for one in found.entries}

    def close(self) -> None:
        """End all programs."""
        self._library.close()
        self._mail.close()
        self._served.__exit__(None, None, None)


@pytest.fixture
def scene(make: Callable[..., Place], net: Loopback, tmp_path: Path) -> Iterator[Scene]:
    place = make("acme", "cloud")
    net.put("acme.test", INCIDENTS, Answer(body=b"{}"))
    made = Scene(place, net, tmp_path)
    yield made
    made.close()


def test_readers_are_told_of_a_whole_life_exactly_what_they_should_be(
    scene: Scene, net: Loopback
) -> None:
    first = incident("i1", "API <errors>", "We look & see.")
    update = {
        "id": "i1-2",
        "status": "identified",
        "body": "Found.",
        "created_at": "2026-11-22T11:10:00Z",
    }
    updated = {**first, "incident_updates": [update, *first["incident_updates"]]}
    words = {**first["incident_updates"][0], "body": "We looked."}
    edited = {
        **first, "name": "API trouble", "impact": "critical", "status": "identified",
        "started_at": "2026-11-22T09:00:00Z", "incident_updates": [update, words],
    }  # fmt: skip
    over = {**edited, "status": "resolved", "resolved_at": "2026-11-22T11:20:00Z"}
    later = {**over, "resolved_at": "2026-11-22T11:25:00Z", "name": "API trouble (postmortem)"}
    told = []
    for one in (first, updated, edited, over, later, edited):
        scene.say(one)
        told.append(scene.news())
    net.put("acme.test", SUMMARY, Answer(status=503))
    net.put("acme.test", INCIDENTS, Answer(status=503))
    told.append(scene.news())
    scene.say({**over, "resolved_at": "2026-11-22T11:36:00Z"})
    told.append(scene.news())
    second = incident(
        "i2", "Another", started_at="2026-11-22T11:30:00Z", created_at="2026-11-22T11:30:00Z"
    )
    scene.say(second, later)
    told.append(scene.news())
    scene.say(later)
    told += [scene.news() for _ in range(4)]

    assert told == [
        ["The acme: API <errors>"],  # opened
        [],  # updated
        [],  # edited
        ["Resolved: The acme: API <errors>"],
        [],  # edited after its end
        ["The acme: Reopened: API <errors>"],
        [],  # a run that could not read the page
        ["Resolved: The acme: API <errors>"],
        ["The acme: Another"],
        [],
        [],
        ["Withdrawn by the provider: The acme: Another"],
        [],
    ]
    bodies = scene.bodies()
    assert "We look &amp; see." in bodies["The acme: API <errors>"]
    assert "after" in bodies["Withdrawn by the provider: The acme: Another"]


def test_a_failed_or_a_blind_run_changes_no_byte_of_any_feed(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("acme", "cloud")
    trouble = incident("i1", "Trouble")
    listed = {"page": {"id": "kctbh9vrtdwd"}, "incidents": [trouble]}
    net.put("acme.test", SUMMARY, summary(trouble))
    net.put("acme.test", INCIDENTS, Answer(body=json.dumps(listed).encode()))
    place.well(NOW)
    before = subscribed(place)
    for host in ("acme.test", "cloud.test"):
        net.put(host, SUMMARY, Answer(status=503))
        net.put(host, INCIDENTS, Answer(status=503))
    place.well(NOW + STEP)
    failed = subscribed(place)
    net.control(working=0)
    place.well(NOW + 2 * STEP)

    assert b"Trouble" in before["service/acme/feed.rss"]
    assert len(before) == 4 * 7 + 2
    assert failed == before
    assert subscribed(place) == before
    assert [line.get("blind", False) for line in place.lines()] == [False, False, True]
    assert place.run("build", NOW + 90 * 24 * 3600)[0] == 0
    assert subscribed(place) == before


def subscribed(place: Place) -> dict[str, bytes]:
    """Everything of a site that people subscribe to."""
    endings = (".rss", ".atom", "feed.json", ".opml", ".ics")
    return {path: body for path, body in tree(place.out).items() if path.endswith(endings)}
