"""Incidents -> feed items: the one model that every format writes.

What an item says is fixed when it first appears: title, text and date are those of that moment,
however the provider edits them later. So no reader shows an item twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape

from crawler.catalogue import Service, Site
from crawler.records import BEGUN, OVER, Record, Revision, Told
from crawler.site import words
from crawler.site.board import Story
from crawler.times import human, span

CAP = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed. `html` is escaped already; `at` is in seconds UTC."""

    id: str
    title: str
    html: str
    at: int
    link: str
    author: str


Group = tuple[Item, ...]
"""Items that a feed shows together or not at all: the opening of something and its end."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the items of one incident or of one piece of work have in common."""

    name: str
    link: str
    author: str
    said_by: str

    def item(self, tail: str, title: str, html: str, at: int) -> Item:
        """One of them; `tail` tells its id from those of the others."""
        return Item(
            id=self.name + tail, title=title, html=html, at=at, link=self.link, author=self.author
        )


def incidents(story: Story, site: Site) -> list[Group]:
    """Of each phase of an incident its opening and, once it is over, its end."""
    record, source = story.record, _source(story, site)
    title, groups = _title(record), []
    for number, told in enumerate(record.told):
        verb, tail = ("Reopened: ", f":reopened:{number}") if number else ("", "")
        body = paragraph("The incident was opened again.") if number else _opening(story, source)
        body = _reach(story, number) + body
        opened = source.item(tail, f"{source.said_by}: {verb}{title}", body, told.opened)
        groups.append((opened, *_ending(source, title, told, number)))
    return groups


def grave(story: Story, site: Site) -> list[Group]:
    """What `incidents` makes of one that is among the major ones. Where it came to be one later,
    that is the news, and its date."""
    return [
        group if told.grave_at is None else tuple(_grown(group, told.grave_at))
        for group, told in zip(incidents(story, site), story.record.told, strict=True)
    ]


def updates(story: Story, site: Site) -> list[Group]:
    """One item for each message about an incident, with its first wording."""
    ours, title = _source(story, site), _title(story.record)
    theirs = replace(ours, author=story.provider_name)
    groups: list[Group] = []
    for one in _messages(story.record):
        source = ours if one.key in (BEGUN, OVER) else theirs
        head = ": ".join(part for part in (source.said_by, _word(one.phase), title) if part)
        body = quoted(source.author, one.text)
        groups.append((source.item(f":update:{_short(one.key)}", head, body, _at(one, story)),))
    return groups


def newest(story: Story) -> int:
    """The date of the newest item that `incidents` makes, in seconds UTC."""
    return max(one.opened if one.ended is None else one.ended for one in story.record.told)


def newest_grave(story: Story) -> int:
    """The date of the newest item that `grave` makes, in seconds UTC."""
    return max(newest(story), *(one.grave_at or 0 for one in story.record.told))


def newest_update(story: Story) -> int:
    """The date of the newest item that `updates` makes, in seconds UTC; 0 where it makes none."""
    return max((_at(one, story) for one in _messages(story.record)), default=0)


def _messages(record: Record) -> Iterable[Revision]:
    first: dict[str, Revision] = {}
    for one in record.revisions:
        if one.key:
            first.setdefault(one.key, one)
    return first.values()


def _at(one: Revision, story: Story) -> int:
    """When a message was news: one that came after the incident when we saw it, one that was there
    already when it was written. What has no date in an old incident is no newer than its end."""
    if one.seen_at > story.record.first_seen:
        return one.seen_at
    written = story.record.told[0].ended if one.at is None else one.at
    return one.seen_at if written is None else min(written, one.seen_at)


def capped(groups: Iterable[Group]) -> Group:
    """The newest items, newest first, at most CAP; those of one group together or not at all."""
    ordered = sorted(
        groups,
        key=lambda group: (max(item.at for item in group), group[0].id),
        reverse=True,
    )
    kept: list[Item] = []
    for group in ordered:
        if len(kept) + len(group) > CAP:
            break
        kept += group
    return tuple(sorted(kept, key=lambda item: (item.at, item.id), reverse=True))


def _source(story: Story, site: Site) -> Source:
    record = story.record
    return Source(
        name=f"tag:{site.feed_authority}:incident/{record.provider}/{record.slug}",
        link=f"{site.url.rstrip('/')}/{story.path}",
        # What our checks saw first stays ours when the provider goes on with it.
        author=story.provider_name if record.failed_at is None else site.name,
        # Not the services: an incident may come to concern more of them, and titles are fixed.
        said_by=story.provider_name,
    )


def _title(record: Record) -> str:
    titles = [one.text for one in record.revisions if one.key == ""]
    return (titles[0] if titles else record.incident.title).strip() or "Incident without a title"


def _opening(story: Story, source: Source) -> str:
    """The oldest message among those that were there when we first saw the incident."""
    record = story.record
    first = [one for one in record.revisions if one.key and one.seen_at == record.first_seen]
    oldest = min(first, key=lambda one: (one.at or one.seen_at, one.key), default=None)
    return quoted(source.author, oldest.text if oldest else "")


def _reach(story: Story, phase: int) -> str:
    """How bad it was when it was first seen, and for which services, where that says more than the
    title does."""
    impact = story.record.told[phase].impact
    bad = [f"{words.IMPACTS[impact]}."] if impact is not None and impact.trouble else []
    said = [*bad, *affected(story.told_of[phase], story.provider_name)]
    return paragraph(" ".join(said)) if said else ""


def _grown(group: Group, at: int) -> Iterator[Item]:
    """The items of a phase that came to be grave at a run."""
    opening, *ends = (replace(item, at=max(item.at, at)) for item in group)
    more = paragraph(f"At least a partial outage, first seen at {human(at)}.")
    yield replace(opening, html=opening.html + more)
    yield from ends


def _ending(source: Source, title: str, told: Told, number: int) -> Iterator[Item]:
    if told.ended is None:
        return
    word = "Withdrawn by the provider" if told.withdrawn else "Resolved"
    tail = f":resolved:{number}" if number else ":resolved"
    body = f"{word} after {span(told.lasted)}." if told.lasted > 0 else f"{word}."
    yield source.item(tail, f"{word}: {source.said_by}: {title}", paragraph(body), told.ended)


def affected(services: Sequence[Service], provider: str) -> list[str]:
    """A sentence that names some services; none where the provider's name says as much."""
    names = [one.name for one in services]
    return [f"Affects {', '.join(names)}."] if {*names} - {provider} else []


def quoted(author: str, text: str) -> str:
    """What somebody wrote, as HTML that says who."""
    if not text:
        return paragraph("No text was given.")
    return paragraph(f"{author} wrote:") + paragraph(text)


def paragraph(text: str) -> str:
    """Any text as HTML in which nothing is markup."""
    return f"<p>{'<br>'.join(escape(text).split(chr(10)))}</p>"


def _word(phase: str) -> str:
    """A provider's word for a state, as a heading."""
    return phase[:1].upper() + phase[1:].replace("_", " ")


def _short(key: str) -> str:
    """A foreign identifier in a form that is fit for a tag: URI."""
    return sha256(key.encode()).hexdigest()[:12]
