"""A thousand status pages on a thousand addresses of this machine, behind TLS, in this process.

    python pretended.py FOLDER COUNT

writes FOLDER/ca.pem and FOLDER/port, serves https://127.1.x.y:PORT/ until its standard input
ends, and answers each after 50 to 800 ms with 20 to 100 KB that travel compressed. The documents
are cut as Statuspage's are: 5 KB for an incident with about six updates, 2.5 KB for a feed's item.

A thread for each connection, and TLS on the socket itself: on two cores the server takes its time
from whoever asks, so it must be cheaper than they are.
"""

import gzip
import json
import socket
import ssl
import sys
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from random import Random
from threading import Thread

import trustme

_BASE = int(ip_address("127.1.0.1"))
_A_CERTIFICATE = 50
_WORDS = (
    "we are looking into elevated error rates for requests of some models in one region and will"
    " post another update once the team has found what causes slow or failing answers since the"
    " last deployment of our gateway while other products work as usual"
).split()
_PHASES = ("investigating", "identified", "update", "update", "monitoring", "update", "resolved")


def address(number: int) -> str:
    """The address of one of the pages."""
    return str(ip_address(_BASE + number))


def delay(number: int) -> float:
    """Seconds until a page answers: log-normal, between 0.05 and 0.8, the same in every run."""
    return min(0.8, max(0.05, Random(number).lognormvariate(-1.7, 0.6)))  # noqa: S311 (no secret)


def bodies(number: int) -> dict[str, bytes]:
    """The documents of one page by path, compressed."""
    dice = Random(number)  # noqa: S311 (no secret)
    size = dice.randrange(20_000, 100_000)
    page = {"id": f"page{number:08}", "name": "Bench", "time_zone": "Etc/UTC"}
    parts = [
        {"id": f"{number:06}{n:06}", "name": f"Part {n}", "status": "operational"}
        for n in range(20)
    ]
    summary = {
        "page": page,
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": parts,
        "incidents": [],
        "scheduled_maintenances": [],
    }
    told = [_incident(dice, number, n, parts) for n in range(size // 2_000)]
    plain = {
        "/api/v2/summary.json": json.dumps(summary),
        "/api/v2/incidents.json": _filled(
            [json.dumps(one) for one in told],
            size,
            lambda rows: f'{{"page": {json.dumps(page)}, "incidents": [{", ".join(rows)}]}}',
        ),
        "/feed.atom": _filled(
            list(map(_entry, told)),
            size,
            lambda rows: (
                '<feed xmlns="http://www.w3.org/2005/Atom"><title>Bench</title>'
                f"{''.join(rows)}</feed>"
            ),
        ),
    }
    return {path: gzip.compress(words.encode(), 6, mtime=0) for path, words in plain.items()}


def _filled(rows: list[str], size: int, whole: Callable[[list[str]], str]) -> str:
    """A document of as many rows as fit."""
    kept: list[str] = []
    for row in rows:
        size -= len(row)
        if kept and size < 0:
            break
        kept.append(row)
    return whole(kept)


def _incident(
    dice: Random, page: int, number: int, parts: list[dict[str, str]]
) -> dict[str, object]:
    key = f"{page:06}i{number:05}"
    start = 1_767_225_600 + dice.randrange(27_000_000)
    part = dice.choice(parts)
    updates = []
    for n, phase in enumerate([*dice.sample(_PHASES[:-1], dice.randint(2, 6)), "resolved"]):
        at = _iso(start + 1_200 * n + dice.randrange(1_200), dice)
        words = {"status": phase, "body": " ".join(dice.choices(_WORDS, k=46)).capitalize() + "."}
        times = dict.fromkeys(("created_at", "updated_at", "display_at"), at)
        affected = {"code": part["id"], "name": part["name"], "new_status": "operational"}
        more = {"affected_components": [affected], "deliver_notifications": True, "tweet_id": None}
        updates.append({"id": f"{key}u{n}", "incident_id": key, **words, **times, **more})
    return {
        "id": key,
        "name": " ".join(dice.choices(_WORDS, k=6)).capitalize(),
        "status": "resolved",
        "impact": "minor",
        "created_at": _iso(start, dice),
        "started_at": _iso(start, dice),
        "resolved_at": updates[-1]["created_at"],
        "updated_at": updates[-1]["created_at"],
        "shortlink": f"https://stspg.io/{key}",
        "incident_updates": updates[::-1],
        "components": [{**part, "position": 1, "group": False, "page_id": f"page{page:08}"}],
    }


def _iso(moment: int, dice: Random) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{dice.randrange(1000):03}Z"


def _entry(one: dict[str, object]) -> str:
    said = []
    for update in one["incident_updates"]:  # type: ignore[attr-defined]
        day, clock = update["created_at"][8:10], update["created_at"][11:16]
        said.append(
            f"<p><small>Jun <var data-var='date'>{day}</var>, <var data-var='time'>{clock}</var>"
            f" UTC</small><br><strong>{update['status'].capitalize()}</strong> - "
            f"{update['body']}</p>"
        )
    text = "".join(said).replace("<", "&lt;").replace(">", "&gt;")
    return (
        f"<entry><id>tag:bench.test,2005:Incident/{one['id']}</id>"
        f"<published>{one['created_at']}</published><updated>{one['updated_at']}</updated>"
        f'<link rel="alternate" type="text/html" href="https://bench.example.com/incidents/{one["id"]}"/>'
        f'<title>{one["name"]}</title><content type="html">{text}</content></entry>'
    )


def _answer(caller: socket.socket, context: ssl.SSLContext, pages: list[dict[str, bytes]]) -> None:
    number = int(ip_address(caller.getsockname()[0])) - _BASE
    try:
        with context.wrap_socket(caller, server_side=True) as line:
            line.settimeout(30)
            while path := _question(line):
                time.sleep(delay(number))
                body = pages[number][path]
                line.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body
                )
    except OSError:
        caller.close()


def _question(line: ssl.SSLSocket) -> str:
    """The path of the next question; "" where there is none."""
    question = b""
    while not question.endswith(b"\r\n\r\n"):
        if not (more := line.recv(16_384)):
            return ""
        question += more
    return question.split(b" ", 2)[1].decode()


def _accept(
    door: socket.socket, contexts: list[ssl.SSLContext], pages: list[dict[str, bytes]]
) -> None:
    while True:
        caller, _ = door.accept()
        number = int(ip_address(caller.getsockname()[0])) - _BASE
        context = contexts[number // _A_CERTIFICATE]
        Thread(target=_answer, args=(caller, context, pages), daemon=True).start()


def _contexts(authority: trustme.CA, count: int) -> list[ssl.SSLContext]:
    contexts = []
    for first in range(0, count, _A_CERTIFICATE):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.num_tickets = 0
        numbers = range(first, min(count, first + _A_CERTIFICATE))
        authority.issue_cert(*map(address, numbers)).configure_cert(context)
        contexts.append(context)
    return contexts


def _serve(folder: Path, count: int) -> None:
    authority = trustme.CA()
    contexts, pages = _contexts(authority, count), list(map(bodies, range(count)))
    # One door on every address of this machine; the address that was called says which page.
    with socket.create_server(("0.0.0.0", 0), backlog=4096) as door:  # noqa: S104 (see above)
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        (folder / "port.part").write_text(str(door.getsockname()[1]), encoding="utf-8")
        Thread(target=_accept, args=(door, contexts, pages), daemon=True).start()
        (folder / "port.part").rename(folder / "port")
        sys.stdin.read()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
