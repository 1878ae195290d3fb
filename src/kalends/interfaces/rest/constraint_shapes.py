"""Constraints as requests give them and as answers show them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from kalends.engine.constraints import RULES
from kalends.features.scheduling.constraints.trying import Trial
from kalends.interfaces.rest.event_models import TimeText
from kalends.interfaces.rest.shapes import Given, Shown

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
