"""A server of the tests, in a thread of its own."""

import threading
from socketserver import TCPServer
from typing import Self


class Background:
    """Serves as long as its `with` lasts."""

    def __init__(self, server: TCPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """What leads there, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"
