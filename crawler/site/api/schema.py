"""JSON Schema 2020-12 and OpenAPI 3.1 of every JSON file, made from the types that fill it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from crawler import __version__
from crawler.site.api import details, shapes, types
from crawler.site.board import Board
from crawler.site.build import Build

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of JSON file: its schema's name, its type, where it lies (`{id}` stands for an id),
    and what it is, in one sentence."""

    name: str
    kind: type[msgspec.Struct]
    paths: tuple[str, ...]
    what: str


DOCUMENTS = (
    Document(
        "statuses",
        types.Statuses,
        ("api/v1/statuses.json", "api/v1/statuses", "statuses.json"),
        "Every service with its verdict; compatible with Prismix.",
    ),
    Document(
        "service",
        details.ServiceDetail,
        ("api/v1/services/{id}.json",),
        "One service with its incidents and maintenance.",
    ),
    Document(
        "history",
        details.History,
        ("api/v1/history/{id}.json",),
        "90 days of one service in seconds by level.",
    ),
    Document(
        "incidents",
        details.Incidents,
        ("api/v1/incidents.json",),
        "The incidents of 90 days and every open one.",
    ),
    Document(
        "incident",
        details.IncidentDetail,
        ("api/v1/incidents/{id}.json",),
        "One incident with every update and wording.",
    ),
    Document(
        "build",
        Build,
        ("api/v1/build.json",),
        "Which build this is, how often the crawler runs, and the digests of two files.",
    ),
    Document(
        "statuspage-summary",
        shapes.StatuspageSummary,
        ("service/{id}/api/v2/summary.json",),
        "One service in the shape of Statuspage's summary.",
    ),
    Document(
        "statuspage-status",
        shapes.StatuspageStatus,
        ("service/{id}/api/v2/status.json",),
        "One service in the shape of Statuspage's status.",
    ),
    Document(
        "statuspage-incidents",
        shapes.StatuspageIncidents,
        ("service/{id}/api/v2/incidents.json",),
        "One service in the shape of Statuspage's incidents.",
    ),
    Document(
        "statuspage-unresolved",
        shapes.StatuspageIncidents,
        ("service/{id}/api/v2/incidents/unresolved.json",),
        "The incidents of one service that are open.",
    ),
    Document(
        "statuspage-components",
        shapes.StatuspageComponents,
        ("service/{id}/api/v2/components.json",),
        "The components of one service.",
    ),
    Document(
        "statuspage-maintenances",
        shapes.StatuspageMaintenances,
        ("service/{id}/api/v2/scheduled-maintenances.json",),
        "The maintenance of one service, over or not.",
    ),
    Document(
        "statuspage-upcoming",
        shapes.StatuspageMaintenances,
        ("service/{id}/api/v2/scheduled-maintenances/upcoming.json",),
        "The maintenance of one service that has not begun.",
    ),
    Document(
        "statuspage-active",
        shapes.StatuspageMaintenances,
        ("service/{id}/api/v2/scheduled-maintenances/active.json",),
        "The maintenance of one service that is under way.",
    ),
    Document(
        "badge", details.Shield, ("api/badge/{id}.json",), "An endpoint badge for shields.io."
    ),
)
"""Every kind of JSON file that the API publishes."""


def render(board: Board) -> dict[str, bytes]:
    """The schema of each kind of file, and the OpenAPI document, by path."""
    base = board.site.url.rstrip("/")
    files = {f"api/v1/schema/{one.name}.json": schema(one, base) for one in DOCUMENTS}
    files["api/v1/openapi.json"] = openapi(base, board.site.name)
    return {
        path: msgspec.json.encode(value, order="sorted") + b"\n" for path, value in files.items()
    }


def schema(document: Document, base: str) -> dict[str, Any]:
    """The JSON Schema of one kind of file, of which other keys than we know are never an error."""
    named = {"$schema": _DRAFT, "$id": f"{base}/api/v1/schema/{document.name}.json"}
    return {**named, **_alone(document.kind)}


def openapi(base: str, name: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the API."""
    roots, schemas = _together()
    paths = {
        f"/{path}": {"get": _operation(document, path, root)}
        for document, root in zip(DOCUMENTS, roots, strict=True)
        for path in document.paths
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{name} API",
            "version": types.SCHEMA_VERSION,
            "summary": "How AI and developer services are, from their public status pages.",
            "description": (
                "Static files: no key, no limit, open to every origin. Keys are added, never"
                " renamed, removed or left out; what is not known is null. Nothing counts after its"
                f" validUntil. Made by whosdown {__version__}."
            ),
            "license": {"name": LICENCE, "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": base}],
        "security": [],
        "tags": [{"name": "status"}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


# Types do not change while a process lives, and taking them apart costs more than all else here.
@cache
def _alone(kind: type[msgspec.Struct]) -> dict[str, Any]:
    found: dict[str, Any] = _plain(msgspec.json.schema(kind))
    return found


@cache
def _together() -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    roots, schemas = msgspec.json.schema_components(
        [one.kind for one in DOCUMENTS], ref_template="#/components/schemas/{name}"
    )
    return roots, _plain(schemas)


LICENCE = "CC BY 4.0"
"""Under what our own data may be used; what providers wrote remains theirs."""


def _operation(document: Document, path: str, root: dict[str, Any]) -> dict[str, Any]:
    bare = path.translate({ord("{"): None, ord("}"): None}).replace(".json", "Json")
    name = "".join(word[:1].upper() + word[1:] for word in bare.replace("/", "-").split("-"))
    found: dict[str, Any] = {
        "operationId": f"get{name}",
        "summary": document.what,
        "tags": ["status"],
        "responses": {
            "200": {
                "description": document.what,
                "content": {"application/json": {"schema": root}},
            },
            "404": {"description": "There is no such file."},
        },
    }
    if "{id}" in path:
        text = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"}
        found["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": text}]
    return found


def _plain(value: Any) -> Any:
    """The same with the line breaks of our docstrings taken out of its descriptions."""
    if isinstance(value, dict):
        return {
            key: " ".join(one.split())
            if key == "description" and isinstance(one, str)
            else _plain(one)
            for key, one in value.items()
        }
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
