"""What the page about the API shows: each format with its address, and an example from this build.

The examples are cut out of the very files that are published beside the page.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from crawler.site.api import schema
from crawler.site.board import Board
from crawler.site.build import PATH

_LINES = 28
_USUAL = "openrouter"
_PRETTY = json.JSONEncoder(indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `address` is full, with `{id}` for an id; `schema` leads to its JSON Schema;
    `example` is the beginning of the file at `path`, whole or `cut`; all but the first and the
    last but one may be "". Paths have no leading slash."""

    what: str
    address: str
    schema: str
    path: str
    example: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The formats by group, and the service whose files are the examples; its name is "" where
    the site has no service."""

    id: str
    name: str
    groups: tuple[tuple[str, str, tuple[Format, ...]], ...]


def reference(board: Board, files: Mapping[str, bytes]) -> Reference:
    """What the page says, from the `files` that programs read."""
    known = {row.service.id: row.service.name for row in board.rows}
    chosen = _USUAL if _USUAL in known or not known else next(iter(known))
    names = {"{id}": chosen}
    if board.stories:
        names["{incident}"] = board.stories[0].record.slug
    shown = {name: tuple(_formats(name, board, files, names)) for name, _ in _GROUPS}
    groups = tuple((name, title, shown[name]) for name, title in _GROUPS)
    return Reference(chosen, known.get(chosen, ""), groups)


_GROUPS = (
    ("json", "JSON"),
    ("statuspage", "In the shape of Statuspage"),
    ("badges", "Badges"),
    ("agents", "For agents"),
    ("data", "Open data"),
)
_OTHERS = {
    "badges": (
        ("api/badge/{id}.svg", "The state of a service as an image, light and dark."),
        ("api/badge/{id}-uptime.svg", "Its uptime over 30 days, with the basis."),
    ),
    "agents": (
        ("llms.txt", "What there is, for language models."),
        ("service/{id}/index.md", "The page of a service as Markdown."),
    ),
    "data": (
        ("data/incidents.csv", "Every incident of the last year."),
        ("data/status.db", "The whole memory as an SQLite file, without caches."),
        ("data/status.db.json", "Its digest, size and number of rows."),
    ),
    "json": (("api/v1/openapi.json", "All of the above as OpenAPI 3.1."),),
}


def _formats(
    group: str, board: Board, files: Mapping[str, bytes], names: Mapping[str, str]
) -> Iterator[Format]:
    for one in schema.DOCUMENTS:
        if _group(one.name) == group:
            path = one.paths[0].replace("incidents/{id}", "incidents/{incident}")
            yield _format(one.what, path, f"api/v1/schema/{one.name}.json", board, files, names)
    for path, what in _OTHERS.get(group, ()):
        if path in files or "{" in path or path.startswith("data/"):
            yield _format(what, path, "", board, files, names)


def _group(name: str) -> str:
    return {"statuspage": "statuspage", "badge": "badges"}.get(name.partition("-")[0], "json")


def _format(
    what: str,
    path: str,
    described: str,
    board: Board,
    files: Mapping[str, bytes],
    names: Mapping[str, str],
) -> Format:
    real = path
    for placeholder, value in names.items():
        real = real.replace(placeholder, value)
    lines = _beginning(real, files.get(real, b""))
    address = f"{board.site.url.rstrip('/')}/{path.replace('{incident}', '{id}')}"
    # build.json tells of the pages, this one too, so it is made after them.
    known = real if real in files or real == PATH else ""
    example = "\n".join(lines[:_LINES])
    return Format(what, address, described, known, example, len(lines) > _LINES)


def _beginning(path: str, body: bytes) -> list[str]:
    """The first lines of a file as people read it, one more than are shown; none of no text."""
    if path.endswith(".db") or not body:
        return []
    if not path.endswith(("/statuses", ".json")):
        return body.decode()[:20_000].splitlines()
    text = ""
    for piece in _PRETTY.iterencode(msgspec.json.decode(body)):
        text += piece
        if text.count("\n") > _LINES:
            break
    return text.splitlines()
