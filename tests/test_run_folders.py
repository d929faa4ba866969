"""The folders of a run: what it refuses, what it repairs, and what it never overwrites."""

import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

from running import NOW, Place, provider, tree


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


@pytest.mark.parametrize("beside", ["site.new", "site.old"])
def test_a_history_beside_the_site_is_not_cleared_away_with_a_half_made_one(
    make: Callable[..., Place], beside: str
) -> None:
    place = make("one")
    place.well()
    place.data = place.data.rename(place.folder / beside)
    before = tree(place.folder)

    code, _, err = place.run("run", NOW + 900)
    assert (code, err) == (
        65,
        f"whosdown: {place.out}: a site here would take the place of {place.data}\n",
    )
    assert tree(place.folder) == before


@pytest.mark.parametrize(
    ("mount", "recorded"),
    [("mount -t tmpfs none", 1), ('mount --bind "$0"', 2)],  # not every volume can be told before
)
def test_a_volume_cannot_be_a_site_but_a_folder_in_it_can(
    make: Callable[..., Place], mount: str, recorded: int
) -> None:
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -rm does not work here")
    place = make("one")
    place.well()
    shutil.rmtree(place.out)
    place.out.mkdir()
    told = f"{place.out}: a volume is mounted here, and a site is put in place whole; choose "
    shell = [*("unshare", "-rm", "sh", "-c", f'{mount} "$0" && exec "$@"'), str(place.out)]
    for one, code, says in ((place.out, 65, told), (place.out / "www", 0, "")):
        place.out = one
        line = [*shell, sys.executable, "-m", "crawler", *place.args("run", NOW + 900)]
        done = subprocess.run(line, env=place.env, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert says in done.stderr
        if code:
            assert len(place.lines()) == recorded


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
