"""The outside systems that the settings name: made here, handed to the features that ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from kalends.features.calls.ports import Telephone
from kalends.features.reminders.models import Channel
from kalends.features.reminders.ports import Carrier
from kalends.integrations.mail import Mail, MailSettings
from kalends.integrations.outside_addresses import OutsideAddresses
from kalends.integrations.push import Pushes, public_key, vapid_key
from kalends.integrations.twilio import Account, TwilioMessages, TwilioTelephone
from kalends.integrations.webhook import Webhooks
from kalends.kit.clock import Clock
from kalends.kit.crypto import Keyring
from kalends.settings import Settings


def telephone(settings: Settings, clock: Clock) -> Telephone | None:
    """Give the telephone service, if one is set up."""
    account = _twilio(settings, clock)
    return TwilioTelephone(account) if account else None


def carriers(settings: Settings, keyring: Keyring, clock: Clock) -> Mapping[str, Carrier]:
    """Give the services that bring messages to people, by the name of their channel."""
    outside = OutsideAddresses(allow_private=settings.allow_private_addresses)
    found: dict[str, Carrier] = {Channel.WEBHOOK: Webhooks(outside, clock)}
    if settings.mail_from:
        found[Channel.EMAIL] = Mail(
            MailSettings(
                sender=settings.mail_from,
                host=settings.smtp_host,
                port=settings.smtp_port,
                security=settings.smtp_security,
                username=settings.smtp_username,
                password=settings.smtp_password,
            ),
            clock,
        )
    if settings.push_contact:
        found[Channel.PUSH] = Pushes(outside, vapid_key(keyring), settings.push_contact, clock)
    if account := _twilio(settings, clock):
        found[Channel.SMS] = TwilioMessages(account)
    return found


def push_key(settings: Settings, keyring: Keyring) -> str | None:
    """Give what browsers must be told to take pushes from here; None: none are sent."""
    return public_key(vapid_key(keyring)) if settings.push_contact else None


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
