"""Blocks: time for focus and habits, so often a week."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from kalends.features.identity.actor import Actor
from kalends.features.scheduling import Outcome
from kalends.features.scheduling.tasks import block_keeping as keeping
from kalends.features.scheduling.tasks.planner import MOST_WEEKS, WEEKS
from kalends.interfaces.rest.block_shapes import BlockOutcome, BlockPatch, Blocks, BlockShown, NewBlock
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.events import CHANGE_SET, Preview
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.tasks import gone
from kalends.interfaces.services import Services

router = APIRouter(prefix="/blocks", tags=["blocks"])


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
