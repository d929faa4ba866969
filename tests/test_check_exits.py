"""`whosdown check` for programs: its exit codes, its JSON, and nothing that a runner would obey."""

import json
from pathlib import Path

import pytest

from running import statuses, whosdown


@pytest.mark.parametrize(
    ("levels", "ids", "code"),
    [
        ({"a": "none"}, ("a",), 0),
        ({"a": "minor"}, ("a",), 1),
        ({"a": "major"}, ("a",), 1),
        ({"a": "maintenance"}, ("a",), 1),
        ({"a": "critical"}, ("a",), 2),
        ({"a": "unknown"}, ("a",), 3),
        ({"a": "none", "b": "unknown"}, (), 3),
        ({"a": "minor", "b": "unknown"}, (), 1),
        ({"a": "critical", "b": "unknown", "c": "minor"}, (), 2),
        ({"a": "critical", "b": "none"}, ("b",), 0),
    ],
)
def test_check_exits_0_up_1_degraded_2_down_3_unknown(
    levels: dict[str, str], ids: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    done = whosdown("check", "--out", statuses(tmp_path / "site", **levels), *ids)

    assert done.returncode == code
    assert done.stderr == ""
    first = min(ids or levels)
    assert done.stdout.splitlines()[0] == f"{first}: {levels[first]}: It is {levels[first]}"


def test_check_prints_json_for_programs_and_escapes_what_a_runner_would_obey(
    tmp_path: Path,
) -> None:
    site = statuses(tmp_path / "site", a="none")
    path = site / "statuses.json"
    path.write_text(
        path.read_text("utf-8").replace("It is none", "x\\n::error::##[group]"), "utf-8"
    )

    assert [one["id"] for one in json.loads(whosdown("check", "--json", "--out", site).stdout)] == [
        "a"
    ]
    plain = whosdown("check", "--out", site).stdout
    assert plain.count("\n") == 1
    assert "##[" not in plain


def test_check_of_a_stranger_is_a_wrong_use_and_without_a_site_a_trouble_of_storage(
    tmp_path: Path,
) -> None:
    site = statuses(tmp_path / "site", a="none")

    assert whosdown("check", "--out", site, "b").returncode == 64
    assert whosdown("check", "--out", tmp_path / "none").returncode == 74
    (site / "statuses.json").write_text("[]", encoding="utf-8")
    assert whosdown("check", "--out", site).returncode == 74
