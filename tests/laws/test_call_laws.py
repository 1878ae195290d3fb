"""Calls take effect once, whatever dies and whenever; and a history leads to the state that is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kalends.features.calls.life import FOLLOWING, NotNow, replay
from kalends.features.calls.models import AttemptState, Call, CallAttempt, CallState, Outcome
from kalends.features.calls.queries import history_of
from kalends.features.changes import HeldBack
from kalends.features.identity.actor import Actor
from kalends.jobs import Transient
from telephones import Fragile, Killed, Operator, call_of, fragile, made
from workspaces import at

TEN = at("2026-03-03 10:00")

outcomes = st.sampled_from([*Outcome])
units = st.lists(st.sampled_from(["before", "after", "", ""]), max_size=8)
asked = st.lists(st.sampled_from(["before", "after", "refused", ""]), max_size=4)


def trouble(happens: str) -> Any:
    """Give what the telephone service is told to do."""
    killed = {"before": Killed(), "after": ("after", Killed())}
    return {**killed, "refused": Transient("Busy."), "": None}[happens]


SOON = {outcome: {"times": 1, "minutes": 1} for outcome in ("busy", "no_answer", "machine", "failed")}
OVER = (CallState.COMPLETED, CallState.FAILED)


@dataclass
class House:
    """A household whose server can die, from one example to the next: each has a day of its own."""

    operator: Operator
    database: Fragile
    ana: Actor

    def begin(self, **wanted: Any) -> UUID:
        """Come to ten o'clock of another day, at which a call is due."""
        operator = self.operator
        start = operator.clock.instant.astimezone(TEN.tzinfo).replace(hour=10, minute=0, second=0)
        start += timedelta(days=2)
        operator.exchange.lines, operator.exchange.troubles = [], []
        id = made(operator.services, self.ana, start, **wanted)
        operator.clock.instant = start
        return id

    def call(self, id: UUID) -> Call:
        return call_of(self.operator.services, self.ana, id)

    def replayed(self, id: UUID) -> CallState | None:
        with self.database.read(self.ana.workspace_id) as tx:
            return replay(history_of(tx, self.ana, id))


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    operator, database = fragile(sqlite_template, tmp_path_factory.mktemp("house"))
    (ana,) = operator.home.household("Ana")
    yield House(operator, database, ana)
    database.close()


@pytest.mark.law(43)
@given(
    units=units, asked=asked, lag=st.integers(0, 9), ends=st.lists(outcomes, max_size=1), told=st.booleans()
)
def test_each_attempt_is_placed_once_whatever_dies(
    house: House, units: list[str], asked: list[str], lag: int, ends: list[Outcome], told: bool
) -> None:
    operator, ends = house.operator, [*ends]
    id = house.begin(retries=SOON)
    operator.exchange.lag = timedelta(seconds=lag)
    operator.exchange.troubles = [trouble(each) for each in asked]
    house.database.coming = [*units]
    for _ in range(60):
        with suppress(Killed):
            operator.work()
        for line in operator.exchange.lines:
            if line.state is not AttemptState.ENDED:
                line.state, line.outcome = AttemptState.ENDED, ends.pop() if ends else Outcome.COMPLETED
                if told:  # else it is for us to ask
                    operator.says(line, line.state, line.outcome)
        if house.call(id).state in OVER:
            break
        operator.wait_for_work()
    house.database.coming = []
    assert house.replayed(id) in OVER
    with house.database.read(house.ana.workspace_id) as tx:
        of_it = select(CallAttempt).where(CallAttempt.call_id == id).order_by(CallAttempt.number)
        attempts = tx.execute(of_it).scalars().all()
    # Never two for one attempt, never one that we know nothing of, and none is lost.
    assert set(operator.exchange.effects.values()) == {1}
    assert {line.dial.attempt_id for line in operator.exchange.lines} == {each.id for each in attempts}
    assert [each.number for each in attempts] == [*range(1, len(attempts) + 1)]
    assert all(each.outcome is not None for each in attempts)
    operator.work()  # nothing is left behind: its event says so too
    event_id = house.call(id).event_id
    assert event_id is not None
    event = operator.home.event(house.ana, event_id).first.row
    assert (event.completed_at is not None) is (house.call(id).state is CallState.COMPLETED)


steps = st.lists(st.sampled_from([*CallState]), max_size=12)


@given(steps=steps)
def test_a_history_of_steps_that_may_be_leads_where_it_ends(steps: list[CallState]) -> None:
    class Made:
        def __init__(self, before: CallState | None, after: CallState) -> None:
            self.before, self.after = before, after

    state, history = None, []
    for step in steps:
        if step in FOLLOWING[state]:
            history.append(Made(state, step))
            state = step
    assert replay(history) is state


acts = st.lists(
    st.sampled_from(["pause", "resume", "cancel", "call_now", "work", "end", "wait", "move"]),
    min_size=1,
    max_size=12,
)


@settings(max_examples=30)
@given(acts=acts, repeats=st.booleans(), outcome=outcomes)
def test_whatever_is_done_its_history_gives_its_state(
    house: House, acts: list[str], repeats: bool, outcome: Outcome
) -> None:
    operator = house.operator
    id = house.begin(rules=("FREQ=DAILY;COUNT=3",) if repeats else (), retries=SOON)
    for act in acts:
        with suppress(NotNow, HeldBack):
            if act == "work":
                operator.work()
            elif act == "wait":
                operator.wait(hours=1)
            elif act == "end":
                if operator.exchange.lines:
                    operator.ends(outcome)
            elif act == "move":
                event_id = house.call(id).event_id
                assert event_id is not None
                start = operator.clock.instant.astimezone(TEN.tzinfo) + timedelta(hours=2)
                operator.home.edit(house.ana, event_id, start=start)
            else:
                getattr(operator.services.calls, act)(house.ana, id)
        assert house.replayed(id) is house.call(id).state
    assert set(operator.exchange.effects.values()) <= {1}
    with suppress(NotNow):
        operator.services.calls.cancel(house.ana, id)  # it must not ring in the next example
    operator.work()
