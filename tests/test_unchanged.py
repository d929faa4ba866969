"""A page that says the same costs next to nothing, and still counts as read just now."""

import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping

import pytest

from crawler import platforms
from crawler.catalogue import Source
from crawler.fetch import Client, Network, open_client
from crawler.model import Level, Reading, Visit
from crawler.visit import Round, visit
from crawler.wire import Reply
from looking import CASES, acme, case, look
from loopback import Answer, Loopback
from running import INCIDENTS, NOW, SUMMARY, Place, incident, provider, summary, well

MINUTE = 60
PAGES = {
    "statuspage": (SUMMARY, INCIDENTS),
    "betterstack": ("/index.json",),
    "instatus": ("/summary.json", "/components.json"),
    "slack": ("/api/v2.0.0/current", "/api/v2.0.0/history"),
}


def counted(body: bytes, sent: list[int], **more: str) -> Answer:
    """An answer that notes how many bytes of body really went out."""

    def pieces() -> Iterable[bytes]:
        sent.append(len(body))
        yield body

    return Answer(body=pieces, **more)  # type: ignore[arg-type]


def grown(document: bytes) -> bytes:
    """A document of the size that such pages have, about 60 KB."""
    return document + b" " * 60_000


def replies(platform: str) -> list[bytes]:
    """The recorded replies of a page that is well, in the order of PAGES."""
    folder = CASES / platform / "fine"
    names = [path.rpartition("/")[2].removesuffix(".json") for path in PAGES[platform]]
    return [
        file.read_bytes() if (file := folder / f"{name}.json").exists() else b"[]" for name in names
    ]


def test_a_second_run_of_unchanged_pages_transfers_next_to_nothing(
    make: Callable[..., Place], net: Loopback
) -> None:
    sent: list[int] = []
    for platform, addresses in PAGES.items():
        for path, body in zip(addresses, replies(platform), strict=True):
            answer = counted(grown(body), sent, etag=f'"{platform}{len(path)}"')
            net.put(f"{platform}.test", path, answer)
    place = make(**{one: provider(one, one) for one in PAGES})
    place.well(NOW)
    first, asked, sent[:] = sum(sent), len(net.log), []
    assert set(place.levels().values()) == {"none"}

    place.well(NOW + 10 * MINUTE)

    again = net.log[asked:]
    assert len(again) == asked
    assert first > 300_000
    # Every answer without a body is counted with the most that its headers can be.
    assert sum(sent) + 300 * len(again) < 0.05 * first
    assert dict(place.rows("SELECT source, at FROM readings")) == dict.fromkeys(PAGES)
    assert {one["checkedAt"] for one in place.services().values()} == {"2026-11-22T11:10:00Z"}
    assert place.lines()[1].get("sources", {}) == {}
    assert place.rows("SELECT * FROM troubles") == []


def test_the_same_bytes_without_an_etag_are_not_parsed_again(net: Loopback) -> None:
    well(net, "acme.test")
    first = Round(NOW)
    read = look(net, acme(), first)

    same = look(net, acme(), Round(NOW, digests=first.cache.digests))
    net.put("acme.test", SUMMARY, summary(level="minor"))
    other = look(net, acme(), Round(NOW, digests=first.cache.digests))

    assert "if-none-match" not in net.log[2].headers
    assert (read.unchanged, same.unchanged, other.unchanged) == (False, True, False)
    assert same.reading is None
    assert same.reason is None
    assert other.reading is not None


@pytest.mark.parametrize(("coding", "most"), [({"Content-Encoding": "gzip"}, 1.5), ({}, 6)])
def test_a_page_that_waits_to_be_read_is_held_as_it_came(
    net: Loopback, coding: dict[str, str], most: float
) -> None:
    page = summary(level="minor").body
    assert isinstance(page, bytes)
    body = page + b" " * 4_000_000
    net.put(
        "acme.test", SUMMARY, Answer(headers=coding, body=gzip.compress(body) if coding else body)
    )
    net.put("acme.test", INCIDENTS, Answer(body=b'{"page": {"id": "k"}, "incidents": []}'))
    turn = Round(NOW)
    look(net, acme(), Round(NOW))  # what is made once in a process is not what waits

    async def waiting() -> tuple[int, Visit]:
        async with open_client(Network.from_environment(net.env, "test"), NOW) as asker:
            tracemalloc.start()
            async with turn.desk:
                found = asyncio.create_task(visit(asker, acme(), turn))
                while not turn.desk._waiters:  # noqa: ASYNC110 (a lock has no such event)
                    await asyncio.sleep(0.01)
                held = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            return held, await found

    held, found = asyncio.run(waiting())

    assert held < most * 1_000_000
    assert found.reading is not None
    assert found.reading.word is Level.MINOR


def test_a_packed_page_that_did_not_change_is_not_unpacked(
    net: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    well(net, "acme.test")
    page = summary(level="minor").body
    assert isinstance(page, bytes)
    packed = Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(page, mtime=0))
    net.put("acme.test", SUMMARY, packed)
    first, unpacked = Round(NOW), list[str]()
    plain = Client.opened

    def counted(client: Client, reply: Reply) -> Reply:
        unpacked.append(reply.url)
        return plain(client, reply)

    monkeypatch.setattr(Client, "opened", counted)
    look(net, acme(), first)
    before = len(unpacked)
    again = look(net, acme(), Round(NOW, digests=first.cache.digests))

    assert again.unchanged
    assert len(unpacked) == before > 0


def test_a_page_packed_otherwise_is_read_again_and_says_the_same(net: Loopback) -> None:
    well(net, "acme.test")
    page = summary(level="minor").body
    assert isinstance(page, bytes)
    coding, first = {"Content-Encoding": "gzip"}, Round(NOW)
    net.put("acme.test", SUMMARY, Answer(headers=coding, body=gzip.compress(page, 9, mtime=0)))
    read = look(net, acme(), first)

    net.put("acme.test", SUMMARY, Answer(headers=coding, body=gzip.compress(page, 1, mtime=7)))
    again = look(net, acme(), Round(NOW, digests=first.cache.digests))

    assert not again.unchanged
    assert again.reading == read.reading


def test_a_change_of_an_extra_reply_alone_is_seen(net: Loopback) -> None:
    well(net, "acme.test")
    first = Round(NOW)
    look(net, acme(), first)
    rows = json.dumps({"page": {"id": "kctbh9vrtdwd"}, "incidents": [incident("a", "Slow")]})
    net.put("acme.test", INCIDENTS, Answer(body=rows.encode()))

    other = look(net, acme(), Round(NOW, digests=first.cache.digests))

    assert other.reading is not None
    assert [one.title for one in other.reading.incidents] == ["Slow"]


def test_another_version_platform_address_or_a_watched_incident_parses_anew(
    net: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    well(net, "acme.test", "spare.test")
    first = Round(NOW)
    look(net, acme(), first)
    known = first.cache.digests

    watched = look(net, acme(), Round(NOW, digests=known, watched=frozenset({"acme"})))
    spare = look(net, acme(also=(("statuspage", "https://spare.test"),)), Round(NOW, digests=known))
    net.put("acme.test", SUMMARY, Answer(status=403))
    elsewhere = look(
        net, acme(also=(("statuspage", "https://spare.test"),)), Round(NOW, digests=known)
    )
    well(net, "acme.test")
    monkeypatch.setattr("crawler.visit.__version__", "99.0")
    newer = look(net, acme(), Round(NOW, digests=known))

    assert [one.unchanged for one in (watched, spare, elsewhere, newer)] == [
        False,
        True,
        False,
        False,
    ]
    assert elsewhere.note == "fallback:http_403"


@pytest.mark.parametrize("etag", ["", '"same"'])
def test_unchanged_replies_count_as_fresh_and_keep_what_was_known(
    make: Callable[..., Place], net: Loopback, etag: str
) -> None:
    page = summary(incident("a", "It is slow"), level="minor").body
    net.put("one.test", SUMMARY, Answer(body=page, etag=etag))
    net.put("one.test", INCIDENTS, Answer(body=b'{"page": {"id": "k"}, "incidents": []}'))
    place = make(one=provider("one"))
    place.well(NOW)
    before = place.services()["one"]

    for number in range(1, 4):
        place.well(NOW + number * 1_800)
    after = place.services()["one"]

    assert place.rows("SELECT coalesce(at, (SELECT max(id) FROM runs)) FROM readings") == [
        (NOW + 3 * 1_800,)
    ]
    assert (after["indicator"], after["reachable"]) == ("major", True)
    assert after["checkedAt"] == "2026-11-22T12:30:00Z"
    same = ("indicator", "description", "updatedAt", "activeIncidents", "lastIncidentAt")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    assert [one.get("incidents", []) for one in place.lines()[1:]] == [[]] * 3


def test_an_incident_that_left_the_list_is_withdrawn_over_unchanged_replies(
    make: Callable[..., Place], net: Loopback
) -> None:
    old = incident("old", "Older", status="resolved", created_at="2026-11-20T10:00:00Z")
    old |= {"started_at": old["created_at"], "resolved_at": "2026-11-20T11:00:00Z"}
    new = incident("new", "Newer", status="resolved", resolved_at="2026-11-22T10:30:00Z")

    def listed(*rows: object) -> Answer:
        page = {"page": {"id": "kctbh9vrtdwd"}, "incidents": rows}
        body = json.dumps(page).encode()
        return Answer(body=body, etag=f'"{len(body)}"')

    well(net, "one.test")
    net.put("one.test", INCIDENTS, listed(new, old))
    place = make(one=provider("one"))
    place.well(NOW)
    net.put("one.test", INCIDENTS, listed(old))
    query = "SELECT withdrawn_at FROM incidents WHERE id = 'new'"
    seen = []
    for number in range(1, 4):
        place.well(NOW + number * 10 * MINUTE)
        seen += [row[0] for row in place.rows(query)]

    assert seen == [None, None, NOW + 30 * MINUTE]


def test_a_provider_that_comes_back_is_read_anew(make: Callable[..., Place], net: Loopback) -> None:
    well(net, "one.test", "two.test")
    place = make(one=provider("one"), two=provider("two"))
    place.well(NOW)
    (place.content / "providers/two.toml").unlink()
    place.well(NOW + 10 * MINUTE)
    place.write("two", provider("two"))

    place.well(NOW + 20 * MINUTE)

    assert place.levels() == {"one": "none", "two": "none"}


def bad() -> Answer:
    return summary(level="major", component="partial_outage")


def test_news_of_a_run_that_most_pages_failed_is_read_again_by_the_next(
    make: Callable[..., Place], net: Loopback
) -> None:
    others = ("two", "three", "four", "five")
    place = make("one", *others)
    place.well(NOW)
    for name in others[:3]:
        net.put(f"{name}.test", SUMMARY, Answer(status=403))
    net.put("one.test", SUMMARY, bad())
    place.well(NOW + 10 * MINUTE)
    blind = place.lines()[-1]
    well(net, *(f"{name}.test" for name in others))

    place.well(NOW + 20 * MINUTE)

    assert blind["blind"]
    assert place.levels() == {"one": "major", **dict.fromkeys(others, "none")}


def test_after_a_commit_that_was_lost_the_page_is_read_anew(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    place.well(NOW)
    before = (place.data / "status.db").read_bytes()
    net.put("one.test", SUMMARY, bad())
    place.well(NOW + 10 * MINUTE)
    (place.data / "status.db").write_bytes(before)  # its line stands in the journal
    well(net, "one.test")

    levels = []
    for number in (2, 3):
        place.well(NOW + number * 10 * MINUTE)
        levels.append(place.levels()["one"])

    # The first reading after trouble does not end it, the second one does.
    assert levels == ["major", "none"]


def test_what_a_second_run_of_one_moment_read_is_read_again_by_the_next(
    make: Callable[..., Place], net: Loopback
) -> None:
    place = make("one")
    place.well(NOW)
    net.put("one.test", SUMMARY, bad())
    place.well(NOW)
    assert len(place.lines()) == 1

    place.well(NOW + 10 * MINUTE)

    assert place.levels() == {"one": "major"}


def test_a_reading_that_was_given_up_for_another_shape_is_not_what_was_read(net: Loopback) -> None:
    # Statuspage's parser reads incident.io's copy, whose own endpoints do not answer.
    net.put("acme.test", "/index.json", Answer(status=404))
    copy = case("incidentio/fine/summary.json")
    net.put("acme.test", SUMMARY, copy, Answer(status=403))
    turn = Round(NOW)

    lost = look(net, acme("betterstack"), turn)

    assert lost.reading is None
    assert turn.cache.digests == {}


def test_between_two_pages_that_take_long_to_read_the_network_has_its_turn(
    net: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [Source(f"s{n}", "statuspage", f"https://s{n}.test") for n in range(20)]
    for source in sources:
        well(net, f"{source.id}.test")
    honest, read_at = platforms.read, list[int]()
    turns = 0

    def slow(platform: str, replies: Mapping[str, Reply]) -> Reading:
        read_at.append(turns)
        # Meanwhile the replies of all others come.
        time.sleep(0.2)
        return honest(platform, replies)

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def all_of_them() -> list[Visit]:
        counting, turn = asyncio.create_task(count()), Round(NOW)
        async with open_client(Network.from_environment(net.env, "test"), NOW) as asker:
            found = await asyncio.gather(*(visit(asker, one, turn) for one in sources))
        counting.cancel()
        return found

    monkeypatch.setattr(platforms, "read", slow)

    found = asyncio.run(all_of_them())

    assert [one.reason for one in found] == [None] * len(sources)
    assert len({*read_at}) == len(sources)
