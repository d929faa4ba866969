"""A platform is a file, its cases, a line in the table and a row in the documents: all or none."""

import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from crawler.platforms import EXPERIMENTAL, PLATFORMS

REPOSITORY = Path(__file__).parent.parent
FOLDER = REPOSITORY / "crawler" / "platforms"
HELPERS = {"__init__", "vocabulary", "documents", "dates", "states", "probe"}
FILES = {path.stem for path in FOLDER.glob("*.py")} - HELPERS


@cache
def rows() -> dict[str, list[str]]:
    """The table of CONTRIBUTING.md by platform: whose, what is asked, state."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("\n## Platforms\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (\w+) \|$", section, re.MULTILINE)
    assert len(found) == len({one[0] for one in found}), "a platform stands there twice"
    return {name: rest for name, *rest in found}


def test_every_file_stands_in_the_table_of_platforms() -> None:
    assert PLATFORMS.keys() == FILES


def test_every_platform_has_its_row_in_the_documents() -> None:
    assert rows().keys() == PLATFORMS.keys()
    assert list(rows()) == list(PLATFORMS), "in the order in which shapes are tried"


@pytest.mark.parametrize("name", sorted(FILES | PLATFORMS.keys()))
def test_every_platform_has_cases_a_file_and_a_docstring(name: str) -> None:
    cases = [one for one in (REPOSITORY / "tests" / "platforms" / name).glob("*/") if one.is_dir()]

    assert len(cases) >= 3
    assert all((one / "expected.json").is_file() for one in cases)
    assert importlib.import_module(f"crawler.platforms.{name}").__doc__


@pytest.mark.parametrize("name", PLATFORMS)
def test_experimental_is_said_alike_in_docstring_table_and_documents(name: str) -> None:
    said = (importlib.import_module(f"crawler.platforms.{name}").__doc__ or "").partition("\n\n")[0]

    assert rows()[name][2] == ("experimental" if name in EXPERIMENTAL else "recorded")
    # Google's covers Workspace too, of which alone no real reply was held.
    assert ("experimental" in said) == (name in EXPERIMENTAL) or name == "gcp"


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_platform_is_short(name: str) -> None:
    lines = len((FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines())

    older = name in ("statuspage", "feed", "incidentio")  # of the issue before this one
    assert older or 40 <= lines <= 150


def test_nobody_imports_the_private_names_of_a_platform() -> None:
    private = re.compile(r"\b(?:" + "|".join(sorted(FILES)) + r")\._[a-z]|import _\w")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((REPOSITORY / "crawler").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "platforms" in str(path) and private.search(line)
    ]

    assert found == []
