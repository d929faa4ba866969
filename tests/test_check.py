"""`whosdown check`: a site over the network, a site built here, or the providers themselves."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from answers import JSON, Answer, Fault
from crawler import check
from crawler.model import Level
from crawler.site import api, publish
from killer import Killer
from lives import START, Life, V, incident, provider, reading, service, world
from loopback import Loopback
from running import NOW, SITE, Place, summary
from running import incident as told
from running import provider as written
from serving import Background

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a service in trouble and one that is well, built at START."""
    folder = tmp_path_factory.mktemp("site")
    pair = world(
        provider("acme", service("acme", name="Acme API", aliases=["ac me", "acmé"])),
        provider("cloud"),
        provider("twin", service("twin", name="Acme API")),
    )
    with Life(folder / "data", pair) as life:
        life.run(START, {"acme": reading(incident("i1", "It burns", impact=Level.CRITICAL))})
        publish.publish(api.render(life.board(START)), folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def run(forks: Killer, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`whosdown check` at START: exit code, standard output, standard error."""
    empty = tmp_path_factory.mktemp("empty")

    def ask(*args: object, now: int = START, **env: str) -> tuple[int, str, str]:
        line = ["check", "--now", str(now), *map(str, args)]
        ended = forks.run(line, {"PATH": "/usr/bin", "HOME": str(empty), **env})
        assert "Traceback" not in ended.said
        assert ended.code is not None
        return ended.code, ended.out, ended.said

    return ask


@pytest.mark.parametrize(
    ("names", "code", "ids"),
    [
        (["cloud"], 0, ["cloud"]),
        (["acme"], 2, ["acme"]),
        (["Cloud", "ACME"], 2, ["cloud", "acme"]),
        (["ac me"], 2, ["acme"]),
        (["ACMÉ", "acme"], 2, ["acme", "acme"]),
        (["--all"], 2, ["acme", "cloud", "twin"]),
        ([], 2, ["acme", "cloud", "twin"]),
    ],
)
def test_services_are_found_by_id_alias_and_name(
    names: list[str], code: int, ids: list[str], site: Path, run: Run
) -> None:
    ended, out, err = run("--out", site, *names)

    assert (ended, err) == (code, "")
    assert [line.partition(":")[0] for line in out.splitlines()] == ids


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["clod"], "did you mean cloud?"),
        (["acme api"], "the name of several services: acme, twin"),
        (["--all", "acme"], "exclude each other"),
        (["--live", "acme"], "exclude each other"),
        (["--site", "https://x.test", "acme"], "exclude each other"),
        (["--max-age", "soon", "acme"], "not a time span"),
        (["--site", "127.0.0.1:8931", "acme"], "begins with http:// or https://"),
        (["--site", "ftp://x", "acme"], "begins with http:// or https://"),
        (["--site", "https://", "acme"], "begins with http:// or https://"),
        (["--site", "http://[x", "acme"], "begins with http:// or https://"),
        (["--site", "http://x:99999", "acme"], "begins with http:// or https://"),
    ],
)
def test_a_wrong_use_says_what_is_wrong(args: list[str], words: str, site: Path, run: Run) -> None:
    code, out, err = run("--out", site, *args)

    assert (code, out) == (64, "")
    assert words in " ".join(err.replace("│", " ").split())


def test_an_answer_counts_until_its_time_and_is_unknown_after(site: Path, run: Run) -> None:
    assert run("--out", site, "cloud", now=START + V)[0] == 0
    code, out, _ = run("--out", site, "cloud", now=START + V + 1)
    assert (code, out) == (3, "cloud: unknown: Too old to count; it was none.\n")
    assert run("--out", site, "acme", now=START + V + 1)[0] == 3
    code, out, _ = run("--out", site, "--json", "cloud", now=START + V + 1)
    [row] = json.loads(out)
    assert (code, row["indicator"], row["reachable"], row["stale"]) == (3, "unknown", False, True)
    assert row["unreachableReason"] == "stale"


def test_a_maximal_age_makes_older_evidence_unknown(site: Path, run: Run) -> None:
    for age, code in (("60s", 0), ("1m", 0), ("59s", 3)):
        assert run("--out", site, "--max-age", age, "cloud", now=START + 60)[0] == code


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[str]:
    from crawler.serve import _Handler  # noqa: PLC0415 (the server of `whosdown serve`)

    with Background(
        ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site)))
    ) as server:
        yield server.address


def test_a_site_is_asked_at_the_address_that_is_given(host: str, run: Run) -> None:
    for address in (host, f"{host}/"):
        code, out, err = run("--site", address, "acme")
        assert (code, err) == (2, "")
        assert out == "acme: critical: The provider reports: It burns\n"
    assert run("--site", f"{host}/nowhere", "acme") == (3, "", "whosdown: no answer: http_404\n")


def test_without_a_source_the_site_of_site_toml_is_asked(
    net: Loopback, tmp_path: Path, site: Path, run: Run
) -> None:
    place = Place(tmp_path / "place", net.env, acme=written("acme"))
    body = (site / "statuses.json").read_bytes()
    answer = Answer(headers={"Content-Type": JSON}, body=body)
    net.put("example.test", "/base/statuses.json", answer)

    code, out, err = run("--content", place.content, "cloud", **net.env)
    assert (code, err) == (0, "")
    assert out.startswith("cloud: none: ")


def test_the_site_of_site_toml_may_be_on_this_machine(host: str, tmp_path: Path, run: Run) -> None:
    place = Place(tmp_path / "place", {}, SITE.replace("https://example.test/base", host))

    code, out, err = run("--content", place.content, "acme")
    assert (code, err) == (2, "")
    assert out == "acme: critical: The provider reports: It burns\n"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(body=b"<html>"), "not_json"),
        (Answer(body=b"[]"), "unexpected_shape"),
        (Answer(body=b'{"services": [{"id": "a", "indicator": "fine"}]}'), "unexpected_shape"),
        (Answer(body=b'{"services": [3]}'), "unexpected_shape"),
        (Answer(body=b'{"services": []}'), "unexpected_shape"),
        (Answer(status=503), "http_5xx"),
        (Fault("reset"), "reset"),
    ],
)
def test_a_site_that_gives_no_answer_is_unknown_and_never_up(
    answer: Answer | Fault, reason: str, net: Loopback, tmp_path: Path, run: Run
) -> None:
    place = Place(tmp_path / "place", net.env, acme=written("acme"))
    net.put("example.test", "/base/statuses.json", answer)
    for named in ("acme", "--all"):
        code, out, err = run("--content", place.content, named, **net.env)

        assert (code, out) == (3, "")
        assert err.startswith(f"whosdown: no answer: {reason}")


def test_live_asks_the_provider_alone_and_writes_nothing(
    make: Callable[..., Place], net: Loopback, run: Run
) -> None:
    place = make("acme", "other")
    net.put("acme.test", "/api/v2/summary.json", summary(told("i1", "Ablaze"), level="critical"))
    code, out, _ = run("--live", "--content", place.content, "acme", now=NOW, **net.env)

    assert (code, out) == (2, "acme: critical: The provider reports: Ablaze\n")
    assert "acme.test" in net.connects
    assert "other.test" not in net.connects
    assert not place.data.exists()
    _, out, _ = run("--live", "--json", "--content", place.content, now=NOW, **net.env)
    assert [(one["id"], one["indicator"]) for one in json.loads(out)] == [
        ("acme", "critical"),
        ("other", "none"),
    ]


def test_live_without_a_network_of_our_own_is_unknown(
    make: Callable[..., Place], net: Loopback, run: Run
) -> None:
    place = make("acme")
    net.control(1)
    code, out, _ = run("--live", "--content", place.content, "acme", now=NOW, **net.env)

    assert code == 3
    assert out.startswith("acme: unknown: ")


# Sites of the same shape that are not ours.


def document(**row: Any) -> dict[str, Any]:
    plain = {"id": "a", "name": "A", "indicator": "none", "description": "Fine", "reachable": True}
    return {"fetchedAt": "2026-11-22T11:00:00Z", "services": [{**plain, **row}]}


def test_another_site_s_ids_are_found_whatever_their_case() -> None:
    told = document(id="OpenAI", name="The API")

    assert [row["id"] for row in check.found(told, ["OpenAI"])] == ["OpenAI"]
    assert [row["id"] for row in check.found(told, ["openai"])] == ["OpenAI"]


@pytest.mark.parametrize(
    ("row", "now", "level"),
    [
        ({}, START, "none"),
        ({}, START + 3 * 3600, "none"),
        ({}, START + 3 * 3600 + 1, "unknown"),
        ({"reachable": False}, START, "unknown"),
        ({"validUntil": "nonsense"}, START + 3 * 3600 + 1, "unknown"),
        ({"validUntil": "2026-11-22T11:00:10Z"}, START + 11, "unknown"),
        ({"indicator": "critical", "reachable": False}, START, "unknown"),
    ],
)
def test_a_file_without_an_end_counts_for_three_hours(
    row: dict[str, Any], now: int, level: str
) -> None:
    found = document(**row)
    [one] = check.found(found, ["a"])

    assert check.aged(one, found, now, None)["indicator"] == level


def test_a_file_that_says_nothing_about_time_is_not_believed() -> None:
    found = {"services": document()["services"]}

    assert check.aged(found["services"][0], found, START, None)["indicator"] == "unknown"


def test_nothing_in_an_aged_answer_still_claims_to_be_good_news() -> None:
    verdict = {"level": "none", "answer": "no", "who": "nobody", "headline": "Fine", "basis": "x"}
    found = document(
        verdict=verdict,
        components=[{"id": "c", "name": "C", "level": "none"}],
        checkedAt="2026-11-22T11:00:00Z",
        validUntil="2026-11-22T11:45:00Z",
    )
    one = check.aged(found["services"][0], found, START + 2_701, None)

    assert one["verdict"] == {
        "level": "unknown",
        "answer": "unknown",
        "who": "unknown",
        "headline": "Too old to count; it was none.",
        "lastKnown": "none",
        "lastKnownAt": "2026-11-22T11:00:00Z",
        "confidence": "stale",
        "basis": "none",
    }
    assert one["components"] == [{"id": "c", "name": "C", "level": "unknown"}]


@pytest.mark.parametrize(
    "text", ['{"services": [{"id": "a", "indicator": ["none"]}]}', "[" * 100_000]
)
def test_a_file_of_another_shape_is_no_level_and_no_traceback(
    text: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "statuses.json").write_text(text, encoding="utf-8")

    assert run("--out", tmp_path) == (
        74,
        "",
        f"whosdown: {tmp_path}/statuses.json: not a statuses.json; build the site again\n",
    )


def test_an_id_of_another_site_is_one_line_without_a_command(tmp_path: Path, run: Run) -> None:
    told = document(id="::error::a\n::set-env##[group]\ud800\x1b[31m", description=None)
    (tmp_path / "statuses.json").write_text(json.dumps(told), encoding="utf-8")
    code, out, err = run("--out", tmp_path)

    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    assert out.startswith(": :error::a ::set-env## [group]")
    assert out.endswith(": none:\n")
