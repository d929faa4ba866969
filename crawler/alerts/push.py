"""Messages through Apprise: chats, phones, webhooks, mail. Needs the extra `alerts`.

What Apprise and the libraries under it would log may hold an address, so they are silent, and what
they raise is told by its kind alone.
"""

import logging
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crawler.alerts.channels import VARIABLE, Channel, wrong
from crawler.alerts.transitions import UNWATCHED
from crawler.alerts.words import Message
from crawler.catalogue import TOPIC, Catalogue
from crawler.errors import ContentError
from crawler.model import Level

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

_PLACE = "{service}"
_SECONDS = 4.0


def check(channels: Iterable[Channel], catalogue: Catalogue) -> None:
    """Load Apprise and see that it knows every address, with every service that is told there.
    Raises ContentError, which quotes none."""
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).propagate = False
    try:
        with warnings.catch_warnings():
            # It asks for modules that newer versions of Python give up.
            warnings.simplefilter("ignore")
            for one in channels:
                told = [two.id for _, two in catalogue.services() if one.hears(two, Level.CRITICAL)]
                _check(one, max(told, key=len, default="service"))
    except ModuleNotFoundError:
        raise ContentError(f"{VARIABLE}: install the extra first: whosdown[alerts]") from None


def _check(channel: Channel, service: str) -> None:
    from apprise.plugins import url_to_dict
    from apprise.plugins.ntfy import NotifyNtfy
    from apprise.utils.parse import parse_list

    plugin = _plugin(channel.url, service)
    if plugin is None:
        raise wrong(channel.line, "Apprise does not understand this address")
    if isinstance(plugin, NotifyNtfy):
        # It passes over a topic that ntfy would refuse.
        parts = url_to_dict(channel.url.replace(_PLACE, service))  # type: ignore[no-untyped-call]
        wanted = parse_list(parts["targets"])  # type: ignore[no-untyped-call]
        if not wanted or len(plugin.topics) < len(wanted):
            problem = f"a topic of ntfy has 1 to {TOPIC} of A-Z, a-z, 0-9, - and _"
            filled = f", with the id {service!r} too" if _PLACE in channel.url else ""
            raise wrong(channel.line, problem + filled)


def send(channel: Channel, message: Message) -> bool:
    """Send one message; whether the other side took it."""
    from apprise import NotifyFormat, NotifyType
    from apprise.plugins.email import NotifyEmail

    from crawler.alerts import mail

    plugin = _plugin(channel.url, message.event.service)
    if plugin is None:
        return False
    if isinstance(plugin, NotifyEmail):
        return mail.send(plugin, message)
    headers = getattr(plugin, "headers", None)
    if isinstance(headers, dict):
        headers["Idempotency-Key"] = message.event.key
    kinds = {"resolved": NotifyType.SUCCESS, UNWATCHED: NotifyType.INFO}
    return bool(
        plugin.notify(
            body=message.body,
            title=message.subject,
            notify_type=kinds.get(message.event.kind, NotifyType.WARNING),
            body_format=NotifyFormat.TEXT,
        )
    )


def _plugin(url: str, service: str) -> "NotifyBase | None":
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="whosdown", app_desc="whosdown", async_mode=False)
    plugin = Apprise.instantiate(url.replace(_PLACE, service), asset=asset)
    if plugin is not None:
        plugin.socket_connect_timeout = min(_SECONDS, plugin.socket_connect_timeout)
        plugin.socket_read_timeout = min(_SECONDS, plugin.socket_read_timeout)
    return plugin
