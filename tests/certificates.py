"""A certificate authority for tests, and server contexts for any host, good or flawed."""

import ssl
from datetime import UTC, datetime
from functools import cache

import trustme

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC)


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


def pem() -> bytes:
    """The authority's own certificate, for SSL_CERT_FILE."""
    return _authority().cert_pem.bytes()


@cache
def context(host: str, flaw: str = "") -> ssl.SSLContext:
    """What a server for `host` presents; `flaw` is expired, wrong_name, self_signed or ""."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.num_tickets = 0
    authority = trustme.CA() if flaw == "self_signed" else _authority()
    name = "somebody-else.test" if flaw == "wrong_name" else host
    if flaw == "expired":
        start, end = _LONG_AGO
        leaf = authority.issue_cert(name, not_before=start, not_after=end)
    else:
        leaf = authority.issue_cert(name)
    leaf.configure_cert(made)
    return made
