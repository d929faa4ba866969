"""What is known about one service -> one Snapshot. Pure: the time is an argument.

The rules, in the order in which they apply:
1. A blind run changes nothing; what was known holds for the validity V and is then unknown.
2. An official reading counts while it is at most V old. Its trouble is believed at once; an
   all-clear needs a resolved incident or a second reading. Four changes in two hours are
   "unstable": the worst of them holds until an hour of quiet.
3. A probe can worsen, never improve: one failing surface is minor, more are major, never critical,
   and only after two failing runs 5 to 60 minutes apart.
4. Nothing usable is unknown, never up and never down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crawler.errors import REASONS
from crawler.memory import Change, ProbeState, Snapshot
from crawler.model import Component, Incident, Level, Reading, worst

QUIET, CONFIRM, RUN_GAP, FLAP_WINDOW, FLAP_CHANGES = 3_600, 300, 3_600, 7_200, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoped:
    """What a reading says about one service. `level` is None where it says nothing about it."""

    level: Level | None
    incidents: tuple[str, ...] = ()
    title: str = ""
    started_at: int | None = None
    flags: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known about a service in one run. `scoped` is from the last good reading, which
    was taken at `read_at`; `fresh` says whether that was in this run. `resolved` says that every
    incident that the last snapshot knew as open is now over; `reason` is why this run could not read it."""

    scoped: Scoped | None = None
    read_at: int | None = None
    fresh: bool = False
    resolved: bool = False
    probe: ProbeState | None = None
    has_page: bool = True
    reason: str | None = None


def page_level(reading: Reading) -> Level | None:
    """The worst of the page's word, its components and its open incidents; None without a word.

    Work under way on some components does not hide trouble on others, and colours the page only
    where the page says so itself or nothing is left that is not under maintenance.
    """
    if reading.word is None:
        return None
    listed = reading.components or ()
    working = [one for one in listed if one.level is Level.MAINTENANCE]
    rest = [one.level for one in listed if one.level is not Level.MAINTENANCE]
    hidden = {name for one in working for name in (one.id, one.name)}
    weights = [
        i.weight for i in reading.incidents if not (i.components and hidden >= {*i.components})
    ]
    trouble = worst([*rest, *(w for w in weights if w is not Level.MAINTENANCE)])
    if reading.word is Level.MAINTENANCE or (working and not rest):
        return (
            trouble
            if trouble.trouble and (working or trouble is Level.CRITICAL)
            else Level.MAINTENANCE
        )
    level = worst([reading.word, trouble])
    # A word that we do not know may hide anything, so the rest being well proves nothing.
    return level if level.trouble or reading.word is not Level.UNKNOWN else Level.UNKNOWN


def scope(components: Sequence[str], reading: Reading) -> Scoped:
    """What a reading says about a service that follows `components` (ids or names; all if empty)."""
    opened = [one for one in reading.incidents if one.open]
    if not components:
        level = page_level(reading)
        if level is None:
            level = worst([Level.NONE, *(one.weight for one in opened)])
        return _scoped(level, opened, _inconsistent(reading, level))
    wanted = frozenset(components)
    found = _matching(wanted, reading.components)
    if found is not None and not found:
        return Scoped(level=None, flags=("components_missing",), reason="components_missing")
    named = [one for one in opened if wanted & {*one.components}]
    unstated = [one for one in opened if not one.components and one.weight.trouble]
    levels = [one.level for one in found or ()] or [Level.NONE]
    if set(levels) == {Level.MAINTENANCE}:
        levels = [worst([Level.MAINTENANCE, *(one.weight for one in named)])]
    else:
        levels = [level for level in levels if level is not Level.MAINTENANCE]
        levels += [one.weight for one in named]
        if unstated and not worst(levels).trouble:
            levels.append(Level.MINOR)
    flags = ("scope_unstated",) if unstated else ()
    if found is not None and len(found) < len(wanted):
        flags = ("components_partly_missing", *flags)
    return _scoped(worst(levels), [*named, *unstated], flags)


def _matching(wanted: frozenset[str], listed: Iterable[Component] | None) -> list[Component] | None:
    if listed is None:
        return None
    return [one for one in listed if one.id in wanted or one.name in wanted]


def _inconsistent(reading: Reading, level: Level) -> tuple[str, ...]:
    known = reading.word not in (None, Level.UNKNOWN, Level.MAINTENANCE)
    return ("inconsistent_page",) if known and reading.word is not level else ()


def _scoped(level: Level, incidents: Iterable[Incident], flags: tuple[str, ...]) -> Scoped:
    heavy = sorted(
        (one for one in incidents if one.weight.trouble),
        key=lambda one: (one.weight is level, one.started_at or 0, one.id),
    )
    starts = [one.started_at for one in heavy if one.started_at is not None]
    return Scoped(
        level=level,
        incidents=tuple(sorted(one.id for one in incidents)),
        title=heavy[-1].title if heavy else "",
        started_at=min(starts, default=None),
        flags=flags,
        reason="unexpected_shape" if level is Level.UNKNOWN else None,
    )


def advance(previous: ProbeState | None, outcome: str, now: int) -> ProbeState:
    """The streak of a probe after one more outcome (ok, fail, inconclusive)."""
    state = previous or ProbeState(outcome=outcome)
    if state.last is not None and now - state.last > RUN_GAP:
        state = ProbeState(outcome=outcome, last=state.last, ok_at=state.ok_at)
    if outcome == "fail":
        since = now if state.failing_since is None else state.failing_since
        confirmed = state.confirmed or now - since >= CONFIRM
        return ProbeState(
            outcome=outcome, last=now, ok_at=state.ok_at, failing_since=since, confirmed=confirmed
        )
    if outcome == "ok":
        since = state.recovering_since if state.recovering_since is not None else now
        if state.confirmed and now - since < CONFIRM:
            return replace(state, outcome=outcome, last=now, ok_at=now, recovering_since=since)
        return ProbeState(outcome=outcome, last=now, ok_at=now)
    return replace(state, outcome=outcome)


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
    if official is Level.MAINTENANCE:
        return official, "official", flags + ["probe_failing_during_maintenance"] * failing
    if official is not None and official is not Level.UNKNOWN:
        if failing and official is Level.NONE:
            return seen, "probe", [*flags, "early_warning"]
        if failing:
            level = worst([official, seen])
            return (
                level,
                "official+probe",
                flags + ["worse_than_reported"] * (level is not official),
            )
        responds = probe == "ok" and official in (Level.MAJOR, Level.CRITICAL)
        return official, "official", flags + ["our_check_responds"] * responds
    if failing:
        return seen, "probe", [*flags, "early_warning" if has_page else "no_official_page"]
    if has_page:
        flags = flags + ["our_check_responds"] * (probe == "ok") + ["stale_official"] * stale
        return Level.UNKNOWN, "none", [*flags, "status_page_unreadable"]
    if probe == "ok":
        return Level.NONE, "probe", [*flags, "reachability_only"]
    return Level.UNKNOWN, "none", flags


def judge(facts: Facts, previous: Snapshot | None, now: int, validity: int) -> Snapshot:
    """The conclusion about one service at `now`; `validity` is V in seconds.

    `last_seen` of the result is the time of the freshest evidence for it.
    """
    official = facts.scoped.level if facts.scoped else None
    aged = facts.read_at is not None and now - facts.read_at > validity
    usable = official is not None and facts.read_at is not None and not aged
    shown, changes, held = _held(official if usable else None, facts, previous, now)
    word, surfaces = _probe_word(facts, now, validity)
    level, basis, flags = decide(
        shown, word, surfaces, has_page=facts.has_page, stale=official is not None and aged
    )
    if facts.scoped and usable:
        flags = [*flags, *facts.scoped.flags, *held]
    fresh = (facts.fresh and usable) or (basis == "probe" and facts.probe is not None)
    seen_at = now if fresh or level is Level.UNKNOWN else facts.read_at
    reason = _reason(facts, aged=aged) if level is Level.UNKNOWN else None
    snapshot = Snapshot(
        level=level,
        headline=_headline(level, basis, facts, reason, flags),
        basis=basis,
        confidence=_confidence(level, basis, word, read=facts.read_at is not None),
        flags=tuple(sorted(set(flags))),
        incidents=facts.scoped.incidents if facts.scoped and usable else (),
        reason=reason,
        official=official if usable else None,
        shown=shown,
        changes=changes,
        last_seen=seen_at,
    )
    return _continued(snapshot, previous, facts, now)


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


def _held(
    official: Level | None, facts: Facts, previous: Snapshot | None, now: int
) -> tuple[Level | None, tuple[Change, ...], list[str]]:
    """The official level after the rules for all-clear and flapping, the changes, the flags."""
    if official is None or previous is None:
        return official, (), []
    before = previous.official
    changes = tuple(one for one in previous.changes if now - one[0] <= FLAP_WINDOW)
    if before is not None and before is not official and facts.fresh:
        changes = (*changes, (now, official))
    if len(changes) >= FLAP_CHANGES and now - changes[-1][0] < QUIET:
        levels = [level for _, level in changes]
        return worst([official, *levels, *([before] if before else [])]), changes, ["unstable"]
    trouble = previous.shown is not None and previous.shown.trouble
    if official is Level.NONE and trouble and not facts.resolved:
        first = before is not Level.NONE or not facts.fresh
        if first and before is not None:
            return previous.shown, changes, ["recovery_pending"]
    return official, changes, []


def present(snapshot: Snapshot | None, now: int, validity: int, *, blind: bool) -> Snapshot:
    """A remembered conclusion as it may be shown at `now`: what is older than V is unknown.

    `blind` says that the last run saw nothing because our own network failed.
    """
    flags = ("blind_run",) if blind else ()
    if snapshot is None:
        return _lost("blind" if blind else "never_read", None, flags, now)
    seen = snapshot.last_seen
    if snapshot.level is Level.UNKNOWN:
        return replace(snapshot, flags=flags) if blind else snapshot
    if seen is not None and now - seen <= validity:
        carried = replace(snapshot, basis="carried", confidence="stale", flags=flags)
        return carried if blind else snapshot
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
    started = facts.scoped.started_at if facts.scoped else None
    official = snapshot.basis.startswith("official") and snapshot.level.trouble
    since = min(started, now) if official and started is not None else now
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


def _headline(level: Level, basis: str, facts: Facts, reason: str | None, flags: list[str]) -> str:
    if level is Level.UNKNOWN:
        return _sentence(reason or "never_read")
    if level is Level.MAINTENANCE:
        return "Maintenance is under way."
    if basis == "probe":
        if level is Level.NONE:
            return "It answers our check. There is no official status that we can read."
        if "early_warning" in flags and facts.scoped and facts.scoped.level is Level.NONE:
            return "Possible issue: our checks fail, the provider reports normal."
        return "Possible issue: our checks fail."
    if "recovery_pending" in flags:
        return "The provider reports recovery; one more reading will confirm it."
    if facts.scoped and facts.scoped.title:
        return f"The provider reports: {facts.scoped.title}"
    return (
        "No problem reported." if level is Level.NONE else f"The provider reports: {level.label}."
    )


def _sentence(reason: str) -> str:
    return f"Cannot tell: {REASONS[reason]}."


def quorum(asked: dict[str, str], failed: set[str]) -> tuple[set[str], bool]:
    """Platforms that failed as a whole, and whether the rest says that we are blind.

    `asked` maps each source to its platform. A platform of at least five sources of which 70 % or
    more fail is down itself and leaves the count; of the rest (again at least five), more than
    half failing means that our own network is to blame.
    """
    groups: dict[str, list[str]] = {}
    for source, platform in asked.items():
        groups.setdefault(platform, []).append(source)
    down = {
        platform
        for platform, sources in groups.items()
        if len(sources) >= 5 and 10 * len(failed & {*sources}) >= 7 * len(sources)
    }
    rest = [source for source, platform in asked.items() if platform not in down]
    # Every platform down at once is not every platform's fault.
    if down and not rest and len(groups) > 1:
        return set(), True
    return down, len(rest) >= 5 and 2 * len(failed & {*rest}) > len(rest)
