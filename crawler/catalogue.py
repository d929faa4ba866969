"""What is watched: the site's settings, status pages, and the services that are read from them.

`content/site.toml` is a Site; each `content/providers/<id>.toml` is a ProviderFile.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

import msgspec

from crawler.model import Visit

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What an id looks like: it stands in addresses and file names."""
CODE = re.compile(r"[0-9]{1,9}|[1-5]xx|[A-Za-z](?:[A-Za-z0-9]|[_/ ](?=[A-Za-z0-9])){0,79}")
"""What the code of an error looks like: a number, a class of status codes, or words."""
TOPIC = 64
"""The longest topic that ntfy takes."""
GITHUB = "https://github.com"
ISSUES_LABEL = "whosdown"
"""What every issue that tells of a service is labelled with, beside the service's own label."""
Code = Annotated[int, msgspec.Meta(ge=100, le=599)]


def issue_label(service: str) -> str:
    """The label of a service's issue: its id, as much of it as GitHub takes."""
    return service[:50]


def code_slug(code: str) -> str:
    """The code of an error as a part of an address: lower case, a hyphen for what is no letter or
    digit."""
    return re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One unauthenticated GET; `expect` are the status codes that mean alive."""

    url: str
    expect: list[Code]


class ErrorCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one error of a service means. `fault` is you, them or upstream; `wait` yes or no."""

    code: str
    name: str
    fault: str
    wait: str
    meaning: str
    source: str
    when: str = ""


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a user names. Empty `components` means the whole page of its provider."""

    id: str
    name: str
    category: str
    homepage: str
    api_base: str = ""
    components: list[str] = []
    regions: list[str] = []
    upstreams: list[str] = []
    mentions: list[str] = []
    aliases: list[str] = []
    probe: Probe | None = None
    browser_check: str = ""
    errors: list[ErrorCode] = []
    note: str = ""


class Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another address of the same status, asked when the first cannot be read."""

    platform: str
    url: str


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider's status page: its platform, its address, and what to read when that cannot be:
    second endpoints in order, then its feed. `people` is what people open where `url` is none."""

    platform: str
    url: str
    feed: str = ""
    also: list[Endpoint] = []
    people: str = ""


class ProviderFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of one file in content/providers/."""

    service: list[Service]
    page: Page | None = None
    name: str | None = None


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A heading of the dashboard."""

    id: str
    name: str


class Alerts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ways to be told that everybody may use. `github_issues` keeps an issue per service in
    `repository` ("owner/name") of the GitHub at `server`; `ntfy` is the address of a topic that
    `-<service id>` completes."""

    github_issues: bool = False
    repository: str = ""
    server: str = GITHUB
    ntfy: str = ""

    def issue(self, service: str) -> str:
        """Where the issue of a service is found; "" where none are kept."""
        query = f"is%3Aissue+is%3Aopen+label%3A{ISSUES_LABEL}+label%3A{issue_label(service)}"
        place = f"{self.server.rstrip('/')}/{self.repository}/issues?q={query}"
        return place if self.github_issues else ""

    def topic(self, service: str) -> str:
        """The address of a service's ntfy topic; "" where there are none."""
        return f"{self.ntfy}-{service}" if self.ntfy else ""


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """content/site.toml. `url` is where the site will be served, base path included.

    `feed_authority` is the `domain,year` of the tag: identifiers of feed items; never change it.
    `cname` is the domain of a host that reads it from a file CNAME, or "".
    """

    name: str
    url: str
    tagline: str
    contact: str
    feed_authority: str
    control: list[str]
    category: list[Category]
    robots: str = "documented"
    allow_private: list[str] = []
    cname: str = ""
    alerts: Alerts = Alerts()

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The private networks that the operator opened for the crawler."""
        return tuple(ip_network(one) for one in self.allow_private)


@dataclass(frozen=True, slots=True)
class Source:
    """One status page to ask. `id` is the provider's; `also` are (platform, address)."""

    id: str
    platform: str
    url: str
    feed: str = ""
    also: tuple[tuple[str, str], ...] = ()
    people: str = ""

    @property
    def page(self) -> str:
        """The address that people open."""
        return self.people or self.url

    def stands_in(self, platform: str) -> bool:
        """Whether what this platform read is the feed, in the place of the page."""
        return "feed" == platform != self.platform


@dataclass(frozen=True, slots=True)
class Provider:
    """One file: who runs the page, its source (None where no readable page is known), and the
    services that are read from it."""

    id: str
    name: str
    source: Source | None
    services: tuple[Service, ...]

    def only_by_feed(self, visit: Visit) -> bool:
        """Whether its feed was read because the page could not be: what the feed leaves out may
        still stand there. Where robots.txt keeps us from the page, the feed is all we ever read."""
        feed = self.source is not None and self.source.stands_in(visit.platform)
        return feed and visit.fallback != "robots"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that content/ says."""

    site: Site
    providers: tuple[Provider, ...]

    def services(self) -> Iterator[tuple[Provider, Service]]:
        """Every service with its provider, in the order of the files."""
        for provider in self.providers:
            for service in provider.services:
                yield provider, service
