"""A client that knows nothing of the loopback but where the proxy is and whom to trust."""

import http.client
import ssl

from loopback import Loopback

HOST = "status.example.test"


def dial(net: Loopback, host: str = HOST, seconds: float = 5.0) -> http.client.HTTPSConnection:
    """A connection to a host, through the proxy."""
    trust = ssl.create_default_context(cafile=net.ca_file)
    connection = http.client.HTTPSConnection(*net.address, context=trust, timeout=seconds)
    connection.set_tunnel(host, 443)
    return connection


def get(
    net: Loopback, path: str = "/", host: str = HOST, seconds: float = 5.0, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request: status, headers, body."""
    connection = dial(net, host, seconds)
    try:
        connection.request(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()
