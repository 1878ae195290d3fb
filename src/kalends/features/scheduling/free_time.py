"""Free time of members and resources, and what stands against a time, as far as the viewer may know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from kalends.engine.availability import QUARTER, Diary, Slot, free_slots, refusals
from kalends.engine.claims import EventFacts, Participant
from kalends.engine.spans import EPOCH, Span
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.resources.models import Resource
from kalends.features.scheduling.claims import Gathered, gather
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.diaries import diaries_of
from kalends.features.scheduling.resolving import Told
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

LONGEST_WINDOW = timedelta(days=366)
_BESIDE = timedelta(days=8)  # what stands outside of the window counts for gaps, and in a week's cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """For whom time is looked for, and what must be free besides."""

    required: Sequence[UUID]
    optional: Sequence[UUID] = ()
    resources: Sequence[UUID] = ()

    @property
    def meeting(self) -> EventFacts:
        """Give the event that is looked for, as far as it is known."""
        things = tuple(map(str, self.resources))
        return EventFacts(
            uid="",
            participants=(
                *(Participant(id=str(id)) for id in self.required),
                *(Participant(id=str(id), required=False) for id in self.optional),
                *(Participant(id=id) for id in things),
            ),
            resources=things,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Disliked:
    """A soft constraint that a slot breaks."""

    id: str  # a constraint's, or "preference:" and what is liked
    name: str
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSlot:
    """A time at which all who must come are free, and what speaks against it all the same."""

    slot: Slot
    broken: Sequence[Disliked]


def find_free(
    tx: Unit,
    company: Company,
    window: Span,
    duration: timedelta,
    *,
    step: timedelta = QUARTER,
    limit: int | None = None,
    ranked: bool = False,
) -> list[FreeSlot]:
    """Find times at which all that is required is free: within people's hours, beside the gaps they like,
    and inside hard constraints.

    They come in order of time; `ranked` puts first those that break the least soft constraints. Raises
    `InvalidInput` for a window over `LONGEST_WINDOW`, `NotFound` for a member or resource that is none.
    """
    gathered, diaries = _diaries(tx, company, window)
    found = free_slots(diaries, window, duration, step=step, limit=limit, ranked=ranked)
    likes = {
        each.id: Disliked(id=each.id, name=each.name, priority=each.priority)
        for each in gathered.asked.weighed
    }
    return [FreeSlot(slot=slot, broken=[likes[id] for id in slot.broken]) for slot in found]


def why_not(tx: Unit, actor: Actor, company: Company, candidate: Span) -> list[Told]:
    """Say all that stands against one time, as the actor may know it; nothing where all are free."""
    gathered, diaries = _diaries(tx, company, candidate)
    wording = Eyes.of(tx, actor, gathered).wording
    told = (
        Told(code=reason.code, words=reason.words(wording))
        for reason in refusals(diaries, candidate, candidate)
    )
    return list(dict.fromkeys(told))  # a rule about a resource speaks for each who would use it


def _diaries(tx: Unit, company: Company, window: Span) -> tuple[Gathered, list[Diary]]:
    if window.duration > LONGEST_WINDOW:
        raise InvalidInput(f"Look at {LONGEST_WINDOW.days} days at most at a time.", field="end")
    wanted = {**dict.fromkeys(company.optional, False), **dict.fromkeys(company.required, True)}
    for member_id in wanted:
        tx.get(Member, member_id)
    for resource_id in company.resources:
        tx.get(Resource, resource_id)
    since, until = (
        (moment - EPOCH) // timedelta(seconds=1) for moment in (window.start - _BESIDE, window.end + _BESIDE)
    )
    gathered = gather(tx, since, until, members=wanted.keys(), resources=company.resources)
    diaries, meeting = diaries_of(gathered), company.meeting
    wanted |= dict.fromkeys(company.resources, True)
    return gathered, [
        replace(diaries[str(id)], required=required).for_event(meeting) for id, required in wanted.items()
    ]
