"""The weight of a built site against its budgets: `make weigh`, or `weigh.py FOLDER`.

Bytes are gzipped (level 9) as a host would send them; requests are those of a first visit; nodes
are elements. Of each kind of page the heaviest is printed. Ends with 1 where a budget is broken.
"""

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import html

BUDGETS = {"": 60_000, "service": 15_000, "style.css": 12_000, "site.js": 10_000}
OTHERS = 60_000


def weight(path: Path) -> int:
    """The bytes of a file as they are sent."""
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


def measured(path: Path) -> tuple[int, int, int]:
    """Gzipped bytes, requests and nodes of a page."""
    document = html.document_fromstring(path.read_bytes())
    loads = "//link[@rel='stylesheet' or @rel='icon'] | //script[@src] | //img"
    requests = int(str(document.xpath(f"count({loads})")).partition(".")[0])
    return weight(path), 1 + requests, sum(1 for _ in document.iter())


def kinds(site: Path) -> Iterator[tuple[str, Path]]:
    """The first folder of each page's address ("" for the dashboard), and its file."""
    for path in sorted(site.rglob("*.html")):
        parts = path.relative_to(site).parts
        yield (parts[0] if len(parts) > 1 else path.stem.replace("index", "")), path


def main(site: Path) -> int:
    """Print the table; 1 where something is over its budget."""
    heaviest: dict[str, tuple[int, int, int, Path]] = {}
    for kind, path in kinds(site):
        heaviest[kind] = max(heaviest.get(kind, (0, 0, 0, path)), (*measured(path), path))
    rows = [
        (str(path.relative_to(site)), size, f"{requests:>8} {nodes:>6}", BUDGETS.get(kind, OTHERS))
        for kind, (size, requests, nodes, path) in sorted(heaviest.items())
    ]
    files = [name for name in BUDGETS if "." in name]
    rows += [(name, weight(site / name), " " * 15, BUDGETS[name]) for name in files]
    print(f"{'heaviest of its kind':<52} {'gzip':>7} {'requests':>8} {'nodes':>6} {'budget':>7}")
    over = 0
    for name, size, more, budget in rows:
        over += size > budget
        print(f"{name:<52} {size:>7} {more} {budget:>7}{'  OVER' if size > budget else ''}")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
