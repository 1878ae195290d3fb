"""Identifiers: UUIDv7 (RFC 9562 5.7), so that keys grow with time and indexes stay compact."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from uuid import UUID

from kalends.kit.clock import Clock

RandomBytes = Callable[[int], bytes]

_NOISE = 74  # random bits of a UUIDv7


class Ids:
    """Draws identifiers and unguessable tokens from a clock and a source of randomness."""

    def __init__(self, clock: Clock, random: RandomBytes = secrets.token_bytes) -> None:
        self._clock = clock
        self._random = random
        self._lock = Lock()
        self._last = 0  # what the last identifier held beside version and variant, 122 bits

    def new(self) -> UUID:
        """Give a fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits.

        Identifiers of one source always grow: within a millisecond, or while the clock goes backwards, by
        a random step (RFC 9562 6.2, method 2).
        """
        millis = int(self._clock.now().timestamp() * 1000)
        drawn = millis << _NOISE | int.from_bytes(self._random(10), "big") & (1 << _NOISE) - 1
        with self._lock:
            if drawn <= self._last:
                drawn = self._last + 1 + int.from_bytes(self._random(4), "big")
            self._last = drawn
        high, low = drawn >> 62, drawn & (1 << 62) - 1
        return UUID(int=(high >> 12) << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low)

    def token(self) -> str:
        """Give 256 bits as URL-safe text, for secrets that are shown once."""
        return self._random(32).hex()


def least_id(at: datetime) -> UUID:
    """Give the least identifier that may have been drawn at this instant: all later ones are above it."""
    millis = max(0, int(at.timestamp() * 1000))
    return UUID(int=millis << 80 | 0x7 << 76 | 0b10 << 62)
