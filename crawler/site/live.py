"""What "Check right now" may ask from a visitor's browser, and the policy that allows no more."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.catalogue import Source
from crawler.platforms import PLATFORMS, statuspage
from crawler.site.board import Row, SourceRow

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src {}; base-uri 'none'; form-action 'none'"
)
# Their replies carry `Access-Control-Allow-Origin: *` and have one shape.
_OPEN = ("statuspage", "incidentio")


@dataclass(frozen=True, slots=True)
class Check:
    """`api` and `page` are addresses or ""; `scope` the components that count, empty for all."""

    api: str
    page: str
    scope: tuple[str, ...]

    @property
    def policy(self) -> str:
        """The page's Content-Security-Policy: our own host, and the two that are asked."""
        return policy(*(_origin(url) for url in (self.api, self.page) if url))

    @property
    def told(self) -> str:
        """The same for the script, as JSON."""
        words = {word: level.value for word, level in statuspage.WORDS.items()}
        fields = {"api": self.api, "page": self.page, "scope": self.scope, "words": words}
        return json.dumps(fields, separators=(",", ":"))


def policy(*origins: str) -> str:
    """A policy that lets a page connect to its own host and to some others."""
    return _POLICY.format(" ".join(dict.fromkeys(("'self'", *origins))))


def allowing(policy: str, data: str) -> str:
    """A policy that also names a block of data in the page, by its hash."""
    if not data:
        return policy
    digest = base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()
    return policy.replace("script-src 'self'", f"script-src 'self' 'sha256-{digest}'")


def check(row: Row, sources: Mapping[str, SourceRow]) -> Check | None:
    """What a visitor can check of a service; None where there is nothing to ask."""
    source = sources.get(row.provider)
    page = ""
    if source and source.platform in _OPEN:
        asked = PLATFORMS[source.platform].requests(Source(source.id, source.platform, source.url))
        page = asked["summary"].url
    api, page = _asked(row.service.browser_check), _asked(page)
    return Check(api, page, tuple(row.service.components)) if api or page else None


def _asked(url: str) -> str:
    """An address whose host can stand in a policy, else ""."""
    try:
        origin = _origin(url)
    except ValueError:
        return ""
    plain = all(part.isalnum() or part in ".-:/" for part in origin)
    return url if plain and origin.isascii() and url.startswith("https://") else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
