"""Identifiers: UUIDv7 (RFC 9562 5.7), so that keys grow with time and indexes stay compact."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from uuid import UUID

from kalends.kit.clock import Clock

RandomBytes = Callable[[int], bytes]


class Ids:
    """Draws identifiers and unguessable tokens from a clock and a source of randomness."""

    def __init__(self, clock: Clock, random: RandomBytes = secrets.token_bytes) -> None:
        self._clock = clock
        self._random = random

    def new(self) -> UUID:
        """Give a fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
        millis = int(self._clock.now().timestamp() * 1000)
        noise = int.from_bytes(self._random(10), "big")
        value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | (noise >> 62 & 0xFFF) << 64
        value |= 0b10 << 62 | noise & (1 << 62) - 1
        return UUID(int=value)

    def token(self) -> str:
        """Give 256 bits as URL-safe text, for secrets that are shown once."""
        return self._random(32).hex()
