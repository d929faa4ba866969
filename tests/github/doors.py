"""How a door of the API is found, what it is asked, and how it answers with a list."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from github.records import Reply
from github.state import State


class Refusal(Exception):
    """Ends a request early with its reply."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


class Question(NamedTuple):
    """The variable parts of a path, the query, and the body."""

    parts: tuple[str, ...]
    query: dict[str, str]
    body: dict[str, Any]


Handler = Callable[[State, Question], Reply]


class Door(NamedTuple):
    """What answers a method and a path, and the permission that it asks for, or ""."""

    method: str
    pattern: re.Pattern[str]
    permission: str
    handler: Handler


class Doors:
    """Some doors; `at` puts one more among them."""

    def __init__(self) -> None:
        self._doors: list[Door] = []

    def __iter__(self) -> Iterator[Door]:
        return iter(self._doors)

    def at(self, method: str, pattern: str, permission: str = "") -> Callable[[Handler], Handler]:
        """Let a function answer a method, and paths below the repository that fit a pattern."""

        def add(handler: Handler) -> Handler:
            self._doors.append(Door(method, re.compile(pattern), permission, handler))
            return handler

        return add


def paged(
    found: list[dict[str, Any]],
    ask: Question,
    shape: Callable[[list[dict[str, Any]]], Any] = lambda page: page,
) -> Reply:
    """One page of a list, with the link to the next."""
    size, number = int(ask.query.get("per_page", "30")), int(ask.query.get("page", "1"))
    page = found[size * (number - 1) : size * number]
    more = size * number < len(found)
    link = {"link": f'<?per_page={size}&page={number + 1}>; rel="next"'} if more else {}
    return Reply(200, shape(page), link)
