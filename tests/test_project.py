"""Workflows, locks, documents and templates keep the rules of the house."""

import importlib
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from crawler.catalogue import Alerts, Category, ErrorCode, Page, Probe, Service, Site

REPOSITORY = Path(__file__).parent.parent
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
DOCUMENTS = [REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")]
TEMPLATES = sorted(path for path in (REPOSITORY / "site_templates").rglob("*") if path.is_file())
RUNTIME_LOCK = REPOSITORY / "requirements.lock"
DEV_LOCK = REPOSITORY / "requirements-dev.lock"
LOCKS = [RUNTIME_LOCK, DEV_LOCK]

PINNED = re.compile(r"uses:\s+[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
# The one file that names a place beside the checkout, and says so.
KNOWS_A_PLACE = "tests/shared.py"
MACHINE_PATH = re.compile(rf"(?<![\w.-])/{'work'}/")


def names(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def workflow(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def run_blocks(path: Path) -> Iterator[str]:
    for job in workflow(path)["jobs"].values():
        yield from (step["run"] for step in job.get("steps", ()) if "run" in step)


@cache
def locked(path: Path) -> Mapping[str, str]:
    """The versions in a lock by canonical name. Fails on a line that is no pin or hash."""
    found: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line.startswith("    --hash=sha256:"):
            requirement, slash, rest = line.partition(" \\")
            assert slash, f"{line}: no hash follows"
            assert not rest, f"{line}: not understood"
            name, _, version = requirement.partition(";")[0].strip().partition("==")
            found[canonicalize_name(name)] = version
    return found


def tracked() -> list[Path]:
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    paths = [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def command_line() -> click.Group:
    main = importlib.import_module("crawler.cli").main
    assert isinstance(main, click.Group)
    return main


def told(path: Path, program: str) -> Iterator[list[str]]:
    """The words after `program` wherever a document gives it as code."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    inline = re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    )
    for line in [*"\n".join(blocks).splitlines(), *inline]:
        words = line.partition("#")[0].removeprefix("$ ").split()
        if words[:1] == [program] and len(words) > 1:
            yield words[1:]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_hash(path: Path) -> None:
    uses = [
        line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line
    ]

    assert [line for line in uses if not PINNED.fullmatch(line.removeprefix("- "))] == []


def test_one_action_has_one_hash() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    pins: dict[str, set[str]] = {}
    for action, pin in re.findall(r"uses:\s+([\w./-]+)@(\S+ # \S+)", text):
        pins.setdefault(action, set()).add(pin)

    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_owns_nothing_by_default(path: Path) -> None:
    loaded = workflow(path)

    assert loaded["permissions"] == {}
    for job in loaded["jobs"].values():
        assert isinstance(job["permissions"], dict)
        assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_is_pasted_into_a_shell(path: Path) -> None:
    assert [block for block in run_blocks(path) if "${{" in block] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_checkout_leaves_no_credentials_behind(path: Path) -> None:
    steps = [step for job in workflow(path)["jobs"].values() for step in job.get("steps", ())]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]

    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_the_journal_is_never_pushed_by_force() -> None:
    pushes = [
        line
        for path in WORKFLOWS
        for block in run_blocks(path)
        for line in block.splitlines()
        if re.search(r"\bgit\b.*\bpush\b", line)
    ]

    assert [line for line in pushes if re.search(r"--force|\s-f\b|\s\+\S", line)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_documents_name_only_targets_of_the_makefile(path: Path) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    asked = {word for words in told(path, "make") for word in words if re.fullmatch("[a-z]+", word)}

    assert asked <= targets


def test_the_readme_starts_with_the_targets_that_set_everything_up() -> None:
    asked = [words[0] for words in told(REPOSITORY / "README.md", "make")]

    assert {"site", "serve", "demo", "test"} <= set(asked)


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_documents_name_only_commands_and_options_that_exist(path: Path) -> None:
    commands = command_line().commands
    for name, *words in told(path, "whosdown"):
        assert name in commands, f"{path.name}: whosdown {name}"
        options = {
            opt for param in commands[name].params for opt in (*param.opts, *param.secondary_opts)
        }
        given = {
            word.strip("[]").partition("=")[0]
            for word in words
            if word.strip("[]").startswith("--")
        }
        assert given <= options, f"{path.name}: whosdown {name} {' '.join(words)}"


def test_the_readme_names_every_command() -> None:
    named = {words[0] for words in told(REPOSITORY / "README.md", "whosdown")}

    assert set(command_line().commands) <= named


@pytest.mark.parametrize("kind", [Page, Service, Probe, ErrorCode, Site, Alerts, Category])
def test_every_key_of_content_is_explained(kind: type[msgspec.Struct]) -> None:
    explained = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    keys = {field.name for field in msgspec.structs.fields(kind)}

    assert {key for key in keys if not re.search(rf"`\[*{key}\]*`", explained)} == set()


@pytest.mark.parametrize("path", LOCKS, ids=names)
def test_every_locked_requirement_has_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(re.findall(r" \\\n    --hash=sha256:[0-9a-f]{64}", text)) >= len(locked(path)) > 10
    assert re.findall(r"^\S+==\S+.*[^\\]$", text, re.MULTILINE) == []


@pytest.mark.parametrize("path", LOCKS, ids=names)
def test_a_lock_names_no_address_and_no_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"https?:|file:|/opt|--index|--extra|--find|^#", text, re.MULTILINE) == []


@pytest.mark.parametrize(
    ("path", "groups"),
    [(RUNTIME_LOCK, ["build"]), (DEV_LOCK, ["build", "dev"])],
    ids=["run", "dev"],
)
def test_a_lock_holds_what_the_project_asks_for(path: Path, groups: list[str]) -> None:
    wanted = [*pyproject()["project"]["dependencies"], *pyproject()["build-system"]["requires"]]
    for group in groups:
        wanted += [one for one in pyproject()["dependency-groups"][group] if isinstance(one, str)]

    for requirement in map(Requirement, wanted):
        version = locked(path).get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {path.name}; run make lock"
        assert requirement.specifier.contains(version), f"{requirement}, but {version} is locked"


def test_both_locks_agree() -> None:
    assert locked(RUNTIME_LOCK).items() <= locked(DEV_LOCK).items()


def test_no_file_knows_the_machine_that_it_was_written_on() -> None:
    found = [
        names(path)
        for path in tracked()
        if names(path) != KNOWS_A_PLACE
        and MACHINE_PATH.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]

    assert found == []


def test_no_template_trusts_a_text() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false")
    found = [names(p) for p in TEMPLATES if unsafe.search(p.read_text("utf-8", errors="ignore"))]

    assert found == []
