"""Calls on each kind of database: scheduled as events, placed once at their time, tried again, ended."""

from __future__ import annotations

from kalends.features.calls.models import CallState, Outcome
from telephones import Operator, call_of, made
from workspaces import at


def test_a_call_is_placed_at_its_time_and_over_once_it_was_answered(operator: Operator) -> None:
    (ana,) = operator.home.household("Ana")
    id = made(operator.services, ana, at("2026-03-03 10:00"))
    operator.work()
    assert operator.exchange.lines == []
    operator.clock.instant = at("2026-03-03 10:00")
    operator.work()
    (line,) = operator.exchange.lines
    assert (line.dial.phone, line.dial.content_text) == ("+4930901820", "Good morning.")
    assert call_of(operator.services, ana, id).state is CallState.RUNNING
    operator.ends(Outcome.COMPLETED, duration_seconds=42)
    call = call_of(operator.services, ana, id)
    assert (call.state, call.runs, call.next_at) == (CallState.COMPLETED, 1, None)
