"""Several do something about one call at the same instant, each with a process of their own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kalends.features.calls.life import replay
from kalends.features.calls.models import AttemptState, CallState, Outcome
from kalends.features.calls.ports import Report
from kalends.features.calls.queries import history_of
from kalends.features.identity.actor import Actor
from kalends.kit.errors import KalendsError
from racing import race, refusals
from telephones import Operator, call_of, made, staffed
from workspaces import at

TEN = at("2026-03-03 10:00")
ROUNDS = range(3)


def beside(operator: Operator) -> Operator:
    """Give another process over the same database and telephone service."""
    other = staffed(operator.services.database.url, operator.directory, operator.exchange)
    other.home.clock.instant = operator.clock.instant
    return other


def lived(operator: Operator, actor: Actor, id: UUID) -> CallState | None:
    steps = operator.home.read(actor, lambda tx: history_of(tx, actor, id))
    assert replay(steps) is call_of(operator.services, actor, id).state
    return replay(steps)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_call_is_paused_or_placed_and_never_both(operator: Operator, attempt: int) -> None:
    (ana,) = operator.home.household("Ana")
    id = made(operator.services, ana, TEN)
    operator.clock.instant = TEN
    other = beside(operator)
    _, paused = race(operator.work, lambda: other.services.calls.pause(ana, id))
    other.home.database.close()
    placed = len(operator.exchange.lines)
    if isinstance(paused, KalendsError):
        assert (placed, lived(operator, ana, id)) == (1, CallState.RUNNING)
    else:
        assert (placed, lived(operator, ana, id)) == (0, CallState.PAUSED)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_two_workers_place_each_call_once_and_no_more_than_the_account_may(
    operator: Operator, attempt: int
) -> None:
    (ana,) = operator.home.household("Ana")
    for number in range(8):
        made(operator.services, ana, TEN, phone=f"+4930901{820 + number}")
    operator.clock.instant = TEN
    other = beside(operator)
    race(operator.work, other.work)
    other.home.database.close()
    assert len(operator.exchange.lines) == 5
    assert set(operator.exchange.effects.values()) == {1}


@pytest.mark.parametrize("attempt", ROUNDS)
def test_reports_at_once_end_a_run_once(operator: Operator, attempt: int) -> None:
    (ana,) = operator.home.household("Ana")
    id = made(operator.services, ana, TEN, rules=("FREQ=DAILY",))
    operator.clock.instant = TEN
    operator.work()
    (line,) = operator.exchange.lines
    report = Report(provider_id=line.id, state=AttemptState.ENDED, outcome=Outcome.COMPLETED)
    tell = operator.services.calls.report
    ends = race(*[lambda: tell(ana.workspace_id, line.dial.attempt_id, report)] * 3)
    assert refusals(ends) == []
    assert lived(operator, ana, id) is CallState.SCHEDULED
    call = call_of(operator.services, ana, id)
    assert (call.runs, call.due_at) == (1, TEN + timedelta(days=1))


@pytest.mark.parametrize("attempt", ROUNDS)
def test_moving_its_event_and_cancelling_it_leave_one_truth(operator: Operator, attempt: int) -> None:
    (ana,) = operator.home.household("Ana")
    id = made(operator.services, ana, TEN)
    event_id = call_of(operator.services, ana, id).event_id
    assert event_id is not None
    race(
        lambda: operator.services.calls.cancel(ana, id),
        lambda: operator.home.edit(ana, event_id, start=TEN + timedelta(hours=1)),
    )
    assert lived(operator, ana, id) is CallState.CANCELLED
    operator.clock.instant = TEN + timedelta(hours=2)
    operator.work()
    assert operator.exchange.lines == []


@pytest.mark.parametrize("attempt", ROUNDS)
@pytest.mark.parametrize("outcome", [Outcome.COMPLETED, Outcome.BUSY])
def test_a_run_that_ends_while_its_event_goes_is_the_last(
    operator: Operator, attempt: int, outcome: Outcome
) -> None:
    (ana,) = operator.home.household("Ana")
    id = made(operator.services, ana, TEN, rules=("FREQ=DAILY",))
    event_id = call_of(operator.services, ana, id).event_id
    assert event_id is not None
    operator.clock.instant = TEN
    operator.work()
    (line,) = operator.exchange.lines
    report = Report(provider_id=line.id, state=AttemptState.ENDED, outcome=outcome)
    ends = race(
        lambda: operator.services.calls.report(ana.workspace_id, line.dial.attempt_id, report),
        lambda: operator.home.remove(ana, event_id),
    )
    if refusals(ends):  # it was being made still
        operator.home.remove(ana, event_id)
    operator.clock.instant = TEN + timedelta(days=2)
    operator.work()
    assert len(operator.exchange.lines) == 1
