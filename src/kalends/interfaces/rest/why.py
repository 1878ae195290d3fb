"""Why an event is where it is."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kalends.interfaces.rest.context import CurrentServices
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.why_shapes import StoryShown

router = APIRouter(tags=["events"])


@router.get("/events/{event_id}/why")
def why(event_id: UUID, actor: Reader, services: CurrentServices) -> StoryShown:
    """Tell who put an event where it is, what moved it since and why, and what it collides with now."""
    return StoryShown.of(services.scheduling.why(actor, event_id))
