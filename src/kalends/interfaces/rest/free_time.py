"""When people are free, and why not at other times."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from kalends.features.scheduling.free_time import Company, find_free, why_not
from kalends.interfaces.rest.context import CurrentServices
from kalends.interfaces.rest.event_models import TimeText
from kalends.interfaces.rest.event_times import read_exact_length, read_window
from kalends.interfaces.rest.outcomes import Period, ReasonShown
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Shown

router = APIRouter(prefix="/free", tags=["free time"])

_MOST_MEMBERS = 100

Start = Annotated[TimeText, Query(description="Inclusive. A time without an offset is in your zone.")]
End = Annotated[TimeText, Query(description="Exclusive.")]
Required = Annotated[
    list[UUID] | None, Query(max_length=_MOST_MEMBERS, description="Who must come; you by default.")
]
Optional = Annotated[list[UUID] | None, Query(max_length=_MOST_MEMBERS, description="Who may come as well.")]
Duration = Annotated[str, Query(max_length=50, description="ISO 8601.", examples=["PT1H"])]


class SlotShown(Period):
    """A time at which all who must come are free."""

    free: list[UUID] = Field(description="Of those who may come, who can.")
    missing: list[UUID] = Field(description="The rest of them.")


class Slots(Shown):
    """Free times in order; they may overlap one another."""

    items: list[SlotShown]


class Reasons(Shown):
    """What stands against a time."""

    free: bool
    reasons: list[ReasonShown]


@router.get("")
def list_free_times(
    actor: Reader,
    services: CurrentServices,
    start: Start,
    end: End,
    member: Required = None,
    optional: Optional = None,
    duration: Duration = "PT1H",
    step: Annotated[str, Query(max_length=50, description="How far apart they begin.")] = "PT15M",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> Slots:
    """Find times at which all are free: within the hours that they keep, and with the gaps that they like.

    A range holds at most 366 days.
    """
    window = read_window(start, end, actor.zone)
    need, every = read_exact_length(duration), read_exact_length(step, field="step")
    company = Company(required=member or [actor.member_id], optional=optional or ())
    with services.database.read(actor.workspace_id) as tx:
        found = find_free(tx, company, window, need, step=every, limit=limit)
    return Slots.model_validate(
        {
            "items": [
                {
                    "start": slot.span.start,
                    "end": slot.span.end,
                    "free": slot.free,
                    "missing": slot.missing,
                }
                for slot in found
            ]
        }
    )


@router.get("/why")
def explain_time(
    actor: Reader, services: CurrentServices, start: Start, end: End, member: Required = None
) -> Reasons:
    """Say all that stands against one time. Events that you may not see are told as busy."""
    candidate = read_window(start, end, actor.zone)
    company = Company(required=member or [actor.member_id])
    with services.database.read(actor.workspace_id) as tx:
        reasons = why_not(tx, actor, company, candidate)
    return Reasons(
        free=not reasons, reasons=[ReasonShown(code=each.code, words=each.words) for each in reasons]
    )
