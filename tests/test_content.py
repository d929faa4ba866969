"""content/ is checked as a whole, and a mistake is one sentence that says where and what."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies

from crawler import address, content
from crawler.catalogue import Source
from crawler.errors import ContentError
from crawler.platforms import PLATFORMS
from folders import ACME, OTHER, SITE, problem, write

CONTENT = Path(__file__).parent.parent / "content"


def test_a_folder_becomes_a_catalogue(tmp_path: Path) -> None:
    write(tmp_path)

    made = content.load(tmp_path, PLATFORMS)

    assert [provider.id for provider in made.providers] == ["acme", "other"]
    assert made.providers[0].source == Source("acme", "statuspage", "https://status.acme.test")
    assert made.providers[1].source is None
    assert [(p.id, s.id) for p, s in made.services()] == [
        ("acme", "acme"),
        ("acme", "acme-cloud"),
        ("other", "other"),
    ]
    probe = made.providers[0].services[0].probe
    assert probe is not None
    assert probe.expect == [401]


def test_two_files_do_not_share_a_page_an_id_or_an_alias(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "id").mkdir()
    page = '[page]\nplatform = "statuspage"\nurl = "https://status.acme.test"\n'
    write(tmp_path / "page", acme=ACME, other=page + OTHER)
    write(tmp_path / "id", acme=ACME, other=OTHER.replace('id = "other"', 'id = "acme-cloud"'))

    assert problem(tmp_path / "page") == (
        "providers/other.toml:3: page.url: acme.toml reads this page too; "
        "put the services in one file"
    )
    assert problem(tmp_path / "id") == (
        "providers/other.toml:2: service[0].id: 'acme-cloud' is taken by acme.toml"
    )


def test_upstreams_that_are_not_there_are_told_all_at_once(tmp_path: Path) -> None:
    acme = ACME.replace('["acme-cloud"]', '[\n    "azure",\n    "acme-cloud",\n    "aws",\n]')
    other = OTHER + 'upstreams = ["acme", "othr", "other"]\n'
    write(tmp_path, acme=acme, other=other)
    with pytest.raises(ContentError) as caught:
        content.load(tmp_path, PLATFORMS)

    assert [one.removeprefix(f"{tmp_path}/providers/") for one in caught.value.sentences] == [
        "acme.toml:10: service[0].upstreams: 'azure' is not the id of another service",
        "acme.toml:10: service[0].upstreams: 'aws' is not the id of another service",
        "other.toml:6: service[0].upstreams: 'othr' is not the id of another service",
        "other.toml:6: service[0].upstreams: 'other' is not the id of another service",
    ]


def test_a_missing_or_empty_folder_is_told(tmp_path: Path) -> None:
    missing = problem(tmp_path)
    write(tmp_path)
    for file in (tmp_path / "providers").iterdir():
        file.unlink()
    empty = problem(tmp_path)

    assert missing == "site.toml: the file is missing; it names the site"
    assert empty == "providers: no provider file; the site would be empty"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "providers" / "folder.toml").mkdir()
    folder = problem(tmp_path)
    (tmp_path / "providers" / "folder.toml").rmdir()
    (tmp_path / "providers" / "loop.toml").symlink_to("loop.toml")
    loop = problem(tmp_path)
    (tmp_path / "providers" / "loop.toml").unlink()
    (tmp_path / "providers" / "gone.toml").symlink_to("nowhere")
    gone = problem(tmp_path)
    (tmp_path / "site.toml").unlink()
    (tmp_path / "site.toml").mkdir()
    site = problem(tmp_path)

    assert folder == "providers/folder.toml: cannot be read: Is a directory"
    assert loop == "providers/loop.toml: cannot be read: Too many levels of symbolic links"
    assert gone == "providers/gone.toml: the file is missing"
    assert site == "site.toml: cannot be read: Is a directory"


def test_a_file_that_is_no_text_or_has_no_service_or_no_name_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    file = tmp_path / "providers" / "other.toml"

    file.write_bytes(b'id = "\xff"')
    encoded = problem(tmp_path)
    file.write_text("service = []\n", encoding="utf-8")
    bare = problem(tmp_path)
    file.rename(file.with_name("Other One.toml"))
    file.with_name("Other One.toml").write_text(OTHER, encoding="utf-8")
    named = problem(tmp_path)

    assert encoded == "providers/other.toml: not UTF-8 at byte 6"
    assert bare == "providers/other.toml: service: a provider needs at least one [[service]]"
    assert named.startswith("providers/Other One.toml: the file name is not a slug")


def test_a_mark_that_an_editor_put_first_is_no_part_of_a_file(tmp_path: Path) -> None:
    write(tmp_path)
    for path in (tmp_path / "site.toml", tmp_path / "providers" / "other.toml"):
        path.write_text(path.read_text("utf-8"), encoding="utf-8-sig")

    known = content.load(tmp_path, PLATFORMS)

    assert known.site.name == "whosdown"
    assert [provider.id for provider in known.providers] == ["acme", "other"]


def test_private_networks_are_opened_by_the_operator_alone(tmp_path: Path) -> None:
    write(tmp_path, SITE.replace("= []", '= ["10.0.0.0/8", "fd00::/8"]'))

    networks = content.load(tmp_path, PLATFORMS).site.networks

    assert [str(one) for one in networks] == ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("right", "other"),
    [
        ("https://example.test/base", "http://127.0.0.1:8000/base"),
        ("https://example.test/base", "http://localhost"),
        ("https://example.test/base", "http://[::1]:8000/"),
        ("https://example.test/contact", "http://example.test/?a=b#c"),
        ("https://acme.test", "https://[2001:db8::1]:8443/x?y=%20#z"),
        ("https://acme.test", "https://a_b.münchen.test./straße"),
        ('"429"', '"HTTP/2 stream error"'),
        ('"429"', '"5xx"'),
        ('"429"', '"RESOURCE_EXHAUSTED"'),
        ('"ACME AI"', '"C++", "文心一言", "👩‍💻 1"'),
    ],
)
def test_what_is_unusual_and_right_is_accepted(tmp_path: Path, right: str, other: str) -> None:
    assert (SITE + ACME).count(right) == 1
    write(tmp_path, SITE.replace(right, other), acme=ACME.replace(right, other), other=OTHER)

    assert content.load(tmp_path, PLATFORMS).providers


@given(
    strategies.text(alphabet=strategies.sampled_from("a.-_:/@[]%?# \\\nä℀１۱\u200b0"), max_size=30)
)
def test_an_address_without_fault_is_one_that_the_crawler_can_take_apart(rest: str) -> None:
    url = f"https://{rest}"

    if not address.fault(url, "https"):
        parts = urlsplit(url)
        assert address.host(url)
        assert parts.port != 0
        assert "@" not in parts.netloc
        # Nothing is lost, but the mark of an empty query or fragment.
        unmarked = str.maketrans("", "", "?#")
        assert parts.geturl().translate(unmarked) == url.translate(unmarked)


HAS_PROVIDERS = any((CONTENT / "providers").glob("*.toml"))


@pytest.mark.skipif(not HAS_PROVIDERS, reason="content/providers/ has no file yet")
def test_the_real_content_loads_and_its_names_hold_together() -> None:
    made = content.load(CONTENT, PLATFORMS)

    services = [service for _, service in made.services()]
    ids = [service.id for service in services]
    assert len(set(ids)) == len(ids) > 0
    assert {up for service in services for up in service.upstreams} <= set(ids)
    assert {service.category for service in services} <= {one.id for one in made.site.category}
    assert {p.source.platform for p in made.providers if p.source} <= PLATFORMS.keys()


def test_a_page_for_programs_alone_says_where_people_look(tmp_path: Path) -> None:
    own = 'url = "https://status.acme.test"'
    both = own.replace("status", "api.status") + '\npeople = "https://status.acme.test"'
    folder = write(tmp_path / "right", acme=ACME.replace(own, both, 1), other=OTHER)
    source = content.load(folder, PLATFORMS).providers[0].source

    assert source is not None
    assert source.url == "https://api.status.acme.test"
    assert source.page == "https://status.acme.test"
    wrong = both.replace('"https://status', '"status')
    folder = write(tmp_path / "wrong", acme=ACME.replace(own, wrong, 1), other=OTHER)
    assert "page.people: " in problem(folder)
