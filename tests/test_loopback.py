"""The fixture does what it says, seen by a client that knows nothing of it."""

import http.client
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from dialling import HOST, dial, get
from loopback import Answer, Fault, Loopback


def test_a_named_path_is_answered_over_tls_and_written_down(net: Loopback) -> None:
    net.put(HOST, "/api/v2/summary.json", Answer(headers={"X-Kind": "one"}, body=b'{"a": 1}'))

    status, headers, body = get(net, "/api/v2/summary.json", User_Agent="me/1.0")

    assert (status, headers["X-Kind"], body) == (200, "one", b'{"a": 1}')
    assert [(one.host, one.path) for one in net.log] == [(HOST, "/api/v2/summary.json")]
    assert net.log[0].headers["user-agent"] == "me/1.0"


def test_an_unknown_path_is_404_and_a_query_finds_its_path(net: Loopback) -> None:
    net.put(HOST, "/a", Answer(body=b"a"))

    missing, found = get(net, "/b"), get(net, "/a?page=2")

    assert missing[0] == 404
    assert found[2] == b"a"


def test_an_unknown_host_is_refused_by_the_proxy(net: Loopback) -> None:
    with pytest.raises(OSError, match="Tunnel connection failed: 502"):
        get(net, host="nobody.test")

    assert net.connects == ["nobody.test"]
    assert net.log == []


def test_a_plain_request_is_refused_and_written_down(net: Loopback) -> None:
    connection = http.client.HTTPConnection(*net.address, timeout=5)
    try:
        connection.request("GET", "http://plain.test/x")
        status = connection.getresponse().status
    finally:
        connection.close()

    assert status == 403
    assert net.plain == ["http://plain.test/x"]


def test_several_answers_come_in_order_and_the_last_stays(net: Loopback) -> None:
    net.put(HOST, "/", Fault("500"), Fault("500"), Answer(body=b"up"))

    statuses = [get(net)[0] for _ in range(4)]

    assert statuses == [500, 500, 200, 200]


def test_an_etag_makes_an_answer_conditional(net: Loopback) -> None:
    net.put(HOST, "/", Answer(etag='W/"v1"', body=b"body"))

    first = get(net)
    again = get(net, If_None_Match=first[1]["ETag"])
    other = get(net, If_None_Match='"v0"')

    assert (first[0], first[1]["ETag"]) == (200, 'W/"v1"')
    assert (again[0], again[2]) == (304, b"")
    assert (other[0], other[2]) == (200, b"body")


def test_control_hosts_answer_and_as_many_fail_as_wished(net: Loopback) -> None:
    net.control(working=2)

    one = get(net, "/generate_204", "www.gstatic.com")
    two = get(net, "/hotspot-detect.html", "captive.apple.com")

    assert (one[0], two[0]) == (204, 200)
    with pytest.raises((OSError, http.client.HTTPException)):
        get(net, "/success.txt", "detectportal.firefox.com")


def test_leaving_ends_what_still_hangs() -> None:
    with Loopback() as net:
        net.host(HOST, Fault("hang"))
        connection = dial(net)
        connection.request("GET", "/")
        started = time.monotonic()

    with closing(connection), pytest.raises((OSError, http.client.HTTPException)):
        connection.getresponse()

    assert time.monotonic() - started < 3
    assert "loopback" not in [thread.name for thread in threading.enumerate()]


def test_a_fault_that_nobody_knows_is_a_mistake_of_the_test(net: Loopback) -> None:
    with pytest.raises(ValueError, match="'explode' is not one of"):
        Fault("explode")
    with pytest.raises(ValueError, match="before any path"):
        net.put(HOST, "/", Fault("expired"))


def test_two_hundred_hosts_are_served_at_once(net: Loopback) -> None:
    hosts = [f"h{number}.test" for number in range(200)]
    for host in hosts:
        net.put(host, "/", Answer(body=host.encode()))
    net.latency["h0.test"] = 0.2

    with ThreadPoolExecutor(16) as pool:
        bodies = list(pool.map(lambda host: get(net, host=host)[2].decode(), hosts))

    assert bodies == hosts
    assert 1 < net.peak <= 32
    assert set(net.peaks.values()) == {1}


def test_the_environment_names_the_proxy_and_its_authority(behind: Loopback) -> None:
    proxy = f"http://127.0.0.1:{behind.address[1]}"

    trust = ssl.create_default_context()

    assert behind.env["HTTPS_PROXY"] == behind.env["https_proxy"] == proxy
    assert behind.env["NO_PROXY"] == ""
    assert len(trust.get_ca_certs()) == 1


def test_no_test_reaches_another_machine() -> None:
    with (
        socket.socket() as plug,
        pytest.raises(AssertionError, match="a test tried to reach"),
    ):
        plug.connect(("192.0.2.1", 443))

    assert plug.fileno() == -1
