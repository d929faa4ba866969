"""Small programs that ask for the state of a service, written out for the reader to copy.

They are Markdown, not HTML: everything in them is ours or the operator's. First against this site's
statuses.json, where a level counts only with `reachable` and until `validUntil`; then, where the
provider's own page answers programs, against that.
"""

import json
from dataclasses import dataclass

from markupsafe import Markup

from crawler.site.board import Board, Row

_OURS = """
With curl and jq; it ends with an error when there is no answer to trust:

```sh
curl -fsS -m 10 {url}/statuses.json |
  jq -er '.services[] | select(.id == "{id}")
    | if .reachable and .validUntil > (now | todate)
      then "\\(.indicator): \\(.verdict.headline)"
      else error("unknown: ask the official page") end'
```

In Python, with nothing to install:

```python
import json, time
from urllib.request import urlopen

URL = "{url}/statuses.json"
with urlopen(URL, timeout=10) as reply:
    services = {{one["id"]: one for one in json.load(reply)["services"]}}

found = services["{id}"]
now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
if not found["reachable"] or (found["validUntil"] or "") < now:
    print("unknown: ask the official page")
elif found["indicator"] == "none":
    print("nothing reported")
else:
    said = found["verdict"]
    print(said["level"], said["who"], said["headline"])
```

In JavaScript, in a browser or as a module in Node 18 and later:

```js
const url = "{url}/statuses.json";
const signal = AbortSignal.timeout(10000);
const reply = await fetch(url, {{ signal }});
const {{ services }} = await reply.json();
const found = services.find((one) => one.id === "{id}");

if (!found.reachable || !(Date.parse(found.validUntil) > Date.now())) {{
  console.log("unknown: ask the official page");
}} else if (found.indicator === "none") {{
  console.log("nothing reported");
}} else {{
  const {{ level, who, headline }} = found.verdict;
  console.log(level, who, headline);
}}
```
"""

_THEIRS = """
The official page has an address for programs too, free and without a key. {says}

```sh
curl -fsS -m 10 {url} |
  {jq}
```

```python
import json
from urllib.request import urlopen

URL = "{url}"
with urlopen(URL, timeout=10) as reply:
    page = json.loads(reply.read().decode("{encoding}"))
{python}
```

```js
const url = "{url}";
const signal = AbortSignal.timeout(10000);
const reply = await fetch(url, {{ signal }});
const text = new TextDecoder("{decoder}");
const page = JSON.parse(text.decode(await reply.arrayBuffer()));
{js}
```
"""


@dataclass(frozen=True, slots=True)
class _Ask:
    """How to ask one official page: the path below it, and the programs after the download."""

    path: str
    says: str
    jq: str
    python: str
    js: str
    encoding: str = "utf-8"


_WORD = _Ask(
    "/api/v2/status.json",
    "It answers with the word of the whole page; “none” means that nothing is posted.",
    """jq -er '.status | "\\(.indicator): \\(.description)"'""",
    """print(page["status"]["indicator"], page["status"]["description"])""",
    "console.log(page.status.indicator, page.status.description);",
)
_PARTS = _Ask(
    "/api/v2/components.json",
    "It lists the parts of the page; these programs print the ones that this guide is about.",
    """jq -er '.components[] | select(.id | IN($wanted))
    | "\\(.status): \\(.name)"'""",
    """for one in page["components"]:
    if one["id"] in {$wanted}:
        print(one["status"], one["name"])""",
    """for (const one of page.components)
  if ([$wanted].includes(one.id)) console.log(one.status, one.name);""",
)
_ALL_PARTS = _Ask(
    "/api/v2/components.json",
    "It lists the parts of the page; these programs count them and print those that are not well.",
    """jq -er '"\\(.components | length) parts",
    (.components[] | select(.status != "operational")
    | "\\(.status): \\(.name)")'""",
    """print(len(page["components"]), "parts")
for one in page["components"]:
    if one["status"] != "operational":
        print(one["status"], one["name"])""",
    """console.log(page.components.length, "parts");
for (const one of page.components)
  if (one.status !== "operational") console.log(one.status, one.name);""",
)
_BETTERSTACK = _Ask(
    "/index.json",
    "It answers with the state of the whole page.",
    "jq -er '.data.attributes.aggregate_state'",
    """print(page["data"]["attributes"]["aggregate_state"])""",
    "console.log(page.data.attributes.aggregate_state);",
)
_FLASHDUTY = _Ask(
    "/api/widget/v1/summary.json",
    "It answers with the state of the whole page and how many incidents are open.",
    """jq -er '"\\(.overall.status), open: \\(.ongoing_incidents | length)"'""",
    """print(page["overall"]["status"], "open:", len(page["ongoing_incidents"]))""",
    """console.log(page.overall.status, "open:", page.ongoing_incidents.length);""",
)
_GCP = _Ask(
    "/incidents.json",
    "It is a history: an incident without an end is open. These programs print the number of "
    "incidents in the list, then the open ones of this product.",
    """jq -er '"\\(length) in the list", (.[] | select(.end == null)
    | select(any(.affected_products[]; .id | IN($wanted)))
    | "\\(.severity): \\(.external_desc)")'""",
    """print(len(page), "in the list")
for one in page:
    products = {product["id"] for product in one["affected_products"]}
    if not one.get("end") and products & {$wanted}:
        print(one["severity"], one["external_desc"])""",
    """console.log(page.length, "in the list");
for (const one of page)
  if (!one.end && one.affected_products.some(({ id }) => [$wanted].includes(id)))
    console.log(one.severity, one.external_desc);""",
)
_AWS = _Ask(
    "/public/currentevents",
    "It is UTF-16, lists the events of every region, and is `[]` when there is none; look for "
    "yours.",
    """iconv -f UTF-16 -t UTF-8 |
  jq -r '.[] | "\\(.status) \\(.region_name): \\(.service_name)",
    "  \\(.summary)"'""",
    """for one in page:
    print(one["status"], one["region_name"], one["service_name"], one["summary"])""",
    """for (const one of page)
  console.log(one.status, one.region_name, one.service_name, one.summary);""",
    encoding="utf-16",
)
_PLATFORMS = {"betterstack": _BETTERSTACK, "flashduty": _FLASHDUTY, "gcp": _GCP, "aws": _AWS}
_NAMED = 4


def programs(row: Row, board: Board) -> Markup:
    """The programs for one service, as Markdown."""
    ours = _OURS.format(url=board.site.url.rstrip("/"), id=row.service.id)
    ask = _official(row, board)
    if ask is None or not row.page_url:
        return Markup(ours)
    wanted = ", ".join(json.dumps(one) for one in row.service.components)
    theirs = _THEIRS.format(
        url=row.page_url.rstrip("/") + ask.path,
        says=ask.says,
        jq=ask.jq.replace("$wanted", wanted),
        python=ask.python.replace("$wanted", wanted),
        js=ask.js.replace("$wanted", wanted),
        encoding=ask.encoding,
        decoder="utf-16be" if ask.encoding == "utf-16" else ask.encoding,
    )
    return Markup(ours + theirs)


def _official(row: Row, board: Board) -> _Ask | None:
    source = next((one for one in board.sources if one.id == row.provider), None)
    platform = source.platform if source else ""
    if platform in ("statuspage", "incidentio"):
        if not row.service.components:
            return _WORD
        return _PARTS if len(row.service.components) <= _NAMED else _ALL_PARTS
    return _PLATFORMS.get(platform)
