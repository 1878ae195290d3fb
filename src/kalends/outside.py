"""The outside systems that the settings name: made here, handed to the features that ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from kalends.features.calls.ports import Telephone
from kalends.features.reminders.ports import Carrier
from kalends.integrations.twilio import Account, TwilioMessages, TwilioTelephone
from kalends.kit.clock import Clock
from kalends.kit.crypto import Keyring
from kalends.settings import Settings


def telephone(settings: Settings, clock: Clock) -> Telephone | None:
    """Give the telephone service, if one is set up."""
    account = _twilio(settings, clock)
    return TwilioTelephone(account) if account else None


def carriers(settings: Settings, keyring: Keyring, clock: Clock) -> Mapping[str, Carrier]:
    """Give the services that bring messages to people, by the name of their channel."""
    found: dict[str, Carrier] = {}
    if account := _twilio(settings, clock):
        found["sms"] = TwilioMessages(account)
    return found


def _twilio(settings: Settings, clock: Clock) -> Account | None:
    sid, token, number = settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from
    if not (sid and token and number):
        return None
    return Account(
        sid=sid,
        token=token,
        number=number,
        clock=clock,
        base_url=settings.twilio_base_url,
        public_url=settings.public_url,
    )
