"""Blocks: time for focus and habits, so often a week."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import Field

from kalends.features.identity.actor import Actor
from kalends.features.identity.preferences import ClockTime
from kalends.features.scheduling import Outcome
from kalends.features.scheduling.tasks import block_keeping as keeping
from kalends.features.scheduling.tasks.models import Block, BlockKind
from kalends.features.scheduling.tasks.planner import MOST_WEEKS, WEEKS
from kalends.features.scheduling.tasks.progress import occasions_of
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.events import CHANGE_SET, Preview
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.interfaces.rest.tasks import PieceShown, Title, gone
from kalends.interfaces.services import Services
from kalends.storage import Unit

router = APIRouter(prefix="/blocks", tags=["blocks"])

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


@router.get("")
def list_blocks(
    actor: Reader,
    services: CurrentServices,
    member: Annotated[UUID | None, Query(description="Only this member's.")] = None,
) -> Blocks:
    """Give the blocks that you may know of."""
    with services.database.read(actor.workspace_id) as tx:
        found = keeping.list_blocks(tx, actor, member_id=member)
        return Blocks(items=[BlockShown.of(tx, actor, each) for each in found])


@router.post("", status_code=status.HTTP_201_CREATED)
def create_block(
    new: NewBlock, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> BlockShown:
    """Make a block. It finds its time when it is planned, and by itself within a day."""
    given = {name: getattr(new, name) for name in NewBlock.model_fields}
    made = services.database.write(actor.workspace_id, lambda tx: keeping.create_block(tx, actor, **given))
    response.headers["Location"] = request.app.url_path_for("read_block", block_id=made.id)
    return _read(services, actor, made.id, response)


@router.get("/{block_id}")
def read_block(block_id: UUID, actor: Reader, services: CurrentServices, response: Response) -> BlockShown:
    """Give a block with when it is."""
    return _read(services, actor, block_id, response)


@router.post("/{block_id}/plan")
def plan_block(
    block_id: UUID,
    actor: CurrentActor,
    services: CurrentServices,
    response: Response,
    weeks: Annotated[int, Query(ge=1, le=MOST_WEEKS, description="This one and those after it.")] = WEEKS,
    preview: Preview = False,
) -> BlockOutcome:
    """Fill the weeks to come: what lacks is added, what is too much removed, what fits stays."""
    outcome = services.planner.plan_block(actor, block_id, weeks=weeks, preview=preview)
    return _answer(services, actor, block_id, outcome, response)


@router.patch("/{block_id}")
def update_block(
    block_id: UUID,
    patch: BlockPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> BlockOutcome:
    """Change a block; plan it for other times. Switched off, it goes from the weeks to come."""
    changes = patched(patch, may_be_null=("calendar_id", "category_id"))
    outcome = services.planner.update_block(actor, block_id, changes, expected)
    return _answer(services, actor, block_id, outcome, response)


@router.delete(
    "/{block_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses={
        204: {"headers": {CHANGE_SET: {"schema": {"type": "string"}, "description": "What undoes it."}}}
    },
)
def delete_block(
    block_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> Response:
    """Forget a block. What is to come of it goes; what is past stays in the calendar."""
    return gone(services.planner.delete_block(actor, block_id, expected))


def _read(services: Services, actor: Actor, block_id: UUID, response: Response) -> BlockShown:
    with services.database.read(actor.workspace_id) as tx:
        shown = BlockShown.of(tx, actor, keeping.get_block(tx, actor, block_id))
    response.headers["ETag"] = etag(shown.version)
    return shown


def _answer(
    services: Services, actor: Actor, block_id: UUID, outcome: Outcome, response: Response
) -> BlockOutcome:
    return BlockOutcome.of(outcome, block=_read(services, actor, block_id, response))
