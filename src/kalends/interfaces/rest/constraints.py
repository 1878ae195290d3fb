"""Constraints: what is asked of members' time, and what it would have blocked."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.features.scheduling.constraints.trying import Draft, dry_run
from kalends.interfaces.rest.constraint_shapes import (
    ConstraintPatch,
    Constraints,
    ConstraintShown,
    DryRun,
    DryRunIn,
    NewConstraint,
)
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.event_times import read_window
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.storage import Unit

router = APIRouter(prefix="/constraints", tags=["constraints"])


@router.get("")
def list_constraints(
    actor: Reader,
    services: CurrentServices,
    member: Annotated[UUID | None, Query(description="Only what is asked of this member.")] = None,
) -> Constraints:
    """Give your own constraints and everybody's; to an owner all."""
    with services.database.read(actor.workspace_id) as tx:
        found = keeping.list_constraints(tx, actor, member_id=member)
        return Constraints(items=[ConstraintShown.model_validate(each) for each in found])


@router.post("", status_code=status.HTTP_201_CREATED)
def create_constraint(
    new: NewConstraint, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> ConstraintShown:
    """Make a constraint: an owner for anybody, an editor for themselves. It holds from now on."""

    def create(tx: Unit) -> StoredConstraint:
        return keeping.create_constraint(tx, actor, **new.model_dump())

    made = services.database.write(actor.workspace_id, create)
    response.headers["Location"] = request.app.url_path_for("read_constraint", constraint_id=made.id)
    return _tagged(made, response)


@router.post("/dry-run")
def try_constraint(wanted: DryRunIn, actor: Reader, services: CurrentServices) -> DryRun:
    """Say what a constraint would have blocked in a range of at most 366 days, past or to come."""
    window = read_window(wanted.start, wanted.end, actor.zone)
    with services.database.read(actor.workspace_id) as tx:
        if wanted.constraint_id is not None:
            tried: StoredConstraint | Draft = keeping.get_constraint(tx, actor, wanted.constraint_id)
        else:
            tried = Draft(rule=wanted.rule or "", parameters=wanted.parameters, member_id=wanted.member_id)
        return DryRun.of(dry_run(tx, actor, tried, window))


@router.get("/{constraint_id}")
def read_constraint(
    constraint_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> ConstraintShown:
    """Give one constraint."""
    with services.database.read(actor.workspace_id) as tx:
        return _tagged(keeping.get_constraint(tx, actor, constraint_id), response)


@router.patch("/{constraint_id}")
def update_constraint(
    constraint_id: UUID,
    patch: ConstraintPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> ConstraintShown:
    """Change a constraint. What is in the calendar stays, and is reported where it breaks it."""
    changes = patched(patch, may_be_null=())

    def update(tx: Unit) -> StoredConstraint:
        return keeping.update_constraint(tx, actor, constraint_id, changes=changes, expected_version=expected)

    return _tagged(services.database.write(actor.workspace_id, update), response)


@router.delete("/{constraint_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_constraint(
    constraint_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> None:
    """Remove a constraint for good."""
    services.database.write(
        actor.workspace_id,
        lambda tx: keeping.delete_constraint(tx, actor, constraint_id, expected_version=expected),
    )


def _tagged(row: StoredConstraint, response: Response) -> ConstraintShown:
    response.headers["ETag"] = etag(row.version)
    return ConstraintShown.model_validate(row)
