"""A better week: proposals of the optimiser, to be taken whole, in part, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field

from kalends.engine.spans import Span
from kalends.features.scheduling.optimising import MoveView, RunState, RunView, UnplacedView
from kalends.interfaces.rest.context import CurrentActor, CurrentServices
from kalends.interfaces.rest.openapi import also
from kalends.interfaces.rest.outcomes import OutcomeShown, Period, ReasonShown
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, Shown

router = APIRouter(prefix="/optimisations", tags=["optimisations"])

Wait = Annotated[
    float,
    Query(ge=0, le=60, description="For how many seconds to wait for the proposal at most."),
]


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


@router.post("", status_code=201, responses={202: {"model": RunShown, "description": "It goes on."}})
def optimise(
    wanted: OptimiseIn, actor: CurrentActor, services: CurrentServices, response: Response, wait: Wait = 10
) -> RunShown:
    """Look for a better arrangement of a stretch of time. Nothing changes before you take the proposal.

    Answers 201 with the proposal, or 202 where it takes longer than `wait`: read it again later.
    """
    span = Span(wanted.start, wanted.end)
    run = services.optimiser.start(actor, span, patience=timedelta(seconds=wait))
    response.headers["Location"] = f"/api/v1/optimisations/{run.id}"
    if run.state is RunState.RUNNING:
        response.status_code = 202
    return RunShown.of(services.optimiser.present(actor, run))


@router.get("")
def list_runs(actor: Reader, services: CurrentServices) -> Runs:
    """Give your own runs of the last day."""
    found = services.optimiser.runs(actor)
    return Runs(items=[RunShown.of(services.optimiser.present(actor, run)) for run in found])


@router.get("/{run_id}")
def read_run(run_id: UUID, actor: Reader, services: CurrentServices) -> RunShown:
    """Give a run of yours: how far it is, or what it proposes."""
    return RunShown.of(services.optimiser.present(actor, services.optimiser.get(actor, run_id)))


@router.post("/{run_id}/cancel")
def cancel(run_id: UUID, actor: CurrentActor, services: CurrentServices) -> RunShown:
    """End a run that goes on."""
    return RunShown.of(services.optimiser.present(actor, services.optimiser.cancel(actor, run_id)))


@router.post("/{run_id}/take", responses=also(412))
def take(run_id: UUID, wanted: TakeIn, actor: CurrentActor, services: CurrentServices) -> OutcomeShown:
    """Carry out the moves of a proposal, all or some, as one change set.

    Where the calendar has changed so that a move is no longer true, this answers 412 `no_longer_true` and
    names in `changed` what stands in its way; nothing is done then.
    """
    return OutcomeShown.of(services.optimiser.take(actor, run_id, wanted.moves, preview=wanted.preview))
