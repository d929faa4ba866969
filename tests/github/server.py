"""The server: who may ask what, and what goes wrong when a test wants it to."""

import json
import re
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from github.actions import ACTIONS
from github.doors import Door, Question, Refusal
from github.issues import ISSUES
from github.pages import PAGES
from github.records import (
    LIMIT,
    OIDC_ASK,
    OIDC_TOKEN,
    TOKEN,
    Call,
    Reply,
    error,
    exhausted,
    forbidden,
)
from github.repository import REPOSITORY
from github.state import State
from serving import Background

_DOORS: list[Door] = [*REPOSITORY, *PAGES, *ACTIONS, *ISSUES]


class GitHub(Background, State):
    """The server; see the docstring of the package."""

    def __init__(self, repository: str = "acme/whosdown") -> None:
        Background.__init__(self, ThreadingHTTPServer(("127.0.0.1", 0), _handler(self)))
        State.__init__(self, repository, self.address)
        self._troubles: list[tuple[str, re.Pattern[str], list[Reply]]] = []
        self._lock = threading.RLock()
        self._over = threading.Event()

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        super().__exit__(*exc)

    @property
    def env(self) -> dict[str, str]:
        """The environment of a step of a workflow in which GITHUB_TOKEN was passed on."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": self.renamed_from or self.repository,
            "GITHUB_TOKEN": TOKEN,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/oidc?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": OIDC_ASK,
        }

    def fail(self, method: str, path: str, *replies: Reply) -> None:
        """Let the next requests whose path (with query) contains this pattern get these replies
        instead, one each."""
        with self._lock:
            self._troubles.append((method, re.compile(path), list(replies)))

    def asked(self, method: str, path: str) -> list[Call]:
        """The requests whose path (with query) contains this pattern, in order."""
        return [c for c in self.calls if c.method == method and re.search(path, c.path)]

    def answer(self, call: Call) -> Reply:
        """What a request gets; called by the server in threads."""
        with self._lock:
            self.calls.append(call)
            for method, pattern, replies in self._troubles:
                if replies and method == call.method and pattern.search(call.path):
                    return replies.pop(0)
            try:
                return self._answer(call)
            except Refusal as refused:
                return refused.reply

    def pause(self) -> None:
        """Say nothing until the test is over."""
        self._over.wait(60)

    def _answer(self, call: Call) -> Reply:
        parts = urlsplit(call.path)
        if parts.path == "/oidc":
            good = call.headers.get("authorization", "") == f"Bearer {OIDC_ASK}"
            good = good and "id-token" in self.permissions
            return Reply(body={"value": OIDC_TOKEN}) if good else error(401, "Bad credentials")
        if parts.path.startswith("/ping"):
            self.pings.append(call.path)
            return Reply(body={})
        if call.headers.get("authorization") not in (f"Bearer {TOKEN}", f"token {TOKEN}"):
            return error(401, "Bad credentials")
        if self.remaining <= 0:
            return exhausted(self.now + 600)
        self.remaining -= 1
        if parts.path == "/rate_limit":
            rate = {"limit": LIMIT, "remaining": self.remaining, "reset": self.now + 600}
            return Reply(body={"resources": {"core": rate}, "rate": rate})
        old = f"/repos/{self.renamed_from}"
        if self.renamed_from and parts.path.startswith(old):
            return self._moved(call.method, call.path.removeprefix(old))
        here = f"/repos/{self.repository}"
        if not parts.path.startswith(here):
            return error(404, "Not Found")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        return self._behind(call, parts.path.removeprefix(here), query)

    def _moved(self, method: str, path: str) -> Reply:
        there = f"{self.url}/repos/{self.repository}{path}"
        return Reply(
            301 if method == "GET" else 307,
            {"message": "Moved Permanently", "url": there},
            {"Location": there},
        )

    def _behind(self, call: Call, path: str, query: dict[str, str]) -> Reply:
        """What the door to a path of the repository says."""
        for door in _DOORS:
            found = door.pattern.fullmatch(path)
            if found and door.method == call.method:
                if door.permission and door.permission not in self.permissions:
                    return forbidden()
                body = call.body if isinstance(call.body, dict) else {"raw": call.body}
                return door.handler(self, Question(found.groups(), query, body))
        return error(404, "Not Found")


def _handler(hub: GitHub) -> type[BaseHTTPRequestHandler]:
    class Speaking(BaseHTTPRequestHandler):
        def _speak(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kind = headers.get("content-type", "")
            body = json.loads(raw) if raw and "json" in kind else raw or None
            reply = hub.answer(Call(self.command, self.path, body, headers))
            if reply.after == "hang":
                hub.pause()
            elif reply.after == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            else:
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            raw = b"" if reply.status == 204 else raw
            self.send_response(reply.status)
            for name, value in dict(self._headers(reply, len(raw))).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def _headers(self, reply: Reply, length: int) -> Iterator[tuple[str, str]]:
            yield "Content-Type", "application/json; charset=utf-8"
            yield "Content-Length", str(length)
            yield "x-github-request-id", "C0DE:1"
            yield "x-ratelimit-limit", str(LIMIT)
            yield "x-ratelimit-remaining", str(hub.remaining)
            yield "x-ratelimit-reset", str(hub.now + 600)
            yield from reply.headers.items()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _speak  # noqa: N815 (the base's names)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    return Speaking
