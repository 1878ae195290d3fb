"""Change sets: what was done to the calendars, and taking it back."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kalends.features.changes import Source, get_change_set, list_change_sets
from kalends.features.scheduling.retelling import retell
from kalends.interfaces.rest.change_shapes import ChangeSetShown
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, PageCursor, PageLimit
from kalends.interfaces.rest.events import Preview
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import PageOf
from kalends.kit.pagination import DEFAULT_LIMIT

router = APIRouter(prefix="/change-sets", tags=["change sets"])


@router.get("")
def list_sets(
    actor: Reader,
    services: CurrentServices,
    actor_member_id: UUID | None = None,
    source: Source | None = None,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> PageOf[ChangeSetShown]:
    """Give what was done that you made or may know of, by anybody or by one member, from anywhere or from one
    source. A page may hold fewer than `limit`."""
    with services.database.read(actor.workspace_id) as tx:
        found = list_change_sets(
            tx, actor, actor_member_id=actor_member_id, source=source, cursor=cursor, limit=limit
        )
        items = [ChangeSetShown.of(each) for each in retell(tx, actor, found.items)]
        return PageOf(items=items, next=found.next)


@router.get("/{change_set_id}")
def read_set(change_set_id: UUID, actor: Reader, services: CurrentServices) -> ChangeSetShown:
    """Give one change set."""
    with services.database.read(actor.workspace_id) as tx:
        return ChangeSetShown.of(*retell(tx, actor, [get_change_set(tx, actor, change_set_id)]))


@router.post("/{change_set_id}/undo")
def undo(
    change_set_id: UUID, actor: CurrentActor, services: CurrentServices, preview: Preview = False
) -> OutcomeShown:
    """Take a change set back, with what was moved by itself because of it, as a new set.

    Where a later change touched one of its events, this answers 409 `undo_blocked` and names it.
    """
    return OutcomeShown.of(services.scheduling.undo(actor, change_set_id, preview=preview))
