"""Very many events at one time: an edit tells of the first conflicts, counts all, and still is quick."""

from __future__ import annotations

from typing import Any

import pytest

from kalends.engine.claims import Flexibility, Priority
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import EventDraft, Outcome, plans
from kalends.features.scheduling.service import MOST_TOLD, Scheduling
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
MANY = 25  # 300 pairs
GAME: Any = {"title": "Game", "start": NINE, "priority": Priority.LOW, "flexibility": Flexibility.FLEXIBLE}


def crowd(home: Town, actor: Actor, *, preview: bool = False) -> Outcome:
    drafts = [EventDraft(changes={"title": f"Call {number}", "start": NINE}) for number in range(MANY)]
    return home.scheduling.carry_out(actor, lambda tx: plans.create(tx, actor, drafts), preview=preview)


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Name each conflict for which a way out is looked for."""
    seen: list[str] = []
    nearby = Scheduling._nearby

    def watched(self: Scheduling, tx: Any, conflict: Any) -> Any:
        seen.append(conflict.identity)
        return nearby(self, tx, conflict)

    monkeypatch.setattr(Scheduling, "_nearby", watched)
    return seen


def test_the_first_conflicts_are_told_and_all_are_counted(home: Town, looked_for: list[str]) -> None:
    (ana,) = home.household("Ana")
    pairs = MANY * (MANY - 1) // 2
    foreseen = crowd(home, ana, preview=True)
    assert (len(foreseen.conflicts), foreseen.conflict_count) == (MOST_TOLD, pairs)
    outcome = crowd(home, ana)
    assert (len(outcome.conflicts), outcome.conflict_count) == (MOST_TOLD, pairs)
    assert list(outcome.appearing) == list(outcome.conflicts)
    assert looked_for == []  # among events of one edit nothing moves by itself
    assert outcome.change_set_id
    undone = home.scheduling.undo(ana, outcome.change_set_id)
    assert set(undone.resolved) == {view.identity for view in outcome.conflicts}
    assert home.scheduling.conflicts(ana) == []


def test_what_stood_there_before_still_makes_way(home: Town, looked_for: list[str]) -> None:
    (ana,) = home.household("Ana")
    game = home.made(ana, **GAME)
    outcome = crowd(home, ana)
    assert [op.object_id for op in outcome.moved] == [game]
    assert len(looked_for) == 1


def test_ways_out_are_looked_for_some_times_only(
    home: Town, looked_for: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kalends.features.scheduling.service._MOST_TRIED", 4)
    (ana,) = home.household("Ana")
    home.made(ana, title="Away", start=at("2026-03-01 00:00"), end=at("2026-05-01 00:00"))
    game = home.made(ana, **GAME)
    looked_for.clear()
    outcome = crowd(home, ana)
    assert len(looked_for) == 4
    assert outcome.moved == []
    assert game not in {op.object_id for op in outcome.operations}
