"""What befalls calls, messages and requests, as whoever plays Twilio orders it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Ending(StrEnum):
    """How a call ends; messages arrive with `COMPLETED` and do not with any other."""

    COMPLETED = "completed"
    MACHINE = "machine"  # which Twilio calls completed
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class Post(StrEnum):
    """What becomes of the callbacks on their way."""

    KEPT = "kept"
    LOST = "lost"
    DOUBLED = "doubled"
    REVERSED = "reversed"  # all of them when the call is over, the last one first
    LATE = "late"  # each a minute after its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """The life of a call, in seconds: it waits, rings, and is spoken."""

    ending: Ending = Ending.COMPLETED
    waits: float = 0
    rings: float = 3
    lasts: float = 20
    post: Post = Post.KEPT

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Fate:
        """Read a fate from JSON; raises `ValueError` and `TypeError`."""
        rest = {name: float(value) for name, value in given.items() if name not in ("ending", "post")}
        ending, post = Ending(given.get("ending", "completed")), Post(given.get("post", "kept"))
        return cls(ending=ending, post=post, **rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a request fails: by a status; or, without one, by an answer that never comes."""

    status: int | None = None
    retry_after: int | None = None  # seconds
    hangs: bool = False  # the connection stays open; else it is closed
    carried_out: bool = False  # what was asked is done all the same
    method: str = "POST"  # of the requests that it may befall


class Fates:
    """Fates by number or, for the next that have none, in the order in which they were given."""

    def __init__(self) -> None:
        self._by_number: dict[str, Fate] = {}
        self._next: deque[Fate] = deque()
        self.otherwise = Fate()
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)

    def order(self, *fates: Fate, number: str | None = None) -> None:
        """Order what befalls a number from now on, or the next calls to others, one after the other."""
        if number is None:
            self._next.extend(fates)
        else:
            (self._by_number[number],) = fates

    def of(self, number: str) -> Fate:
        """Give the fate of a new call or message to a number."""
        if number in self._by_number:
            return self._by_number[number]
        return self._next.popleft() if self._next else self.otherwise

    def fail(self, failure: Failure, times: int = 1) -> None:
        """Order how the next requests of a method fail."""
        self._failures[failure.method].extend([failure] * times)

    def forget(self) -> None:
        """Take back whatever was ordered and has not happened yet."""
        self._by_number.clear()
        self._next.clear()
        self._failures.clear()
        self.otherwise = Fate()

    def failure(self, method: str) -> Failure | None:
        """Give how this request fails, if it does."""
        waiting = self._failures[method]
        return waiting.popleft() if waiting else None
