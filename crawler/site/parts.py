"""The live parts of the board that an article may hold, as HTML. What a provider wrote is escaped
here, once; an empty part says why it is empty."""

from markupsafe import Markup, escape

from crawler import times
from crawler.model import Level
from crawler.site import codes, words
from crawler.site.board import Board, Row, Story

ROOT = "../../"
"""From a guide to the root of the site."""


def icon(level: Level) -> Markup:
    """The shape of a level."""
    mark = Markup(
        '<svg class="i" width="16" height="16" aria-hidden="true"><use href="#i-{}"/></svg>'
    )
    return mark.format(level)


def state(level: Level, until: int) -> Markup:
    """A level that counts until a moment; the script turns it into "Unknown" after that."""
    attribute = "" if level is Level.UNKNOWN else Markup(' data-until="{}"').format(until)
    html = Markup('<span class="st {}"{}>{}<b class="w">{}</b></span>')
    return html.format(level, attribute, icon(level), level.label)


def until(row: Row | None, board: Board) -> int:
    """When what is shown of a service stops counting, in seconds UTC."""
    return board.deadline(row.verdict.valid_until if row else None)


def moment(at: int) -> Markup:
    """A time for people and programs."""
    html = Markup('<time datetime="{}">{}</time>')
    return html.format(times.iso(at), times.human(at))


def service(row: Row) -> Markup:
    """The name of a service as a link to its page."""
    return Markup('<a href="{}{}"><bdi>{}</bdi></a>').format(ROOT, row.path, row.service.name)


def title(story: Story) -> Markup:
    """The title of an incident as a link to its page."""
    named = story.record.incident.title.strip() or "Incident without a title"
    html = Markup('<a href="{}{}"><bdi dir="auto">{}</bdi></a>')
    return html.format(ROOT, story.path, named)


def card(row: Row, board: Board) -> Markup:
    """The answer in one word, with what it rests on."""
    verdict = row.verdict
    at = words.seen(verdict)
    read = Markup("Seen {}.").format(moment(at)) if at is not None else "Never read."
    limit = Markup(' data-until="{}"').format(until(row, board))
    return Markup(
        '<aside class="answer {}"{} aria-label="{} now">'
        '<p class="word">{}<b class="w">{}</b></p><p class="who">{}</p>'
        '<p class="lead"><bdi dir="auto">{}</bdi></p>{}<p class="meta"><span>{}</span> '
        '<span><a href="{}{}">Evidence and history</a></span></p></aside>'
    ).format(
        verdict.level,
        "" if verdict.level is Level.UNKNOWN else limit,
        row.service.name,
        icon(verdict.level),
        words.ANSWERS[verdict.answer],
        words.who(row.service.name, verdict),
        verdict.headline,
        _incidents(row.open),
        read,
        ROOT,
        row.path,
    )


def _incidents(stories: tuple[Story, ...]) -> Markup:
    if not stories:
        return Markup("")
    item = Markup("<li><bdi>{}</bdi>: {}</li>")
    lines = (item.format(story.provider_name, title(story)) for story in stories)
    return Markup("<ul>{}</ul>").format(Markup("").join(lines))


def inline(row: Row, board: Board) -> Markup:
    """The name of a service and its state, for the middle of a sentence."""
    return Markup("{} {}").format(service(row), state(row.verdict.level, until(row, board)))


def upstreams(row: Row, board: Board) -> Markup:
    """The services that one depends on, each with its state; those in trouble first."""
    rows = {one.service.id: one for one in board.rows}
    if not row.verdict.upstreams:
        return Markup("<p>No upstream is listed for <bdi>{}</bdi>.</p>").format(row.service.name)
    item = Markup("<li>{} {}{}</li>")
    lines = []
    for one in sorted(row.verdict.upstreams, key=lambda one: not (one.link or one.level.trouble)):
        other = rows.get(one.id)
        name = service(other) if other else escape(one.name)
        said = words.LINKS.get(one.link, "")
        note = Markup(' <span class="dim">{}</span>').format(said) if said else ""
        lines.append(item.format(name, state(one.level, until(other, board)), note))
    return Markup('<ul class="parts">{}</ul>').format(Markup("").join(lines))


def errors_table(row: Row) -> Markup:
    """What the errors of a service mean: whose fault, does waiting help, where it is written."""
    if not row.service.errors:
        return Markup("<p>No error is described for <bdi>{}</bdi> yet.</p>").format(
            row.service.name
        )
    cell = Markup(
        '<tr><th scope="row"><a href="{}{}">{}</a> {}{}</th><td data-label="Whose fault">{}</td>'
        '<td data-label="Waiting helps">{}</td><td>{}'
        ' <a href="{}" rel="nofollow noopener noreferrer">Source</a></td></tr>'
    )
    lines = (
        cell.format(
            ROOT,
            codes.path(row.service.id, error.code),
            Markup("_<wbr>").join(error.code.split("_")),
            error.name,
            Markup(' <span class="dim">{}</span>').format(error.when) if error.when else "",
            words.FAULTS[error.fault],
            error.wait,
            error.meaning,
            error.source,
        )
        for error in row.service.errors
    )
    return Markup(
        '<table class="stack"><thead><tr><th scope="col">Error</th><th scope="col">Whose fault</th>'
        '<th scope="col">Waiting helps</th><th scope="col">What it means</th></tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(Markup("").join(lines))


def feeds(row: Row) -> Markup:
    """The feeds of a service, for the middle of a sentence."""
    html = Markup('<a href="{0}{1}feed.rss">RSS</a> or <a href="{0}{1}feed.atom">Atom</a>')
    return html.format(ROOT, row.path)


def links(row: Row) -> Markup:
    """Where to look further: the official pages, ours, and its feeds."""
    name = row.service.name
    item = Markup('<li><a href="{}"{}>{}</a></li>')
    away = Markup(' rel="nofollow noopener noreferrer"')
    page = row.page_url or ""
    found = [(page, away, "Official status page")] if page.startswith("https://") else []
    found += [
        (row.service.homepage, away, f"{name}: homepage"),
        (ROOT + row.path, Markup(), f"{name} on this site"),
        (f"{ROOT}{row.path}feed.rss", Markup(), "Incidents as RSS"),
        (f"{ROOT}{row.path}feed.atom", Markup(), "Incidents as Atom"),
        (f"{ROOT}statuses.json", Markup(), "All services as JSON"),
    ]
    none = "" if page else Markup("<p>No status page that a program can read is known for it.</p>")
    lines = Markup("").join(item.format(*one) for one in found)
    return Markup('<ul class="links">{}</ul>{}').format(lines, none)
