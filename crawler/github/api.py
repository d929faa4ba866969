"""One repository at GitHub's REST API."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from crawler.errors import ContentError, Refused
from crawler.github.door import Answer, Door, safe

API = "https://api.github.com"
VERSION = "2022-11-28"
_A_PAGE = 100
_MOST_PAGES = 20


class GitHub:
    """Questions about `repository` ("owner/name"); paths are those below /repos/owner/name.

    Each raises Refused, with the status, where GitHub says no. `api` is another address for
    GitHub Enterprise; the token goes to https only, or to this machine.
    """

    def __init__(self, door: Door, repository: str, token: str, api: str = API) -> None:
        owner, _, name = repository.partition("/")
        if not owner or not name or "/" in name:
            raise ContentError(f"GITHUB_REPOSITORY: {repository!r} is not owner/name")
        if not safe(api):
            raise ContentError("GITHUB_API_URL: a token is sent to https:// only")
        self.door, self.repository = door, repository
        self._token, self._api = token, api.rstrip("/")

    def get(self, path: str, **query: str | int) -> Any:
        """What GitHub knows."""
        return self._json("GET", self._url(path, query))

    def post(self, path: str, body: Any) -> Any:
        """Make something. Repeated only where GitHub surely did not do it the first time."""
        return self._json("POST", self._url(path), body)

    def patch(self, path: str, body: Any) -> Any:
        """Change something."""
        return self._json("PATCH", self._url(path), body)

    def put(self, path: str, body: Any = None) -> Any:
        """Set something."""
        return self._json("PUT", self._url(path), body)

    def delete(self, path: str) -> None:
        """Remove something."""
        self._json("DELETE", self._url(path))

    def every(self, path: str, **query: str | int) -> Iterator[Any]:
        """Each item of a list, page by page."""
        for number in range(1, _MOST_PAGES + 1):
            items = self.get(path, **query, per_page=_A_PAGE, page=number)
            yield from items
            if len(items) < _A_PAGE:
                return

    def upload(self, url: str, name: str, content: bytes) -> None:
        """Put a file to a release, at the `upload_url` that the release gave."""
        place = httpx.URL(url.partition("{")[0], params={"name": name})
        if not safe(place):
            raise Refused("GitHub gave an address for uploads that is not https")
        headers = {**self._headers(), "Content-Type": "application/octet-stream"}
        self._checked("POST", str(place), self.door.ask("POST", str(place), headers, content))

    def _json(self, method: str, url: str, body: Any = None) -> Any:
        headers = self._headers()
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        return self._checked(method, url, self.door.ask(method, url, headers, content)).json()

    def _checked(self, method: str, url: str, answer: Answer) -> Answer:
        if answer.status // 100 == 2:
            return answer
        said = answer.message or "without a word"
        words = f"GitHub: {method} {httpx.URL(url).path}: {answer.status} {said}"
        raise Refused(self.door.clean(words), answer.status)

    def _url(self, path: str, query: dict[str, str | int] | None = None) -> str:
        url = f"{self._api}/repos/{self.repository}{path}"
        return str(httpx.URL(url, params=query)) if query else url

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "X-GitHub-Api-Version": VERSION,
        }
