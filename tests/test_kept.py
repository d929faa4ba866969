"""A build that takes over what stands: the bytes of a cold build, whatever happened in between."""

import random
from functools import partial
from pathlib import Path

import pytest

from crawler import site
from crawler.model import Incident, Level
from crawler.site import kept, publish
from crawler.site.board import Board
from lives import MINUTE, REPOSITORY, START, Life, incident, provider, reading, world
from running import tree

TEMPLATES = REPOSITORY / "site_templates"
NAMES = ("acme", "cloud", "other")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    (tmp_path / "content" / "articles").mkdir(parents=True)
    head = '+++\ntitle = "A guide"\ndek = "For all"\nservice = "acme"\n+++\n'
    article = tmp_path / "content" / "articles" / "one.md"
    article.write_text(head + "## Now\n\n{{ card('acme') }}\n", encoding="utf-8")
    return tmp_path / "content"


def cold(board: Board, content: Path) -> dict[str, bytes]:
    return site.build(board, content, TEMPLATES)


def changed(dice: random.Random, known: dict[str, Incident]) -> None:
    """One incident more, or an earlier one with other words or at its end."""
    if known and dice.random() < 0.6:
        key = dice.choice([*known])
        old = known[key]
        open_ = old.open and dice.random() < 0.5
        known[key] = incident(key, f"{old.title}!", open=open_, started=old.started_at or START)
    else:
        key = f"i{len(known)}"
        known[key] = incident(key, f"Trouble {key}", impact=dice.choice([*Level][:4]))


def disturb(dice: random.Random, out: Path) -> None:
    """What may happen to a site between two builds."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    index = out.with_name(f".{out.name}.kept")
    match dice.randrange(8):
        case 0:
            dice.choice(files).unlink()
        case 1:
            victim = dice.choice(files)
            victim.unlink()
            victim.write_bytes(b"touched")
        case 2:
            index.write_bytes(b"\x93nonsense")
        case 3:
            index.unlink()
        case _:
            pass


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.soak)])
def test_a_series_of_builds_gives_the_bytes_of_cold_ones(
    seed: int, content: Path, tmp_path: Path
) -> None:
    dice = random.Random(seed)  # noqa: S311 (no secret)
    out = tmp_path / "site"
    pages = world(*map(provider, NAMES))
    told: dict[str, dict[str, Incident]] = {name: {} for name in NAMES}
    with Life(tmp_path / "data", pages) as life:
        for number in range(8):
            now = START + number * 10 * MINUTE
            if dice.random() < 0.7:
                changed(dice, told[dice.choice(NAMES)])
            said = {name: reading(*one.values()) for name, one in told.items()}
            life.run(now, said, blind=dice.random() < 0.1)
            board = life.board(now)
            site.write(board, content, out, {})

            assert tree(out) == dict(sorted(cold(board, content).items())), f"build {number}"
            disturb(dice, out)


def test_what_did_not_change_is_not_made_again(content: Path, tmp_path: Path) -> None:
    out, made = tmp_path / "site", []
    memory = kept.Kept(out)

    def make(name: str) -> dict[str, bytes]:
        made.append(name)
        return {f"{name}.txt": name.encode()}

    for inputs, fresh in (("1", "ab"), ("1", ""), ("2", "b"), ("2", "")):
        memory = kept.Kept(out)
        files = {
            **memory.part("a", "always", lambda: make("a")),
            **memory.part("b", inputs, lambda: make("b")),
        }
        publish.publish(files, out)
        memory.save()
        assert "".join(made) == fresh
        made.clear()


def test_a_note_is_taken_over_until_its_inputs_or_its_file_change(tmp_path: Path) -> None:
    out, made = tmp_path / "site", []

    def note(inputs: str) -> bytes:
        def make() -> bytes:
            made.append(inputs)
            return inputs.encode()

        memory = kept.Kept(out)
        found = memory.note("a", inputs, make)
        memory.save()
        return found

    assert [note("1"), note("1"), note("2"), note("2")] == [b"1", b"1", b"2", b"2"]
    assert made == ["1", "2"]
    index = tmp_path / ".site.kept"
    whole = index.read_bytes()
    index.write_bytes(whole[:-1] + b"3")
    assert whole.endswith(b"2")
    assert note("2") == b"2", "what was touched is not believed"


def test_other_code_makes_everything_again(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    for text in ("one", "two"):
        monkeypatch.setattr(kept, "code", partial(str, text))
        memory = kept.Kept(out)
        found = memory.part("a", "same", partial(dict, {"a.txt": text.encode()}))
        publish.publish(found, out)
        memory.save()

        assert found == {"a.txt": text.encode()}


def test_an_unchanged_file_is_not_written_again_and_a_changed_one_is(tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish.publish({"same": b"1", "other": b"1"}, out)
    before = {name: (out / name).stat().st_ino for name in ("same", "other")}
    publish.publish({"same": b"1", "other": b"2"}, out)

    assert (out / "same").stat().st_ino == before["same"]
    assert (out / "other").stat().st_ino != before["other"]
    assert (out / "other").read_bytes() == b"2"
    assert (out / "same").stat().st_nlink == 1


def test_a_link_in_the_old_site_becomes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish.publish({"a": b"1"}, out)
    (out / "a").unlink()
    (tmp_path / "elsewhere").write_bytes(b"1")
    (out / "a").symlink_to(tmp_path / "elsewhere")
    publish.publish({"a": b"1"}, out)

    assert not (out / "a").is_symlink()
    assert (out / "a").read_bytes() == b"1"
