"""What the status pages of the invented days say of themselves."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from crawler.catalogue import Provider
from crawler.lines import SourceLine
from crawler.model import Level, worst
from crawler.simulate import scenes
from crawler.simulate.outages import Outage

_HOUR = 3_600
_WORDS = {
    Level.NONE: "All systems operational",
    Level.MINOR: "Some systems are degraded",
    Level.MAJOR: "Partial system outage",
    Level.CRITICAL: "Major system outage",
    Level.MAINTENANCE: "Maintenance in progress",
}
_PARTS = (
    "Requests",
    "Streaming",
    "Dashboard",
    "Sign-in",
    "Billing",
    "Webhooks",
    "Batch",
    "Files",
    "Search",
)


class Pages:
    """The pages of providers through the runs; their lists of incidents are complete from the
    moment `covers` on."""

    def __init__(self, providers: Sequence[Provider], covers: int) -> None:
        self._providers = {one.id: (one, _parts(one)) for one in providers}
        self._covers = covers
        self._shown: dict[str, tuple[object, ...]] = {}

    def changed(
        self,
        running: Mapping[str, Sequence[Outage]],
        troubles: Collection[str],
        moment: int,
        now: int,
    ) -> Iterator[tuple[str, SourceLine]]:
        """What pages say that they did not say in the run before: `running` are the open incidents
        by provider, `troubles` the providers whose page cannot be read."""
        under_work = moment > now - 2 * _HOUR
        for provider, names in self._providers.values():
            opened = running.get(provider.id, ())
            state = (under_work, *opened)
            if provider.id in troubles or self._shown.get(provider.id) == state:
                continue
            self._shown[provider.id] = state
            working = _working(provider) if under_work else frozenset()
            yield provider.id, self._line(provider, names, opened, working)

    def _line(
        self,
        provider: Provider,
        names: Mapping[str, str],
        opened: Sequence[Outage],
        working: Collection[str],
    ) -> SourceLine:
        hit = {key: one.level for one in opened for key in one.components}
        level = worst([Level.NONE, *(one.level for one in opened)])
        if working and level is Level.NONE:
            level = Level.MAINTENANCE
        return SourceLine(
            platform=provider.source.platform if provider.source else "",
            level=level,
            word=level,
            headline=_WORDS[level],
            answered_by="summary",
            covers=self._covers,
            components={
                key: (name, Level.MAINTENANCE if key in working else hit.get(key, Level.NONE))
                for key, name in names.items()
            },
        )


def _working(provider: Provider) -> frozenset[str]:
    under = (one.components for one in provider.services if scenes.under_work(provider, one))
    return frozenset(key for components in under for key in components)


def _parts(provider: Provider) -> Mapping[str, str]:
    """The components of a page by id, each with a name. Those that services do not follow are
    made up too."""
    if not any(service.components for service in provider.services):
        return {f"sim-part-{number}": name for number, name in enumerate(_PARTS[:5])}
    return {
        key: key if " " in key or key.isalpha() else f"{service.name}: {name}"
        for service in provider.services
        if service.id != scenes.LOST
        for key, name in zip(service.components, _names(len(service.components)), strict=True)
    }


def _names(count: int) -> list[str]:
    return [_PARTS[n] if n < len(_PARTS) else f"Component {n + 1}" for n in range(count)]
