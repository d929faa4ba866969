"""Every recorded page of every platform gives its level, also through `whosdown read`."""

import json
import subprocess
import sys

import pytest

from crawler import platforms
from crawler.scope import page_level
from shared import REPOSITORY, SHARED, Payload, payloads, reply, requires_shared

pytestmark = requires_shared
PAGES = [row for row in payloads() if row.reads == "page"]


def test_many_platforms_have_recorded_pages() -> None:
    assert len(PAGES) >= 30
    assert len({row.platform for row in PAGES}) >= 13


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.file[9:])
def test_a_recorded_page_is_recognised_and_gives_its_level(row: Payload) -> None:
    one = reply(row.file)

    name = platforms.recognise(one)

    assert name == row.platform
    reading = platforms.read(name, {"file": one})
    assert page_level(reading) == row.level
    assert reading.current


def test_reading_the_saved_pages_prints_their_levels() -> None:
    line = [sys.executable, "-m", "crawler", "read", *(str(SHARED / row.file) for row in PAGES)]

    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    told = [json.loads(one) for one in done.stdout.splitlines()]
    assert [(one["platform"], one["level"]) for one in told] == [
        (row.platform, row.level) for row in PAGES
    ]
