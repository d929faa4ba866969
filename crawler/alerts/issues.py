"""GitHub issues: one per service, to which people subscribe, so that GitHub mails them.

An issue is made when it is first needed, and locked. Nothing about issues is remembered: they are
found by their labels, and a comment by its first line, so that losing a record repeats nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any

from crawler import times
from crawler.alerts.deliver import Done
from crawler.alerts.transitions import UNWATCHED
from crawler.alerts.words import Message, Writer
from crawler.catalogue import ISSUES_LABEL, issue_label
from crawler.errors import Refused
from crawler.github import GitHub

COMMENTS, FULL = 20, 2_000
"""Comments in one pass, and in one issue; GitHub refuses more than 2,500."""
DIGEST = "Many services at once"
"""The topic and title of the issue that takes what is too much for one pass."""
_PAUSE, _SKEW = 1.0, 3_600


class Issues:
    """The issues of one repository; `pause` sleeps for so many seconds between two comments."""

    def __init__(self, hub: GitHub, writer: Writer, pause: Callable[[float], None]) -> None:
        self._hub, self._writer, self._pause = hub, writer, pause
        self._known: dict[str, list[dict[str, Any]]] = {}
        self._commented = False

    def tell(self, messages: Sequence[Message], done: Done) -> None:
        """Comment on each event, those over twenty in one digest. Raises Refused."""
        for issue in self._hub.every("/issues", state="all", labels=ISSUES_LABEL):
            for label in issue["labels"]:
                self._known.setdefault(label["name"], []).append(issue)
        happened = [one for one in messages if one.event.kind != UNWATCHED]
        for one in happened[:COMMENTS]:
            event = one.event
            title = f"{self._writer.name(event.service)}: alerts"
            self._say(event.service, title, event.key, one.comment, event.at)
            done(one)
        self._digest(happened[COMMENTS:], done)
        left = [one for one in messages if one.event.kind == UNWATCHED]
        for one in left[: max(0, COMMENTS - len(happened))]:
            self._close(one)
            done(one)

    def _digest(self, messages: Sequence[Message], done: Done) -> None:
        if not messages:
            return
        events = [one.event for one in messages]
        key = f"{events[0].key}-and-{len(events) - 1}"
        words = self._writer.text("digest.md", key=key, events=events, writer=self._writer)
        self._say(DIGEST, DIGEST, key, words, events[0].at)
        for one in messages:
            done(one)

    def _close(self, message: Message) -> None:
        """The last word on a service that is not watched any more; nobody says that it is well."""
        event = message.event
        for issue in self._known.get(issue_label(event.service), ()):
            if issue["state"] == "open":
                if not self._has(issue, event.key, event.at):
                    self._comment(issue, message.comment)
                self._turn(issue, state="closed", state_reason="not_planned")

    def _turn(self, issue: dict[str, Any], **state: str) -> None:
        self._hub.patch(f"/issues/{issue['number']}", state)
        issue |= state

    def _say(self, topic: str, title: str, key: str, words: str, at: int) -> None:
        """Comment on the issue of a service, or of DIGEST, unless it says so already."""
        issue = self._issue(topic, title)
        if not self._has(issue, key, at):
            self._comment(issue, words)

    def _issue(self, topic: str, title: str) -> dict[str, Any]:
        """The newest issue of a topic; a new one when there is none or it is full."""
        known = sorted(self._known.get(issue_label(topic), ()), key=lambda one: int(one["number"]))
        issue = known[-1] if known else None
        if issue is None or issue["comments"] >= FULL:
            issue = self._open(topic, title, earlier=issue is not None)
        if issue["state"] == "closed":
            self._turn(issue, state="open")
        if not issue["locked"]:
            self._hub.put(f"/issues/{issue['number']}/lock")
            issue["locked"] = True
        for old in known:
            if old["number"] != issue["number"] and old["state"] == "open":
                self._retire(old, issue["number"], topic)
        return issue

    def _open(self, topic: str, title: str, *, earlier: bool) -> dict[str, Any]:
        label = issue_label(topic)
        body = self._writer.text(
            "issue.md",
            name=self._writer.name(topic),
            link=self._writer.link(topic),
            earlier=earlier,
        )
        wanted = {"title": title, "body": body, "labels": [ISSUES_LABEL, label]}
        made: dict[str, Any] = self._hub.post("/issues", wanted)
        self._known.setdefault(label, []).append(made)
        return made

    def _retire(self, old: dict[str, Any], number: int, topic: str) -> None:
        name = self._writer.name(topic)
        self._comment(old, self._writer.text("moved.md", name=name, number=number))
        self._turn(old, state="closed")

    def _has(self, issue: dict[str, Any], key: str, at: int) -> bool:
        """Whether a comment begins with the line of this key."""
        if not issue["comments"]:
            return False
        place, line = f"/issues/{issue['number']}/comments", f"<!-- whosdown:{key} -->"
        comments = self._hub.every(place, since=times.iso(at - _SKEW))
        return any(str(one["body"]).startswith(line) for one in comments)

    def _comment(self, issue: dict[str, Any], words: str) -> None:
        if self._commented:
            self._pause(_PAUSE)
        place = f"/issues/{issue['number']}"
        try:
            self._hub.post(f"{place}/comments", {"body": words})
        except Refused as error:
            if error.status != 403 or "locked" not in str(error):
                raise
            # Not every token may write into a locked issue, but it may unlock it for a moment.
            self._hub.delete(f"{place}/lock")
            try:
                self._hub.post(f"{place}/comments", {"body": words})
            finally:
                self._hub.put(f"{place}/lock")
        issue["comments"] += 1
        self._commented = True
