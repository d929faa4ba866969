"""A `whosdown` for scripts under test: a small program that asks the process which forks."""

import json
import sys
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from killer import Killer
from serving import Background

_PROGRAM = """\
#!{python} -IS
import json, os, socket, sys
asked = {{"args": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}}
with socket.create_connection(("127.0.0.1", {port})) as line, line.makefile("rw") as file:
    file.write(json.dumps(asked) + "\\n")
    file.flush()
    code, out, said = json.loads(file.readline())
sys.stdout.write(out)
sys.stderr.write(said)
sys.exit(1 if code is None else code)
"""


class Launcher(Background):
    """Use it in a `with`; `nap` is the longest that the command sleeps, in seconds."""

    def __init__(self, forks: Killer, nap: float) -> None:
        self._forks, self._nap, self._one = forks, nap, threading.Lock()
        super().__init__(ThreadingTCPServer(("127.0.0.1", 0), self._handler()))

    def install(self, path: Path) -> None:
        """Put the program there."""
        path.write_text(_PROGRAM.format(python=sys.executable, port=self.port), "utf-8")
        path.chmod(0o755)

    def _handler(self) -> type[StreamRequestHandler]:
        launcher = self

        class Asked(StreamRequestHandler):
            def handle(self) -> None:
                job = json.loads(self.rfile.readline())
                with launcher._one:
                    done = launcher._forks.run(
                        job["args"], job["env"], cwd=job["cwd"], nap=launcher._nap
                    )
                answer = json.dumps([done.code, done.out, done.said])
                self.wfile.write(answer.encode() + b"\n")

        return Asked
