"""What puts the trouble of services on their upstreams, worked out once for the whole board. Pure.

A verdict names an upstream where the service's own open incident does; evidence quotes the words,
and the pages of that incident name the upstream too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from crawler import text, upstream
from crawler.catalogue import Provider, Service
from crawler.memory import Snapshot
from crawler.model import Evidence
from crawler.site.board import Story

Proofs = Mapping[str, upstream.Proof]
"""Why an upstream is named, by the path of each incident that names it, the newest first."""
Blame = Mapping[str, Mapping[str, Proofs]]
"""The same by the id of a service, and that of each upstream on which its verdict puts trouble."""
Above = Mapping[str, tuple[Provider, Service]]
"""Every service with its provider, by its id."""


def blamed(above: Above, shown: Mapping[str, Snapshot], stories: Sequence[Story]) -> Blame:
    """All blame; `shown` are the conclusions by service."""
    found = {}
    for key, (_, service) in above.items():
        links = upstream.parse(shown[key].flags)
        named = [one for one in service.upstreams if links.get(one) == "named" and one in above]
        found[key] = {one: _proofs(service, *above[one], stories) for one in named}
    return found


def _proofs(service: Service, owner: Provider, cause: Service, stories: Sequence[Story]) -> Proofs:
    causes = [story.record.incident for story in stories if story.record.provider == owner.id]
    return {
        story.path: found
        for story in stories
        if story.open
        and service in story.services
        and (found := upstream.proof([story.record.incident], causes, cause.mentions))
    }


def naming(story: Story, found: Blame, above: Above) -> Story:
    """A story with the services upstream that it names."""
    named = [
        cause
        for service in story.services
        for cause, proofs in found[service.id].items()
        if story.path in proofs
    ]
    causes = tuple(above[one][1] for one in dict.fromkeys(named))
    return replace(story, upstreams=causes) if causes else story


def evidence(provider: Provider, found: Mapping[str, Proofs], above: Above) -> Iterator[Evidence]:
    """For each upstream of a service of this provider, by its id: the words that name it, and the
    incident there that began first."""
    for key in sorted(found):
        if not found[key]:
            continue
        proof = next(iter(found[key].values()))
        owner, cause = above[key]
        said = f"Names {cause.name}: “{text.line(proof.said)}”"
        yield Evidence("upstream", provider.name, said, proof.said_at, proof.incident.url)
        first, began = proof.cause, proof.cause.started_at
        yield Evidence("upstream", owner.name, first.title, began, first.url)
