"""The carrier of webhooks. Its receiver tells a repetition by the `Idempotency-Key`."""

from __future__ import annotations

from datetime import datetime

from kalends.features.reminders.ports import AddressGone, Message
from kalends.integrations.outside_addresses import OutsideAddresses, must_be_taken
from kalends.integrations.webhook.signature import HEADER, sign
from kalends.kit.clock import Clock

_GONE = 410


class Webhooks:
    """Posts messages as JSON."""

    def __init__(self, outside: OutsideAddresses, clock: Clock) -> None:
        self._outside, self._clock = outside, clock

    def send(self, message: Message) -> str | None:
        """Post it; a receiver that answers 410 wants no more."""
        content = (message.data or "{}").encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Kalends",
            "Idempotency-Key": message.key,
            HEADER: sign(message.secret or "", content, self._clock.now()),
        }
        answer = self._outside.post(message.to, content, headers)
        if answer.status_code == _GONE:
            raise AddressGone("The webhook answered 410.")
        must_be_taken(answer, "The webhook")
        return None

    def find(self, message: Message, since: datetime) -> str | None:
        """Nothing can be asked: the receiver goes by the key."""
        return None
