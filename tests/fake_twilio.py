"""A telephone for tests: the fake Twilio, whose clock a test moves, and calls to place on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from kalends.features.calls.models import Content
from kalends.features.calls.ports import Dial
from kalends.integrations.twilio import Account
from kalends.integrations.twilio.fake import FakeTwilio
from kalends.kit.clock import FixedClock
from kalends.kit.ids import Ids

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PUBLIC = "https://kalends.example"
ANA = "+4930901820"
BEN = "+12025550147"
HOME = UUID(int=7)


@dataclass
class Exchange:
    """The fake, its clock, and the account that calls through it."""

    fake: FakeTwilio
    clock: FixedClock

    def account(self, **other: Any) -> Account:
        """Give the account that the fake knows."""
        given: dict[str, Any] = {
            "sid": self.fake.sid,
            "token": self.fake.token,
            "number": self.fake.NUMBER,
            "clock": self.clock,
            "base_url": self.fake.url,
            "public_url": PUBLIC,
            **other,
        }
        return Account(**given)

    def dial(self, phone: str = ANA, **other: Any) -> Dial:
        """Give a call to be placed, with an attempt of its own."""
        given: dict[str, Any] = {
            "workspace_id": HOME,
            "attempt_id": Ids(self.clock).new(),
            "phone": phone,
            "content": Content.SCRIPT,
            "content_text": "The dentist expects you at nine.",
            "language": "en-GB",
            **other,
        }
        return Dial(**given)

    def wait(self, seconds: float) -> list[int]:
        """Let time pass, and everything happen that is due; gives the answers to the callbacks."""
        self.clock.advance(timedelta(seconds=seconds))
        return self.fake.play()


@contextmanager
def exchange(web: Any = None) -> Iterator[Exchange]:
    """Run a fake until the end of the block; its callbacks go out by `web`, or reach nobody."""
    web = web or httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(404)))
    clock = FixedClock(NOON)
    with FakeTwilio(clock=clock, web=web) as fake:
        yield Exchange(fake.start(), clock)
