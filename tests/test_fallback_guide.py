"""The program in the guide on fallbacks is run as it stands there, against broken servers."""

import asyncio
import json
import re
import runpy
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from serving import Background

GUIDE = Path(__file__).parent.parent / "content" / "articles" / "building-a-fallback.md"
WELL = json.dumps({"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]})
HALF = json.dumps({"choices": [{"message": {"content": "ye"}, "finish_reason": None}]})
Reply = tuple[int, str, dict[str, str], float]


def program() -> dict[str, Any]:
    """What the program defines, by name."""
    blocks = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fallback.py"
        path.write_text(next(block for block in blocks if "class Breaker" in block))
        return runpy.run_path(str(path))


class Host:
    """A provider on 127.0.0.1 that gives its replies in turn, the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked = 0

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Its base address while it runs."""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                code, body, headers, delay = host.replies[min(host.asked, len(host.replies) - 1)]
                host.asked += 1
                time.sleep(delay)
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with Background(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
            yield f"{server.address}/v1"


def ask(first: Host, times: int, deadline: float = 10.0) -> tuple[list[str], Any]:
    """Who answered each of the calls, and the breaker of the first provider."""
    names = program()
    second = Host((200, WELL, {}, 0))

    async def calls(urls: list[str]) -> tuple[list[str], Any]:
        providers = [names["Provider"](str(n), url, "k", "m") for n, url in enumerate(urls)]
        async with httpx.AsyncClient(timeout=httpx.Timeout(60, connect=3), trust_env=False) as net:
            found = [await names["complete"](net, providers, [], deadline) for _ in range(times)]
        return [who for who, _ in found], providers[0].breaker

    with ExitStack() as stack:
        return asyncio.run(calls([stack.enter_context(one.serve()) for one in (first, second)]))


@pytest.mark.parametrize(
    "reply",
    [
        (500, "", {}, 0),
        (200, '{"error": {"code": 502}}', {}, 0),
        (200, "<html>", {}, 0),
        (200, "[]", {}, 0),
        (200, HALF, {}, 0),
    ],
)
def test_a_provider_that_fails_three_times_is_left_alone(reply: Reply) -> None:
    first = Host(reply)
    assert ask(first, times=5)[0] == ["1"] * 5
    assert first.asked == 3


def test_a_wait_that_the_provider_asks_for_is_kept() -> None:
    first = Host((429, "", {"retry-after": "600"}, 0))
    assert ask(first, times=3)[0] == ["1"] * 3
    assert first.asked == 1


def test_a_wrong_request_is_not_sent_to_the_next_provider() -> None:
    with pytest.raises(Exception, match="400 bad") as raised:
        ask(Host((400, "bad", {}, 0)), times=1)
    assert type(raised.value).__name__ == "Refused"


def test_a_silent_provider_leaves_time_for_the_next() -> None:
    began = time.monotonic()
    assert ask(Host((200, WELL, {}, 3)), times=1, deadline=1.0)[0] == ["1"]
    assert time.monotonic() - began < 3.5


def test_a_provider_that_is_well_again_is_used_again() -> None:
    broken: Reply = (500, "", {}, 0.0)
    first = Host(broken, broken, (200, WELL, {}, 0))
    answered, breaker = ask(first, times=3)
    assert answered == ["1", "1", "0"]
    assert breaker.failures == 0


def test_after_its_rest_a_breaker_lets_one_call_try() -> None:
    breaker = program()["Breaker"](limit=1, rest=30)
    breaker.failed(100)
    assert [breaker.allows(now) for now in (101, 137, 138)] == [False, True, False]
