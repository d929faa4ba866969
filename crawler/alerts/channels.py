"""Where alerts go, as an operator writes it into one secret: a channel per line.

    mailto://user:password@smtp.example.org?to=ops@example.org  name=ops  level=major
    slack://tokenA/tokenB/tokenC  service=openai,anthropic
    ntfys://ntfy.sh/my-prefix-{service}

An address comes first, then words that narrow it; all of them must match. Addresses are secret:
no message of ours quotes a line, it gives its number.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from crawler.catalogue import Catalogue, Service
from crawler.errors import ContentError
from crawler.model import Level, worst

VARIABLE = "WHOSDOWN_ALERTS"
GITHUB = "github"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_KEYS = ("name", "service", "category", "level")
_LEVELS = tuple(level.value for level in Level if level.trouble)


@dataclass(frozen=True, slots=True)
class Channel:
    """Who is told what. `name` is written into the journal; `url` is secret and never shown, so a
    mistake in it is told by the `line` on which it stands. Empty `services` and `categories` mean
    all; `level` is the least trouble that counts."""

    name: str
    line: int = 0
    url: str = field(default="", repr=False)
    services: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    level: Level = Level.MINOR

    def hears(self, service: Service, level: Level) -> bool:
        """Whether trouble of this level at this service is to be told here."""
        return (
            level.trouble
            and worst([level, self.level]) is level
            and (not self.services or service.id in self.services)
            and (not self.categories or service.category in self.categories)
        )


def parse(secret: str, catalogue: Catalogue) -> list[Channel]:
    """The channels of the secret. Raises ContentError, which gives the line and no word of it."""
    ids = {service.id for _, service in catalogue.services()}
    categories = {one.id for one in catalogue.site.category}
    found: dict[str, Channel] = {}
    for number, line in enumerate(secret.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        scheme, mark, _ = words[0].partition("://")
        if not mark:
            raise wrong(number, "an address with :// comes first")
        said = _words(number, words[1:])
        name = said.get("name", scheme.lower())
        if not _NAME.fullmatch(name) or name == GITHUB:
            raise wrong(number, "give it another name=, of a-z, 0-9 and -")
        if name in found:
            raise wrong(number, "an earlier channel has this name; give each its own name=")
        found[name] = Channel(
            name,
            number,
            words[0],
            _chosen(number, said, "service", ids),
            _chosen(number, said, "category", categories),
            _level(number, said.get("level", Level.MINOR)),
        )
    return [*found.values()]


def _words(number: int, words: list[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for place, word in enumerate(words, 2):
        key, mark, value = word.partition("=")
        if key not in _KEYS or not mark or not value:
            allowed = ", ".join(f"{one}=" for one in _KEYS)
            raise wrong(number, f"word {place} is none of {allowed}")
        if key in said:
            raise wrong(number, f"{key}= is said twice")
        said[key] = value
    return said


def _chosen(
    number: int, said: Mapping[str, str], key: str, allowed: Collection[str]
) -> frozenset[str]:
    chosen = frozenset(said[key].split(",")) if key in said else frozenset()
    if not chosen <= {*allowed}:
        raise wrong(number, f"{key}= names what is not in content/")
    return chosen


def _level(number: int, word: str) -> Level:
    if word not in _LEVELS:
        raise wrong(number, f"level= is not one of {', '.join(_LEVELS)}")
    return Level(word)


def wrong(number: int, problem: str) -> ContentError:
    """A mistake in a line of the secret, without a word of it."""
    return ContentError(f"{VARIABLE}:{number}: {problem}")
