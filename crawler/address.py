"""Whether an address in a content file can be asked, linked and printed as it stands."""

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

_FOREIGN = re.compile(r"[\s\"<>\\^`{|}]")
_LABEL = re.compile(r"\w[\w-]{0,62}")


def fault(url: str, *schemes: str) -> str:
    """What is wrong with an address, as one sentence that quotes it; "" where nothing is.

    It begins with one of `schemes`, has a host, perhaps a port, and nothing that hides: no blanks,
    no control characters, no user name or password.
    """
    if not url.startswith(tuple(f"{one}://" for one in schemes)):
        return f"{url!r} does not begin with {' or '.join(f'{one}://' for one in schemes)}"
    if not url.isprintable() or _FOREIGN.search(url):
        return f"{url!r} has a blank or another character that stands in no address"
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url!r} is not a web address"
    _, at, place = parts.netloc.rpartition("@")
    if at:
        # The password itself is not repeated: logs are public.
        return f"the address of {place} has a user name or password; write it without"
    if not _is_host(parts.hostname or "", place):
        return f"{url!r} names no host that can exist"
    try:
        usable = parts.port != 0 and not place.endswith(":")
    except ValueError:
        usable = False
    return "" if usable else f"{url!r} has a port that cannot exist; allowed: 1 to 65535"


def host(url: str) -> str:
    """The host of an address without fault, in lower case."""
    return (urlsplit(url).hostname or "").removesuffix(".")


def _is_host(name: str, place: str) -> bool:
    """Whether a host is a name or an address; `place` is how it is written, with its port."""
    if not place.startswith("["):
        return all(map(_LABEL.fullmatch, name.removesuffix(".").split(".")))
    try:
        IPv6Address(name)
    except ValueError:
        return False
    return place.partition("]")[2][:1] in {"", ":"} and "%" not in name
