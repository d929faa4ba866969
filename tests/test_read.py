"""`whosdown read`: what saved replies say, a line for each."""

import json
from pathlib import Path

from running import summary, whosdown

HEALTHY = {
    "page": {"id": "kctbh9vrtdwd", "time_zone": "Etc/UTC"},
    "status": {"indicator": "minor", "description": "Minor"},
    "components": [{"id": "abcabcabcabc", "name": "API", "status": "degraded_performance"}],
    "incidents": [],
    "scheduled_maintenances": [],
}


def test_read_prints_one_line_for_each_file_and_exits_65_for_one_that_is_unreadable(
    tmp_path: Path,
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(HEALTHY), encoding="utf-8")
    bad.write_text("{", encoding="utf-8")

    fine = whosdown("read", good)
    assert (fine.returncode, fine.stderr) == (0, "")
    [line] = map(json.loads, fine.stdout.splitlines())
    assert line["platform"] == "statuspage"
    assert {"file", "platform", "level", "headline", "components", "incidents", "maintenances"} <= {
        *line
    }
    assert line["level"] == "minor"

    both = whosdown("read", good, bad)
    assert both.returncode == 65
    assert [json.loads(one).get("reason") for one in both.stdout.splitlines()] == [None, "not_json"]
    assert whosdown("read", "--platform", "feed", good).returncode == 65
    assert whosdown("read", "--platform", "nonsense", good).returncode == 64


def test_read_tells_of_a_file_that_cannot_be_opened_and_goes_on(tmp_path: Path) -> None:
    good, gone, turning = tmp_path / "good.json", tmp_path / "gone.json", tmp_path / "turning"
    good.write_text(json.dumps(HEALTHY), encoding="utf-8")
    turning.symlink_to(turning)
    files = (good, gone, tmp_path, turning, good)
    done = whosdown("read", *files)

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (65, "")
    assert [one["file"] for one in lines] == [*map(str, files)]
    assert [one.get("reason") for one in lines] == [None, *["unreadable_file"] * 3, None]
    assert "Errno" not in done.stdout


def test_an_unreadable_reply_is_told_with_its_reason_and_65(tmp_path: Path) -> None:
    files = {"good": summary().body, "html": b"<html><p>Hi</p></html>", "cut": b'{"status": {"in'}
    for name, body in files.items():
        (tmp_path / name).write_bytes(bytes(body))  # type: ignore[arg-type]
    done = whosdown("read", *(str(tmp_path / one) for one in files))

    found = [json.loads(one) for one in done.stdout.splitlines()]
    assert done.returncode == 65
    assert [one.get("reason") for one in found] == [None, "not_json", "not_json"]
    assert {"file", "reason"} <= found[1].keys()
