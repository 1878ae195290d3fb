"""When people and resources are free, and why not at other times."""

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
Resources = Annotated[
    list[UUID] | None, Query(max_length=_MOST_MEMBERS, description="What must be free too.")
]
Duration = Annotated[str, Query(max_length=50, description="ISO 8601.", examples=["PT1H"])]


class BrokenShown(Shown):
    """A soft constraint that somebody keeps, or something that a member likes."""

    id: str = Field(description="A constraint's id, or `preference:` and what is liked.")
    name: str
    priority: int


class SlotShown(Period):
    """A time at which all who must come are free."""

    free: list[UUID] = Field(description="Of those who may come, who can.")
    missing: list[UUID] = Field(description="The rest of them.")
    penalty: int = Field(description="The priorities, added up, of the soft constraints that it breaks.")
    broken: list[BrokenShown] = Field(description="Those constraints, each once.")


class Slots(Shown):
    """Free times; they may overlap one another."""

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
    resource: Resources = None,
    duration: Duration = "PT1H",
    step: Annotated[str, Query(max_length=50, description="How far apart they begin.")] = "PT15M",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ranked: Annotated[
        bool, Query(description="The best first: those that break the least soft constraints.")
    ] = False,
) -> Slots:
    """Find times at which all are free: within the hours that they keep, with the gaps that they like, and
    inside every hard constraint.

    They come in order of time unless `ranked`. A range holds at most 366 days.
    """
    window = read_window(start, end, actor.zone)
    need, every = read_exact_length(duration), read_exact_length(step, field="step")
    company = Company(required=member or [actor.member_id], optional=optional or (), resources=resource or ())
    with services.database.read(actor.workspace_id) as tx:
        found = find_free(tx, company, window, need, step=every, limit=limit, ranked=ranked)
    return Slots.model_validate(
        {
            "items": [
                {
                    "start": each.slot.span.start,
                    "end": each.slot.span.end,
                    "free": each.slot.free,
                    "missing": each.slot.missing,
                    "penalty": each.slot.penalty,
                    "broken": each.broken,
                }
                for each in found
            ]
        }
    )


@router.get("/why")
def explain_time(
    actor: Reader,
    services: CurrentServices,
    start: Start,
    end: End,
    member: Required = None,
    resource: Resources = None,
) -> Reasons:
    """Say all that stands against one time. Events that you may not see are told as busy."""
    candidate = read_window(start, end, actor.zone)
    company = Company(required=member or [actor.member_id], resources=resource or ())
    with services.database.read(actor.workspace_id) as tx:
        reasons = why_not(tx, actor, company, candidate)
    return Reasons(
        free=not reasons, reasons=[ReasonShown(code=each.code, words=each.words) for each in reasons]
    )
