"""content/ -> Catalogue. What is wrong is one sentence with file, line, key and what is allowed."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path

from crawler import address
from crawler.catalogue import (
    CODE,
    SLUG,
    TOPIC,
    Alerts,
    Catalogue,
    ErrorCode,
    Page,
    Provider,
    ProviderFile,
    Service,
    Site,
    Source,
    code_slug,
)
from crawler.errors import ContentError
from crawler.toml import Choices, decode, wrong

CHOICES: Choices = {
    "fault": ("you", "them", "upstream"),
    "wait": ("yes", "no"),
    "robots": ("documented", "strict"),
}


def load(content: Path, platforms: Iterable[str]) -> Catalogue:
    """Read and check a content folder. Raises ContentError; reads nothing but files."""
    made = read(content, platforms)
    if told := [*strays(content, made)]:
        raise ContentError(*told)
    return made


def read(content: Path, platforms: Iterable[str]) -> Catalogue:
    """What `load` gives, before somebody has looked for `strays`. Raises ContentError."""
    site = load_site(content)
    files = sorted((content / "providers").glob("*.toml"))
    if not files:
        raise ContentError(f"{content / 'providers'}: no provider file; the site would be empty")
    choices = {
        **CHOICES,
        "platform": tuple(sorted(platforms)),
        "category": tuple(sorted(one.id for one in site.category)),
    }
    pairs = [(path, decode(path, ProviderFile, choices)) for path in files]
    for path, file in pairs:
        _check_provider(path, file, choices)
    _check_together(pairs)
    longest = max((one.id for _, file in pairs for one in file.service), key=len)
    if len(site.alerts.topic(longest).rpartition("/")[2]) > TOPIC:
        problem = f"with '-{longest}' it is longer than {TOPIC} letters, which ntfy refuses"
        raise wrong(content / "site.toml", "alerts.ntfy", problem)
    return Catalogue(site, tuple(_provider(path.stem, file) for path, file in pairs))


def strays(content: Path, catalogue: Catalogue) -> Iterator[str]:
    """A sentence for each upstream that is not the id of another service, or one named before, over
    all files."""
    ids = {service.id for _, service in catalogue.services()}
    for provider in catalogue.providers:
        path = content / "providers" / f"{provider.id}.toml"
        for number, service in enumerate(provider.services):
            for place, one in enumerate(service.upstreams):
                stray = one not in ids or one == service.id
                if stray or one in service.upstreams[:place]:
                    problem = "is not the id of another service" if stray else "stands here twice"
                    yield str(wrong(path, f"service[{number}].upstreams", f"{one!r} {problem}"))


def load_site(content: Path) -> Site:
    """The settings of the site alone. Raises ContentError."""
    path = content / "site.toml"
    site = decode(path, Site, CHOICES)
    _check_site(path, site)
    return site


def _provider(name: str, file: ProviderFile) -> Provider:
    page = file.page
    also = tuple((one.platform, one.url) for one in page.also) if page else ()
    source = Source(name, page.platform, page.url, page.feed, also, page.people) if page else None
    return Provider(name, file.name or file.service[0].name, source, tuple(file.service))


def _check_site(path: Path, site: Site) -> None:
    _check_words(path, "name", site.name)
    for key, value in (("url", site.url), ("contact", site.contact)):
        _check_address(path, key, value, "https", "http")
        # They stand in feeds, calendars and headers, which take no other letters.
        if not value.isascii():
            problem = f"{value!r} is not ASCII; write its host as xn--..., other letters as %C3%9F"
            raise wrong(path, key, problem)
    if "?" in site.url or "#" in site.url:
        raise wrong(path, "url", f"{site.url!r} has a query or a fragment; write it without")
    if not re.fullmatch(r"[a-z0-9.-]+,\d{4}(-\d\d){0,2}", site.feed_authority):
        problem = "write a domain and a year, in lower case and without a blank: example.org,2026"
        raise wrong(path, "feed_authority", problem)
    _check_control(path, site.control)
    _check_choice(path, "robots", site.robots, CHOICES)
    for one in site.allow_private:
        try:
            ip_network(one)
        except ValueError:
            problem = f"{one!r} is not a network; write 10.0.0.0/8"
            raise wrong(path, "allow_private", problem) from None
    _check_alerts(path, site.alerts)
    if site.cname and not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", site.cname):
        raise wrong(path, "cname", f"{site.cname!r} is not a domain; write status.example.org")
    ids: set[str] = set()
    for number, category in enumerate(site.category):
        key = f"category[{number}]"
        _check_slug(path, f"{key}.id", category.id)
        _check_words(path, f"{key}.name", category.name)
        if category.id in ids:
            raise wrong(path, f"{key}.id", f"{category.id!r} is taken by an earlier category")
        ids.add(category.id)


def _check_control(path: Path, control: list[str]) -> None:
    wanted = "name three https:// addresses of three operators"
    if len(control) != 3 or not all(one.startswith("https://") for one in control):
        raise wrong(path, "control", wanted)
    for number, one in enumerate(control):
        _check_address(path, f"control[{number}]", one)
        if address.host(one) in map(address.host, control[:number]):
            raise wrong(path, f"control[{number}]", f"{one!r} is on a host named before; {wanted}")


def _check_alerts(path: Path, alerts: Alerts) -> None:
    named = re.fullmatch(r"[\w-]{1,39}/[\w.-]{1,100}", alerts.repository, re.ASCII)
    if alerts.github_issues and not alerts.repository:
        raise wrong(path, "alerts.github_issues", "needs repository, written as owner/name")
    if alerts.repository and not named:
        raise wrong(path, "alerts.repository", f"{alerts.repository!r} is not owner/name")
    if alerts.ntfy and not re.fullmatch(r"https://[\w.:-]+/[\w-]{1,40}", alerts.ntfy, re.ASCII):
        problem = "write https://, a host and a topic, as in https://ntfy.sh/my-site"
        raise wrong(path, "alerts.ntfy", problem)
    if alerts.ntfy:
        _check_address(path, "alerts.ntfy", alerts.ntfy)
    _check_address(path, "alerts.server", alerts.server)


def _check_provider(path: Path, file: ProviderFile, choices: Choices) -> None:
    if not SLUG.fullmatch(path.stem):
        raise ContentError(f"{path}: the file name is not a slug (a-z, 0-9, -)")
    if not file.service:
        raise ContentError(f"{path}: service: a provider needs at least one [[service]]")
    if file.name is not None:
        _check_words(path, "name", file.name)
    if file.page:
        _check_page(path, file.page, choices)
    for number, service in enumerate(file.service):
        _check_service(path, f"service[{number}]", service, choices)


def _check_page(path: Path, page: Page, choices: Choices) -> None:
    _check_choice(path, "page.platform", page.platform, choices)
    _check_address(path, "page.url", page.url)
    for key in ("feed", "people"):
        if url := getattr(page, key):
            _check_address(path, f"page.{key}", url)
    for number, one in enumerate(page.also):
        _check_choice(path, f"page.also[{number}].platform", one.platform, choices)
        _check_address(path, f"page.also[{number}].url", one.url)


def _check_service(path: Path, key: str, service: Service, choices: Choices) -> None:
    _check_slug(path, f"{key}.id", service.id)
    _check_words(path, f"{key}.name", service.name)
    _check_choice(path, f"{key}.category", service.category, choices)
    for name in ("components", "regions", "mentions", "aliases"):
        for number, one in enumerate(getattr(service, name)):
            _check_words(path, f"{key}.{name}[{number}]", one)
    _check_address(path, f"{key}.homepage", service.homepage)
    for name in ("api_base", "browser_check"):
        if url := getattr(service, name):
            _check_address(path, f"{key}.{name}", url)
    if service.probe:
        _check_address(path, f"{key}.probe", service.probe.url)
        if not service.probe.expect:
            raise wrong(path, f"{key}.probe", "expect names no status code; allowed: 100 to 599")
    cases: set[tuple[str, str]] = set()
    pages: dict[str, str] = {}
    for number, error in enumerate(service.errors):
        place = f"{key}.errors[{number}]"
        _check_error(path, place, error, choices)
        case = error.code, error.when.strip().casefold()
        if case in cases:
            problem = f"{error.code!r} stands here twice; tell the entries apart by when"
            raise wrong(path, f"{place}.code", problem)
        cases.add(case)
        if (other := pages.setdefault(code_slug(error.code), error.code)) != error.code:
            problem = f"{error.code!r} would have the page of {other!r}; write both alike"
            raise wrong(path, f"{place}.code", problem)


def _check_error(path: Path, key: str, error: ErrorCode, choices: Choices) -> None:
    if not CODE.fullmatch(error.code):
        problem = f"{error.code!r} is not a number such as 429, nor 5xx, nor a provider's words"
        raise wrong(path, f"{key}.code", f"{problem} (A-Z, a-z, 0-9, single _, / or blank)")
    _check_words(path, f"{key}.name", error.name)
    _check_choice(path, f"{key}.fault", error.fault, choices)
    _check_choice(path, f"{key}.wait", error.wait, choices)
    if not any(map(str.isalnum, error.meaning)):
        raise wrong(path, f"{key}.meaning", "says nothing; write what happened and what to do")
    _check_address(path, f"{key}.source", error.source)


def _check_slug(path: Path, key: str, value: str) -> None:
    if not SLUG.fullmatch(value):
        raise wrong(path, key, f"{value!r} is not a slug (a-z, 0-9, -)")


def _check_choice(path: Path, key: str, value: str, choices: Choices) -> None:
    allowed = choices[key.rpartition(".")[2]]
    if value not in allowed:
        raise wrong(path, key, f"{value!r} is not one of {', '.join(allowed)}")


def _check_words(path: Path, key: str, value: str) -> None:
    if not any(map(str.isalnum, value)) or re.search(r"[\x00-\x1f\x7f\ufffe\uffff]", value):
        raise wrong(path, key, f"{value!r} is not a name; write letters or digits, on one line")


def _check_address(path: Path, key: str, url: str, *schemes: str) -> None:
    if problem := address.fault(url, *(schemes or ("https",))):
        raise wrong(path, key, problem)


def _check_together(pairs: list[tuple[Path, ProviderFile]]) -> None:
    names: dict[str, str] = {}
    pages: dict[str, str] = {}
    for path, file in pairs:
        if file.page and (other := pages.setdefault(file.page.url, path.name)) != path.name:
            problem = f"{other} reads this page too; put the services in one file"
            raise wrong(path, "page.url", problem)
        for number, service in enumerate(file.service):
            for key, name in [("id", service.id), *(("aliases", a) for a in service.aliases)]:
                if name.lower() in names:
                    problem = f"{name!r} is taken by {names[name.lower()]}"
                    raise wrong(path, f"service[{number}].{key}", problem)
                names[name.lower()] = path.name
