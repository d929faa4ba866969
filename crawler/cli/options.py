"""What several commands share: their options, the clock, the environment, how they print."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from crawler import __version__, times
from crawler.errors import ContentError, noted
from crawler.exits import line

if TYPE_CHECKING:
    from crawler.catalogue import Catalogue, Site
    from crawler.fetch import Network
    from crawler.store import Store


def moment(_: click.Context, __: click.Parameter, raw: str | None) -> int:
    """The time of --now, else of SOURCE_DATE_EPOCH, else of the clock, in seconds UTC."""
    named = None if raw else "SOURCE_DATE_EPOCH"
    raw = raw or os.environ.get("SOURCE_DATE_EPOCH")
    if not raw:
        return int(time.time())
    moment = int(raw) if re.fullmatch("[0-9]{1,12}", raw) else times.parse(raw, naive_is_utc=True)
    if moment is None or moment >= times.NEWEST:
        raise click.BadParameter(
            f"{raw!r} is not a time; write 2026-11-22T10:41:00Z", param_hint=named
        )
    return moment


def pause(_: click.Context, __: click.Parameter, raw: str | None) -> int | None:
    """A time span such as 5m, in seconds."""
    if raw is None:
        return None
    if (seconds := times.duration(raw)) is None:
        raise click.BadParameter(f"{raw!r} is not a time span; write 90s, 5m or 1h")
    return seconds


def web(_: click.Context, __: click.Parameter, raw: str | None) -> str | None:
    """An address of the web as it was typed."""
    if raw is None:
        return None
    try:
        parts = urlsplit(raw)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise click.BadParameter(
            f"{raw!r} is not a web address; write one that begins with http:// or https://"
        )
    return raw


def page(_: click.Context, __: click.Parameter, raw: str) -> str:
    """The address of a status page, from whatever address of it a person pasted."""
    from crawler.discover import root

    try:
        return root(raw)
    except ContentError as error:
        raise click.BadParameter(str(error)) from None


def trusted(url: str) -> str:
    """The address of a served site, whose age nobody on the way can forge."""
    from crawler.github.door import safe

    if not safe(url):
        raise click.UsageError(
            f"{url!r}: what a site serves is believed over https:// only; name such an address"
        )
    return url


def _folder(name: str, default: str, words: str) -> Callable[[Any], Any]:
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option(f"--{name}", type=kind, default=default, show_default=True, help=words)


content = _folder("content", "content", "What to watch: site.toml, providers/, articles/.")
data = _folder("data", "data", "The history: journal/ and status.db.")
out = _folder("out", "_site", "Where the site goes.")
built = _folder("out", "_site", "Where the built site is.")
now = click.option(
    "--now", callback=moment, metavar="TIME", help="Pretend that it is this time (UTC)."
)
init = click.option("--init", is_flag=True, help="Start a new history where none can be read.")


def printed(value: Any, indent: int | None = None) -> str:
    """A value as JSON for standard output, in ASCII."""
    # Strangers' words are in it, and GitHub's runner obeys `##[` anywhere.
    return json.dumps(value, ensure_ascii=True, indent=indent).replace("##[", "#\\u0023[")


@contextmanager
def opened(data_folder: Path, *, init: bool = False) -> Iterator["Store"]:
    """The memory of a data folder, which says on standard error what it repairs."""
    from crawler import store

    with store.opened(data_folder, lambda said: click.echo(line(said), err=True), init=init) as one:
        yield one


def network(site: "Site") -> "Network":
    """How to reach the world from here, by the usual variables and the site's settings."""
    from crawler.fetch import Network

    agent = f"whosdown/{__version__} (+{site.contact})"
    return Network.from_environment(os.environ, agent, site.networks)


def anywhere() -> "Network":
    """How to reach an address that a person typed, which may be on this machine."""
    from ipaddress import ip_network

    from crawler.fetch import Network

    every = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    return Network.from_environment(os.environ, f"whosdown/{__version__}", every)


def catalogue(content_folder: Path) -> "Catalogue":
    """What is watched. Raises ContentError."""
    from crawler.content import load
    from crawler.platforms import PLATFORMS

    loaded = load(content_folder, PLATFORMS)
    return replace(loaded, site=_own(loaded.site))


def checked(content_folder: Path, out_folder: Path, *needed: Path) -> "Catalogue":
    """What is watched, once it is sure that a site of it may go to a folder. Raises ContentError
    and SiteError, as `site.check` does; of services that are missing it tells all at once."""
    from crawler.content import read, strays
    from crawler.platforms import PLATFORMS
    from crawler.site import check

    loaded = read(content_folder, PLATFORMS)
    loaded = replace(loaded, site=_own(loaded.site))
    told = [*strays(content_folder, loaded)]
    with noted(told):
        check(loaded, content_folder, out_folder, *needed)
    if told:
        raise ContentError(*told)
    return loaded


def site(content_folder: Path) -> "Site":
    """The settings of the site alone. Raises ContentError."""
    from crawler.content import load_site

    return _own(load_site(content_folder))


def _own(site: "Site") -> "Site":
    return in_repository(site, os.environ.get("GITHUB_REPOSITORY", ""))


def in_repository(site: "Site", repository: str) -> "Site":
    """The settings as a run of this repository on GitHub ("owner/name", "" for none) has them.

    Each one that is still the example's, by itself, is that of the repository and its Pages.
    """
    from msgspec.structs import replace as changed

    from crawler.catalogue import GITHUB

    server = os.environ.get("GITHUB_SERVER_URL") or GITHUB
    if site.alerts.server == GITHUB:
        site = changed(site, alerts=changed(site.alerts, server=server))
    owner, _, name = repository.partition("/")
    if not name:
        return site
    host, year = f"{owner.lower()}.github.io", site.feed_authority.partition(",")[2]
    pages = f"https://{host}" if name.lower() == host else f"https://{host}/{name}"
    own = (
        ("url", "https://example.github.io/", pages),
        ("contact", "https://github.com/example/", f"{server}/{repository}"),
        ("feed_authority", "example.github.io,", f"{host},{year}"),
    )
    changes: dict[str, Any] = {
        key: value for key, example, value in own if getattr(site, key).startswith(example)
    }
    if site.alerts.repository.startswith("example/"):
        changes["alerts"] = changed(site.alerts, repository=repository)
    return changed(site, **changes)
