"""Lists of feeds that a reader imports at once: OPML 2.0."""

from collections.abc import Iterator

from lxml import etree

from crawler.site.board import Board
from crawler.site.feeds.scopes import Scope


def render(board: Board, found: list[Scope]) -> dict[str, bytes]:
    """`feeds.opml` with every feed, and one in the folder of each category with those of it."""
    by_folder = {scope.folder: scope for scope in found}
    base = board.site.url.rstrip("/") + "/"
    everything = by_folder[""]
    mark = "Simulated: " if board.simulated else ""
    whole, body = _document(f"{mark}{everything.name}: all feeds")
    _outline(body, everything, base)
    files = {}
    for category, rows in board.by_category:
        scope = by_folder[f"category/{category.id}/"]
        services = [by_folder[row.path] for row in rows]
        part, inside = _document(f"{mark}{everything.name}: {scope.name}")
        for parent in (body, inside):
            folder = etree.SubElement(parent, "outline", text=scope.name)
            for one in (scope, *services):
                _outline(folder, one, base)
        files[f"{scope.folder}feeds.opml"] = _text(part)
    return {"feeds.opml": _text(whole), **files}


def _document(title: str) -> "tuple[etree._Element, etree._Element]":
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    return root, etree.SubElement(root, "body")


def _outline(parent: "etree._Element", scope: Scope, base: str) -> None:
    # "rss" stands for every kind of feed in OPML; all readers of it know Atom.
    etree.SubElement(parent, "outline", dict(_attributes(scope, base)))


def _attributes(scope: Scope, base: str) -> Iterator[tuple[str, str]]:
    name = f"{scope.name}: all incidents" if not scope.folder else f"{scope.name} incidents"
    yield "type", "rss"
    yield "text", name
    yield "title", name
    yield "xmlUrl", f"{base}{scope.folder}feed.atom"
    yield "htmlUrl", base + scope.page


def _text(root: "etree._Element") -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
