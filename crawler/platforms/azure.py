"""Microsoft Azure: the public status page's RSS feed, whose empty channel means that all is well.

azure.status.microsoft alone (seen 2022 to 2026). The address is the feed's own. Traps. An item has
no severity: it counts as minor. Its categories mix services and regions, told apart by their words.
A guid is made of the title, so the next outage of that title has it again: the day tells them
apart. Dates end in " Z" instead of GMT. An empty channel is good news only under Azure's own title
and link, which names one of several hosts. An item is open unless its title carries a closing
label; its text is prose and not asked.
https://azure.status.microsoft/en-us/status
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from lxml import etree

from crawler import text, times
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Incident, Reading, Update
from crawler.platforms import vocabulary
from crawler.wire import Reply, Request

TITLE = "Azure Status"
HOSTS = (
    *("azure.status.microsoft", "status.azure.com", "azure.microsoft.com"),
    *("azurewebsites.net", "azureedge.net"),
)
_CLOSED = re.compile(
    r"\W*(?:resolved|mitigated)\s*(?:[-–—:|)\]].*)?"
    r"|\W*(?:preliminary )?(?:post[- ]incident review|pir)\b.*"
    r"|.*[-–—:|(\[]\s*(?:issue )?(?:resolved|mitigated)\W*",
    re.IGNORECASE,
)
_SIDE = "(?:(?:North|South|West|East) )?(?:North|South|East|West|Central|Southeast|Northeast)"
_LAND = (
    "US|USGov|US Gov|US DoD|Europe|Asia|Asia Pacific|UK|Africa|America|Australia|Austria|Belgium|"
    "Brazil|Canada|Chile|China|Denmark|Finland|France|Germany|Greece|India|Indonesia|Israel|Italy|"
    "Japan|Jio India|Korea|Malaysia|Mexico|New Zealand|Norway|Poland|Qatar|Saudi Arabia|"
    "Singapore|Spain|Sweden|Switzerland|Taiwan|UAE"
)
_REGION = re.compile(
    rf"(?:{_SIDE} )?(?:{_LAND})(?: (?:{_SIDE}|Arizona|Texas|Virginia|Iowa))?(?: [1-9])?"
)
_EVERYWHERE = frozenset({"Global", "Worldwide", "Non-Regional", "Public Non-Regional"})
_MAX_CATEGORIES = 500


def requests(source: Source) -> Mapping[str, Request]:
    """The feed itself."""
    accept = "application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
    return {"feed": Request(source.feed or source.url, accept=accept)}


def recognises(reply: Reply) -> bool:
    """An RSS channel of Azure's title; an empty one has Azure's link too."""
    return _channel(reply) is not None


def read(replies: Mapping[str, Reply]) -> Reading:
    """Every item as an incident; the page's word is minor while one is open, else none."""
    found = [channel for reply in replies.values() if (channel := _channel(reply)) is not None]
    if not found:
        raise Unreadable("unexpected_shape", "not Azure's channel")
    items = found[0].findall("item")[: vocabulary.MAX_INCIDENTS]
    incidents = tuple(map(_incident, items))
    return Reading(
        word=vocabulary.worst_open((), incidents),
        incidents=incidents,
        said_at=times.parse(found[0].findtext("lastBuildDate")),
    )


def _channel(reply: Reply) -> etree._Element | None:
    root = reply.xml()
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is None or (channel.findtext("title") or "").strip() != TITLE:
        return None
    try:
        host = urlsplit((channel.findtext("link") or "").strip()).hostname or ""
    except ValueError:
        return None
    ours = any(host == one or host.endswith("." + one) for one in HOSTS)
    return channel if ours or (channel.find("item") is not None and not host) else None


def _incident(item: etree._Element) -> Incident:
    title = text.plain(item.findtext("title")) or "Untitled incident"
    posted = times.parse(item.findtext("pubDate"))
    closed = _CLOSED.fullmatch(title) is not None
    body = text.plain(item.findtext("description"), text.BODY)
    guid = text.plain(item.findtext("guid"))
    key = vocabulary.key(f"{guid}@{times.day(posted)}" if guid and posted else guid, title, posted)
    found = [text.plain(one.text) for one in item.findall("category")[:_MAX_CATEGORIES]]
    regions = [name for name in found if _REGION.fullmatch(name)]
    services = [name for name in found if name not in regions and name not in _EVERYWHERE]
    phase = "resolved" if closed else ""
    return Incident(
        id=key,
        title=title,
        open=not closed,
        phase=phase,
        started_at=posted,
        created_at=posted,
        ended_at=posted if closed else None,
        url=text.web_url((item.findtext("link") or "").strip()),
        components=vocabulary.names(*services),
        regions=() if _EVERYWHERE & {*found} else vocabulary.names(*regions),
        updates=(Update(key, posted, phase, body),) if body else (),
    )
