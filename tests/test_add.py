"""`whosdown add` knows each platform at its own address, and writes a file that loads unchanged."""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler import content, discover
from crawler.catalogue import Source
from crawler.platforms import PLATFORMS
from crawler.times import parse
from killer import Killer
from looking import CASES, look
from loopback import Answer, Fault, Loopback
from running import NOW, SUMMARY, Place, provider, summary, tree

# Where the address of a page is more than its host.
PASTED = {
    "checkly": "https://status.new.test/acme",
    "uptimekuma": "https://status.new.test/status/acme",
    "incidentio_widget": "https://status.new.test/api/v1/summary",
    "onlineornot": "https://status.new.test/v1/status_pages/acme/summary",
    "statusio": "https://status.new.test/1.0/status/5f1a",
    "azure": "https://status.new.test/en-us/status/feed",
    "feed": "https://status.new.test/news.xml",
    "openrouter_endpoints": "https://status.new.test/openai/gpt-5",
    "upptime": "https://status.new.test/acme/status/main",
}
FEED = CASES / "feed/statuspage_atom"


@pytest.fixture
def place(tmp_path: Path, net: Loopback, forks: Killer) -> Place:
    """A catalogue with one service that is on no page, and the network of a test."""
    made = Place(tmp_path / "place", net.env, other=provider("other", ""))
    made.forks = forks
    return made


def add(place: Place, url: str, *more: str) -> tuple[int, str, str]:
    assert place.forks
    args = ["add", url, "--content", str(place.content), "--now", str(NOW), *more]
    ended = place.forks.run(args, place.env)
    assert "Traceback" not in ended.said, ended.said
    assert ended.code is not None
    return ended.code, ended.out, ended.said


def serve(net: Loopback, platform: str, folder: Path, url: str) -> None:
    """Answer with a recorded case wherever the platform asks; all else is not found."""
    net.host(urlsplit(url).netloc, Answer(status=404))
    feed = url if platform == "feed" else ""
    for name, one in PLATFORMS[platform].requests(Source("new", platform, url, feed)).items():
        body = next((path for path in folder.glob(f"{name}.*")), None)
        parts = urlsplit(one.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if body:
            net.put(parts.netloc, path, Answer(body=body.read_bytes()))


def usual(platform: str) -> Path:
    """A recorded case of a page that is well, or the first one that tells how things are."""
    if platform == "feed":
        return FEED
    folders = sorted((CASES / platform).iterdir())
    return next((one for one in folders if one.name.startswith("fine")), folders[0])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_platform_is_known_at_its_address_and_its_file_loads_unchanged(
    place: Place, net: Loopback, platform: str
) -> None:
    url = PASTED.get(platform, "https://status.new.test")
    folder = usual(platform)
    serve(net, platform, folder, url)

    code, out, err = add(place, url)

    assert code == 0, err
    path = place.content / "providers" / "new.toml"
    written = path.read_bytes()
    provider = next(
        one for one in content.load(place.content, PLATFORMS).providers if one.id == "new"
    )
    assert path.read_bytes() == written
    assert provider.source is not None
    assert (provider.source.platform, provider.source.url) == (platform, url)
    assert provider.services[0].id == "new"
    assert f"{path}: {platform}" in out
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    for one in expected.get("components") or ():
        assert one["id"] in written.decode()
        assert one["name"][:20] in out
    # One page says until when a copy of it may be used.
    seen = look(net, provider.source, now=parse(expected.get("usable_until")) or NOW)
    assert (seen.reason, seen.platform, seen.note) == (None, platform, "")


@pytest.mark.parametrize(
    "pasted",
    [
        "status.new.test",
        "https://status.new.test/",
        "https://status.new.test/api/v2/summary.json",
        "https://status.new.test/history.atom",
        "https://status.new.test/index.html",
    ],
)
def test_what_people_paste_is_understood(place: Place, net: Loopback, pasted: str) -> None:
    net.put("status.new.test", SUMMARY, summary())

    code, _, err = add(place, pasted)

    assert code == 0, err
    written = tomllib.loads((place.content / "providers/new.toml").read_text("utf-8"))
    assert written["page"] == {"platform": "statuspage", "url": "https://status.new.test"}


@pytest.mark.parametrize("platform", [one for one in PLATFORMS if one not in PASTED])
def test_the_machine_address_of_a_platform_leads_to_its_page(platform: str) -> None:
    asked = PLATFORMS[platform].requests(Source("new", platform, "https://status.new.test"))
    first = next(iter(asked.values())).url

    expected = "https://status.new.test"
    if platform == "incidentio_native":
        expected = first
    assert discover.root(first) == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://status.claude.com", "claude"),
        ("https://acme.statuspage.io", "acme"),
        ("https://acme-ai.instatus.com", "acme-ai"),
        ("https://www.githubstatus.com", "github"),
        ("https://status.io", "status"),
        ("https://status.127.test", "127"),
    ],
)
def test_an_id_comes_from_the_telling_part_of_the_host(url: str, name: str) -> None:
    assert discover.identifier(url) == name


def test_an_id_that_exists_is_refused_before_anything_is_asked(place: Place, net: Loopback) -> None:
    before = tree(place.content)

    code, _, err = add(place, "https://status.new.test", "--id", "other")

    assert code == 78
    assert "other.toml: exists already; choose another --id" in err
    assert (tree(place.content), net.connects) == (before, [])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--id", "fresh"), "reads this page too"),
        (("--id", "Not A Slug"), "not a slug"),
        (("--id", "../evil"), "slug"),
        (("--id", "fresh", "--homepage", "javascript:alert(1)"), "does not begin with https://"),
    ],
)
def test_a_file_that_would_not_load_is_not_left_behind(
    place: Place, net: Loopback, more: tuple[str, ...], says: str
) -> None:
    net.put("status.new.test", SUMMARY, summary())
    net.put("status.two.test", SUMMARY, summary())
    place.write("first", provider("first", url="https://status.new.test"))
    before = tree(place.folder)
    wanted = "https://status.two.test" if len(more) > 2 else "https://status.new.test"

    code, _, err = add(place, wanted, *more)

    assert code in (64, 78), err
    assert says in err
    assert tree(place.folder) == before


def test_an_unreadable_page_says_what_it_tried_and_writes_nothing(
    place: Place, net: Loopback
) -> None:
    net.host("status.new.test", Fault("html"))
    before = tree(place.content)

    code, out, err = add(place, "https://status.new.test")

    assert (code, out) == (65, "")
    for path in (SUMMARY, "/index.json", "/summary.json", "/incidents.json", "/history.atom"):
        assert f"tried https://status.new.test{path}: " in err
    asked = [(one.path, one.headers["accept"]) for one in net.asked("status.new.test")]
    assert len(asked) == len(set(asked)), "each address once"
    assert tree(place.content) == before


@pytest.mark.parametrize("fault", ["refused", "429_seconds", "wrong_name"])
def test_a_host_that_does_not_answer_is_not_asked_for_every_platform(
    place: Place, net: Loopback, fault: str
) -> None:
    net.host("status.new.test", Fault(fault))

    code, _, err = add(place, "https://status.new.test")

    assert code == 65
    assert err.count("tried ") == 1
    assert len(net.connects) <= 3


def test_components_with_hostile_names_stay_data(place: Place, net: Loopback) -> None:
    evil = ['a"\n]\n[page]\nurl = "https://evil.test"', "##[mask]x\r::error::y", "\u2028\x07\\"]
    rows = [
        {"id": f'{number}"]\n#{name}', "name": name, "status": "operational"}
        for number, name in enumerate(evil)
    ]
    document = json.loads(bytes(summary().body)) | {"components": rows}  # type: ignore[arg-type]
    net.put("status.new.test", SUMMARY, Answer(body=json.dumps(document).encode()))

    code, out, err = add(place, "https://status.new.test", "--name", 'N"\n[x]')

    assert code == 0, err
    text = (place.content / "providers/new.toml").read_text("utf-8")
    loaded = tomllib.loads(text)
    assert set(loaded) == {"page", "service"}
    assert loaded["page"] == {"platform": "statuspage", "url": "https://status.new.test"}
    assert "components" not in loaded["service"][0]
    uncommented = re.sub(r"(?m)^#(?= (components|]|    ))", "", text)
    assert len(tomllib.loads(uncommented)["service"][0]["components"]) == len(evil)
    assert "##[" not in out + err
    assert not [line for line in out.splitlines() if line.startswith("::")]


@pytest.mark.parametrize("url", ["http://a.test", "ftp://a.test", "https://", "file:///etc/passwd"])
def test_what_is_no_https_page_is_refused_before_anything_is_asked(
    place: Place, net: Loopback, url: str
) -> None:
    code, _, err = add(place, url)

    assert code == 64
    assert "is not an https:// address" in " ".join(err.replace("│", " ").split())
    assert net.connects == []
