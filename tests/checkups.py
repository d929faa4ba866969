"""`whosdown doctor --github`, run against a repository on the GitHub of the tests."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler import cli
from folders import SITE, write
from github import CANARIES, NOW, GitHub, iso

URL = "https://acme.github.io/whosdown"


@pytest.fixture
def doctor(
    github: GitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[], tuple[int, dict[str, tuple[str, str]]]]:
    for name, value in github.env.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "content"
    folder.mkdir()
    write(folder, SITE.replace("https://example.test/base", URL))

    def run() -> tuple[int, dict[str, tuple[str, str]]]:
        args = ["doctor", "--github", "--json", "--content", str(folder), "--now", iso(NOW)]
        with pytest.raises(SystemExit) as ended:
            cli.main(args)
        said = capsys.readouterr()
        assert not [one for one in CANARIES if one in said.out + said.err]
        rows = json.loads(said.out) if said.out else []
        return int(ended.value.code or 0), {r["what"]: (r["says"], r["repair"]) for r in rows}

    return run


Doctor = Callable[[], tuple[int, dict[str, tuple[str, str]]]]
