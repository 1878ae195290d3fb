"""What reminders need of a service that brings messages to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kalends.jobs import Permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent. The receiver sees `key`, by which it can tell a repetition."""

    key: str  # a UUID
    to: str  # an address of the channel: mail address, E.164 number, URL, or a push subscription as JSON
    subject: str
    text: str
    html: str | None = None
    language: str = "en"
    link: str | None = None  # where it can be seen in the app
    calendar: bytes | None = None  # the event as .ics
    unsubscribe: str | None = None  # where one says no to more, without signing in
    data: str | None = None  # JSON for programs
    secret: str | None = None  # with which a webhook is signed
    workspace_id: UUID | None = None  # for services that tell later what became of it


class AddressGone(Permanent):
    """There is nobody at the address, for good: nothing more is to be sent there."""


class Carrier(Protocol):
    """A service behind a channel. Raises `Transient` and `Permanent` of `kalends.jobs`, and `AddressGone`."""

    def send(self, message: Message) -> str | None:
        """Send it; gives the service's own id, where it has one."""
        ...

    def find(self, message: Message, since: datetime) -> str | None:
        """Ask whether it was sent before, where a crash left that open; gives the service's id. None where
        it was not, or where the service cannot tell and the receiver goes by `key`."""
        ...
