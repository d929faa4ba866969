"""What a message says. Subjects are our own words and names; what a provider wrote is quoted in the
body, as plain text in which no program sees a command."""

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from crawler import text, times
from crawler.alerts.transitions import Event
from crawler.catalogue import Catalogue
from crawler.errors import templated
from crawler.model import Incident
from crawler.records import Remembered

_SUBJECTS = {
    "opened": "{name}: {level}",
    "worsened": "{name}: worse, now {level}",
    "reminder": "{name}: still {level}",
    "resolved": "{name}: resolved",
    "unwatched": "{name}: no longer watched",
}
_INCIDENTS, _TITLE, _TEXT = 2, 200, 400
# A zero-width space after what would notify somebody, name an issue or begin a tag of a chat.
_ACTIVE = re.compile(r"[@#](?=\w)|<(?=[!@#/a-zA-Z])|(?<=\bGH)-(?=\d)")


@dataclass(frozen=True, slots=True)
class Message:
    """One event in words. `identity` and `thread` are Message-IDs, equal when it is sent again;
    `thread` is that of the first message of the incident. `comment` is the same in Markdown."""

    event: Event
    subject: str
    body: str
    comment: str
    identity: str
    thread: str


class Writer:
    """Writes messages from the templates in `folder`, which are plain text. Raises SiteError for a
    mistake in one of them, in that of no message too, so that none waits for an outage."""

    def __init__(self, catalogue: Catalogue, remembered: Remembered, folder: Path) -> None:
        self._site, self._remembered = catalogue.site, remembered
        self._services = {service.id: (owner, service) for owner, service in catalogue.services()}
        self._env = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters |= {"human": times.human, "span": times.span, "fence": fence}
        with templated():
            for name in self._env.list_templates(extensions=("txt", "md")):
                self._env.get_template(name)

    def name(self, service: str) -> str:
        """The name of a service in one line; its id where the catalogue does not know it."""
        known = self._services.get(service)
        return text.line(known[1].name if known else service)

    def link(self, service: str) -> str:
        """The page of a service on the site; the site itself where there is none."""
        base = self._site.url.rstrip("/") + "/"
        return f"{base}service/{service}/" if service in self._services else base

    def message(self, event: Event) -> Message:
        """An event in words."""
        kind = event.kind.partition("-")[0]
        values = {
            "site": self._site.name,
            "subject": self.subject(event),
            "event": event,
            "name": self.name(event.service),
            "provider": self._provider(event.service),
            "headline": inert(text.plain(event.stretch.headline, _TITLE + 100)),
            "incidents": self._incidents(event),
            "link": self.link(event.service),
        }
        domain = self._site.feed_authority.partition(",")[0]
        return Message(
            event=event,
            subject=f"[{text.line(self._site.name)}] {values['subject']}",
            body=self.text(f"{kind}.txt", **values),
            comment=self.text("comment.md", **values),
            identity=f"<{event.key}@{domain}>",
            thread=f"<{event.service}-{event.thread}-opened@{domain}>",
        )

    def subject(self, event: Event) -> str:
        """What happened, in our own words."""
        words = _SUBJECTS[event.kind.partition("-")[0]]
        return words.format(name=self.name(event.service), level=event.level.label.lower())

    def text(self, template: str, **values: object) -> str:
        """A template filled in."""
        with templated():
            return self._env.get_template(template).render(**values).strip() + "\n"

    def _provider(self, service: str) -> str:
        known = self._services.get(service)
        return text.line(known[0].name if known else service)

    def _incidents(self, event: Event) -> list[str]:
        known = self._services.get(event.service)
        if known is None or event.kind == "resolved":
            return []
        records = [self._remembered(known[0].id, key) for key in event.stretch.incidents]
        told = [
            one.incident for one in records if one and not one.ours and one.incident.weight.trouble
        ]
        return [_quoted(one) for one in told[:_INCIDENTS]]


def _quoted(incident: Incident) -> str:
    newest = next((one.text for one in incident.updates if one.text), "")
    words = [text.plain(incident.title, _TITLE), text.plain(newest, _TEXT), incident.url or ""]
    return inert("\n".join(one for one in words if one))


def inert(words: str) -> str:
    """Text of a stranger in which nothing is a mention, a reference or a tag."""
    return _ACTIVE.sub(lambda found: found[0] + "\u200b", words)


def fence(words: str) -> str:
    """A line of backticks that is longer than any in the text."""
    longest = max((len(run) for run in re.findall("`+", words)), default=0)
    return "`" * max(3, longest + 1)
