"""The JSON files against their published schemas, by two validators and a client made of them."""

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urljoin

import jsonschema
import jsonschema_rs
import msgspec
import openapi_spec_validator
import pytest

from crawler import judge
from crawler.model import Level
from crawler.site import api, badges, feeds, hosting, pages
from crawler.site.api.schema import DOCUMENTS
from crawler.site.board import Board
from crawler.site.build import render as build_json
from lives import REPOSITORY, START, Life, incident, reading, simulated
from machines import client, kinds, with_uptime


@pytest.fixture(scope="module")
def board() -> Board:
    return with_uptime(simulated())


@pytest.fixture(scope="module")
def files(board: Board) -> dict[str, bytes]:
    found = api.render(board)
    return found | build_json(board, {**found, "index.html": b""})


def schema(files: dict[str, bytes], name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files[f"api/v1/schema/{name}.json"])
    return found


def test_every_json_file_has_a_schema_and_fits_it(files: dict[str, bytes]) -> None:
    checks = {
        one.name: jsonschema_rs.Draft202012Validator(schema(files, one.name), validate_formats=True)
        for one in DOCUMENTS
    }
    seen = set()
    for kind, path in kinds(files):
        checks[kind.name].validate(json.loads(files[path]))
        seen.add(path)

    described = {one for one in files if "/schema/" in one} | {"api/v1/openapi.json"}
    assert seen | described == {*files}
    assert len(seen) > 500


def test_a_second_validator_agrees_on_one_of_each_kind(files: dict[str, bytes]) -> None:
    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER
    first = {kind.name: path for kind, path in kinds(files)}

    assert {*first} == {one.name for one in DOCUMENTS}
    for name, path in first.items():
        known = schema(files, name)
        jsonschema.Draft202012Validator.check_schema(known)
        jsonschema.Draft202012Validator(known, format_checker=formats).validate(
            json.loads(files[path])
        )


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("indicator", "fine"),
        ("validUntil", "yesterday"),
        ("uptime30dPct", 100.01),
        ("activeIncidents", -1),
        ("id", "No Slug"),
        ("components", None),
        ("reachable", None),
    ],
)
def test_a_schema_refuses_what_the_contract_forbids(
    path: str, change: object, files: dict[str, bytes]
) -> None:
    document = json.loads(files["statuses.json"])
    document["services"][0][path] = change
    check = jsonschema_rs.Draft202012Validator(schema(files, "statuses"), validate_formats=True)

    assert not check.is_valid(document)
    del document["services"][0][path]
    assert not check.is_valid(document), "a key may not be left out"


def test_a_key_that_is_added_later_breaks_no_schema(files: dict[str, bytes]) -> None:
    document = json.loads(files["statuses.json"])
    document["more"] = document["services"][0]["more"] = {"of": "it"}

    assert jsonschema_rs.Draft202012Validator(schema(files, "statuses")).is_valid(document)


def test_every_time_is_described_as_one(files: dict[str, bytes]) -> None:
    openapi = json.loads(files["api/v1/openapi.json"])
    times = {
        f"{kind}.{key}": "date-time" in json.dumps(said)
        for kind, one in openapi["components"]["schemas"].items()
        for key, said in one.get("properties", {}).items()
        if key.endswith(("At", "_at", "Run", "Until", "_until", "since"))
    }

    assert {"Build.builtAt", "Build.lastRun", "ServiceItem.checkedAt"} <= {*times}
    assert [name for name, told in times.items() if not told] == []


def described(document: dict[str, Any], kind: str, key: str) -> set[str]:
    """The values that the description of a key names."""
    found = document["components"]["schemas"][kind]["properties"][key]
    options = [found, found.get("items", {}), *found.get("anyOf", [])]
    [said] = [one["description"] for one in options if "description" in one]
    return {one.partition(":")[0] for one in re.findall(r"`([^`]+)`: ", said)}


def test_every_value_of_a_verdict_is_explained(files: dict[str, bytes]) -> None:
    openapi = json.loads(files["api/v1/openapi.json"])
    verdicts = [one["verdict"] for one in json.loads(files["statuses.json"])["services"]]
    reasons = {one["unreachableReason"] for one in json.loads(files["statuses.json"])["services"]}
    levels = (None, *Level)
    probes = ("none", "ok", "pending", "fail", "recovering", "inconclusive")
    decided = [
        judge.decide(level, probe, 1, has_page=page, stale=stale)
        for level, probe, page, stale in product(levels, probes, (True, False), (True, False))
    ]
    bases = {basis for _, basis, _ in decided} | {one["basis"] for one in verdicts}
    flags = {one for _, _, known in decided for one in known}
    flags |= {one.partition(":")[0] for verdict in verdicts for one in verdict["flags"]}
    kinds_seen = {one["kind"] for verdict in verdicts for one in verdict["evidence"]}

    assert bases <= described(openapi, "VerdictItem", "basis")
    assert flags <= described(openapi, "VerdictItem", "flags")
    assert kinds_seen <= described(openapi, "EvidenceItem", "kind")
    assert reasons - {None} <= described(openapi, "ServiceItem", "unreachableReason")
    confidences = {one["confidence"] for one in verdicts} - {None}
    assert confidences <= described(openapi, "VerdictItem", "confidence")


def test_the_openapi_document_is_valid_and_describes_every_json_file(
    files: dict[str, bytes], board: Board
) -> None:
    document = json.loads(files["api/v1/openapi.json"])
    openapi_spec_validator.validate(document)
    paths = [re.escape(path[1:]).replace(r"\{id\}", "[^/]+") for path in document["paths"]]
    described = re.compile("|".join(paths))
    rest = [one for one in files if not described.fullmatch(one) and "/schema/" not in one]

    assert document["servers"] == [{"url": board.site.url.rstrip("/")}]
    assert rest == ["api/v1/openapi.json"]
    names = [one["get"]["operationId"] for one in document["paths"].values()]
    assert len({*names}) == len(names)
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9]*", one) for one in names), names
    assert "getApiV1HistoryId" in {one.removesuffix("Json") for one in names}


def test_a_typed_client_made_of_the_schemas_alone_reads_and_writes_every_file(
    files: dict[str, bytes],
) -> None:
    clients = {one.name: client(schema(files, one.name)) for one in DOCUMENTS}
    for kind, path in kinds(files):
        value = msgspec.json.decode(files[path], type=clients[kind.name])
        assert msgspec.json.encode(value, order="sorted") + b"\n" == files[path], path


def addresses(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from addresses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses(inner)
    elif isinstance(value, str) and value.startswith("https://"):
        yield value


def test_every_address_of_ours_in_a_json_file_leads_to_a_file(
    files: dict[str, bytes], board: Board
) -> None:
    base = board.site.url.rstrip("/") + "/"
    every = {*files, *badges.render(board), *feeds.render(board), *hosting.render(board.site)}
    every |= {*pages.render(board, (), REPOSITORY / "site_templates")}
    lost = set()
    for path, body in files.items():
        if "/schema/" in path or path.endswith("openapi.json"):
            continue
        for url in addresses(json.loads(body)):
            if url.startswith(base):
                rest = urljoin(url, "index.html") if url.endswith("/") else url
                # A Statuspage client appends /api/v2/ to the address of the page.
                if (
                    rest[len(base) :] not in every
                    and f"{rest[len(base) :]}/index.html" not in every
                ):
                    lost.add(url)

    assert lost == set()


def test_every_file_is_sorted_one_line_of_utf8_and_free_of_nan(files: dict[str, bytes]) -> None:
    def ordered(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert [key for key, _ in pairs] == sorted(key for key, _ in pairs)
        return dict(pairs)

    def number(_: str) -> float:
        raise AssertionError("NaN or Infinity")

    for path, body in files.items():
        json.loads(body.decode("utf-8"), object_pairs_hook=ordered, parse_constant=number)
        assert body.count(b"\n") == 1, path
        assert body.endswith(b"}\n"), path


# Uptime: from the seconds to the figure.


def computed(seconds: dict[str, int]) -> float:
    """The formula as the schema's description words it."""
    base = 10 * (seconds["known"] - seconds["maintenance"])
    good = base - 10 * seconds["critical"] - 3 * seconds["major"]
    return 10_000 * good // base / 100


def test_anybody_can_compute_the_uptime_again_from_the_seconds(files: dict[str, bytes]) -> None:
    compared = 0
    for row in json.loads(files["statuses.json"])["services"]:
        uptime = row["uptime"]
        for series in filter(None, (uptime["reported"], uptime["observed"])):
            assert [one["days"] for one in series["windows"]] == [7, 30, 90]
            for one in series["windows"]:
                seconds = one["seconds"]
                if one["uptimePct"] is not None:
                    assert one["uptimePct"] == computed(seconds)
                    assert one["lowPct"] <= one["uptimePct"] <= one["highPct"]
                    compared += 1
                if seconds["total"]:
                    share = 10_000 * seconds["known"] // seconds["total"] / 100
                    assert one["coveragePct"] == share

    assert compared > 50


def test_the_month_of_the_headline_is_that_of_its_basis_or_null(files: dict[str, bytes]) -> None:
    rows = json.loads(files["statuses.json"])["services"]
    told = [row for row in rows if row["uptime"]["basis"]]
    for row in rows:
        basis = row["uptime"]["basis"]
        windows = row["uptime"][basis]["windows"] if basis else []
        months = [one["uptimePct"] for one in windows if one["days"] == 30]
        assert [row["uptime30dPct"]] == (months or [None])

    assert told
    assert any(row["uptime30dPct"] is not None for row in told)


def test_the_days_of_a_history_add_up_to_its_windows(files: dict[str, bytes], board: Board) -> None:
    for row in board.rows[::3]:
        history = json.loads(files[f"api/v1/history/{row.service.id}.json"])
        for name in ("reported", "observed"):
            series, days = history["uptime"][name], history[name]
            if series is None:
                assert days is None
                continue
            assert [one["day"] for one in days] == sorted({one["day"] for one in days})
            assert len(days) <= 91
            month = next(one for one in series["windows"] if one["days"] == 30)
            for key, value in month["seconds"].items():
                assert value == sum(one["seconds"][key] for one in days[-30:])


# What an incident tells.


def test_an_incident_has_a_file_with_every_update_and_wording(life: Life) -> None:
    life.run(START, {"acme": reading(incident("i1", "First words"))})
    life.run(START + 600, {"acme": reading(incident("i1", "Second words"))})
    life.run(START + 1200, {"acme": reading(incident("i1", "Second words", open=False))})
    board = life.board(START + 1200)
    found = api.render(board)
    [listed] = json.loads(found["api/v1/incidents.json"])["incidents"]
    detail = json.loads(found[f"api/v1/incidents/{listed['id']}.json"])

    assert detail["incident"] == listed
    assert (listed["open"], listed["durationSeconds"]) == (False, 600)
    titles = [one["text"] for one in detail["revisions"] if one["update"] is None]
    assert titles == ["First words", "Second words"]
    assert [one["resolvedAt"] is None for one in detail["phases"]] == [False]
    [service] = json.loads(found["api/v1/services/acme.json"])["incidents"]
    assert service == listed


def test_an_incident_that_stays_as_it_is_keeps_its_file_byte_by_byte(life: Life) -> None:
    old = incident("i1", "Old", open=False, started=START - 3600)
    life.run(START, {"acme": reading(old)})
    first = api.render(life.board(START))
    life.run(START + 600, {"acme": reading(old)})
    second = api.render(life.board(START + 600))
    [path] = [one for one in first if one.startswith("api/v1/incidents/")]

    assert first[path] == second[path]
    assert first["statuses.json"] != second["statuses.json"]


def test_components_of_a_reading_that_is_too_old_are_unknown(life: Life) -> None:
    life.run(START, {"acme": reading()})

    def levels(now: int) -> set[str]:
        row = json.loads(api.render(life.board(now))["statuses.json"])["services"][0]
        return {one["level"] for one in row["components"]}

    assert levels(START) == {"none"}
    assert levels(START + 2_701) == {"unknown"}
