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
from crawler.errors import ContentError

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

_PLACE = "{service}"
_SECONDS = 4.0


def check(channels: Iterable[Channel]) -> None:
    """Load Apprise and see that it knows every address. Raises ContentError, which quotes none."""
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).propagate = False
    try:
        with warnings.catch_warnings():
            # It asks for modules that newer versions of Python give up.
            warnings.simplefilter("ignore")
            unknown = [one for one in channels if _plugin(one.url, "service") is None]
    except ModuleNotFoundError:
        raise ContentError(f"{VARIABLE}: install the extra first: whosdown[alerts]") from None
    if unknown:
        raise wrong(unknown[0].line, "Apprise does not understand this address")


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
