"""What the API answers about change sets."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from kalends.features.changes import Source
from kalends.features.scheduling.retelling import Retold
from kalends.interfaces.rest.outcomes import OperationShown, ReasonShown
from kalends.interfaces.rest.shapes import Shown


class ChangeSetShown(Shown):
    """Changes that took effect together."""

    id: UUID
    at: datetime
    actor_member_id: UUID | None
    source: Source = Field(description="Where it came from.")
    cause_id: UUID | None = Field(description="The set whose conflicts this one resolved by itself.")
    undoes_id: UUID | None
    undone_by_id: UUID | None
    sentence: str = Field(
        examples=["Anna moved Soccer practice to Tue 17:00", "Moved Gym out of the way, to Tue 18:15"],
        description="What was done. Titles that you may not see read `Busy`.",
    )
    reasons: list[ReasonShown] = Field(
        description="Why moves were made by themselves, of those events that you see in full."
    )
    operations: list[OperationShown]
    hidden: int = Field(description="How many more operations are on events that you may not know of.")

    @classmethod
    def of(cls, retold: Retold) -> Self:
        view = retold.view
        found = view.change_set
        return cls(
            id=found.id,
            at=found.at,
            actor_member_id=found.actor_member_id,
            source=found.source,
            cause_id=found.cause_id,
            undoes_id=found.undoes_id,
            undone_by_id=found.undone_by_id,
            sentence=retold.sentence,
            reasons=[ReasonShown(code=each.code, words=each.words) for each in retold.reasons],
            operations=[OperationShown.of(each) for each in view.operations],
            hidden=view.hidden,
        )
