"""What is stored of how members want to be told, and where each channel reaches them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select

from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.members import Members
from kalends.features.identity.models import Account, Member
from kalends.features.identity.preferences import Preferences
from kalends.features.reminders.models import Channel, NotificationSetting, Suppression
from kalends.features.reminders.preferences import NotificationPreferences
from kalends.kit.crypto import Keyring
from kalends.kit.errors import InvalidInput, NotFound, must_be_version
from kalends.storage import Unit

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_LEAST_SECRET, _MOST_SECRET, _MOST_ADDRESS = 16, 200, 2000
_SECRET = "secret"  # noqa: S105 the name under which a webhook's is kept
_GIVEN_ELSEWHERE = (Channel.IN_APP, Channel.EMAIL, Channel.PUSH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A member, how they want to be told, and where each channel reaches them.

    What is silent stands in `preferences.switched_off`; e-mail is so where the member's preferences say it.
    """

    member: Member
    preferences: NotificationPreferences
    addresses: Mapping[str, str]  # by channel; of pushes there are as many as there are browsers
    webhook_secret: str | None
    version: int  # of what is stored; 0 where nothing is

    def masked(self) -> dict[str, str]:
        """Give the addresses as they may be shown."""
        return {channel: masked(address) for channel, address in self.addresses.items()}


def masked(address: str) -> str:
    """Give enough of an address to tell it from others."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    if "://" in address:
        return f"{urlsplit(address).scheme}://{urlsplit(address).hostname or ''}/…"
    return f"{address[:3]}…{address[-2:]}" if len(address) > 6 else "…"


class Settings:
    """Reads and changes how members are told."""

    def __init__(self, keyring: Keyring, members: Members, channels: Callable[[], Collection[str]]) -> None:
        self._keyring, self._members, self._channels = keyring, members, channels

    def load(self, tx: Unit, member_ids: Collection[UUID]) -> dict[UUID, Reach]:
        """Give how some members want to be told, and where; one that is gone has no entry."""
        members = tx.execute(select(Member).where(Member.id.in_(member_ids))).scalars().all()
        stored = {
            row.member_id: row
            for row in tx.execute(
                select(NotificationSetting).where(NotificationSetting.member_id.in_(member_ids))
            ).scalars()
        }
        accounts = [member.account_id for member in members if member.account_id is not None]
        mail = dict(tx.execute(select(Account.id, Account.email).where(Account.id.in_(accounts))).all())
        return {
            member.id: self._reach(
                member, stored.get(member.id), mail.get(member.account_id) if member.account_id else None
            )
            for member in members
        }

    def get(self, tx: Unit, actor: Actor, member_id: UUID) -> Reach:
        """Give how a member wants to be told, to themselves and to owners. Raises `NotFound`, `Forbidden`."""
        actor.must_have(Scope.READ)
        actor.must_be_or_own(member_id)
        tx.get(Member, member_id)
        return self.load(tx, [member_id])[member_id]

    def change(
        self,
        tx: Unit,
        actor: Actor,
        member_id: UUID,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> Reach:
        """Change some of it and give all: `addresses` channel by channel, where None forgets one.

        Raises `InvalidInput` naming the field, `Stale`, `Forbidden`, `NotFound`.
        """
        actor.must_have(Scope.WRITE)
        actor.must_be_or_own(member_id)
        tx.lock(Member, [member_id])
        before = self.get(tx, actor, member_id)
        must_be_version("settings", before.version, expected_version)
        given = dict(changes)
        addresses, secret = given.pop("addresses", None), given.pop("webhook_secret", None)
        preferences = before.preferences.changed(given)
        for kind in given.get("channels", ()):
            self.must_be_channels(preferences.channels[kind], f"channels.{kind}")
        if "switched_off" in given:
            self.must_be_channels(preferences.switched_off, "switched_off")
            wanted = Channel.EMAIL not in preferences.switched_off
            self._members.prefer(tx, actor, member_id, {"email_enabled": wanted})
        values = preferences.as_set()
        values["switched_off"] = [name for name in preferences.switched_off if name != Channel.EMAIL]
        sealed = self._merged(before, addresses, secret)
        row = tx.session.get(NotificationSetting, (tx.workspace_id, member_id))
        if row is None:
            row = NotificationSetting(member_id=member_id, values={}, sealed=None, version=0)
        row.values, row.version = values, row.version + 1
        context = _context(tx.workspace_id, member_id)
        row.sealed = self._keyring.encrypt(json.dumps(sealed), context=context) if sealed else None
        tx.add(row)
        fields = sorted({*changes} - {"webhook_secret"})
        audit.record(
            tx, actor, "notification_settings.changed", kind="member", subject=member_id, fields=fields
        )
        return self.get(tx, actor, member_id)

    def must_be_channels(self, names: Collection[str], field: str) -> None:
        """Raise `InvalidInput` for a channel that there is not, here or elsewhere."""
        known = sorted({*map(str, Channel), *self._channels()})
        for name in names:
            if name not in known:
                raise InvalidInput(
                    f"There is no channel {name[:40]!r}; there is {', '.join(known)}.", field=field
                )

    # Addresses to which nothing is sent any more --------------------------------------------------------

    def address_hash(self, address: str) -> str:
        """Give by what an address is found again without being kept."""
        return self._keyring.mac(address.strip().casefold(), purpose="suppression")

    def suppressed(self, tx: Unit, reach: Reach) -> dict[str, str]:
        """Give the channels whose address takes nothing more, and why."""
        found = tx.execute(select(Suppression.channel, Suppression.address_hash, Suppression.reason))
        ours = {(channel, self.address_hash(address)) for channel, address in reach.addresses.items()}
        return {channel: reason for channel, hashed, reason in found if (channel, hashed) in ours}

    def is_suppressed(self, tx: Unit, channel: str, address: str) -> bool:
        """Say whether nothing is sent to an address any more."""
        place = tx.workspace_id, channel, self.address_hash(address)
        return tx.session.get(Suppression, place) is not None

    def suppress(self, tx: Unit, channel: str, address: str, reason: str) -> None:
        """Send nothing to an address any more."""
        tx.claim(
            Suppression,
            channel=channel,
            address_hash=self.address_hash(address),
            address_masked=masked(address),
            reason=reason,
            at=tx.now,
        )

    def resume(self, tx: Unit, actor: Actor, member_id: UUID, channel: str) -> None:
        """Send to a member's address again. Raises `NotFound` where nothing prevents it."""
        actor.must_have(Scope.WRITE)
        address = self.get(tx, actor, member_id).addresses.get(channel)
        if address is None or not self.lift(tx, channel, address):
            raise NotFound(f"Nothing keeps {channel} from being sent.", kind="suppression", id=channel)
        audit.record(
            tx, actor, "notification_settings.changed", kind="member", subject=member_id, fields=[channel]
        )

    def forget(self, tx: Unit, member: Member) -> None:
        """Forget that a member's addresses take nothing, as the member is removed."""
        reach = self.load(tx, [member.id])[member.id]
        for channel, address in reach.addresses.items():
            self.lift(tx, channel, address)

    def lift(self, tx: Unit, channel: str, address: str) -> bool:
        """Send to an address again; says whether anything prevented it."""
        this = Suppression.channel == channel, Suppression.address_hash == self.address_hash(address)
        return bool(tx.changed(delete(Suppression).where(*this)))

    # Inside ---------------------------------------------------------------------------------------------

    def _reach(self, member: Member, row: NotificationSetting | None, email: str | None) -> Reach:
        kept: dict[str, str] = {}
        if row is not None and row.sealed is not None:
            context = _context(member.workspace_id, member.id)
            kept = json.loads(self._keyring.decrypt(row.sealed, context=context))
        secret = kept.pop(_SECRET, None)
        if email:
            kept[Channel.EMAIL] = email
        preferences = NotificationPreferences.stored(row.values if row else {})
        if not Preferences.stored(member.preferences).email_enabled:
            silent = (*preferences.switched_off, str(Channel.EMAIL))
            preferences = preferences.model_copy(update={"switched_off": silent})
        return Reach(
            member=member,
            preferences=preferences,
            addresses=kept,
            webhook_secret=secret,
            version=row.version if row else 0,
        )

    def _merged(self, before: Reach, given: Any, secret: Any) -> dict[str, str]:
        kept = {name: text for name, text in before.addresses.items() if name not in _GIVEN_ELSEWHERE}
        if not isinstance(given, Mapping | None):
            raise InvalidInput("addresses: give an address for each channel.", field="addresses")
        for channel, address in (given or {}).items():
            field = f"addresses.{channel}"
            if channel not in self._channels() or channel in _GIVEN_ELSEWHERE:
                raise InvalidInput(f"No address is kept for {str(channel)[:40]!r}.", field=field)
            if address is None:
                kept.pop(channel, None)
            else:
                kept[channel] = _checked(channel, address, field)
        if secret is not None and not _is_secret(secret):
            raise InvalidInput(
                f"A webhook's secret has {_LEAST_SECRET} to {_MOST_SECRET} characters that can be seen.",
                field="webhook_secret",
            )
        secret = secret or before.webhook_secret
        if Channel.WEBHOOK in kept:
            if secret is None:
                raise InvalidInput("A webhook needs a secret to sign with.", field="webhook_secret")
            kept[_SECRET] = secret
        return kept


def _checked(channel: str, given: Any, field: str) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > _MOST_ADDRESS:
        raise InvalidInput(f"An address has 1 to {_MOST_ADDRESS} characters.", field=field)
    address = given.strip()
    if not address.isprintable():
        raise InvalidInput("An address is one line without control characters.", field=field)
    if channel == Channel.SMS:
        address = re.sub(r"[\s()./-]", "", address)
        if not _NUMBER.fullmatch(address):
            raise InvalidInput("Write the number with its country, such as +4930123456.", field=field)
    if channel == Channel.WEBHOOK and not is_web(address):
        raise InvalidInput("A webhook is an address that begins with https://.", field=field)
    return address


def _is_secret(given: Any) -> bool:
    return isinstance(given, str) and _LEAST_SECRET <= len(given) <= _MOST_SECRET and given.isprintable()


def is_web(address: str) -> bool:
    """Say whether a text is an address of the web, wherever that leads."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _context(workspace_id: UUID, member_id: UUID) -> str:
    return f"notification_setting/{workspace_id}/{member_id}"
