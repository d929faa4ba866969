"""One real item of each format, for the page that explains them."""

import json
import re
from collections.abc import Mapping


def examples(files: Mapping[str, bytes]) -> dict[str, str]:
    """Format (rss, atom, json, opml, ics) -> an item as it stands in the file for everything, from
    all feeds by path.

    The shortest item is taken; where there is none, the whole file. JSON is indented.
    """
    items = json.loads(files["feed.json"])["items"]
    shortest = min((_indented(one) for one in items), key=len, default="")
    return {
        "rss": _shortest(files["feed.rss"], "<item>", "</item>"),
        "atom": _shortest(files["feed.atom"], "<entry>", "</entry>"),
        "json": shortest or _indented(json.loads(files["feed.json"])),
        "opml": _shortest(files["feeds.opml"], "<outline ", "/>"),
        "ics": _shortest(
            files["maintenance.ics"].replace(b"\r\n", b"\n"), "BEGIN:VEVENT", "END:VEVENT"
        ),
    }


def _shortest(file: bytes, opening: str, closing: str) -> str:
    text = file.decode()
    found = re.findall(f"{re.escape(opening)}.*?{re.escape(closing)}", text, re.DOTALL)
    return min(found, key=len, default=text)


def _indented(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
