"""Every recorded page through the command: whole runs, and `whosdown read`."""

import csv
import json
from pathlib import Path

from killer import Killer
from loopback import Answer, Loopback
from running import SUMMARY, Place, provider, whosdown
from shared import SHARED, Payload, payloads, requires_shared

SCHEMA = "payloads/statuspage/doc/incidents-nr1.json"


def page_rows() -> list[Payload]:
    return [row for row in payloads() if row.platform in ("statuspage", "incidentio")]


def rounds() -> list[list[tuple[str, Payload]]]:
    """The recorded pages with their hosts, parted so that no host comes twice."""
    if not payloads():
        return []
    with (SHARED / "payloads" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    hosts = {f"payloads/{row['file']}": row["host"] for row in rows if row["path"] == SUMMARY}
    parted: list[dict[str, Payload]] = []
    for row in page_rows():
        host = hosts.get(row.file)
        if row.reads == "page" and host:
            free = next((one for one in parted if host not in one), None)
            if free is None:
                parted.append(free := {})
            free[host] = row
    return [list(one.items()) for one in parted]


@requires_shared
def test_every_recorded_page_gives_its_level_through_a_whole_run(
    tmp_path: Path, net: Loopback, forks: Killer
) -> None:
    net.control()
    seen = 0
    for number, one in enumerate(rounds()):
        texts = {}
        for host, row in one:
            name = host.replace(".", "-")
            texts[name] = provider(name, row.platform, f"https://{host}")
            net.put(host, SUMMARY, Answer(body=(SHARED / row.file).read_bytes()))
        place = Place(tmp_path / str(number), net.env, **texts)
        place.forks = forks

        place.well()

        levels = dict(place.rows("SELECT source, level FROM readings"))
        assert levels == {host.replace(".", "-"): row.level for host, row in one}
        seen += len(one)
    assert seen >= 10


@requires_shared
def test_reading_saved_replies_prints_a_line_for_each() -> None:
    rows = [row for row in page_rows() if row.reads in ("page", "history") and row.file != SCHEMA]
    done = whosdown("read", *(str(SHARED / row.file) for row in rows))

    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(one) for one in done.stdout.splitlines()]
    keys = {"file", "platform", "level", "headline", "components", "incidents", "maintenances"}
    for row, one in zip(rows, found, strict=True):
        assert keys <= one.keys(), row.file
        assert one["file"] == str(SHARED / row.file)
        feed = row.file.endswith((".atom", ".xml", ".rss"))
        assert one["platform"] == ("feed" if feed else row.platform), row.file
        if row.reads == "page":
            assert one["level"] == row.level, row.file
        else:
            told = bool(one["incidents"] or one["maintenances"])
            assert (one["level"], told) == (None, True), row.file
