"""Which of several replies is the document that a platform wants."""

from collections.abc import Callable, Mapping
from typing import Any

from crawler.errors import Unreadable
from crawler.platforms.vocabulary import Row
from crawler.wire import Reply


def documents(replies: Mapping[str, Reply], ours: Callable[[Row], bool]) -> list[Row]:
    """Every JSON object of some shape among the replies, in their order.

    Raises Unreadable where there is none: the first failure's own reason, else unexpected_shape.
    """
    return _fitting(replies, lambda one: isinstance(one, dict) and ours(one))


def parts(replies: Mapping[str, Reply], *kinds: Callable[[Any], bool]) -> list[Any]:
    """The first JSON document of each kind, None for a kind that is not there.

    Raises Unreadable as `documents` does, where there is none of any kind.
    """
    found = _fitting(replies, lambda one: any(fits(one) for fits in kinds))
    return [next(filter(fits, found), None) for fits in kinds]


def _fitting(replies: Mapping[str, Reply], fits: Callable[[Any], bool]) -> list[Any]:
    found, failures = [], []
    for reply in replies.values():
        try:
            found.append(reply.json(object))
        except Unreadable as error:
            failures.append(error)
    if kept := [one for one in found if fits(one)]:
        return kept
    wrong = Unreadable("unexpected_shape", "no document of this platform")
    raise failures[0] if failures else wrong
