"""What is told of a change: the reasons of a move that made way, and one occurrence's own times."""

from __future__ import annotations

from sqlalchemy import select

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.series import Start
from kalends.features.changes import ChangeSet, Kind, OperationView, Source
from kalends.features.scheduling import Scope
from workspaces import Town, at

NINE = at("2026-03-23 09:00")


def test_a_move_that_makes_way_keeps_its_reasons_as_data(home: Town) -> None:
    (ana,) = home.household("Ana")
    home.plan(ana, title="Gym", start=NINE, flexibility=Flexibility.FLEXIBLE)
    made = home.plan(ana, title="Dentist", start=NINE, priority=Priority.HIGH)
    assert [each.after and each.after.title for each in made.moved] == ["Gym"]
    by_itself = select(ChangeSet).where(ChangeSet.source == Source.AUTO_RESOLVE)
    (stored,) = home.read(ana, lambda tx: tx.execute(by_itself).scalars().all())
    assert {reason["code"] for reason in stored.reasons} == {"ranks_lower", "nearest_free"}
    (nearest,) = (reason for reason in stored.reasons if reason["code"] == "nearest_free")
    assert [text[:4] for text in nearest["span"]] == ["2026", "2026"]


def test_a_moved_occurrence_is_told_with_its_own_times(home: Town) -> None:
    (ana,) = home.household("Ana")
    weekly = home.made(ana, title="Soccer", start=NINE, rules=["FREQ=WEEKLY"])
    moved = home.edit(ana, weekly, Scope.SINGLE, "2026-04-06T09:00:00", start=at("2026-04-07 10:00"))
    (told,) = moved.operations
    assert _times(told) == (Kind.MOVED, at("2026-04-06 09:00"), at("2026-04-07 10:00"))
    assert moved.change_set_id is not None
    (back,) = home.scheduling.undo(ana, moved.change_set_id).operations
    assert _times(back) == (Kind.MOVED, at("2026-04-07 10:00"), at("2026-04-06 09:00"))


def _times(told: OperationView) -> tuple[Kind, Start | None, Start | None]:
    before, after = (None if moment is None else moment.start for moment in (told.before, told.after))
    return told.kind, before, after
