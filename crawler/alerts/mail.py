"""Mail, sent with Apprise's own parts: its `notify` gives every message a random Message-ID, and
ours must be the same when a message is sent again, and lead to the first one of its thread."""

from email import message_from_string

from apprise import NotifyFormat
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.smtp import SMTP_EXCEPTIONS, AppriseSMTPController

from crawler.alerts.words import Message


def send(plugin: NotifyEmail, message: Message) -> bool:
    """Send one message to each address of a `mailto://`; whether all of them were taken."""
    try:
        with AppriseSMTPController(
            host=plugin.smtp_host,
            port=plugin.port or 0,
            secure_mode=str(plugin.secure_mode),
            user=plugin.user,
            password=plugin.password,
            verify_certificate=plugin.verify_certificate,
            socket_connect_timeout=plugin.socket_connect_timeout,
        ) as server:
            letters = NotifyEmail.prepare_emails(
                subject=message.subject,
                body=message.body,
                notify_format=NotifyFormat.TEXT,
                from_addr=plugin.from_addr,
                to=plugin.targets,
                cc=plugin.cc,
                bcc=plugin.bcc,
                reply_to=plugin.reply_to,
                smtp_host=plugin.smtp_host,
                headers={**plugin.headers, "Auto-Submitted": "auto-generated"},
                names=plugin.names,
                pgp=plugin.pgp,
                pgp_mode=plugin.pgp_mode,
                tzinfo=plugin.tzinfo,
            )
            taken = []
            for one in letters:
                letter = _threaded(str(one.body), message)
                sender = str(plugin.from_addr[1])
                taken.append(server.sendmail(sender, list(one.to_addrs), letter))
    except SMTP_EXCEPTIONS:
        return False
    return bool(taken) and all(taken)


def _threaded(letter: str, message: Message) -> str:
    """The letter with our own Message-ID, and after the first one of its incident."""
    parsed = message_from_string(letter)
    del parsed["Message-ID"]
    parsed["Message-ID"] = message.identity
    if message.thread != message.identity:
        parsed["In-Reply-To"] = parsed["References"] = message.thread
    return parsed.as_string()
