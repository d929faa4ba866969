"""OpenRouter's uptime of each model's providers, experimental: the live state of its upstreams.

`/api/v1/models/<author>/<slug>/endpoints` gives `{"data": {"id", "name", "endpoints": [...]}}`,
each endpoint with `provider_name`, `tag` (`deepinfra/fp8`), `status` and `uptime_last_5m`,
`uptime_last_30m`, `uptime_last_1d` in percent. Documented, uptime seen since 2025, no real reply
held. A few much used models are asked, or the one that the path of `url` names
(`https://openrouter.ai/openai/gpt-5`). Where it asks for a key it answers 401 and stays unread.

Each provider is a component, by the first part of its tag and by its name: the worst of its
endpoints by `uptime_last_30m`: from 99 none, from 95 minor, from 80 major, below that critical;
null, which means too few requests, is unknown. The level of the whole is the worst provider, so
services should follow components: OpenRouter itself goes around a provider that fails.

Traps. Models are renamed and vanish (404), so all but the first are extra. `status` is an open
list of undocumented numbers and is not read. A share of failed requests is no outage that anybody
announced. https://openrouter.ai/docs/api-reference/list-endpoints-for-a-model
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from crawler import text
from crawler.catalogue import Source
from crawler.errors import Unreadable
from crawler.model import Component, Level, Reading, worst
from crawler.platforms import documents, vocabulary
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply, Request, objects

MODELS = (
    "openai/gpt-5",
    "anthropic/claude-sonnet-4.5",
    "google/gemini-2.5-flash",
    "deepseek/deepseek-chat",
    "meta-llama/llama-3.3-70b-instruct",
)
UPTIMES = ((99, Level.NONE), (95, Level.MINOR), (80, Level.MAJOR), (0, Level.CRITICAL))


def requests(source: Source) -> Mapping[str, Request]:
    """One request for each model; only the first must succeed."""
    parts = urlsplit(source.url)
    named = parts.path.strip("/")
    base = f"{parts.scheme}://{parts.netloc}/api/v1/models/"
    return {
        text.words(model): Request(f"{base}{model}/endpoints", extra=index > 0)
        for index, model in enumerate((named,) if named else MODELS)
    }


def recognises(reply: Reply) -> bool:
    """A model with its endpoints."""
    return _ours(reply.json(dict))


def read(replies: Mapping[str, Reply]) -> Reading:
    """Providers as components, each as its worst endpoint of all models asked."""
    models = documents.documents(replies, _ours)
    found = vocabulary.merged(one for model in models for one in _providers(model["data"]))
    if not found:
        raise Unreadable("no_state", "no endpoint is listed")
    return Reading(word=worst(one.level for one in found), components=found)


def _ours(document: Row) -> bool:
    endpoints = vocabulary.inner(document, "data").get("endpoints")
    return isinstance(endpoints, list) and all(
        isinstance(one, dict) and {"provider_name", "uptime_last_30m"} <= one.keys()
        for one in endpoints
    )


def _providers(data: Row) -> Iterator[Component]:
    for row in objects(data["endpoints"], vocabulary.MAX_COMPONENTS):
        tag = text.plain(row.get("tag")).partition("/")[0]
        yield vocabulary.component(tag, row.get("provider_name"), _level(row["uptime_last_30m"]))


def _level(uptime: object) -> Level:
    if isinstance(uptime, bool) or not isinstance(uptime, int | float) or not 0 <= uptime <= 100:
        return Level.UNKNOWN
    return next(level for least, level in UPTIMES if uptime >= least)
