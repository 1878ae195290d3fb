"""Saying no to more, from within a message and without signing in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kalends.features.identity.actor import language_of
from kalends.features.identity.models import Member
from kalends.features.reminders.settings import Settings, masked
from kalends.kit.crypto import Keyring
from kalends.kit.errors import NotFound
from kalends.storage import Database, Unit

PATH: Final = "/api/v1/unsubscribe/"
_PURPOSE = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """What a link is about: a channel of a member, the address as it may be shown, and in which language."""

    workspace_id: UUID
    member_id: UUID
    channel: str
    address: str
    language: str  # BCP 47


class Unsubscribing:
    """Makes and takes the links. Each is signed, and says whose address it is about."""

    def __init__(self, database: Database, keyring: Keyring, settings: Settings) -> None:
        self._database, self._keyring, self._settings = database, keyring, settings

    def address(self, public_url: str, member: Member, channel: str) -> str:
        """Give the link by which a member takes no more on a channel."""
        what = f"{member.workspace_id.hex}.{member.id.hex}.{channel}"
        return f"{public_url}{PATH}{what}.{self._keyring.mac(what, purpose=_PURPOSE)}"

    def look(self, token: str) -> Subscribed:
        """Say what a link is about. Raises `NotFound` for one that is none of ours, or about nobody now."""
        workspace_id, member_id, channel = self._read(token)
        with self._database.read(workspace_id) as tx:
            return self._found(tx, member_id, channel)

    def stop(self, token: str) -> Subscribed:
        """Send nothing more to the address that a link is about, however often that is said."""
        workspace_id, member_id, channel = self._read(token)

        def work(tx: Unit) -> Subscribed:
            found = self._found(tx, member_id, channel)
            address = self._settings.load(tx, [member_id])[member_id].addresses[channel]
            self._settings.suppress(tx, channel, address, "unsubscribed")
            return found

        return self._database.write(workspace_id, work)

    def _found(self, tx: Unit, member_id: UUID, channel: str) -> Subscribed:
        reach = self._settings.load(tx, [member_id]).get(member_id)
        address = reach.addresses.get(channel) if reach is not None else None
        if address is None:
            raise _unknown()
        return Subscribed(
            workspace_id=tx.workspace_id,
            member_id=member_id,
            channel=channel,
            address=masked(address),
            language=language_of(tx.get(Member, member_id).preferences),
        )

    def _read(self, token: str) -> tuple[UUID, UUID, str]:
        what, _, signature = token.rpartition(".")
        expected = self._keyring.mac(what, purpose=_PURPOSE).encode()
        parts = what.split(".")
        if len(parts) != 3 or not hmac.compare_digest(expected, signature.encode(errors="replace")):
            raise _unknown()
        return UUID(parts[0]), UUID(parts[1]), parts[2]


def _unknown() -> NotFound:
    return NotFound("There is nothing behind this link any more.", kind="subscription")
