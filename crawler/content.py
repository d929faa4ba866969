"""content/ -> Catalogue. Errors name the file, the line, the key and what is allowed."""

import re
import tomllib
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crawler.catalogue import SLUG, Alerts, Catalogue, Provider, ProviderFile, Service, Site, Source
from crawler.errors import ContentError

FAULTS = ("you", "them", "upstream")
T = TypeVar("T")


def load(content: Path, platforms: Iterable[str]) -> Catalogue:
    """Read and check a content folder. Raises ContentError; reads nothing but files."""
    site = load_site(content)
    files = sorted((content / "providers").glob("*.toml"))
    if not files:
        raise ContentError(f"{content / 'providers'}: no provider file; the site would be empty")
    pairs = [(path, _decode(path, ProviderFile)) for path in files]
    for path, file in pairs:
        _check_provider(path, file, site, set(platforms))
    _check_together(pairs)
    return Catalogue(site, tuple(_provider(path.stem, file) for path, file in pairs))


def load_site(content: Path) -> Site:
    """The settings of the site alone. Raises ContentError."""
    path = content / "site.toml"
    if not path.is_file():
        raise ContentError(f"{path}: the file is missing; it names the site")
    site = _decode(path, Site)
    _check_site(path, site)
    return site


def _provider(name: str, file: ProviderFile) -> Provider:
    page = file.page
    also = tuple((one.platform, one.url) for one in page.also) if page else ()
    source = Source(name, page.platform, page.url, page.feed, also) if page else None
    return Provider(name, file.name or file.service[0].name, source, tuple(file.service))


def _decode(path: Path, kind: type[T]) -> T:
    try:
        raw = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: not UTF-8 at byte {error.start}") from None
    try:
        return msgspec.convert(tomllib.loads(raw), kind)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path}: not valid TOML: {error}") from None
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        key = where.rstrip("`").lstrip(".")
        unknown = re.search(r"unknown field `([^`]+)`", message)
        last = unknown[1] if unknown else re.sub(r"\[[^\]]*\]", "", key).rpartition(".")[2]
        full = f"{key}.{last}" if unknown and key else key or last
        allowed = f"; allowed: {', '.join(_allowed(kind, key))}" if unknown else ""
        raise ContentError(
            f"{path}:{_line(raw, full, last)}: {full or 'file'}: {message}{allowed}"
        ) from None


def _line(raw: str, key: str, last: str) -> int:
    """The line on which a key stands: after the n-th `[[table]]` header that `key` counts to."""
    lines = raw.split("\n")
    start = 0
    for table, number in re.findall(r"([a-z_]+)\[(\d+)\]", key):
        heads = [
            n for n, line in enumerate(lines) if re.match(rf"\s*\[\[[a-z_.]*{table}\]\]", line)
        ]
        heads = [n for n in heads if n >= start]
        start = heads[int(number)] if int(number) < len(heads) else start
    for number, line in enumerate(lines[start:], start + 1):
        if re.match(rf"\s*(\[*[a-z_.]*\b)?{re.escape(last)}\b", line):
            return number
    return start + 1


def _wrong(path: Path, key: str, problem: str) -> ContentError:
    last = re.sub(r"\[[^\]]*\]", "", key).rpartition(".")[2]
    line = _line(path.read_text(encoding="utf-8"), key, last)
    return ContentError(f"{path}:{line}: {key}: {problem}")


def _allowed(kind: type, key: str) -> list[str]:
    """The field names that stand where `key` points."""
    for part in re.findall(r"[a-z_]+", key):
        fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
        inner: Any = fields.get(part, kind)
        options = [inner, *getattr(inner, "__args__", ())]
        kind = next(
            (o for o in options if isinstance(o, type) and issubclass(o, msgspec.Struct)), kind
        )
    return [field.name for field in msgspec.structs.fields(kind)]


def _check_site(path: Path, site: Site) -> None:
    for key, value in (("url", site.url), ("contact", site.contact)):
        if not re.match(r"https?://[^/\s]+", value):
            raise _wrong(path, key, f"{value!r} is not a web address")
    if not re.fullmatch(r"[a-z0-9.-]+,\d{4}(-\d\d){0,2}", site.feed_authority):
        raise _wrong(path, "feed_authority", "write a domain and a year, such as example.org,2026")
    if len(site.control) != 3 or not all(one.startswith("https://") for one in site.control):
        raise _wrong(path, "control", "name three https:// addresses of three operators")
    if site.robots not in ("documented", "strict"):
        raise _wrong(path, "robots", f"{site.robots!r} is not one of documented, strict")
    for one in site.allow_private:
        try:
            ip_network(one)
        except ValueError:
            raise _wrong(path, "allow_private", f"{one!r} is not a network") from None
    _check_alerts(path, site.alerts)
    if site.cname and not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", site.cname):
        raise _wrong(path, "cname", f"{site.cname!r} is not a domain; write status.example.org")
    for number, category in enumerate(site.category):
        if not SLUG.fullmatch(category.id):
            raise _wrong(
                path, f"category[{number}].id", f"{category.id!r} is not a slug (a-z, 0-9, -)"
            )


def _check_alerts(path: Path, alerts: Alerts) -> None:
    named = re.fullmatch(r"[\w-]{1,39}/[\w.-]{1,100}", alerts.repository, re.ASCII)
    if alerts.github_issues and not alerts.repository:
        raise _wrong(path, "alerts.github_issues", "needs repository, written as owner/name")
    if alerts.repository and not named:
        raise _wrong(path, "alerts.repository", f"{alerts.repository!r} is not owner/name")
    if alerts.ntfy and not re.fullmatch(r"https://[\w.:-]+/[\w-]{1,40}", alerts.ntfy, re.ASCII):
        raise _wrong(
            path, "alerts.ntfy", "write https://, a host and a topic, as in https://ntfy.sh/my-site"
        )


def _check_provider(path: Path, file: ProviderFile, site: Site, platforms: set[str]) -> None:
    if not SLUG.fullmatch(path.stem):
        raise ContentError(f"{path}: the file name is not a slug (a-z, 0-9, -)")
    if not file.service:
        raise ContentError(f"{path}: service: a provider needs at least one [[service]]")
    if file.page:
        if file.page.platform not in platforms:
            allowed = ", ".join(sorted(platforms))
            raise _wrong(path, "page.platform", f"{file.page.platform!r} is not one of {allowed}")
        _check_https(path, "page.url", file.page.url)
        _check_https(path, "page.feed", file.page.feed)
        for number, one in enumerate(file.page.also):
            if one.platform not in platforms:
                problem = f"{one.platform!r} is not one of {', '.join(sorted(platforms))}"
                raise _wrong(path, f"page.also[{number}].platform", problem)
            _check_https(path, f"page.also[{number}].url", one.url)
    for number, service in enumerate(file.service):
        _check_service(path, f"service[{number}]", service, {one.id for one in site.category})


def _check_service(path: Path, key: str, service: Service, categories: set[str]) -> None:
    if not SLUG.fullmatch(service.id):
        raise _wrong(path, f"{key}.id", f"{service.id!r} is not a slug (a-z, 0-9, -)")
    if not service.name.strip():
        raise _wrong(path, f"{key}.name", "a service needs a name")
    if service.category not in categories:
        allowed = ", ".join(sorted(categories))
        raise _wrong(path, f"{key}.category", f"{service.category!r} is not one of {allowed}")
    for name in ("homepage", "browser_check"):
        _check_https(path, f"{key}.{name}", getattr(service, name))
    if service.probe:
        _check_https(path, f"{key}.probe", service.probe.url)
        if not service.probe.expect:
            raise _wrong(path, f"{key}.probe", "expect names no status code; allowed: 100 to 599")
    for one, error in enumerate(service.errors):
        place = f"{key}.errors[{one}]"
        if error.fault not in FAULTS:
            raise _wrong(
                path, f"{place}.fault", f"{error.fault!r} is not one of {', '.join(FAULTS)}"
            )
        if error.wait not in ("yes", "no"):
            raise _wrong(path, f"{place}.wait", f"{error.wait!r} is not one of yes, no")
        _check_https(path, f"{place}.source", error.source)


def _check_https(path: Path, key: str, url: str) -> None:
    if url and not re.match(r"https://[^/\s]+", url):
        raise _wrong(path, key, f"{url!r} does not begin with https://")


def _check_together(pairs: list[tuple[Path, ProviderFile]]) -> None:
    names: dict[str, str] = {}
    pages: dict[str, str] = {}
    for path, file in pairs:
        if file.page and (other := pages.setdefault(file.page.url, path.name)) != path.name:
            raise _wrong(
                path, "page.url", f"{other} reads this page too; put the services in one file"
            )
        for number, service in enumerate(file.service):
            for key, name in [("id", service.id), *(("aliases", a) for a in service.aliases)]:
                if name.lower() in names:
                    problem = f"{name!r} is taken by {names[name.lower()]}"
                    raise _wrong(path, f"service[{number}].{key}", problem)
                names[name.lower()] = path.name
    ids = {service.id for _, file in pairs for service in file.service}
    for path, file in pairs:
        for number, service in enumerate(file.service):
            for upstream in service.upstreams:
                if upstream not in ids or upstream == service.id:
                    problem = f"{upstream!r} is not the id of another service"
                    raise _wrong(path, f"service[{number}].upstreams", problem)
