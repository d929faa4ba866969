"""Every fault in one run of the real command: each costs its own source and nothing else."""

import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from answers import ANSWERS, CONNECTION, HANDSHAKE, TRANSFER
from crawler.fetch.client import SOURCE
from loopback import Answer, Fault, Loopback
from running import Place, provider, summary, well

REASONS = {
    "refused": "reset",  # as a proxy refuses: it closes
    "hang_connect": "timeout",
    "expired": "tls",
    "wrong_name": "tls",
    "self_signed": "tls",
    "reset": "reset",
    "hang": "timeout",
    "endless_headers": "protocol",
    "hang_body": "timeout",
    "reset_body": "reset",
    "short_body": "protocol",
    "drip": "timeout",
    "429_seconds": "rate_limited",
    "429_date": "rate_limited",
    "429_huge": "rate_limited",
    "429_negative": "rate_limited",
    "429_garbage": "rate_limited",
    "429_bare": "rate_limited",
    "500": "http_5xx",
    "503_wait": "http_5xx",
    "403": "http_403",
    "403_challenge": "challenge",
    "503_challenge": "challenge",
    "packed_challenge": "challenge",
    "200_challenge": "challenge",
    "html": "not_json",
    "empty": "empty",
    "truncated_json": "not_json",
    "truncated_gzip": "encoding",
    "corrupt_gzip": "encoding",
    "unlabelled_gzip": "encoding",
    "gzip": None,
    "deflate": "encoding",
    "br": "encoding",
    "utf16": "encoding",
    "big": "too_large",
    "big_unlabelled": "too_large",
    "bomb": "too_large",
    "redirect_bomb": None,  # its body is not read, and what it leads to is well
    "redirect_loop": "redirect",
    "redirect_loopback": "blocked_address",
    "redirect_metadata": "blocked_address",
    "redirect_http": "redirect",
    "redirect_host": "redirect",
    "redirect_nowhere": "redirect",
    "304": "http_3xx",
}
"""What the status page of a service is said to suffer from, by the fault."""
WITNESS = """
import atexit, pathlib, sys
def report():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    peak = next(one for one in lines if one.startswith("VmHWM"))
    pathlib.Path("peak").write_text(peak.split()[1])
atexit.register(report)
import crawler.fetch.client
limits = crawler.fetch.client
quicker = float(sys.argv[1])
limits.READ, limits.SOURCE = limits.READ / quicker, limits.SOURCE / quicker
limits.ATTEMPTS = tuple(one / quicker for one in limits.ATTEMPTS)
crawler.fetch.SOURCE = limits.SOURCE
from crawler.cli import main
main(sys.argv[2:])
"""
"""Runs the command, with its limits divided by the first argument, and writes down its own peak of
memory, which no parent's can raise, in kB."""


def slug(fault: str) -> str:
    return "f-" + fault.replace("_", "-")


def test_every_fault_of_the_fixture_is_in_the_table() -> None:
    assert REASONS.keys() == ANSWERS.keys() | CONNECTION | HANDSHAKE | TRANSFER


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("quicker", [2.5, pytest.param(1, marks=pytest.mark.soak)])
def test_each_fault_costs_only_its_own_source(
    net: Loopback, tmp_path: Path, quicker: float
) -> None:
    healthy = [f"h-{number}" for number in range(len(REASONS) + 1)]
    net.control()
    well(net, *(f"{one}.test" for one in healthy))
    for fault in REASONS:
        net.host(f"{slug(fault)}.test", Fault(fault))
    drip = ANSWERS["drip"]
    net.host(f"{slug('drip')}.test", Answer(headers=drip.headers, body=drip.body, drip=0.5))
    net.put(f"{slug('redirect_bomb')}.test", "/ok", summary())
    names = [*healthy, *map(slug, REASONS)]
    place = Place(tmp_path / "place", net.env, **{one: provider(one) for one in names})
    line = [sys.executable, "-W", "error", "-c", WITNESS, str(quicker), *place.args()]
    began = time.monotonic()

    done = subprocess.run(
        line, env=place.env, cwd=place.folder, capture_output=True, text=True, check=False
    )

    wall = time.monotonic() - began
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Traceback" not in done.stderr
    reasons = place.reasons()
    assert {fault: reasons[slug(fault)] for fault in REASONS} == REASONS
    assert {reasons[one] for one in healthy} == {None}
    assert {place.levels()[one] for one in healthy} == {"none"}
    unknown = {one for one, service in place.services().items() if not service["reachable"]}
    assert unknown == {slug(fault) for fault, reason in REASONS.items() if reason}
    assert not any(one["activeIncidents"] for one in place.services().values())
    run = place.lines()[0]
    assert "blind" not in run
    assert run["end"] - run["id"] < SOURCE / quicker + 5
    assert wall < SOURCE / quicker + 15, (
        "and what a busy machine takes to start, render and shake hands"
    )
    assert 1_000 * int((place.folder / "peak").read_text()) < 150_000_000
    assert set(run["waits"]) == {
        slug(one) for one in ("429_seconds", "429_date", "429_huge", "503_wait")
    }
    assert "elsewhere.test" not in net.connects
    assert net.plain == []
    assert not ET.parse(place.out / "feed.rss").findall(".//item")  # noqa: S314 (our own file)
