"""Redirects: followed within a host and its twin, three at most, and never away."""

from collections.abc import Iterator

import pytest

from answers import MIB, bomb, moved
from asking import HOST, ask, hurry
from loopback import Answer, Loopback

__all__ = ["hurry"]  # fixtures


@pytest.mark.parametrize(
    ("start", "target", "body"),
    [
        (HOST, "/there", b"there"),
        (HOST, f"https://{HOST}/there", b"there"),
        (HOST, f"https://www.{HOST}/there", b"www there"),
        (f"www.{HOST}", f"https://{HOST}/there", b"there"),
        (HOST, f"//{HOST}:443/there", b"there"),
    ],
)
def test_a_redirect_within_the_host_or_its_twin_is_followed(
    net: Loopback, start: str, target: str, body: bytes
) -> None:
    net.put(start, "/page", moved(target))
    net.put(HOST, "/there", Answer(body=b"there"))
    net.put(f"www.{HOST}", "/there", Answer(body=b"www there"))
    if start != HOST:
        net.put(start, "/page", moved(target))

    reply = ask(net, f"https://{start}/page")

    assert (reply.status, reply.body) == (200, body)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (f"http://{HOST}/there", "redirect"),
        (f"https://{HOST}:8443/there", "redirect"),
        (f"https://{HOST}.evil.test/", "redirect"),
        (f"https://{HOST}@evil.test/", "redirect"),
        ("https://evil.test/", "redirect"),
        ("ftp://evil.test/", "redirect"),
        ("file:///etc/passwd", "redirect"),
        ("javascript:alert(1)", "redirect"),
        ("https://2130706433/", "blocked_address"),
        ("http://localhost/", "blocked_address"),
        ("https://[::ffff:a9fe:a9fe]/", "blocked_address"),
        ("https://metadata.google.internal/", "blocked_address"),
    ],
)
def test_a_redirect_that_leads_away_is_not_followed(
    net: Loopback, target: str, reason: str
) -> None:
    net.put(HOST, "/page", moved(target))

    reply = ask(net)

    assert reply.reason == reason
    assert set(net.connects) == {HOST}
    assert net.plain == []


def test_three_redirects_are_followed_and_not_a_fourth(net: Loopback) -> None:
    for hop in range(4):
        net.put(HOST, f"/{hop}", moved(f"/{hop + 1}"))
    net.put(HOST, "/4", Answer(body=b"end"))

    assert ask(net, f"https://{HOST}/1").body == b"end"
    assert ask(net, f"https://{HOST}/0").reason == "redirect"


def test_the_body_of_a_redirect_is_not_read(net: Loopback) -> None:
    pieces: list[int] = []

    def body() -> Iterator[bytes]:
        for piece in bomb():
            pieces.append(len(piece))
            yield piece * 50

    headers = {"Content-Encoding": "gzip", "Location": "/ok"}
    net.put(HOST, "/page", Answer(status=302, headers=headers, body=body))
    net.put(HOST, "/ok", Answer(body=b"fine"))

    assert ask(net).body == b"fine"
    assert sum(pieces) * 50 < 20 * MIB
