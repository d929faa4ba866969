"""A year of pushes, 118 services, a run every five minutes, real git: what the branch costs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from running import REPOSITORY

MB = 1_000_000


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_a_year_of_pushes_stays_small(tmp_path: Path) -> None:
    line = [sys.executable, str(REPOSITORY / "tests" / "bench" / "branching.py"), str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([*line, "105120"], env=env, check=True, stdout=subprocess.PIPE)
    found = json.loads(done.stdout)

    assert found["history"] < 40 * MB, found
    assert found["largest"] < MB, found
    assert found["fresh"] < MB, found
    assert found["next"] < MB, found
    assert found["restored"] == found["runs"] > 105_000, found
    # What a run of the workflow fetches, whose cache is an hour old.
    assert found["next"] < MB, found
    # Without a cache the whole journal of the year has to come: about 1.4 MB.
    assert found["fresh"] < 2 * MB, found
