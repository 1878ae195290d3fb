"""How often a sign-in may be tried, by username and by network address."""

from __future__ import annotations

from math import ceil

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kalends.features.identity.settings import IdentitySettings, Rate
from kalends.kit.clock import Clock
from kalends.kit.errors import TooMany


class Attempts:
    """Counts tries in this process's memory. Every try counts until one succeeds."""

    def __init__(self, settings: IdentitySettings, clock: Clock) -> None:
        self._clock = clock
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_username = _item(settings.attempts_per_username)
        self._per_address = _item(settings.attempts_per_address)

    def count(self, *, username: str | None = None, address: str | None = None) -> None:
        """Count one try, or raise `TooMany` with the seconds to wait in `retry_after`."""
        if address is not None:
            self._hit(self._per_address, "address", address)
        if username is not None:
            self._hit(self._per_username, "username", username)

    def forget(self, username: str) -> None:
        """Start anew for a username whose owner has just proved to be there."""
        self._limiter.clear(self._per_username, "username", username)

    def _hit(self, item: RateLimitItem, kind: str, name: str) -> None:
        if self._limiter.hit(item, kind, name):
            return
        free_at = self._limiter.get_window_stats(item, kind, name).reset_time
        wait = ceil(free_at - self._clock.now().timestamp())
        # The package reads the machine's clock; ours may be another.
        wait = min(max(wait, 1), item.get_expiry())
        raise TooMany(f"Too many attempts to sign in; try again in {wait} s.", retry_after=wait)


def _item(rate: Rate) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.times, rate.seconds)
