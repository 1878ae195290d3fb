"""Constraints: what is asked of members' time, and what it would have blocked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import Field, model_validator

from kalends.engine.constraints import RULES
from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.features.scheduling.constraints.trying import Draft, Trial, dry_run
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.event_models import TimeText
from kalends.interfaces.rest.event_times import read_window
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.storage import Unit

router = APIRouter(prefix="/constraints", tags=["constraints"])

Name = Annotated[str, Field(min_length=1, max_length=100)]
RuleName = Annotated[str, Field(max_length=50, json_schema_extra={"enum": list(RULES)})]
Parameters = Annotated[
    dict[str, Any],
    Field(max_length=20, description="What the rule needs.", examples=[{"time": "07:00"}]),
]
Priority = Annotated[int, Field(ge=1, le=10, description="How much a soft one weighs.")]
Hard = Annotated[bool, Field(description="Whether an edit that breaks it is refused.")]


class ConstraintShown(Shown):
    """A constraint as it is kept."""

    id: UUID
    name: str
    rule: RuleName
    parameters: dict[str, Any]
    hard: Hard
    priority: Priority
    active: bool
    member_id: UUID | None = Field(description="Whose time it is about; null: everybody's.")
    version: int
    created_at: datetime
    updated_at: datetime


class Constraints(Shown):
    """The constraints that you may read, the oldest first."""

    items: list[ConstraintShown]


class NewConstraint(Given):
    """Something to ask of a member's time, or of everybody's."""

    name: Name
    rule: RuleName
    parameters: Parameters = Field(default_factory=dict)
    hard: Hard = False
    priority: Priority = 5
    active: bool = True
    member_id: UUID | None = Field(None, description="Whose time it is about; null: everybody's.")


class ConstraintPatch(Given):
    """What to change of a constraint; whom it asks stays."""

    name: Name | None = None
    rule: RuleName | None = None
    parameters: Parameters | None = None
    hard: bool | None = None
    priority: Priority | None = None
    active: bool | None = None


class DryRunIn(Given):
    """A constraint that is kept or might be, and the range to try it on."""

    constraint_id: UUID | None = Field(None, description="One that is kept; or else a rule.")
    rule: RuleName | None = None
    parameters: Parameters = Field(default_factory=dict)
    member_id: UUID | None = Field(None, description="Whose time a rule is about; null: everybody's.")
    start: TimeText = Field(description="Inclusive. A time without an offset is in your zone.")
    end: TimeText = Field(description="Exclusive.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.constraint_id is None) == (self.rule is None):
            raise ValueError("give a constraint_id or a rule, and not both")
        return self


class BlockedShown(Shown):
    """An occurrence that would not have been taken."""

    event_id: UUID
    title: str
    start: datetime
    end: datetime
    member_id: UUID
    words: str = Field(examples=["Gym begins at 06:30, but Ana wants no events before 07:00"])


class DryRun(Shown):
    """What a constraint would have blocked, of the events that you may see."""

    sentence: str = Field(examples=["It would have blocked 4 events."])
    count: int
    events: list[BlockedShown] = Field(description="The first hundred, in order of start.")

    @classmethod
    def of(cls, trial: Trial) -> Self:
        return cls(
            sentence=trial.sentence,
            count=trial.count,
            events=[BlockedShown.model_validate(each) for each in trial.blocked],
        )


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
