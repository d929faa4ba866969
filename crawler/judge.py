"""What is known about one service -> one Snapshot. Pure: the time is an argument.

The rules, in the order in which they apply:
1. A blind run changes nothing; what was known holds for the validity V and is then unknown.
2. An official reading counts while it is at most V old. Its trouble is believed at once; an
   all-clear needs a resolved incident or a second reading. Four changes in two hours are
   "unstable": the worst trouble among them holds until an hour of quiet.
3. A probe can worsen, never improve: one failing surface is minor, more are major, never critical,
   and only after two failing runs 5 to 60 minutes apart.
4. Nothing usable is unknown, never up and never down.
"""

from dataclasses import replace

from crawler.errors import REASONS
from crawler.facts import Facts, hold
from crawler.memory import Snapshot
from crawler.model import Level, worst


def decide(
    official: Level | None,
    probe: str,
    surfaces: int,
    *,
    has_page: bool,
    stale: bool = False,
) -> tuple[Level, str, list[str]]:
    """Level, basis and flags from a usable official level (else None) and a probe's word.

    `stale` says that there was an official reading, but an old one. The probe that is still
    recovering counts as failing.
    """
    flags = {
        "pending": ["unconfirmed_probe_failure"],
        "inconclusive": ["probe_inconclusive"],
        "recovering": ["probe_recovery_pending"],
    }.get(probe, [])
    failing = probe in ("fail", "recovering")
    seen = Level.MINOR if surfaces <= 1 else Level.MAJOR
    if official is not None and official is not Level.UNKNOWN:
        level, basis, more = _beside(official, seen if failing else None, ok=probe == "ok")
        return level, basis, flags + more
    if failing:
        return seen, "probe", [*flags, "early_warning" if has_page else "no_official_page"]
    if has_page:
        flags = flags + ["our_check_responds"] * (probe == "ok") + ["stale_official"] * stale
        return Level.UNKNOWN, "none", [*flags, "status_page_unreadable"]
    if probe == "ok":
        return Level.NONE, "probe", [*flags, "reachability_only"]
    return Level.UNKNOWN, "none", flags


def _beside(official: Level, seen: Level | None, *, ok: bool) -> tuple[Level, str, list[str]]:
    """Level, basis and flags where a page says something; `seen` is what our probe sees fail."""
    if official is Level.MAINTENANCE:
        return official, "official", ["probe_failing_during_maintenance"] if seen else []
    if seen is None:
        responds = ok and official.grave
        return official, "official", ["our_check_responds"] if responds else []
    if official is Level.NONE:
        return seen, "probe", ["early_warning"]
    level = worst([official, seen])
    return level, "official+probe", [] if level is official else ["worse_than_reported"]


def judge(facts: Facts, previous: Snapshot | None, now: int, validity: int) -> Snapshot:
    """The conclusion about one service at `now`; `validity` is V in seconds.

    `last_seen` of the result is the time of the freshest evidence for it.
    """
    official, aged = facts.official, facts.aged(now, validity)
    usable = official is not None and facts.read_at is not None and not aged
    shown, changes, held = hold(facts, previous) if usable else (None, (), [])
    word, surfaces = _probe_word(facts, now, validity)
    level, basis, flags = decide(
        shown, word, surfaces, has_page=facts.has_page, stale=official is not None and aged
    )
    if facts.scoped and usable:
        flags = [*flags, *facts.scoped.flags, *held]
    reason = _reason(facts, aged=aged) if level is Level.UNKNOWN else None
    snapshot = Snapshot(
        level=level,
        headline=_headline(level, basis, facts, shown, reason, flags),
        basis=basis,
        confidence=_confidence(level, basis, word, read=facts.read_at is not None),
        flags=tuple(sorted(set(flags))),
        incidents=facts.scoped.incidents if facts.scoped and usable else (),
        reason=reason,
        official=official if usable else None,
        shown=shown,
        changes=changes,
        last_seen=_seen_at(level, basis, facts, now),
    )
    return _continued(snapshot, previous, facts, now)


def _seen_at(level: Level, basis: str, facts: Facts, now: int) -> int | None:
    """When the freshest evidence was had; that one request failed is no news of an earlier answer
    on which a conclusion rests."""
    if facts.fresh or level is Level.UNKNOWN:
        return now
    if basis != "probe":
        return facts.read_at
    return facts.probe.ok_at if facts.probe and level is Level.NONE else now


def _probe_word(facts: Facts, now: int, validity: int) -> tuple[str, int]:
    probe = facts.probe
    if probe is None:
        return "none", 0
    word = probe.word
    # Without a page, the last good answer holds like any other reading until V has passed.
    recent = probe.ok_at is not None and now - probe.ok_at <= validity
    if not facts.has_page and word in ("pending", "inconclusive") and recent:
        return "ok", 0
    return word, int(word in ("fail", "recovering"))


def present(snapshot: Snapshot | None, now: int, validity: int, *, blind: bool) -> Snapshot:
    """A remembered conclusion as it may be shown at `now`: what is older than V is unknown.

    `blind` says that the last run saw nothing because our own network failed: that is told beside
    what holds, and changes nothing of it.
    """
    flags = ("blind_run",) if blind else ()
    if snapshot is None:
        return _lost("blind" if blind else "never_read", None, flags, now)
    seen, told = snapshot.last_seen, replace(snapshot, flags=(*snapshot.flags, *flags))
    if snapshot.level is Level.UNKNOWN:
        return told
    if seen is not None and now - seen <= validity:
        return replace(told, basis="carried", confidence="stale") if blind else told
    expired = now if seen is None else min(now, seen + validity)
    return _lost("blind" if blind else "stale", "stale", flags or ("stale_official",), expired)


def _lost(reason: str, confidence: str | None, flags: tuple[str, ...], since: int) -> Snapshot:
    return Snapshot(
        level=Level.UNKNOWN,
        headline=_sentence(reason),
        basis="none",
        confidence=confidence,
        flags=flags,
        reason=reason,
        since=since,
        first_seen=since,
    )


def _continued(snapshot: Snapshot, previous: Snapshot | None, facts: Facts, now: int) -> Snapshot:
    if previous is not None and previous.level is snapshot.level:
        return replace(snapshot, since=previous.since, first_seen=previous.first_seen)
    troubled = previous is not None and previous.level.trouble
    dated = None
    if snapshot.basis.startswith("official") and snapshot.level.trouble:
        dated = facts.scoped.started_at if facts.scoped else None
        if dated is None and facts.scoped and not troubled:
            # Trouble that grew to this level did so later than the lesser incident began.
            dated = facts.scoped.quoted_at
    elif snapshot.level is Level.NONE and troubled:
        dated = facts.resolved
    since = now if dated is None else min(dated, now)
    return replace(snapshot, since=since, first_seen=now)


def _reason(facts: Facts, *, aged: bool) -> str:
    if not facts.has_page:
        return "no_source" if facts.probe is None else "no_state"
    if facts.reason:
        return facts.reason
    if facts.scoped is not None and facts.scoped.reason and not aged:
        return facts.scoped.reason
    return "stale" if aged else "never_read"


def _confidence(level: Level, basis: str, probe: str, *, read: bool) -> str | None:
    if level is Level.UNKNOWN:
        return "stale" if read else None
    if basis == "official+probe" or (level is Level.NONE and basis == "official" and probe == "ok"):
        return "confirmed"
    return "possible" if basis == "probe" else "reported"


def _headline(
    level: Level,
    basis: str,
    facts: Facts,
    shown: Level | None,
    reason: str | None,
    flags: list[str],
) -> str:
    if level is Level.UNKNOWN:
        return _sentence(reason or "never_read")
    if level is Level.MAINTENANCE:
        return "Maintenance is under way."
    if basis == "probe":
        if level is Level.NONE:
            return "It answers our check. There is no official status that we can read."
        if "early_warning" in flags and shown is Level.NONE:
            return "Possible issue: our checks fail, the provider reports normal."
        return "Possible issue: our checks fail."
    if "recovery_pending" in flags:
        return "The provider reports recovery; one more reading will confirm it."
    if "unstable" in flags and facts.scoped and facts.scoped.level is not level:
        return "The provider's word keeps changing; its worst is held until an hour is quiet."
    if facts.scoped and facts.scoped.title:
        return f"The provider reports: {facts.scoped.title}"
    return (
        "No problem reported." if level is Level.NONE else f"The provider reports: {level.label}."
    )


def _sentence(reason: str) -> str:
    return f"Cannot tell: {REASONS[reason]}."
