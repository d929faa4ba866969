"""What can go wrong, and who hears of it.

WhosdownError
├── ContentError     a content file or a variable of the environment is wrong: stop before anything
│                    is written (exit 78)
├── StorageError     the history cannot be read or written safely: stop (exit 74)
├── Busy             another run holds the data folder (exit 75)
├── SiteError        the site would be wrong: publish nothing (exit 65)
├── Refused          GitHub, a git remote or the host of the site did not do its part (exit 69)
└── Unreadable       one source said nothing we may trust: that source alone is unknown
"""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb


class WhosdownError(Exception):
    """Base of every error that whosdown raises on purpose.

    Each of its `sentences` is plain and stands for itself; most often there is one.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class ContentError(WhosdownError):
    """A file in content/ is wrong: names the file, the key and the line. Or a variable of the
    environment is: names that. Mistakes that may be many have a sentence each."""


class StorageError(WhosdownError):
    """The data folder is not what it should be; nothing was changed."""


class Busy(WhosdownError):
    """Another run holds the lock of the data folder."""


class SiteError(WhosdownError):
    """Two renderers claim one path, a link leads nowhere, a template is wrong, or the site would
    take the place of something else; nothing was published."""


class Refused(WhosdownError):
    """Somebody whom publishing depends on said no, failed, or was not there.

    `status` is the HTTP status where there was one; `wait` in how many seconds to ask again, 0
    where nobody said.
    """

    def __init__(self, words: str, status: int | None = None, wait: int = 0) -> None:
        super().__init__(words)
        self.status, self.wait = status, wait


class Unreadable(WhosdownError):
    """A source could not be understood.

    `reason` is a slug of the closed set `REASONS` and is published as it is; `detail` is for
    people and may quote the source, so it is cleaned before it is shown.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REASONS:
            raise ValueError(f"unknown reason {reason!r}")
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@contextmanager
def noted(told: list[str]) -> Iterator[None]:
    """Add to `told` what is wrong with content, instead of raising it."""
    try:
        yield
    except ContentError as error:
        told += error.sentences


@contextmanager
def templated() -> Iterator[None]:
    """Raise SiteError, with file and line, for a mistake in a template."""
    from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415 (few commands need it)

    try:
        yield
    except TemplateSyntaxError as error:
        raise SiteError(f"{error.filename}:{error.lineno}: {error.message}") from None
    except TemplateError as error:
        frames = (one for one in extract_tb(error.__traceback__) if not one[0].endswith(".py"))
        last = [f"{one.filename}:{one.lineno}: " for one in frames][-1:]
        raise SiteError("".join(last) + str(error)) from None


REASONS = {
    "blind": "our own network did not work, so nothing was concluded",
    "blocked_address": "the address is inside a private network",
    "challenge": "the page asks for proof that we are a person",
    "components_missing": "none of the components that we follow is on the page",
    "components_unreadable": "only its feed could be read, which does not say that it is over",
    "components_partial": "only a part of the page's components could be read",
    "dns": "the name does not resolve",
    "empty": "the reply was empty",
    "encoding": "the reply is not in an encoding that we accept",
    "http_3xx": "the server sent an unexpected redirect code",
    "http_401": "the server asks for a key",
    "http_403": "the server refuses us",
    "http_404": "the page does not exist",
    "http_410": "the page is gone",
    "http_4xx": "the server refused the request",
    "http_5xx": "the status page itself fails",
    "never_read": "not asked yet",
    "no_source": "no readable source is known",
    "no_state": "the source says nothing about how things are now",
    "not_json": "the reply is not valid JSON",
    "not_xml": "the reply is not valid XML",
    "old_copy": "what came is an older copy than the page itself allows",
    "platform_down": "many pages of the same platform failed at once",
    "protocol": "the server does not speak HTTP correctly",
    "rate_limited": "the server asked us to wait",
    "redirect": "the page moved to another address",
    "refused": "the connection was refused",
    "reset": "the connection broke",
    "robots": "robots.txt asks programs not to read it",
    "stale": "the last reading is too old",
    "timeout": "no complete answer in time",
    "tls": "the certificate or the encryption is not valid",
    "too_large": "the reply is larger than we accept",
    "unexpected_shape": "the reply has another shape than expected",
    "xml_dtd": "the reply contains XML declarations that we refuse",
}
"""Every reason why a source may be unknown, with the sentence that people read."""
