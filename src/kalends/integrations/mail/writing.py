"""A message as mail (RFC 5322): plain text and HTML, the event beside them, and a way to say no to more."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from kalends.features.reminders.ports import AddressGone, Message


def written(message: Message, sender: str, now: datetime) -> EmailMessage:
    """Write the mail. Raises `AddressGone` for an address that no mail can go to."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("Kalends", addr_spec=sender)
    try:
        mail["To"] = Address(addr_spec=message.to)
    except (ValueError, IndexError):
        raise AddressGone("That is no mail address.") from None
    mail["Subject"] = " ".join(message.subject.split())  # a title may have lines; a header has not
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.key}@{domain_of(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday is to be told to a machine
    mail["Content-Language"] = message.language
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(message.text)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    if message.calendar is not None:
        mail.add_attachment(
            message.calendar.decode(),
            subtype="calendar",
            filename="event.ics",
            params={"method": "PUBLISH"},
        )
    return mail


def domain_of(address: str) -> str:
    """Give what stands behind the `@`."""
    return address.rpartition("@")[2]
