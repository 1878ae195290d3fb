"""Blocks, as they are shown and given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from kalends.features.identity.actor import Actor
from kalends.features.identity.preferences import ClockTime
from kalends.features.scheduling.tasks import block_keeping as keeping
from kalends.features.scheduling.tasks.models import Block, BlockKind
from kalends.features.scheduling.tasks.progress import occasions_of
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.interfaces.rest.task_shapes import PieceShown, Title
from kalends.storage import Unit

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Days = Annotated[list[Day], Field(min_length=1, max_length=7, description="On which it may lie.")]
_WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
Times = Annotated[int, Field(ge=1, le=7, description="At most once a day.")]
Minutes = Annotated[int, Field(ge=keeping.LEAST_MINUTES, le=keeping.MOST_MINUTES)]
Since = Annotated[ClockTime, Field(description="By the member's clock.", examples=["09:00"])]
Until = Annotated[ClockTime, Field(description="It ends by then.", examples=["12:00"])]


class BlockShown(Shown):
    """A block, with when it is."""

    id: UUID
    title: str
    kind: BlockKind
    times_a_week: int
    minutes: int
    days: list[str]
    since: str
    until: str
    member_id: UUID
    calendar_id: UUID | None = Field(description="On which it is; null: the member's default.")
    category_id: UUID | None
    active: bool
    pieces: list[PieceShown]
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, tx: Unit, actor: Actor, block: Block) -> Self:
        kept = {name: getattr(block, name) for name in cls.model_fields if hasattr(block, name)}
        return cls(**kept, pieces=[PieceShown.of(each) for each in occasions_of(tx, actor, block)])


class Blocks(Shown):
    """Blocks, the oldest first."""

    items: list[BlockShown]


class BlockOutcome(OutcomeShown):
    """What became of a block's time, with the block as now stored."""

    block: BlockShown


class NewBlock(Given):
    """Time to be kept a number of times each week."""

    title: Title
    kind: BlockKind = BlockKind.HABIT
    times_a_week: Times
    minutes: Minutes
    days: Days = Field(default_factory=lambda: list(_WORKDAYS), description="Workdays by default.")
    since: Since = keeping.SINCE
    until: Until = keeping.UNTIL
    member_id: UUID | None = Field(None, description="Whose time; yours by default.")
    calendar_id: UUID | None = Field(None, description="By default the member's own.")
    category_id: UUID | None = None
    active: bool = True


class BlockPatch(Given):
    """What to change of a block; whose it is stays."""

    title: Title | None = None
    kind: BlockKind | None = None
    times_a_week: Times | None = None
    minutes: Minutes | None = None
    days: Days | None = None
    since: Since | None = None
    until: Until | None = None
    calendar_id: UUID | None = None
    category_id: UUID | None = None
    active: bool | None = None
