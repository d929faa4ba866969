"""The catalogue covers every service that it was asked for, and names nobody by accident."""

import csv
from functools import cache
from pathlib import Path

import pytest

from crawler import content, upstream
from crawler.catalogue import Catalogue, Service
from crawler.model import Incident, Level
from crawler.platforms import PLATFORMS
from crawler.visit import endpoints
from shared import SHARED, requires_shared

CONTENT = Path(__file__).parent.parent / "content"
# The services of research/failure-modes.md; Claude and Claude Code share a heading there, and so
# do xAI and Grok.
EXPLAINED = """
openai chatgpt anthropic claude claude-code google-gemini vertex-ai azure-openai aws-bedrock
openrouter github-copilot cursor xai deepseek mistral perplexity groq huggingface together
fireworks elevenlabs
""".split()
WORDS = """
bolt cursor exa fireworks lambda leonardo luma modal neon notion poe railway render replicate
runway slack stripe together warp windsurf zed
""".split()
ORDINARY = """
Some pages failed to render in the dashboard.
Customers have a notion of which requests fail.
Move the cursor to the field and press enter again.
In the long run this will not happen again.
We could replicate the issue in our lab.
The modal dialog does not close.
A bolt of lightning hit the data centre.
Neon signs are not affected.
Working together with our vendor we found the cause.
The lambda function timed out; an AWS team is looking.
Fireworks are planned for the launch.
There is some slack in the schedule.
We stripe data across disks.
A railway line cut the fibre.
The runway for this fix is short.
Please zed your zebras.
We warp time in our tests.
The windsurf class was cancelled.
Leonardo painted this.
The luma channel of videos is missing.
Poe wrote the raven.
Pika is an animal that lives in rocks.
We cohere around one plan.
The exa prefix means a lot.
A perplexity score is shown wrongly.
The pinecone fell from the tree.
Stability has improved.
Chroma keys are ignored in exports.
The portal to lovable features is back.
An ideogram is drawn twice.
The oracle was udiometric.
Jina is a name, and so is Clara.
The hyperbolic function returns NaN.
Discord between teams was resolved.
We meta-analysed the llamas in the field.
Voyage planning is delayed.
You can exit the form, it is now you and us.
Baseline latency is up; the base tensor was lost.
A mist real enough to see covered the city.
Gateway errors were seen for a fraction of requests; we replicate and render them together.
""".strip().splitlines()


@cache
def made() -> Catalogue:
    return content.load(CONTENT, PLATFORMS)


def services() -> dict[str, Service]:
    return {service.id: service for _, service in made().services()}


@cache
def rows() -> tuple[dict[str, str], ...]:
    with (SHARED / "research/catalogue.tsv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, delimiter="\t"))


@requires_shared
def test_every_row_is_a_service_and_every_service_a_row() -> None:
    assert len(rows()) == 118
    assert services().keys() == {row["id"] for row in rows()}


def test_a_service_without_a_source_says_why() -> None:
    silent = [
        service.id
        for provider, service in made().services()
        if provider.source is None and not service.note.endswith(".")
    ]

    assert silent == []


@requires_shared
def test_what_a_service_depends_on_is_declared() -> None:
    known = services()
    missing = {
        row["id"]: lost
        for row in rows()
        if (
            lost := {*filter(None, row["depends_on"].split(","))}
            & known.keys() - {*known[row["id"]].upstreams, row["id"]}
        )
    }

    assert missing == {}


def test_named_dependencies_of_the_issue_are_there() -> None:
    known = services()

    assert "huggingface" in known["replicate"].upstreams
    for key in ("openai", "chatgpt", "codex"):
        assert "github" in known[key].upstreams, key
    assert "xai" in known["github-copilot"].upstreams
    assert len(known["openrouter"].upstreams) >= 5


@requires_shared
def test_a_probe_expects_what_was_recorded() -> None:
    recorded = {row["id"]: row["probe_expected"] for row in rows()}
    wrong = {
        key: (service.probe.expect, recorded[key])
        for key, service in services().items()
        if service.probe
        and not {str(one) for one in service.probe.expect} & {*_codes(recorded[key])}
    }

    assert wrong == {}


def _codes(text: str) -> list[str]:
    return text.replace("|", ",").replace("/", ",").replace(" ", ",").split(",")


@pytest.mark.parametrize("sentence", ORDINARY)
def test_an_ordinary_sentence_names_nobody(sentence: str) -> None:
    incident = Incident(id="a", title=sentence, open=True)
    named = [
        key
        for key, one in services().items()
        if one.mentions and upstream._said(incident, upstream._pattern(tuple(one.mentions)))
    ]

    assert [one for one in named if not (one == "aws" and "AWS" in sentence)] == []


def test_there_are_forty_such_sentences_and_every_word_stands_in_one() -> None:
    text = " ".join(ORDINARY).lower()

    assert len(ORDINARY) == 40
    assert [word for word in WORDS if word not in text] == []
    assert set(WORDS) <= services().keys()


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("Elevated errors because of an AWS outage", "aws"),
        ("Our model provider OpenAI has an incident", "openai"),
        ("Deployments on Render.com fail", "render"),
        ("GitHub Actions are delayed", "github-actions"),
        ("Cloudflare has problems in Europe", "cloudflare"),
        ("Claude is slow because of Anthropic", "anthropic"),
    ],
)
def test_a_service_is_named_by_its_own_words(sentence: str, named: str) -> None:
    incident = Incident(id="a", title=sentence, open=True, impact=Level.MAJOR)
    mentions = tuple(services()[named].mentions)

    assert upstream._said(incident, upstream._pattern(mentions)) == (sentence, None)


def test_every_dependency_can_be_named() -> None:
    known = services()
    wanted = {up for service in known.values() for up in service.upstreams}

    assert {one for one in wanted if not known[one].mentions} == set()


def test_the_errors_of_the_twenty_services_are_explained_with_their_sources() -> None:
    known = services()

    assert [one for one in EXPLAINED if not known[one].errors] == []
    every = [(key, one) for key, service in known.items() for one in service.errors]
    assert len(every) >= 80
    assert all(one.source.startswith("https://") for _, one in every)
    assert len({(key, one.code, one.when) for key, one in every}) == len(every)
    assert all(20 <= len(one.meaning) <= 400 for _, one in every)


ELSEWHERE = {
    "azure": "that address redirects to the host that is asked",
    "azure-openai": "as azure",
    "cloudflare": "Statuspage's copy is deprecated; version 3 is asked",
    "cloudflare-workers-ai": "as cloudflare",
    "replicate": "its page is a part of Cloudflare's since it was bought",
    "mistral": "the page for people; its host is Rootly's, which has an API",
    "openrouter": "the page moved to Datadog",
}
"""Services that are asked at another address than the recorded one, and why."""


@requires_shared
def test_each_service_is_asked_at_the_address_that_was_recorded_for_it() -> None:
    recorded = {row["id"]: row["machine_endpoint"] for row in rows()}
    differ = set()
    for provider, service in made().services():
        options = endpoints(provider.source) if provider.source else ()
        asked = {
            one.url
            for option in options
            for one in PLATFORMS[option.platform].requests(option).values()
        }
        if asked and recorded[service.id] and recorded[service.id] not in asked:
            differ.add(service.id)

    assert differ == ELSEWHERE.keys()
