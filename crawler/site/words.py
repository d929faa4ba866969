"""The sentences that pages and guides share: what a verdict's slugs mean to a person."""

from collections.abc import Sequence

from crawler.errors import REASONS
from crawler.model import WORST_FIRST, Level, Upstream, Verdict

FRESH = 3 * 3600
"""Seconds after which nothing that a page shows may still count; the browser enforces it."""

ANSWERS = {
    "yes": "Yes",
    "partly": "Partly",
    "no": "No",
    "maintenance": "Maintenance",
    "unknown": "Unknown",
}

IMPACTS = {
    Level.NONE: "No impact",
    Level.MINOR: "Degraded",
    Level.MAJOR: "Partial outage",
    Level.CRITICAL: "Major outage",
    Level.MAINTENANCE: "Maintenance",
    Level.UNKNOWN: "Impact unknown",
}

KINDS = {
    "official": "Status page",
    "incident": "Incident",
    "maintenance": "Maintenance",
    "probe": "Our check",
    "upstream": "Upstream",
    "trouble": "Trouble reading",
}

LINKS = {
    "named": "named in their own incident",
    "coincident": "in trouble at the same time; no link is stated",
    "at_risk": "in trouble; no trouble is known here so far",
}

BASES = {
    "official": "the provider's own status page",
    "probe": "our own check alone",
    "official+probe": "the provider's own status page and our own check",
    "carried": "the last good reading, carried over a run in which our network failed",
    "none": "nothing that we may trust",
}

CONFIDENCE = {
    "confirmed": "Confirmed: the provider and our own check agree.",
    "reported": "Reported: the provider says so; we have not seen it ourselves.",
    "possible": "Possible: only our own check says so.",
    "stale": "Stale: no new reading tells how it is.",
}

SURE = {
    "confirmed": "confirmed by our own check",
    "reported": "as they report it",
    "possible": "seen only by our own check",
    "stale": "from an older reading",
}

FAULTS = {"you": "Yours", "them": "Theirs", "upstream": "An upstream"}

FAULT_IS = {
    "you": "Yours: {} answered, and it is about the request, the key, the limits or the balance.",
    "them": "Theirs: the failure is at {}, and there is nothing to mend on your side.",
    "upstream": "An upstream: {} passes on the failure of a service that it depends on.",
}

WAITING = {
    ("yes", "you"): "Helps: wait as long as the answer says, then send fewer requests.",
    ("yes", "them"): "Helps: try again, each time after a longer pause.",
    ("yes", "upstream"): "Helps: try again after a pause, or use another upstream meanwhile.",
    ("no", "you"): "Does not help: the same request fails again until you change something.",
    ("no", "them"): "Does not help: it needs them to act.",
    ("no", "upstream"): "Does not help: choose another upstream.",
}

PHASES = {"scheduled": "Scheduled", "in_progress": "In progress", "completed": "Completed"}

FLAGS = {
    "blind_run": "Our own network failed in the last run, so nothing was concluded.",
    "components_missing": "None of the components that we follow is on the page.",
    "components_partial": "Only a part of the page's components could be read.",
    "components_partly_missing": "Some of the components that we follow are not on the page.",
    "components_unreadable": "Only the feed could be read; it lists no components.",
    "early_warning": "Our own check fails while the provider reports nothing.",
    "inconsistent_page": "The page's own word differs from its components and incidents.",
    "no_official_page": "The provider has no status page that we can read.",
    "our_check_responds": "The service answers our own check.",
    "probe_failing_during_maintenance": "Our own check fails during the maintenance.",
    "probe_inconclusive": "Our own check was refused, which says nothing about the service.",
    "probe_recovery_pending": "Our own check works again; one more good run clears it.",
    "reachability_only": "We only know that the service answers.",
    "recovery_pending": "The page is green again; we wait for a second reading.",
    "scope_unstated": "An open incident names no known component; it counts as degraded at most.",
    "stale_official": "The last reading of the status page is too old to count.",
    "status_page_unreadable": "The status page could not be read, or says nothing of this service.",
    "unconfirmed_probe_failure": "Our own check failed once; a second run must confirm it.",
    "unstable": "The level changed four times or more in two hours; the worst is shown.",
    "worse_than_reported": "Our own check sees more trouble than the provider reports.",
}

UPSTREAM_FLAGS = {
    "upstream_named": "Its own incident names what it depends on: {}.",
    "upstream_issue": "In trouble at the same time, no link stated: {}.",
    "upstream_at_risk": "In trouble, and this service depends on it: {}.",
}

_NAMED = 4
"""Upstreams that one sentence can name."""


def flag(slug: str, names: dict[str, str]) -> str:
    """The sentence for one flag; `names` maps service ids to names for the upstream flags."""
    kind, _, ids = slug.partition(":")
    if kind not in UPSTREAM_FLAGS or not ids:
        return FLAGS.get(kind, slug.replace("_", " ").capitalize() + ".")
    who = " and ".join(names.get(one, one) for one in ids.split(","))
    return UPSTREAM_FLAGS[kind].format(who)


def who(name: str, verdict: Verdict) -> str:
    """One sentence on who has the problem."""
    said, upstreams = blame(name, verdict)
    return said + (", ".join(one.name for one in upstreams) + "." if upstreams else "")


def blame(name: str, verdict: Verdict) -> tuple[str, tuple[Upstream, ...]]:
    """The sentence on who has the problem, and the upstreams whose names end it, if any do."""
    if verdict.who == "upstream":
        found = tuple(one for one in verdict.upstreams if one.link == "named")
        names = "" if found else "a service it depends on."
        return f"It is upstream: {name}'s own incident names {names}", found
    if verdict.level is Level.MAINTENANCE:
        return f"It is planned work at {name}.", ()
    if verdict.level is Level.UNKNOWN:
        return _untold(name, verdict), ()
    if verdict.level.trouble and verdict.basis == "probe":
        return f"It may be them: only our own check sees trouble at {name}.", ()
    if verdict.level.trouble:
        return f"It is them: the trouble is at {name}.", ()
    return _well(name, verdict.upstreams)


def _well(name: str, upstreams: Sequence[Upstream]) -> tuple[str, tuple[Upstream, ...]]:
    """What is said of a service that is well: nobody is sent to their own side past upstreams in
    trouble, however light. The worst of them are named."""
    well = f"Nothing is wrong at {name} that we can see"
    found = [one for one in upstreams if one.level.trouble or one.link]
    if not found:
        return f"{well}. If it fails for you, look on your side.", ()
    count, every = len(found), len(found) == len(upstreams)
    if count == 1:
        has = "its upstream has" if every else "one of its upstreams has"
    else:
        has = "its upstreams have" if every else f"{count} of its upstreams have"
    some = ", among them" if count > _NAMED else ""
    worst = sorted(found, key=lambda one: WORST_FIRST.index(one.level))
    return f"{well}, but {has} trouble{some}: ", tuple(worst[:_NAMED])


def _untold(name: str, verdict: Verdict) -> str:
    if "our_check_responds" in verdict.flags:
        return (
            f"The status page of {name} cannot tell us. {name} answered our own check, "
            "which does not mean that all of it works."
        )
    return f"We cannot tell how {name} is, so we do not guess."


def seen(verdict: Verdict) -> int | None:
    """When the evidence was gathered: the page's reading, or our check where there is no page."""
    if verdict.read_at is not None:
        return verdict.read_at
    checks = [one.at for one in verdict.evidence if one.kind == "probe" and one.at is not None]
    return max(checks, default=None)


def why_unknown(verdict: Verdict) -> str:
    """Why the level is unknown, as a sentence; "" where it is known or no reason is given."""
    if verdict.level is not Level.UNKNOWN or verdict.reason is None:
        return ""
    reason = REASONS.get(verdict.reason, verdict.reason.replace("_", " "))
    return f"Why: {reason}."
