"""A better week: what is proposed, why, and what taking it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.spans import Span
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.optimising import NoLongerTrue, NothingChosen, NotReady, RunState, RunView
from workspaces import Town, at

WEEK = Span(at("2026-03-09 00:00"), at("2026-03-16 00:00"))
LOW: Any = {"priority": Priority.LOW, "flexibility": Flexibility.FLEXIBLE}
HIGH: Any = {"priority": Priority.HIGH}


def proposed(home: Town, actor: Actor, window: Span = WEEK) -> RunView:
    run = home.optimiser.start(actor, window, patience=timedelta(seconds=60))
    assert run.state is RunState.DONE, run.failure
    return home.optimiser.present(actor, run)


def test_the_lower_of_two_moves_to_the_nearest_time_and_says_why(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.made(ana, title="Dentist", start=at("2026-03-10 09:00"), end=at("2026-03-10 10:00"), **HIGH)
    home.made(ana, title="Gym", start=at("2026-03-10 09:30"), end=at("2026-03-10 10:30"), **LOW)
    view = proposed(home, ana)
    assert [each.sentence for each in view.moves] == [
        "Move Gym from Tue 2026-03-10 09:30-10:30 to Tue 2026-03-10 10:15-11:15, 45 minutes later: "
        "it ranks below Dentist (2 against 4); 1 nearer time would break more wishes"
    ]
    assert view.sentence == "1 move, 1 conflicts less; nothing better exists."
    assert view.unplaced == []
