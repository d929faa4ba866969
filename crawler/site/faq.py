"""The questions of a guide, for people and, as JSON-LD, for search engines. The first is answered
from the live verdict, with its time in the sentence: a copy of it never becomes a false claim."""

from dataclasses import dataclass

from markupsafe import Markup

from crawler import times
from crawler.model import Level
from crawler.site import parts, words
from crawler.site.board import Board, Row
from crawler.site.head import Head


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is the answer as plain text; `html` the same for the page."""

    question: str
    text: str
    html: Markup


def questions(head: Head, row: Row | None, board: Board) -> tuple[Question, ...]:
    """All questions of an article; of one about a service, "Is it down?" comes first."""
    own = tuple(Question(one.q, one.a, Markup("<p>{}</p>").format(one.a)) for one in head.faq)
    return (_now(row, board), *own) if row else own


def _now(row: Row, board: Board) -> Question:
    verdict = row.verdict
    text = _answer(row, board)
    html = Markup('<p>{}</p><p><bdi dir="auto">{}</bdi></p>').format(
        parts.state(verdict.level, parts.until(row, board)), text
    )
    return Question(f"Is {row.service.name} down right now?", text, html)


def _answer(row: Row, board: Board) -> str:
    verdict = row.verdict
    at = words.seen(verdict)
    if verdict.level is Level.UNKNOWN:
        last, then = verdict.last_known, verdict.last_known_at
        known = f" The last known state is “{last.label}”" if last else ""
        known += f", of {times.human(then)}." if then is not None else "." if last else ""
        why = words.why_unknown(verdict)
        asked = f"Nobody here can tell as of {times.human(board.at)}."
        return f"{asked} {why}{known} Look at the official page.".replace("  ", " ")
    said = verdict.headline.strip()
    said += "" if said.endswith((".", "!", "?")) else "."
    limit = times.human(parts.until(row, board))
    word = words.ANSWERS[verdict.answer]
    seen = times.human(board.at if at is None else at)
    return f"{word}, as of {seen}. {said} This answer counts until {limit}; after that, ask again."


def data(head: Head, asked: tuple[Question, ...], path: str, board: Board) -> dict[str, object]:
    """The article and its questions in the words of schema.org; to be written by `tojson`, whose
    escapes keep provider text from ending the element that holds it."""
    base = board.site.url.rstrip("/")
    site = {"@type": "Organization", "name": board.site.name, "url": f"{base}/"}
    article: dict[str, object] = {
        "@type": "TechArticle",
        "headline": head.title,
        "description": head.dek,
        "inLanguage": "en",
        "mainEntityOfPage": f"{base}/{path}",
        "author": site,
        "publisher": site,
    }
    if head.updated:
        article["dateModified"] = head.updated.isoformat()
    found = [
        {
            "@type": "Question",
            "name": one.question,
            "acceptedAnswer": {"@type": "Answer", "text": one.text},
        }
        for one in asked
    ]
    graph = [article, {"@type": "FAQPage", "mainEntity": found}] if found else [article]
    return {"@context": "https://schema.org", "@graph": graph}
