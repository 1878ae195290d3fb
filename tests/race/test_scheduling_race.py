"""Edits whose consequences meet: nothing moves twice, and no conflict is remembered twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from kalends.engine.claims import Flexibility, Priority
from kalends.features.scheduling.models import ConflictRecord
from kalends.kit.errors import KalendsError
from racing import race
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
LOW: Any = {"priority": Priority.LOW, "flexibility": Flexibility.FLEXIBLE}
ROUNDS = range(3)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_conflict_that_many_see_first_is_remembered_once(home: Town, attempt: int) -> None:
    ana, ben = home.household("Ana", "Ben")
    home.made(ana, title="Soccer", start=NINE)
    home.made(ana, title="Dentist", start=NINE)
    home.write(ana, lambda tx: tx.execute(delete(ConflictRecord)))
    ends = race(*[lambda actor=actor: home.scheduling.conflicts(actor) for actor in (ana, ben, ana)])
    assert [len(end) for end in ends] == [1, 1, 1]
    assert len(home.read(ana, lambda tx: tx.execute(select(ConflictRecord)).all())) == 1


@pytest.mark.parametrize("attempt", ROUNDS)
def test_two_edits_that_push_one_event_leave_a_calendar_that_holds_together(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    walk = home.made(ana, title="Walk", start=NINE, **LOW)
    high: Any = {"priority": Priority.HIGH}
    ends = race(
        lambda: home.plan(ana, title="Exam", start=NINE, **high),
        lambda: home.plan(ana, title="Visit", start=at("2026-03-23 10:00"), **high),
    )
    assert not [end for end in ends if isinstance(end, KalendsError)]
    assert {view.conflict.kind for view in home.scheduling.conflicts(ana)} <= {"time_conflict"}
    assert home.event(ana, walk).first.title == "Walk"
    for end in sorted(ends, key=lambda end: str(end.change_set_id), reverse=True):
        home.scheduling.undo(ana, end.change_set_id)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_way_out_is_taken_once(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Exam", start=NINE, priority=Priority.HIGH)
    identity = home.plan(ana, title="Walk", start=NINE, **LOW).conflicts[0].identity
    choice = home.scheduling.resolutions(ana, identity)[0]
    ends = race(*[lambda: home.scheduling.resolve(ana, identity, choice.id)] * 2)
    assert len([end for end in ends if isinstance(end, KalendsError)]) == 1
    assert home.scheduling.conflicts(ana) == []
