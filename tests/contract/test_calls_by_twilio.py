"""Calls from the schedule to the last callback, through Twilio's own client and over HTTP, on the fake."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_twilio import PUBLIC
from identities import CHEAP
from kalends.features.calls.models import Call, CallAttempt, CallState, Outcome
from kalends.features.calls.queries import LogFilter, list_attempts
from kalends.features.identity.actor import Actor
from kalends.integrations.twilio.fake import Ending, Failure, FakeTwilio, Fate, Post
from kalends.integrations.twilio.fake.lives import Letter
from kalends.interfaces.rest.app import create_app
from kalends.kit.clock import FixedClock
from kalends.server import beside_rest, compose
from kalends.settings import Settings
from telephones import Exchange, Operator, call_of, made
from workspaces import KEY, NOON, Town, at

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in rest_client
    from starlette.testclient import TestClient

TEN = at("2026-03-03 10:00").astimezone(UTC)  # a Tuesday; it is Monday noon


@dataclass
class Desk:
    """Ana, a worker that a test moves by hand, and the fake, whose callbacks come in over HTTP."""

    operator: Operator
    fake: FakeTwilio
    ana: Actor

    def made(self, **wanted: bool) -> UUID:
        soon = self.operator.clock.instant + timedelta(minutes=1)
        return made(self.operator.services, self.ana, soon, **wanted)

    def call(self, id: UUID) -> Call:
        return call_of(self.operator.services, self.ana, id)

    def log(self, id: UUID) -> list[CallAttempt]:
        """Give what was tried for a call, the oldest first."""
        found = self.operator.home.read(self.ana, lambda tx: list_attempts(tx, self.ana, LogFilter()))
        return [logged.attempt for logged in reversed(found.items) if logged.attempt.call_id == id]

    def until_over(self, id: UUID) -> CallState:
        """Let time pass until a call is over, in steps that grow, and do whatever is due; gives its end."""
        for seconds in (60, 8, 16, 32, 64, *(150,) * 30):
            self.operator.wait(seconds=seconds)
            self.operator.work()
            assert set(self.fake.play()) <= {200}
            if (state := self.call(id).state) in (CallState.COMPLETED, CallState.FAILED):
                return state
        raise AssertionError("The call is not over.")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    """One server for all: each test makes calls of its own."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "kalends.sqlite").write_bytes(sqlite_template.read_bytes())
    clock = FixedClock(NOON)
    with FakeTwilio(clock=clock).start() as fake:
        given = Settings(
            data_dir=folder,
            key=KEY,
            public_url=PUBLIC,
            twilio_account_sid=fake.sid,
            twilio_auth_token=fake.token,
            twilio_from=fake.NUMBER,
            twilio_base_url=fake.url,
            calls_per_number=1_000,
        )
        services = compose(given, clock=clock, identity=CHEAP)
        fake.web = TestClient(create_app(services, beside=beside_rest(services, given)))
        home = Town(services, clock)
        (ana,) = home.household("Ana")
        clock.instant = TEN
        yield Desk(Operator(home, Exchange(clock), folder), fake, ana)
        services.database.close()


def test_a_call_is_placed_at_its_time_and_told_of_to_the_end(desk: Desk) -> None:
    id = desk.made()
    assert desk.until_over(id) is CallState.COMPLETED
    (attempt,) = desk.log(id)
    assert (attempt.outcome, attempt.duration_seconds) == (Outcome.COMPLETED, 20)
    assert attempt.answered_by == "human"
    assert desk.fake.placed()[str(attempt.id)] == 1


def test_what_is_said_is_recorded_where_that_is_wanted_alone(desk: Desk) -> None:
    quiet, heard = desk.made(), desk.made(record=True)
    assert {desk.until_over(id) for id in (quiet, heard)} == {CallState.COMPLETED}
    (unheard,), (attempt,) = desk.log(quiet), desk.log(heard)
    assert (unheard.recording_url, unheard.transcript) == (None, None)
    assert attempt.recording_url is not None
    assert attempt.recording_url.startswith("http")


def test_who_does_not_answer_is_called_again(desk: Desk) -> None:
    desk.fake.fates.order(Fate(ending=Ending.NO_ANSWER))
    id = desk.made()
    assert desk.until_over(id) is CallState.COMPLETED
    first, second = desk.log(id)
    assert (first.outcome, second.outcome) == (Outcome.NO_ANSWER, Outcome.COMPLETED)


def test_a_call_whose_callbacks_are_lost_is_asked_about(desk: Desk) -> None:
    desk.fake.fates.order(Fate(post=Post.LOST))
    id = desk.made()
    assert desk.until_over(id) is CallState.COMPLETED
    (attempt,) = desk.log(id)
    assert (attempt.outcome, attempt.duration_seconds) == (Outcome.COMPLETED, 20)


def test_a_signed_callback_for_no_workspace_of_ours_is_refused(desk: Desk) -> None:
    url = f"{PUBLIC}/webhooks/twilio/{UUID(int=1)}/{UUID(int=2)}/status"
    form = {"CallSid": "CA1", "CallStatus": "ringing", "To": "+4930901820"}
    assert desk.fake.post(Letter(url, form)) == 404


def test_a_signed_callback_for_a_call_that_is_not_known_makes_a_log(desk: Desk) -> None:
    url = f"{PUBLIC}/webhooks/twilio/{desk.ana.workspace_id}/status"
    form = {"CallSid": "CA2", "CallStatus": "completed", "CallDuration": "7", "To": "+4930901820"}
    assert [desk.fake.post(Letter(url, form)) for _ in range(2)] == [200, 200]
    found = desk.operator.home.read(desk.ana, lambda tx: list_attempts(tx, desk.ana, LogFilter()))
    (log,) = [each.attempt for each in found.items if each.attempt.provider_id == "CA2"]
    assert (log.call_id, log.outcome, log.duration_seconds) == (None, Outcome.COMPLETED, 7)


TROUBLES = st.sampled_from(
    [
        Failure(),
        Failure(carried_out=True),
        Failure(status=500),
        Failure(status=500, carried_out=True),
        Failure(status=429, retry_after=20),
        Failure(status=500, method="GET"),
    ]
)


@settings(max_examples=10)  # each is a call from its schedule to its end
@given(st.lists(TROUBLES, max_size=3), st.sampled_from(Post))
def test_whatever_is_lost_on_the_way_a_call_is_placed_once(
    desk: Desk, troubles: list[Failure], post: Post
) -> None:
    for trouble in troubles:
        desk.fake.fates.fail(trouble)
    desk.fake.fates.otherwise = Fate(post=post)
    id = desk.made()
    assert desk.until_over(id) is CallState.COMPLETED
    desk.fake.fates.forget()
    (attempt,) = desk.log(id)
    assert (attempt.outcome, attempt.duration_seconds) == (Outcome.COMPLETED, 20)
    assert desk.fake.placed()[str(attempt.id)] == 1
