"""Where the crawler may connect: public addresses only, checked when the connection is made.

A page that redirects inside our network, or a name that resolves there, must not make us ask our
own neighbours. Checking a name and connecting to it later would leave time for it to change, so
the address that was checked is the address that is used.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment as _bypass  # type: ignore[attr-defined]

import httpcore
import httpx

from crawler.errors import ContentError
from crawler.fetch.answers import Moved
from crawler.fetch.stream import SocketBackend

Address = IPv4Address | IPv6Address
Net = IPv4Network | IPv6Network
# is_global says yes to these, though what they carry may be private: 6to4 and its relays, Teredo;
# special networks that some Pythons do not know; where machines at Azure ask their host.
_NEVER = tuple(
    map(
        ip_network,
        ("2002::/16", "192.88.99.0/24", "2001::/23", "3fff::/20", "192.0.0.0/24", "168.63.129.16"),
    )
)
# All other IPv6 is either not routed or, as with NAT64, IPv4 in disguise.
_PUBLIC_IPV6 = ip_network("2000::/3")
_INSIDE = (".internal", ".local", ".localdomain")
_METADATA = frozenset({"metadata.google.internal", "metadata", "instance-data"})


@dataclass(frozen=True, slots=True)
class Network:
    """How to reach the world: the operator's proxy and CA file, and the private networks that
    site.toml opens. An empty `proxy` means directly."""

    user_agent: str
    proxy: str = ""
    no_proxy: str = ""
    ca_file: str = ""
    allow_private: tuple[Net, ...] = ()

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], user_agent: str, allow_private: Iterable[Net] = ()
    ) -> "Network":
        """The usual variables: HTTPS_PROXY or ALL_PROXY, NO_PROXY, SSL_CERT_FILE.

        Raises ContentError for a proxy that we cannot use.
        """
        # Lower case comes last in order and wins, as it does for curl.
        names = {name.lower(): value for name, value in sorted(environment.items()) if value}
        return cls(
            user_agent=user_agent,
            proxy=_proxy(names.get("https_proxy") or names.get("all_proxy") or ""),
            no_proxy=names.get("no_proxy", ""),
            ca_file=names.get("ssl_cert_file", ""),
            allow_private=tuple(allow_private),
        )

    def proxy_for(self, host: str) -> str:
        """The proxy on the way to a host; "" where it is reached directly."""
        return "" if _bypass(host, {"no": self.no_proxy}) else self.proxy


def _proxy(raw: str) -> str:
    """A proxy's address; `host:port` means http."""
    url = raw if "://" in raw or not raw else f"http://{raw}"
    try:
        parts = urlsplit(url)
        usable = not url or (parts.scheme in ("http", "https") and parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        # The address may hold a password, so it is not repeated.
        raise ContentError("HTTPS_PROXY or ALL_PROXY: write http://host:port")
    return url


class Blocked(Exception):
    """The address is not public and site.toml does not open it."""


def public(address: Address, allowed: Iterable[Net]) -> bool:
    """Whether we may connect to an address."""
    if any(address.version == net.version and address in net for net in allowed):
        return True
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return public(address.ipv4_mapped, allowed)
    hidden = any(address.version == net.version and address in net for net in _NEVER)
    hidden = hidden or (address.version == 6 and address not in _PUBLIC_IPV6)
    return address.is_global and not address.is_multicast and not hidden


def check_host(host: str, network: Network) -> None:
    """Judge a host as it is written: all that we can do through a proxy. Raises Blocked."""
    name = host.lower().rstrip(".").strip("[]").partition("%")[0]
    if name == "localhost" or name.endswith(".localhost"):
        name = "127.0.0.1"
    address = _literal(name)
    if address is not None:
        if not public(address, network.allow_private):
            raise Blocked(host)
        return
    inside = "." not in name or name.endswith(_INSIDE)
    if name in _METADATA or (inside and not network.allow_private):
        raise Blocked(host)


def onward(url: httpx.URL, location: str, network: Network) -> httpx.URL:
    """Where a redirect leads, if it may be followed: https, our own host, not a private place.

    Raises Blocked, Moved.
    """
    target = url.join(location) if location else url
    if target.scheme in ("http", "https"):
        check_host(target.host, network)
    if target.scheme != "https" or not location:
        raise Moved(f"to {target.scheme}://{target.host}")
    same = target.host.removeprefix("www.") == url.host.removeprefix("www.")
    if not same or target.port != url.port:
        raise Moved(f"to {target.scheme}://{target.host}")
    return target


def _literal(name: str) -> Address | None:
    """An address in any of the forms that the C library reads: 127.1, 0x7f000001, 2130706433."""
    try:
        return ip_address(name)
    except ValueError:
        try:
            return IPv4Address(socket.inet_aton(name)) if name[:1].isdigit() else None
        except OSError:
            return None


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name, checks every address and connects to one that was checked."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._inner: httpcore.AsyncNetworkBackend = SocketBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the base's name)
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect within `timeout` seconds, resolving included. Raises Blocked, httpcore errors."""
        loop = asyncio.get_running_loop()
        ends = None if timeout is None else loop.time() + timeout
        try:
            async with asyncio.timeout_at(ends):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (socket.gaierror, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(one[4][0]) for one in found]
        if not all(public(ip_address(one), self._network.allow_private) for one in addresses):
            raise Blocked(host)
        failed: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            # Half of the time that is left, so that a silent address leaves some for the next.
            parts = 1 if address == addresses[-1] else 2
            share = None if ends is None else (ends - loop.time()) / parts
            try:
                return await self._inner.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                failed = failure
        raise failed

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)
