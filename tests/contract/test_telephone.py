"""What a telephone service must do, whichever it is.

It is asked of the fake. With KALENDS_TEST_TWILIO_SID, _TOKEN, _FROM and _TO (a telephone that may ring) it is
asked of Twilio itself as well, by hand.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from fake_twilio import ANA, HOME, exchange
from kalends.features.calls.models import AttemptState, Content, Outcome
from kalends.features.calls.ports import Dial, Telephone
from kalends.integrations.twilio import Account, TwilioTelephone
from kalends.jobs import Permanent, Transient
from kalends.kit.clock import Clock, SystemClock
from kalends.kit.ids import Ids

_OVER = timedelta(seconds=5)  # after which an account's requests are settled


@dataclass
class Service:
    """A telephone service, and how time passes there."""

    account: Account
    phone: str
    clock: Clock
    wait: Callable[[float], Any]

    @property
    def telephone(self) -> Telephone:
        return TwilioTelephone(self.account)

    def dial(self, **other: Any) -> Dial:
        given: dict[str, Any] = {
            "workspace_id": HOME,
            "attempt_id": Ids(self.clock).new(),
            "phone": self.phone,
            "content": Content.SCRIPT,
            "content_text": "This is a test.",
            "language": "en",
            "longest_seconds": 60,
            **other,
        }
        return Dial(**given)

    def now(self) -> datetime:
        return self.clock.now()


def _fake() -> Iterator[Service]:
    with exchange() as line:
        yield Service(line.account(public_url=None), ANA, line.clock, line.wait)


def _twilio() -> Iterator[Service]:
    given = {name: os.environ.get(f"KALENDS_TEST_TWILIO_{name}") for name in ("SID", "TOKEN", "FROM", "TO")}
    sid, token, number, phone = given.values()
    if not (sid and token and number and phone):
        pytest.skip("No account with Twilio is named.")
    clock = SystemClock()
    yield Service(Account(sid=sid, token=token, number=number, clock=clock), phone, clock, time.sleep)


@pytest.fixture(params=[_fake, _twilio], ids=["fake", "twilio"])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    yield from request.param()


def test_a_call_is_taken_under_an_id(service: Service) -> None:
    report = service.telephone.place(service.dial())
    assert report.provider_id.startswith("CA")
    assert (report.state, report.outcome) == (AttemptState.QUEUED, None)
    assert report.phone == service.phone
    service.telephone.hang_up(report.provider_id)


def test_a_call_is_read_by_its_id(service: Service) -> None:
    placed = service.telephone.place(service.dial())
    assert service.telephone.read(placed.provider_id).provider_id == placed.provider_id
    service.telephone.hang_up(placed.provider_id)


def test_a_call_that_is_hung_up_ends_and_stays_so(service: Service) -> None:
    placed = service.telephone.place(service.dial())
    service.telephone.hang_up(placed.provider_id)
    service.wait(5)
    ended = service.telephone.read(placed.provider_id)
    assert (ended.state, ended.outcome) in [
        (AttemptState.ENDED, Outcome.CANCELLED),
        (AttemptState.ENDED, Outcome.COMPLETED),
    ]
    service.telephone.hang_up(placed.provider_id)
    assert service.telephone.read(placed.provider_id).outcome == ended.outcome


def test_a_call_whose_answer_was_lost_is_found(service: Service) -> None:
    since, dial = service.now(), service.dial()
    placed = service.telephone.place(dial)
    service.telephone.hang_up(placed.provider_id)
    service.wait(6)
    found = service.telephone.find(dial, since)
    assert found is not None
    assert found.provider_id == placed.provider_id


def test_a_call_that_was_never_placed_is_not_found(service: Service) -> None:
    since = service.now()
    service.wait(6)
    assert service.telephone.find(service.dial(phone="+12025550199"), since) is None


def test_a_call_of_another_attempt_is_not_taken_for_ours(service: Service) -> None:
    since = service.now()
    theirs = service.telephone.place(service.dial())
    service.telephone.hang_up(theirs.provider_id)
    service.wait(6)
    known = {theirs.provider_id}
    found = service.telephone.find(service.dial(), since, known)
    assert found is None or found.provider_id != theirs.provider_id


def test_asking_too_soon_is_put_off(service: Service) -> None:
    with pytest.raises(Transient) as refused:
        service.telephone.find(service.dial(), service.now())
    assert 0 < refused.value.fields["retry_after"] <= _OVER.total_seconds()


def test_a_number_that_is_none_is_refused_for_good_without_being_quoted(service: Service) -> None:
    with pytest.raises(Permanent, match="21211") as refused:
        service.telephone.place(service.dial(phone="+0000000"))
    assert "+0000000" not in str(refused.value)


def test_a_call_that_there_is_not_cannot_be_read(service: Service) -> None:
    with pytest.raises(Permanent, match="20404"):
        service.telephone.read("CA" + "0" * 32)


def test_a_wrong_token_is_refused_for_good(service: Service) -> None:
    stranger = TwilioTelephone(replace(service.account, token="x"))
    with pytest.raises(Permanent, match="20003"):
        stranger.place(service.dial())
