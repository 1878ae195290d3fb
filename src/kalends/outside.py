"""The outside systems that the settings name: made here, handed to the features that ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from kalends.features.calls.ports import Telephone
from kalends.features.reminders.ports import Carrier
from kalends.kit.crypto import Keyring
from kalends.settings import Settings


def telephone(settings: Settings, keyring: Keyring) -> Telephone | None:
    """Give the telephone service, if one is set up."""
    return None


def carriers(settings: Settings, keyring: Keyring) -> Mapping[str, Carrier]:
    """Give the services that bring messages to people, by the name of their channel."""
    return {}
