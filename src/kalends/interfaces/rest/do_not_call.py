"""Numbers that are never called."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response, status
from pydantic import Field

from kalends.features.calls import do_not_call
from kalends.interfaces.rest.call_shapes import Masked
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, PageCursor, PageLimit
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, PageOf, Shown
from kalends.kit.pagination import DEFAULT_LIMIT

router = APIRouter(prefix="/do-not-call", tags=["calls"])


class NumberGiven(Given):
    """A number that is not to be called."""

    phone: str = Field(max_length=60)
    reason: str | None = Field(None, max_length=do_not_call.MAX_REASON)


class NumberShown(Shown):
    """A number that is not called."""

    id: str = Field(validation_alias="phone_hash", description="Names it without telling it.")
    phone_masked: Masked
    reason: str | None
    added_by: UUID | None
    added_at: datetime


@router.get("")
def list_do_not_call(
    actor: Reader, services: CurrentServices, cursor: PageCursor = None, limit: PageLimit = DEFAULT_LIMIT
) -> PageOf[NumberShown]:
    """Give the workspace's list, the newest first."""
    with services.database.read(actor.workspace_id) as tx:
        found = do_not_call.list_numbers(tx, actor, cursor, limit=limit)
        return PageOf[NumberShown](
            items=[NumberShown.model_validate(row) for row in found.items], next=found.next
        )


@router.post("", status_code=status.HTTP_201_CREATED)
def add_do_not_call(given: NumberGiven, actor: CurrentActor, services: CurrentServices) -> NumberShown:
    """Let a number never be called. One that is on the list stays on it."""
    return NumberShown.model_validate(services.calls.do_not_call(actor, given.phone, given.reason))


@router.delete("/{id}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
def remove_do_not_call(id: str, actor: CurrentActor, services: CurrentServices) -> None:
    """Take a number off the list."""
    services.database.write(actor.workspace_id, lambda tx: do_not_call.remove_number(tx, actor, id))
