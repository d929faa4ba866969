"""What a build takes over: parts, notes and files, until what they were made of is another."""

import os
from functools import partial
from pathlib import Path

import pytest

from crawler.errors import SiteError
from crawler.site import kept, publish


def test_a_page_that_stands_is_looked_through_again_when_a_file_is_gone(tmp_path: Path) -> None:
    out = tmp_path / "site"

    def built(*others: str) -> dict[str, bytes]:
        memory = kept.Kept(out)
        page = memory.page("index.html", "same", lambda: '<a href="other.html">', {})
        rest = dict.fromkeys(others, b"")
        files = publish.together({"index.html": page}, rest, base="https://a.test", memory=memory)
        publish.publish(files, out, memory.standing)
        memory.save()
        return files

    assert built("other.html") == built("other.html")
    with pytest.raises(SiteError, match=r"other\.html leads nowhere"):
        built()


def test_what_did_not_change_is_not_made_again(tmp_path: Path) -> None:
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


def test_other_code_makes_everything_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_an_unchanged_file_of_a_run_with_another_umask_can_be_read_again(tmp_path: Path) -> None:
    out = tmp_path / "site"
    usual = os.umask(0o077)
    try:
        publish.publish({"a/same": b"1"}, out)
        os.umask(0o022)
        publish.publish({"a/same": b"1"}, out, {"a/same"})
    finally:
        os.umask(usual)

    assert (out / "a/same").stat().st_mode & 0o777 == 0o644


def test_a_link_in_the_old_site_becomes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish.publish({"a": b"1"}, out)
    (out / "a").unlink()
    (tmp_path / "elsewhere").write_bytes(b"1")
    (out / "a").symlink_to(tmp_path / "elsewhere")
    publish.publish({"a": b"1"}, out)

    assert not (out / "a").is_symlink()
    assert (out / "a").read_bytes() == b"1"
