"""The table of verdicts, written out: the same as vectors/verdict.json of the reference data.

A row: official level, its age in minutes, the probe's word, failing surfaces, `page`, `none` or
`blind:LEVEL before`, upstreams as ^id:level, then the verdict, its basis and its flags.
A sequence: minute, official level (- unreadable, BLIND), the probe's outcome, whether the incident
is resolved, then the verdict and its flags. V is 30 minutes.
"""

import json
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One decision."""

    official: str
    age: int
    probe: str
    surfaces: int
    place: str
    upstreams: tuple[tuple[str, str], ...]
    level: str
    basis: str
    flags: tuple[str, ...]


class Step(NamedTuple):
    """One run of a sequence and what must come of it."""

    minute: int
    official: str
    probe: str
    resolved: bool
    level: str
    flags: tuple[str, ...]


_ROWS = """
none 0 ok 0 page > none official
none 0 none 0 page > none official
none 0 pending 0 page > none official unconfirmed_probe_failure
none 0 fail 1 page > minor probe early_warning
none 0 fail 2 page > major probe early_warning
none 0 fail 5 page > major probe early_warning
none 0 inconclusive 0 page > none official probe_inconclusive
minor 0 ok 0 page > minor official
minor 0 fail 1 page > minor official+probe
minor 0 fail 2 page > major official+probe worse_than_reported
major 0 ok 0 page > major official our_check_responds
major 0 fail 2 page > major official+probe
critical 0 ok 0 page > critical official our_check_responds
critical 0 fail 1 page > critical official+probe
maintenance 0 ok 0 page > maintenance official
maintenance 0 fail 2 page > maintenance official probe_failing_during_maintenance
none 10 ok 0 page > none official
none 31 ok 0 page > unknown none stale_official our_check_responds status_page_unreadable
critical 400 none 0 page > unknown none stale_official status_page_unreadable
- 0 ok 0 page > unknown none our_check_responds status_page_unreadable
- 0 fail 1 page > minor probe early_warning
- 0 pending 0 page > unknown none unconfirmed_probe_failure status_page_unreadable
- 0 inconclusive 0 page > unknown none probe_inconclusive status_page_unreadable
- 0 ok 0 none > none probe reachability_only
- 0 fail 2 none > major probe no_official_page
- 0 none 0 none > unknown none
none 12 fail 2 blind:none > none carried blind_run
none 65 fail 2 blind:none > unknown none blind_run
critical 12 none 0 blind:critical > critical carried blind_run
none 0 ok 0 page ^aws-us-east-1:critical > none official upstream_at_risk:aws-us-east-1
minor 0 ok 0 page ^aws-us-east-1:critical > minor official upstream_issue:aws-us-east-1
none 0 fail 1 page ^aws-us-east-1:critical > minor probe early_warning upstream_issue:aws-us-east-1
minor 0 ok 0 page ^cloudflare:minor > minor official
minor 0 none 0 page ^cloudflare:unknown > minor official
major 0 none 0 page ^cloudflare:critical ^aws-us-east-1:major \
> major official upstream_issue:aws-us-east-1,cloudflare
- 0 ok 0 page ^aws-us-east-1:critical \
> unknown none our_check_responds status_page_unreadable upstream_at_risk:aws-us-east-1
"""
_SEQUENCES = """
S1
  0 none ok > none
  10 none fail > none unconfirmed_probe_failure
  20 none ok > none
  30 none ok > none
S2
  0 none ok > none
  10 none fail > none unconfirmed_probe_failure
  20 none fail > minor early_warning
  30 none fail > minor early_warning
  40 none ok > minor early_warning probe_recovery_pending
  50 none ok > none
S3
  0 none fail > none unconfirmed_probe_failure
  10 none ok > none
  20 none fail > none unconfirmed_probe_failure
  30 none ok > none
  40 none fail > none unconfirmed_probe_failure
S4
  0 none fail > none unconfirmed_probe_failure
  2 none fail > none unconfirmed_probe_failure
  12 none fail > minor early_warning
S5
  0 none fail > none unconfirmed_probe_failure
  90 none fail > none unconfirmed_probe_failure
  100 none fail > minor early_warning
S6
  0 none ok > none
  10 critical ok > critical our_check_responds
  20 major ok > major our_check_responds
  30 none ok > major our_check_responds recovery_pending
  40 none ok > none
S7
  0 critical ok > critical our_check_responds
  10 none ok resolved > none
S8
  0 minor ok > minor
  10 none ok > minor recovery_pending
  20 minor ok > minor
  30 none ok > minor recovery_pending
  40 none ok > none
S9
  0 none ok > none
  10 - ok > none
  20 - ok > none
  30 - ok > none
  40 - ok > unknown our_check_responds stale_official status_page_unreadable
  50 none ok > none
S10
  0 none ok > none
  10 BLIND fail > none blind_run
  20 BLIND fail > none blind_run
  30 BLIND fail > none blind_run
  40 BLIND fail > unknown blind_run
  50 none ok > none
S11
  0 none fail > none unconfirmed_probe_failure
  420 none fail > none unconfirmed_probe_failure
  430 none fail > minor early_warning
S12
  0 none fail > none unconfirmed_probe_failure
  10 none fail > minor early_warning
  20 none fail > minor early_warning
  30 major fail > major
  40 major ok > major probe_recovery_pending
  50 none ok resolved > none
  60 none ok > none
S13
  0 none fail > none unconfirmed_probe_failure
  10 none inc > none probe_inconclusive
  20 none fail > minor early_warning
  30 none fail > minor early_warning
"""


def rows() -> dict[int, Row]:
    """The rows by number."""
    found = {}
    for number, line in enumerate(_ROWS.strip().splitlines(), 1):
        left, _, right = line.partition(" > ")
        official, age, probe, surfaces, place, *ups = left.split()
        level, basis, *flags = right.split()
        pairs = [one.removeprefix("^").partition(":") for one in ups]
        upstreams = tuple((key, level) for key, _, level in pairs)
        found[number] = Row(
            official,
            int(age),
            probe,
            int(surfaces),
            place,
            upstreams,
            level,
            basis,
            tuple(flags),
        )
    return found


def sequences() -> dict[str, tuple[Step, ...]]:
    """The sequences by name."""
    found: dict[str, list[Step]] = {}
    for line in _SEQUENCES.strip().splitlines():
        if not line.startswith(" "):
            steps = found[line] = []
            continue
        left, _, right = line.partition(" > ")
        minute, official, probe, *resolved = left.split()
        level, *flags = right.split()
        steps.append(Step(int(minute), official, probe, bool(resolved), level, tuple(flags)))
    return {name: tuple(steps) for name, steps in found.items()}


def rows_of(path: Path) -> dict[int, Row]:
    """The rows of a vectors file."""
    found = {}
    for row in json.loads(path.read_text("utf-8"))["rows"]:
        given, out = row["in"], row["out"]
        place = "page" if given["has_page"] else "none"
        found[row["n"]] = Row(
            given["official"] or "-",
            given["official_age_min"],
            given["probe"],
            given["surfaces_failing"],
            f"blind:{given['prev']}" if given["blind"] else place,
            tuple((key, level) for key, level in given["upstream"]),
            out["verdict"],
            out["basis"],
            tuple(out["flags"]),
        )
    return found


def sequences_of(path: Path) -> dict[str, tuple[Step, ...]]:
    """The sequences of a vectors file, all of them with a V of 30 minutes."""
    found = {}
    for one in json.loads(path.read_text("utf-8"))["sequences"]:
        assert one["V_min"] == 30
        found[one["name"].partition("-")[0]] = tuple(
            Step(run[0], run[1], run[2], len(run) > 3, out["verdict"], tuple(out["flags"]))
            for run, out in zip(one["runs"], one["expect"], strict=True)
        )
    return found
