"""The carrier of mail. Whoever reads it tells a repetition by its `Message-ID`."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kalends.features.reminders.ports import AddressGone, Message
from kalends.integrations.mail.writing import domain_of, written
from kalends.jobs import Permanent, Transient
from kalends.kit.clock import Clock

_SECONDS = 20.0
# RFC 3463: no such mailbox, no such system, mailbox moved, mailbox disabled.
_NOBODY = re.compile(r"\b5\.(1\.[12360]|1\.10|2\.1)\b")
_NO_MAILBOX = (550, 551, 553)
_NOT_LET_IN = (530, 535, 538)  # RFC 4954 6: whoever runs the server mends that; what waits is sent then


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The server that mail is handed to, and who sends it."""

    sender: str  # a mail address
    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: str | None = None


class Mail:
    """Sends mail, one connection each."""

    def __init__(
        self, settings: MailSettings, clock: Clock, *, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._settings, self._clock = settings, clock
        self._trusted = trusted or ssl.create_default_context()

    def send(self, message: Message) -> str | None:
        """Hand it to the server; gives its Message-ID."""
        mail = written(message, self._settings.sender, self._clock.now())
        with _told_apart(), self._connected() as server:
            server.send_message(mail, self._settings.sender, [message.to])
        return str(mail["Message-ID"])

    def find(self, message: Message, since: datetime) -> str | None:
        """Nothing can be asked: the reader goes by the Message-ID."""
        return None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        wanted = self._settings
        # The name that we greet with: to ask for our own may take the machine half a minute.
        name = domain_of(wanted.sender)
        if wanted.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                wanted.host, wanted.port, name, timeout=_SECONDS, context=self._trusted
            )
        else:
            server = smtplib.SMTP(wanted.host, wanted.port, name, timeout=_SECONDS)
        with server:
            if wanted.security == "starttls":
                server.starttls(context=self._trusted)
            if wanted.username is not None:
                server.login(wanted.username, wanted.password or "")
            yield server


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn what SMTP says into what may pass and what will not."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        ((code, said),) = error.recipients.values()
        raise _judged(code, _text(said), of_address=True) from None
    except smtplib.SMTPAuthenticationError as error:
        raise Transient(f"The mail server refused to let us in: {error.smtp_code}.") from None
    except smtplib.SMTPResponseException as error:
        raise _judged(error.smtp_code, _text(error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Permanent(f"The mail server cannot do what is asked: {error}.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Transient(f"The mail server cannot be reached: {type(error).__name__}.") from None


def _judged(code: int, said: str, *, of_address: bool = False) -> Exception:
    told = f"The mail server answered {code} {said}".strip()[:500]
    if code < 500 or code in _NOT_LET_IN:
        return Transient(told)
    if _NOBODY.search(said) or (of_address and code in _NO_MAILBOX and not re.search(r"\b5\.\d", said)):
        return AddressGone(told)
    return Permanent(told)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
