"""What an operator should repair: each source as it answered just now, with what to do. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crawler.catalogue import Catalogue, Provider, Source
from crawler.errors import REASONS
from crawler.model import Reading, Visit
from crawler.scope import scope
from crawler.times import DAY, span

ABANDONED = 400 * DAY
_REPAIRS = {
    "redirect": "the page moved {detail}: look there with `whosdown add`, then change page.url",
    "http_404": "the address is wrong, or the page uses another platform: run `whosdown add {url}`",
    "http_410": "the page is gone: remove [page], or find its successor",
    "http_401": "the page is private or inactive: remove [page], or find its successor",
    "http_403": "the page refuses programs: use its feed, or remove [page]",
    "challenge": "the page refuses programs: use its feed, or remove [page]",
    "dns": "the name does not exist: check page.url",
    "tls": "the certificate is not valid: check page.url in a browser",
    "robots": "robots.txt forbids it: give page.feed, or remove [page]",
    "no_state": "the feed says nothing about now: use another source",
    "not_json": "the page may use another platform: run `whosdown add {url}`",
    "not_xml": "the page may use another platform: run `whosdown add {url}`",
    "unexpected_shape": "the page may use another platform: run `whosdown add {url}`",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One source. `repair` is "" where all is well; `newest` is the age of what it last said, in
    seconds; `robots` is None where the rules could not be asked."""

    provider: str
    platform: str
    url: str
    state: str
    answered_by: str
    newest: int | None
    robots: bool | None
    repair: str


def diagnose(
    catalogue: Catalogue,
    visits: Mapping[str, Visit],
    robots: Mapping[str, bool],
    now: int,
) -> list[Finding]:
    """A finding for each source, in the order of the files. `visits` has one of each, `robots`
    whether its rules allow its address; `now` is in seconds UTC."""
    return [
        _finding(provider, provider.source, visits[provider.id], robots[provider.id], now)
        for provider in catalogue.providers
        if provider.source
    ]


def _finding(
    provider: Provider,
    source: Source,
    visit: Visit,
    robots: bool,  # noqa: FBT001 (passed on as it is)
    now: int,
) -> Finding:
    newest = _newest(visit.reading, now)
    return Finding(
        provider=provider.id,
        platform=source.platform,
        url=source.url,
        state=_state(visit),
        answered_by=visit.answered_by,
        newest=newest,
        robots=robots,
        repair="; ".join(_repairs(provider, source, visit, newest)),
    )


def _newest(reading: Reading | None, now: int) -> int | None:
    """The age of the newest thing that a page said about itself."""
    if reading is None:
        return None
    said = [reading.said_at]
    for incident in reading.incidents:
        said += [incident.started_at, incident.ended_at, *(one.at for one in incident.updates)]
    for work in reading.maintenances:
        said += [work.starts_at, work.ends_at, *(one.at for one in work.updates)]
    known = [moment for moment in said if moment is not None and moment <= now]
    return now - max(known) if known else None


def _state(visit: Visit) -> str:
    if visit.reason is not None:
        return f"not read: {REASONS[visit.reason]}"
    return f"read by a second endpoint: {REASONS[visit.fallback]}" if visit.fallback else "read"


def _repairs(provider: Provider, source: Source, visit: Visit, newest: int | None) -> Iterator[str]:
    reading = visit.reading
    kind, _, word = visit.note.partition(":")
    if reading is None:
        wait = "wait, and look again; change nothing on one failure"
        hint = _REPAIRS.get(visit.reason or "", wait)
        yield hint.format(url=source.url, detail=visit.detail).replace("  ", " ")
        return
    if kind == "platform":
        yield f'the page is {word} now: write platform = "{word}"'
    # A page that robots.txt keeps from us, and that gives its feed for that, is as it should be.
    if visit.fallback in _REPAIRS and visit.fallback != "robots":
        yield _REPAIRS[visit.fallback].format(url=source.url, detail="elsewhere")
    if newest is not None and newest > ABANDONED:
        yield f"nothing new for {span(newest)}: the page may be abandoned"
    for service in provider.services:
        scoped = scope(service.components, service.regions, reading)
        if scoped.reason == "components_missing":
            yield f"{service.id}: none of its components is on the page"
        elif "components_partly_missing" in scoped.flags:
            listed = {name for one in reading.components or () for name in (one.id, one.name)}
            gone = ", ".join(one for one in service.components if one not in listed)
            yield f"{service.id}: not on the page any more: {gone}"
