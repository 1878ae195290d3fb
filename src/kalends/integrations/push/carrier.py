"""The carrier of pushes: encrypted as RFC 8291 has it, signed as RFC 8292 has it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02, VapidException

from kalends.features.reminders.ports import AddressGone, Message
from kalends.integrations.outside_addresses import OutsideAddresses, must_be_taken
from kalends.jobs import Permanent
from kalends.kit.clock import Clock

_GONE: Final = (404, 410)
_MOST_BYTES: Final = 3993  # RFC 8291 4: of 4096, beside what encrypting adds
_KEPT: Final = timedelta(hours=12)  # by the push service, for a browser that is not there
_SIGNED_FOR: Final = timedelta(hours=12)


class Pushes:
    """Sends pushes. `contact` is whom a push service writes to where ours do harm."""

    def __init__(
        self, outside: OutsideAddresses, key: ec.EllipticCurvePrivateKey, contact: str, clock: Clock
    ) -> None:
        self._outside, self._clock = outside, clock
        self._vapid, self._contact = Vapid02(private_key=key), contact

    def send(self, message: Message) -> str | None:
        """Hand it to the push service; gives where the service says that it is."""
        browser = json.loads(message.to)
        endpoint = browser["endpoint"]
        parts = urlsplit(endpoint)
        claims = {
            "sub": self._contact,
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((self._clock.now() + _SIGNED_FOR).timestamp()),
        }
        try:
            signed = self._vapid.sign(claims)
        except VapidException:
            raise Permanent("The push service's address is none that can be signed for.") from None
        answer = self._outside.post(
            endpoint,
            _encrypted(_payload(message), browser["p256dh"], browser["auth"]),
            {
                **signed,
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(int(_KEPT.total_seconds())),
                "Urgency": "high",
                # RFC 8030 5.4: of the same topic the service keeps one, which is what a repetition is.
                "Topic": message.key.replace("-", "")[:32],
            },
        )
        if answer.status_code in _GONE:
            raise AddressGone(f"The push service answered {answer.status_code}.")
        must_be_taken(answer, "The push service")
        location: str | None = answer.headers.get("Location")
        return location

    def find(self, message: Message, since: datetime) -> str | None:
        """Nothing can be asked: service and browser go by the topic and the key."""
        return None


def _payload(message: Message) -> bytes:
    """Give what the browser shows; a text that is too long for a push is cut."""
    shown = {"id": message.key, "title": message.subject, "text": message.text, "link": message.link}
    content = json.dumps(shown, ensure_ascii=False).encode()
    if len(content) <= _MOST_BYTES:
        return content
    return json.dumps({**shown, "title": message.subject[:200], "text": ""}, ensure_ascii=False).encode()


def _encrypted(content: bytes, p256dh: str, auth: str) -> bytes:
    sealed: bytes = http_ece.encrypt(
        content,
        private_key=ec.generate_private_key(ec.SECP256R1()),  # RFC 8291 3.1: a fresh one each time
        dh=_raw(p256dh),
        auth_secret=_raw(auth),
        version="aes128gcm",
    )
    return sealed


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
