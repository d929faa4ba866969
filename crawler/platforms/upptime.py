"""Upptime: `history/summary.json` of a GitHub repository, one row per watched site.

Small pages that GitHub Actions keep (seen 2024 to 2026): their own probes, not a vendor's word.
Traps. There is no overall word and no time in the document; `up`, `degraded` and `down` are all it
says, and one site that is down is no more than a partial outage. Incidents are GitHub issues and
not listed. An empty list is no page. https://upptime.js.org/docs/
"""

from collections.abc import Mapping
from typing import Any

from crawler.catalogue import Source
from crawler.model import Level, Reading
from crawler.platforms import documents, vocabulary
from crawler.wire import Reply, Request

WORDS = {"up": Level.NONE, "degraded": Level.MINOR, "down": Level.MAJOR}


def requests(source: Source) -> Mapping[str, Request]:
    """The summary, below the raw address of the repository's branch."""
    return {"summary": Request(source.url.rstrip("/") + "/history/summary.json")}


def recognises(reply: Reply) -> bool:
    """A list of sites with a slug, a status and an uptime in per cent."""
    return _is_summary(reply.json(object))


def read(replies: Mapping[str, Reply]) -> Reading:
    """The sites as components, and the worst of them as the page's word."""
    (rows,) = documents.parts(replies, _is_summary)
    down = [row["slug"] for row in rows if row.get("status") == "down"]
    total = vocabulary.outage(down, [row["slug"] for row in rows])
    table = {**WORDS, "down": total}
    components = vocabulary.merged(
        vocabulary.component(
            row["slug"], row.get("name"), vocabulary.level(row.get("status"), table)
        )
        for row in rows
    )
    return Reading(
        word=vocabulary.overall(one.level for one in components),
        components=components,
        notes=("components_cut",) if len(rows) > vocabulary.MAX_COMPONENTS else (),
    )


def _is_summary(document: Any) -> bool:
    return isinstance(document, list) and bool(document) and all(map(_is_site, document))


def _is_site(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and {"name", "url", "slug", "status"} <= row.keys()
        and isinstance(row["slug"], str)
        and isinstance(row.get("uptime"), str)
        and row["uptime"].endswith("%")
    )
