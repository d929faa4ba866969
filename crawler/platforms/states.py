"""What an item of a feed states of itself: in its title, and in fields above its messages."""

import re
from collections.abc import Mapping
from dataclasses import replace

from crawler.model import Incident, Update
from crawler.platforms import dates, vocabulary

LABEL = re.compile(
    r"(?:Status:\s*)?(Investigating|Identified|Monitoring|Mitigated|Update|Resolved|Completed|"
    r"Postmortem|Scheduled|In progress|Verifying)(?:\s*(?:-|–|—|:)\s*(.*)|$)",
    re.IGNORECASE,
)
FIELD = re.compile(r"(Type|Status|Severity|Resolved|Started):\s*(.+)", re.IGNORECASE)
# Where a part of the title begins: "DNS names are not resolved: outage" is no end.
_TITLE_STATE = re.compile(
    r"(?:^|[\[\]|–—-]\s*)"
    r"(Resolved|Completed|Postmortem|Investigating|Monitoring|Identified|Scheduled)(?:\]|:)",
    re.IGNORECASE,
)


# At an end of a title, where only what is over stands without a mark of its own.
_TITLE_END = re.compile(
    r"(Resolved|Completed)\s[–—-]\s.*|.*(?:\s[–—-]\s|\()(Resolved|Completed)\)?", re.IGNORECASE
)
_OUTAGE = frozenset({"investigating", "identified", "monitoring", "mitigated"})


def is_work(one: Incident) -> bool:
    """Whether an item tells of planned work: a word for work, in its state or in a message, and no
    word of now that it is an outage. A message about an outage may list what is "Completed:"."""
    impaired = one.open and one.impact is not None and one.impact.trouble
    if impaired or one.phase in _OUTAGE:
        return False
    return not vocabulary.WORK.keys().isdisjoint({one.phase, *(two.phase for two in one.updates)})


def bare(title: str) -> str:
    """A title without the `[State]` that begins it."""
    state = _TITLE_STATE.search(title)
    return (state and title.removeprefix(f"[{state[1]}]").strip()) or title


def begun(work: Incident) -> Incident:
    """Announced work; it is under way where its title begins with `[In progress]`, which alone
    may be said of an outage too."""
    mark, _, title = work.title.partition("]")
    if work.phase or mark.lower() != "[in progress" or not title.strip():
        return work
    return replace(work, title=title.strip(), phase="in_progress")


def phase(title: str, stated: Mapping[str, str], updates: tuple[Update, ...]) -> str:
    """The state of an item, as its field, its newest message or else its title tells it."""
    field = stated.get("status", "")
    label = LABEL.fullmatch(field)
    # "Update" repeats the state before it, so the newest other label is the state.
    labels = [update.phase for update in updates]
    told = [vocabulary.phase(label[1] if label else field), *labels]
    return next((one for one in told if one not in ("", "update")), "") or (
        _titled(title) or next((one for one in told if one), "")
    )


def _titled(title: str) -> str:
    """The state in a title; it is over when all that is named there is, such as each region."""
    marks = [vocabulary.phase(mark[1]) for mark in _TITLE_STATE.finditer(title)]
    end = _TITLE_END.fullmatch(title)
    marks += [vocabulary.phase(end[1] or end[2])] if end else []
    return next((one for one in marks if one not in vocabulary.CLOSED), marks[0] if marks else "")


def stated(lines: list[str]) -> dict[str, str]:
    """`Status: X`, `Severity: X`, `Resolved: date` that no dated message says in its words, and
    `Type: X` above the first message; of two, the first."""
    found, dated, message = dict[str, str](), 0, False
    for line in lines:
        field = FIELD.fullmatch(line) if ":" in line else None
        name = field[1].lower() if field else "status"
        label = LABEL.fullmatch(line)
        dated += dates.YEARLESS.fullmatch(line) is not None
        if dated > 1 or (dated and name == "status" and label and label[2]):
            break
        message = message or dated > 0 or label is not None
        if field and not (message and name == "type"):
            found.setdefault(name, field[2])
    if not message:
        found.pop("type", None)
    return found
