"""Where alerts arrive in tests: a webhook and a mail server on 127.0.0.1."""

import asyncio
import json
import threading
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from serving import Background


class Posted(NamedTuple):
    """One message to a webhook; header names are lower case."""

    path: str
    subject: str
    body: str
    headers: dict[str, str]

    @property
    def key(self) -> str:
        """What makes it the same message when it comes again."""
        return self.headers["idempotency-key"]


class Webhook(Background):
    """Takes what Apprise's `json://` sends. `before` is called with each message before it is
    answered with `status`; `hang` lets it never answer."""

    def __init__(self) -> None:
        self.got: list[Posted] = []
        self.status = 200
        self.hang = False
        self.before: Callable[[Posted], None] = lambda _: None
        self._over = threading.Event()
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), _handler(self)))

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        super().__exit__(*exc)

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def subjects(self) -> list[str]:
        """What arrived, in order."""
        return [one.subject for one in self.got]

    def take(self, path: str, headers: dict[str, str], raw: bytes) -> None:
        """Note a message; called by the server in threads."""
        said: dict[str, Any] = json.loads(raw)
        posted = Posted(path, said["title"], said["message"], headers)
        self.got.append(posted)
        self.before(posted)
        if self.hang:
            self._over.wait(60)


def _handler(hook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.take(self.path, headers, raw)
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    return Taking


class Letter(NamedTuple):
    """One mail as it arrived: to whom it was handed over, and what it was."""

    recipients: list[str]
    message: Message

    @property
    def text(self) -> str:
        """Its only part, decoded."""
        raw = self.message.get_payload(decode=True)
        assert isinstance(raw, bytes)
        return raw.decode()


class Mailbox:
    """A mail server. `before` is called with each mail before it is answered; addresses in
    `refused` are not taken."""

    def __init__(self) -> None:
        self.got: list[Letter] = []
        self.refused: set[str] = set()
        self.before: Callable[[Letter], None] = lambda _: None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        making = self._loop.create_server(
            lambda: SMTP(self, hostname="mail.test", loop=self._loop), "127.0.0.1", 0
        )
        self._server = self._loop.run_until_complete(making)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def handle_RCPT(  # noqa: N802 (the base's name)
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (the base's name)
        self, _: SMTP, __: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        parsed = BytesParser().parsebytes(envelope.content)
        letter = Letter([*envelope.rcpt_tos], parsed)
        self.got.append(letter)
        self.before(letter)
        return "250 OK"
