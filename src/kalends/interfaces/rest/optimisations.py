"""A better week: proposals of the optimiser, to be taken whole, in part, or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kalends.engine.spans import Span
from kalends.features.scheduling.optimising import RunState
from kalends.interfaces.rest.context import CurrentActor, CurrentServices
from kalends.interfaces.rest.openapi import also
from kalends.interfaces.rest.optimisation_shapes import OptimiseIn, Runs, RunShown, TakeIn
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.readers import Reader

router = APIRouter(prefix="/optimisations", tags=["optimisations"])

Wait = Annotated[
    float,
    Query(ge=0, le=60, description="For how many seconds to wait for the proposal at most."),
]


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
