"""build.json says which build is served."""

import hashlib
import json
from collections.abc import Callable

from running import Place


def test_build_json_names_the_build_and_vouches_for_its_files(make: Callable[..., Place]) -> None:
    place = make("acme")
    place.well()
    found = json.loads((place.out / "api" / "v1" / "build.json").read_bytes())
    statuses = (place.out / "statuses.json").read_bytes()

    assert found["id"] == hashlib.sha256(statuses + found["version"].encode()).hexdigest()[:16]
    assert found["builtAt"] >= found["lastRun"] == found["ranAt"] == "2026-11-22T11:00:00Z"
    assert found["simulated"] is False
    assert found["cadence"] == {"runs": 1, "median": None, "p90": None, "longest": None}
    assert found["files"] == {
        name: hashlib.sha256((place.out / name).read_bytes()).hexdigest()
        for name in ("index.html", "statuses.json")
    }
    assert place.forks
    checked = place.forks.run(["verify", str(place.out)], place.env)
    assert (checked.code, checked.out) == (0, f"{found['id']}\n")


def test_a_later_run_is_another_build(make: Callable[..., Place]) -> None:
    place = make("acme")
    ids = []
    for later in (0, 300):
        place.well(1_795_345_200 + later)
        ids.append(json.loads((place.out / "api" / "v1" / "build.json").read_bytes())["id"])

    assert len({*ids}) == 2
