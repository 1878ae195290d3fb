"""Runs of the optimiser and their proposals, as given and as shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from kalends.features.scheduling.optimising import MoveView, RunState, RunView, UnplacedView
from kalends.interfaces.rest.outcomes import Period, ReasonShown
from kalends.interfaces.rest.shapes import Given, Shown


class OptimiseIn(Given):
    """The time to look at: at most 31 days."""

    start: AwareDatetime
    end: AwareDatetime


class TakeIn(Given):
    """What to take of a proposal."""

    moves: list[str] | None = Field(None, max_length=10_000, description="Ids of moves; all if left out.")
    preview: bool = Field(False, description="Say what would come of it, and store nothing.")


class MoveShown(Shown):
    """One move of one occurrence."""

    id: str
    event_id: UUID
    occurrence: str | None = Field(description="Of a series: the original start of the occurrence.")
    title: str
    before: Period
    after: Period
    resources: list[UUID] | None = Field(description="What it then has, where that changes.")
    sentence: str
    reasons: list[ReasonShown]

    @classmethod
    def of(cls, view: MoveView) -> Self:
        move = view.move
        return cls(
            id=move.id,
            event_id=move.target.event_id,
            occurrence=move.target.occurrence,
            title=view.title,
            before=Period.of(move.before),
            after=Period.of(move.after),
            resources=None if view.resources is None else list(view.resources),
            sentence=view.sentence,
            reasons=[ReasonShown(code=each.code, words=each.words) for each in view.reasons],
        )


class UnplacedShown(Shown):
    """An occurrence for which nothing better was found."""

    event_id: UUID
    title: str
    time: Period
    sentence: str
    reasons: list[ReasonShown] = Field(description="What stands in its way.")

    @classmethod
    def of(cls, view: UnplacedView) -> Self:
        return cls(
            event_id=view.unplaced.event_id,
            title=view.title,
            time=Period.of(view.unplaced.span),
            sentence=view.sentence,
            reasons=[ReasonShown(code=each.code, words=each.words) for each in view.reasons],
        )


class RunShown(Shown):
    """A run of the optimiser. It is kept for a day."""

    id: UUID
    state: RunState
    sentence: str
    start: datetime
    end: datetime
    done: int = Field(description="Parts of the problem that are solved.")
    total: int
    created_at: datetime
    finished_at: datetime | None
    failure: dict[str, Any] | None
    optimal: bool | None = Field(description="Whether it is proven that nothing better exists.")
    gap: float | None = Field(description="Else how far from the best it may be: 0 to 1.")
    resolved: int | None = Field(description="How many conflicts would go away.")
    moves: list[MoveShown]
    unplaced: list[UnplacedShown]

    @classmethod
    def of(cls, view: RunView) -> Self:
        run, found = view.run, view.proposal
        return cls(
            id=run.id,
            state=run.state,
            sentence=view.sentence,
            start=run.since,
            end=run.until,
            done=run.done,
            total=run.total,
            created_at=run.created_at,
            finished_at=run.finished_at,
            failure=run.failure,
            optimal=found and found.optimal,
            gap=found and found.gap,
            resolved=found and found.resolved,
            moves=[MoveShown.of(each) for each in view.moves],
            unplaced=[UnplacedShown.of(each) for each in view.unplaced],
        )


class Runs(Shown):
    """One's own runs of the last day, the newest first."""

    items: list[RunShown]
