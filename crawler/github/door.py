"""One way out for everything that is not crawling: bounded, patient, and silent about secrets."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from crawler import text
from crawler.errors import ContentError, Refused
from crawler.github.again import PATIENCE, PAUSES, broken, limit_ends, limited

TIMEOUT = httpx.Timeout(10.0, read=30.0, write=60.0)
MAX_BODY = 16 << 20
_MOVED = frozenset({301, 302, 303, 307, 308})
_HOPS = 3
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; None where it is empty or is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    @property
    def message(self) -> str:
        """What the server says about a failure, as one printable line."""
        said = self.json()
        return text.line(str(said.get("message", "")), 200) if isinstance(said, dict) else ""


class Door:
    """Asks questions over HTTP, again where that may help. Use it in a `with`.

    `now` is the time in seconds UTC when it was opened; `wait` sleeps for so many seconds;
    `secrets` never appear in an error. Raises ContentError for a proxy or an authority file of the
    environment that cannot be used.
    """

    def __init__(
        self,
        agent: str,
        now: int,
        wait: Callable[[float], None],
        secrets: Iterable[str] = (),
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self.now = now
        self._wait = wait
        self._secrets = tuple(sorted((one for one in secrets if one), key=len, reverse=True))
        self._client = _client(agent, timeout)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close every connection."""
        self._client.close()

    def wait(self, seconds: float) -> None:
        """Sleep, and let the time go on by as much."""
        self._wait(seconds)
        self.now += round(seconds)

    def clean(self, words: str) -> str:
        """The words without any secret, as one printable line."""
        for one in self._secrets:
            words = words.replace(one, "***")
        return text.line(words, 400)

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """The answer, whatever its status, after at most four attempts.

        Raises Refused when no answer comes, or a limit lasts longer than five minutes.
        """
        repeatable = method != "POST"
        left = PATIENCE
        for pause in (*PAUSES, None):
            try:
                answer = self._hops(method, url, dict(headers or {}), content)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if pause is None or not (repeatable or unsent):
                    raise self._lost(method, url, error) from None
                self.wait(pause)
                continue
            if limited(answer.status, answer.headers, answer.message):
                seconds = limit_ends(answer.headers, self.now)
                if pause is None or seconds > left:
                    words = f"{self._place(url)}: rate limit; it ends in {seconds} s"
                    raise Refused(words, answer.status, wait=seconds)
                left -= seconds
                self.wait(seconds)
            elif pause is not None and broken(answer.status, repeatable=repeatable):
                self.wait(pause)
            else:
                return answer
        raise AssertionError("the last attempt returns or raises")

    def _hops(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None
    ) -> Answer:
        target = httpx.URL(url)
        for _ in range(_HOPS + 1):
            answer = self._once(method, target, headers, content)
            if answer.status not in _MOVED:
                return answer
            onward = target.join(answer.headers.get("location", ""))
            # A name and password may go nowhere but to the host that they are for.
            home = _origin(onward) == _origin(target)
            bare = "Authorization" not in headers and content is None
            unsaid = answer.status < 307 and method != "GET"
            if unsaid or not (home or (bare and safe(onward))):
                return answer
            target = onward
        raise Refused(f"{self._place(url)}: moved more than {_HOPS} times")

    def _once(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        plain = {"Accept-Encoding": "identity", **headers}
        body = bytearray()
        with self._client.stream(method, url, headers=plain, content=content) as response:
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_BODY:
                    raise Refused(f"{self._place(str(url))}: the answer is over {MAX_BODY} bytes")
            found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, found, bytes(body))

    def _lost(self, method: str, url: str, error: Exception) -> Refused:
        return Refused(f"{method} {self._place(url)}: no answer ({type(error).__name__})")

    def _place(self, url: str) -> str:
        """An address without its query, which may hold a secret."""
        parts = httpx.URL(url)
        return self.clean(f"{parts.host}{parts.path}")


def _client(agent: str, timeout: httpx.Timeout) -> httpx.Client:
    try:
        return httpx.Client(timeout=timeout, headers={"User-Agent": agent})
    except OSError as error:
        raise ContentError(f"SSL_CERT_FILE: {error}") from None
    except (ImportError, ValueError):
        # The address may hold a password, so it is not repeated.
        raise ContentError("HTTPS_PROXY or ALL_PROXY: write http://host:port") from None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def safe(url: str | httpx.URL) -> bool:
    """Whether nobody between us and the host can read along: https, or this machine."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parts.scheme == "https" or parts.host in _LOOPBACK
