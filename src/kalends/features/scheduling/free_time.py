"""Free time of one or many members, and what stands against a time, as far as the viewer may know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from kalends.engine.availability import QUARTER, Diary, Slot, free_slots, refusals
from kalends.engine.spans import EPOCH, Span
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.scheduling.claims import Gathered, gather
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.diaries import diaries_of
from kalends.features.scheduling.resolving import Told
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

LONGEST_WINDOW = timedelta(days=366)
_BESIDE = timedelta(days=1)  # no gap is longer: what stands outside of the window may still be too close


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """For whom time is looked for."""

    required: Sequence[UUID]
    optional: Sequence[UUID] = ()


def find_free(
    tx: Unit,
    company: Company,
    window: Span,
    duration: timedelta,
    *,
    step: timedelta = QUARTER,
    limit: int | None = None,
) -> list[Slot]:
    """Find times at which all who must come are free, within their hours and beside their gaps.

    Raises `InvalidInput` for a window over `LONGEST_WINDOW`, `NotFound` for a member that is none.
    """
    _, diaries = _diaries(tx, company, window)
    return list(free_slots(diaries, window, duration, step=step, limit=limit))


def why_not(tx: Unit, actor: Actor, company: Company, candidate: Span) -> list[Told]:
    """Say all that stands against one time, as the actor may know it; nothing where all are free."""
    gathered, diaries = _diaries(tx, company, candidate)
    wording = Eyes.of(tx, actor, gathered).wording
    return [
        Told(code=reason.code, words=reason.words(wording))
        for reason in refusals(diaries, candidate, candidate)
    ]


def _diaries(tx: Unit, company: Company, window: Span) -> tuple[Gathered, list[Diary]]:
    if window.duration > LONGEST_WINDOW:
        raise InvalidInput(f"Look at {LONGEST_WINDOW.days} days at most at a time.", field="end")
    wanted = {**dict.fromkeys(company.optional, False), **dict.fromkeys(company.required, True)}
    for member_id in wanted:
        tx.get(Member, member_id)
    since, until = (
        (moment - EPOCH) // timedelta(seconds=1) for moment in (window.start - _BESIDE, window.end + _BESIDE)
    )
    gathered = gather(tx, since, until, members=wanted.keys())
    diaries = diaries_of(gathered)
    return gathered, [replace(diaries[str(id)], required=required) for id, required in wanted.items()]
