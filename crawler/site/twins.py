"""Pages once more as Markdown, and `llms.txt` that lists them: for programs that read.

What a provider wrote is escaped, so that nothing of it is markup, and marked as its words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, urljoin

from crawler.site import words
from crawler.site.api.schema import LICENCE
from crawler.site.articles import Article
from crawler.site.board import Board, Row, Story
from crawler.site.kept import ANEW, Anew
from crawler.site.markdown import convert, plain
from crawler.site.slots import SLOT
from crawler.site.views import overall
from crawler.times import human, span

_INCIDENTS = 10
_SIMULATED = "Simulated data: invented days, not the state of any real service."
# When a state stops counting moves with every run, and no Markdown says it.
_UNTIL = re.compile(r' data-until="\d+"')
# A live part that begins a line stays inside its list when it takes more lines.
_LEAD = re.compile(r" *(?:(?:[-*+]|\d+\.) +)?")
# Code is passed over; then where a link leads, beside its words or on a line of its own.
_LINK = re.compile(
    r"^ *```.*?^ *```$|`[^`\n]*`|(\]\(|^\[[^\]\n]+\]: *)([^)\s]+)", re.MULTILINE | re.DOTALL
)


def render(board: Board, guides: Sequence[Article]) -> dict[str, bytes]:
    """`index.md` of each service page, and `llms.txt`, by path."""
    files = {f"{row.path}index.md": _text(_service(row, board)) for row in board.rows}
    return files | {"llms.txt": _text(_index(board, guides))}


def of_guides(board: Board, guides: Sequence[Article], memory: Anew = ANEW) -> dict[str, bytes]:
    """`index.md` of each guide, by path. `memory` may have its text."""
    return {f"{one.path}index.md": _text(_guide(one, board, memory)) for one in guides}


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _service(row: Row, board: Board) -> Iterator[str]:
    verdict, service = row.verdict, row.service
    base = board.site.url.rstrip("/")
    yield f"# Is {plain(service.name)} down?"
    yield ""
    if board.simulated:
        yield from (_SIMULATED, "")
    yield f"**{words.ANSWERS[verdict.answer]}.** {plain(verdict.headline)}"
    yield ""
    yield plain(words.who(service.name, verdict))
    yield ""
    at = words.seen(verdict)
    yield f"- Level: {verdict.level} ({verdict.level.label})"
    yield f"- Evidence from: {'never read' if at is None else human(at)}"
    if verdict.valid_until is not None:
        yield f"- Counts until: {human(verdict.valid_until)}; after that it is unknown"
    if verdict.confidence:
        yield f"- Confidence: {verdict.confidence}"
    if verdict.last_known is not None:
        when = "" if verdict.last_known_at is None else f", {human(verdict.last_known_at)}"
        yield f"- Last known: {verdict.last_known}{when}"
    if why := words.why_unknown(verdict):
        yield f"- {why}"
    yield f"- {_uptime(row)}"
    yield from _evidence(row)
    yield from _listed("Open incidents", (_incident(one, base) for one in row.open))
    parts = (f"{plain(one.name)}: {one.level}" for one in row.components)
    yield from _listed("Components", parts)
    ups = (f"{plain(one.name)}: {one.level}{_link(one.link)}" for one in verdict.upstreams)
    yield from _listed("Upstreams", ups)
    recent = (_incident(one, base) for one in row.recent[:_INCIDENTS])
    yield from _listed("Recent incidents", recent)
    yield from _listed("More", _more(row, board))


def _guide(article: Article, board: Board, memory: Anew) -> Iterator[str]:
    base = board.site.url.rstrip("/")
    address = f"{base}/{article.path}"
    yield f"# {plain(article.title)}"
    yield ""
    if board.simulated:
        yield from (_SIMULATED, "")
    yield plain(article.dek)
    yield ""
    yield convert(str(article.card), address)
    yield ""
    live = [_UNTIL.sub("", one) for one in article.body.live]
    note = memory.note(
        f"twin {article.slug}",
        (article.body.text, live, address),
        lambda: _written(article.body.text, live, base, address).encode(),
    )
    yield note.decode()
    if article.faq:
        yield from ("", "## Questions")
    for one in article.faq:
        yield from ("", f"### {plain(one.question)}", "", plain(one.text))


def _written(text: str, live: Sequence[str], base: str, address: str) -> str:
    """What the author wrote, with links that lead from anywhere and the live parts of now."""

    def put(slot: re.Match[str]) -> str:
        begins = slot.string.rfind("\n", 0, slot.start()) + 1
        lead = _LEAD.fullmatch(slot.string, begins, slot.start())
        indent = " " * len(lead[0]) if lead else ""
        return re.sub(r"\n(?=.)", f"\n{indent}", convert(live[int(slot[1])], address))

    def led(link: re.Match[str]) -> str:
        if not link[1]:
            return link[0]
        goal = f"{base}{link[2]}" if link[2].startswith("/") else urljoin(address, link[2])
        return f"{link[1]}{goal}"

    return SLOT.sub(put, _LINK.sub(led, text.strip()))


def _uptime(row: Row) -> str:
    figure = row.uptime.figure(30)
    if figure is None:
        return "Uptime over 30 days: too little is known"
    return f"Uptime over 30 days, {row.uptime.basis}: {figure.shown}"


def _evidence(row: Row) -> Iterator[str]:
    lines = []
    for one in row.verdict.evidence:
        when = "time not stated" if one.at is None else human(one.at)
        said = f"{words.KINDS.get(one.kind, one.kind)}, {plain(one.who)}: {plain(one.what)}"
        lines.append(f"{said} ({when})")
    return _listed("Evidence", lines)


def _incident(story: Story, base: str) -> str:
    one = story.record.incident
    impact = "impact not stated" if one.impact is None else one.impact.value
    going = "open" if story.open else "open when last read"
    withdrawn = story.record.withdrawn_at is not None
    state = going if one.open else "withdrawn" if withdrawn else "resolved"
    # When what was removed was over, nobody told.
    lasted = "" if withdrawn or story.duration is None else f", {span(story.duration)}"
    title = plain(one.title) or "Incident without a title"
    return f"[{title}]({base}/{story.path}): {impact}, {state}, since {human(story.began)}{lasted}"


def _link(kind: str) -> str:
    return f" ({words.LINKS[kind]})" if kind in words.LINKS else ""


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    rows = [f"- {line}" for line in lines]
    if rows:
        yield from ("", f"## {title}", "", *rows)


def _more(row: Row, board: Board) -> Iterator[str]:
    base, key = board.site.url.rstrip("/"), row.service.id
    yield f"Page: {_address(f'{base}/{row.path}')}"
    yield f"JSON: {_address(f'{base}/api/v1/services/{key}.json')}"
    yield f"90 days: {_address(f'{base}/api/v1/history/{key}.json')}"
    if row.page_url:
        yield f"Official status page: {_address(row.page_url)}"
    yield f"Homepage: {_address(row.service.homepage)}"


def _address(url: str) -> str:
    return f"<{quote(url, safe=':/?#[]@!$&()*+,;=%~-._')}>"


def _index(board: Board, guides: Sequence[Article]) -> Iterator[str]:
    base = board.site.url.rstrip("/")
    state = overall(board)
    yield f"# {plain(board.site.name)}"
    yield ""
    listed = f"{len(board.rows)} AI and developer service{'s' * (len(board.rows) != 1)}"
    yield f"> {plain(board.site.tagline)} The state of {listed}, read"
    yield "> from public status pages, with evidence, age and history."
    yield ""
    if board.simulated:
        yield from (_SIMULATED, "")
    when = "never" if board.ran_at is None else human(board.ran_at)
    yield f"Last full check: {when}. {state.sentence}{f'; {state.more}' if state.more else ''}."
    yield "The level `unknown` is neither up nor down. Nothing counts after its `validUntil`."
    yield f"Our own data: {LICENCE}. What a provider wrote is quoted and remains the provider's."
    # No links: programs that follow all of them would ask for a file that there is not.
    yield f"One service, by its id: `{base}/api/v1/services/ID.json`; its 90 days:"
    yield f"`{base}/api/v1/history/ID.json`."
    yield from _listed("Data", _data(base))
    yield from _listed("Guides", (f"[{plain(g.title)}]({base}/{g.path}index.md)" for g in guides))
    for category, rows in board.by_category:
        lines = (
            f"[{plain(r.service.name)}]({base}/{r.path}index.md): {r.verdict.level}" for r in rows
        )
        yield from _listed(plain(category.name), lines)


def _data(base: str) -> Iterator[str]:
    yield f"[All services]({base}/api/v1/statuses.json): one JSON file, no key, no limit"
    yield f"[Incidents of 90 days]({base}/api/v1/incidents.json)"
    yield f"[OpenAPI]({base}/api/v1/openapi.json)"
    yield f"[How a verdict is made]({base}/methodology/)"
    yield f"[Everything that machines read]({base}/api/)"
