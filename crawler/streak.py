"""How many runs it takes to believe a probe, a platform, or our own network. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from crawler.memory import ProbeState

CONFIRM, RUN_GAP = 300, 3_600


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


def believable(outcomes: Mapping[str, str]) -> dict[str, str]:
    """Probe outcomes by service; where more than half of at least five fail, it is our network
    that blocks them, and a failure says nothing."""
    failing = sum(outcome == "fail" for outcome in outcomes.values())
    if len(outcomes) < 5 or 2 * failing <= len(outcomes):
        return dict(outcomes)
    return {one: "inconclusive" if o == "fail" else o for one, o in outcomes.items()}
