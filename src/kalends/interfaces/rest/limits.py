"""How often one account or network address may ask, and how much it may send."""

from __future__ import annotations

from math import ceil

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kalends.kit.clock import Clock
from kalends.kit.errors import TooLarge, TooMany

_ALLOWANCE = "kalends.body_allowance"  # in a request's scope: a limit of its own and the setting behind it


class RequestLimits:
    """Counts requests in this process's memory: with several processes, each allows as many."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._clock = clock
        self._item = RateLimitItemPerMinute(per_minute)
        # Two numbers for each name rather than every request's time.
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, kind: str, name: str) -> None:
        """Count one request of an account or address, or raise `TooMany` with the seconds to wait."""
        if not self._limiter.hit(self._item, kind, name):
            raise self._refusal(kind, name)

    def must_not_be_spent(self, kind: str, name: str) -> None:
        """Raise `TooMany` if the next request would be one too many, and count nothing."""
        if not self._limiter.test(self._item, kind, name):
            raise self._refusal(kind, name)

    def _refusal(self, kind: str, name: str) -> TooMany:
        free_at = self._limiter.get_window_stats(self._item, kind, name).reset_time
        # The package reads the machine's clock; ours may be another.
        wait = min(max(ceil(free_at - self._clock.now().timestamp()), 1), self._item.get_expiry())
        return TooMany(
            f"More than {self._item.amount} requests in a minute; try again in {wait} s.", retry_after=wait
        )


class BodyLimit:
    """Stops reading a body that grows over the limit, announced or in chunks: the reader gets `TooLarge`."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"")
        size = 0

        async def limited() -> Message:
            nonlocal size
            limit, setting = scope.get(_ALLOWANCE, (self._limit, "max_body_bytes"))
            if announced.isdigit() and int(announced) > limit:
                raise _too_large(limit, setting)
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise _too_large(limit, setting)
            return message

        await self._app(scope, limited, send)


async def read_body(request: Request, limit: int, *, setting: str | None = None) -> bytes:
    """Read a body under a limit of its own, which may be above that of other requests, or raise `TooLarge`.

    For endpoints that declare no body: they have proved the caller before a byte is read.
    """
    request.scope[_ALLOWANCE] = (limit, setting)
    return await request.body()


def _too_large(limit: int, setting: str | None) -> TooLarge:
    named = {"setting": setting} if setting else {}
    return TooLarge(f"At most {limit} bytes are read here.", limit=limit, **named)
