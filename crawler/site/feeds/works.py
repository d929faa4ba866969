"""Announced work -> feed items."""

from collections.abc import Sequence

from crawler.catalogue import Site
from crawler.model import Maintenance
from crawler.site.board import Planned
from crawler.site.feeds.items import Group, Item, Source, affected, paragraph, quoted
from crawler.times import human


def works(planned: Planned, site: Site) -> list[Group]:
    """Announced work: its announcement and its end, and an item when its start is moved."""
    who, work = planned.provider_name, planned.work
    name = f"tag:{site.feed_authority}:maintenance/{work.provider}/{work.slug}"
    link = f"{site.url.rstrip('/')}/service/{planned.services[0].id}/"
    source = Source(name, link, who, who)
    title = work.versions[0][1].title.strip() or "Maintenance without a title"
    pairs: list[list[Item]] = []
    moves: list[Group] = []
    shown: Maintenance | None = None  # as it was announced last; None while it is over
    for (seen, one), services in zip(work.versions, planned.told_of, strict=True):
        began = over = seen
        # Readers pass over what is older than the newest that they know, so all but history is
        # dated by the run that saw it.
        if one.phase == "completed" and not pairs:
            began = min(seen, one.starts_at or seen)
            over = min(seen, max(one.starts_at or 0, one.ends_at or seen))
        if shown is None and (one.phase != "completed" or not pairs):
            number = len(pairs)
            verb, tail = (" again: ", f":again:{number}") if number else (": ", "")
            text = one.updates[0].text if one.updates else ""
            said = [f"Planned {_window(one)}.", *affected(services, who)]
            html = paragraph(" ".join(said)) + (quoted(who, text) if text else "")
            pairs.append([source.item(tail, f"{who}: Maintenance{verb}{title}", html, began)])
        elif shown and one.phase == shown.phase == "scheduled" and one.starts_at != shown.starts_at:
            html = paragraph(f"Planned {_window(one)}; before that {_window(shown)}.")
            head = f"{who}: Maintenance moved: {title}"
            moves.append((source.item(f":moved:{len(moves) + 1}", head, html, seen),))
        if one.phase == "completed" and len(pairs[-1]) == 1:
            pairs[-1].append(_over(source, title, over, one, pairs))
        shown = None if one.phase == "completed" else one
    return [*map(tuple, pairs), *moves]


def _over(
    source: Source, title: str, at: int, one: Maintenance, pairs: Sequence[Sequence[Item]]
) -> Item:
    early = one.starts_at is not None and at < one.starts_at
    word = "Withdrawn by the provider" if early else "Completed"
    body = "Withdrawn before it began." if early else "The provider says that it is over."
    number = len(pairs) - 1
    return source.item(
        f":over:{number}" if number else ":over",
        f"{word}: {source.said_by}: Maintenance: {title}",
        paragraph(body),
        max(pairs[-1][0].at, at),
    )


def _window(one: Maintenance) -> str:
    if one.starts_at is None:
        return "for a time that is not stated"
    if one.ends_at is None or one.ends_at <= one.starts_at:
        return f"from {human(one.starts_at)}"
    return f"from {human(one.starts_at)} to {human(one.ends_at)}"
