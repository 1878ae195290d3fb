"""A proposal that two take, and one whose times are taken meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.spans import Span
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import Invitee
from kalends.features.scheduling.optimising import NoLongerTrue, RunView
from kalends.kit.errors import KalendsError
from racing import race, refusals
from workspaces import Town, at

WEEK = Span(at("2026-03-09 00:00"), at("2026-03-16 00:00"))
TEN = at("2026-03-10 10:00")
LOW: Any = {"priority": Priority.LOW, "flexibility": Flexibility.FLEXIBLE}
HIGH: Any = {"priority": Priority.HIGH}
ROUNDS = range(3)


def proposed(home: Town, actor: Actor) -> RunView:
    home.made(actor, title="Work", start=TEN, **HIGH)
    home.made(actor, title="Gym", start=TEN, **LOW)
    run = home.optimiser.start(actor, WEEK, patience=timedelta(seconds=60))
    return home.optimiser.present(actor, run)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_proposal_is_taken_once(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    run = proposed(home, ana).run
    ends = race(*[lambda: home.optimiser.take(ana, run.id)] * 3)
    assert refusals(ends) == [NoLongerTrue, NoLongerTrue]
    assert home.scheduling.conflicts(ana) == []


@pytest.mark.parametrize("attempt", ROUNDS)
def test_a_time_is_not_given_to_two_unseen(home: Town, attempt: int) -> None:
    """Whoever comes second sees the first: the proposal is refused, or the edit told of its conflict."""
    ana, ben = home.household("Ana", "Ben")
    view = proposed(home, ana)
    start = view.moves[0].move.after.start
    guests = [Invitee(member_id=ana.member_id)]
    taken, edited = race(
        lambda: home.optimiser.take(ana, view.run.id),
        lambda: home.plan(ben, title="Visit", start=start, participants=guests, **HIGH),
    )
    assert not isinstance(edited, KalendsError)
    if isinstance(taken, KalendsError):
        assert isinstance(taken, NoLongerTrue)
    else:
        told = [*edited.conflicts, *home.scheduling.conflicts(ana)]
        assert any("Visit" in conflict.sentence for conflict in told) or edited.moved
