"""A static host on 127.0.0.1 that serves a folder, until it is given another one."""

import hashlib
import json
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from serving import Background


class Host(Background):
    """`folder` is what it serves now, None before anything was published; `asked` are the paths
    that were asked for."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.asked: list[str] = []
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, host=self)))

    @property
    def url(self) -> str:
        """The address of the site."""
        return self.address


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, host: Host) -> None:
        self.host = host
        super().__init__(*args, directory=str(host.folder or "/nowhere"))

    def do_GET(self) -> None:
        self.host.asked.append(self.path)
        if self.host.folder is None:
            self.send_error(404)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        pass


def site(folder: Path, statuses: str = "{}", index: str = "<title>x</title>") -> str:
    """A small site as we build it; the id of its build."""
    (folder / "api" / "v1").mkdir(parents=True, exist_ok=True)
    files = {"statuses.json": statuses.encode(), "index.html": index.encode()}
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    made = {
        "id": hashlib.sha256(files["statuses.json"]).hexdigest()[:16],
        "builtAt": "2026-11-22T10:58:00Z",
        "files": {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()},
    }
    (folder / "api" / "v1" / "build.json").write_text(json.dumps(made), "utf-8")
    return str(made["id"])
