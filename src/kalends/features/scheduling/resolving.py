"""Ways out of a conflict, from stored events: who is free when, and what an option would change."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select

from kalends.engine.conflicts import Conflict
from kalends.engine.constraints import Constraint
from kalends.engine.motives import Chosen
from kalends.engine.reasons import reason_to_json
from kalends.engine.resolution import (
    Cancel,
    Circumstances,
    DropParticipant,
    Move,
    Option,
    Resource,
    Shorten,
    Swap,
    Way,
    resolve,
)
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import sentence
from kalends.engine.zones import zone
from kalends.features.calendars.access import Access, calendars_of
from kalends.features.calendars.expansion import instance_key, local_start
from kalends.features.calendars.models import MASTER, Status
from kalends.features.calendars.row_columns import EventRow
from kalends.features.identity.actor import Actor
from kalends.features.resources.models import Resource as Thing
from kalends.features.resources.standing_in import stand_ins
from kalends.features.scheduling.bounds import bounds_of
from kalends.features.scheduling.claims import Gathered
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.diaries import diaries_of
from kalends.features.scheduling.editing import EventChanges, Invitee
from kalends.features.scheduling.habits import habits_of
from kalends.features.scheduling.plans import Target
from kalends.kit.errors import Clash
from kalends.storage import Unit

BACK = timedelta(days=7)
AHEAD = timedelta(days=14)
"""How far around a clash other times are looked for."""

_BESIDE = 8 * 86_400  # seconds


class OptionGone(Clash):
    """The way out is no longer there: the calendar has changed since it was offered."""

    code = "option_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option with the stored event that it would change."""

    option: Option
    row: EventRow
    target: Target
    changes: EventChanges

    @property
    def id(self) -> str:
        """Name the option for as long as it would do the same."""
        told = f"{self.option.change}|{self.row.object_id}|{self.row.version}"
        return hashlib.blake2b(told.encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reason as data and in words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """A way out as one viewer may know it."""

    id: str
    kind: Way
    sentence: str
    score: float
    reasons: Sequence[Told]
    needs_person: bool
    allowed: bool  # whether the viewer may take it
    event_id: UUID
    title: str
    before: Span
    after: Span | None  # None: it does not take place
    resource_id: UUID | None  # that it takes instead of another
    member_id: UUID | None  # who is left out


def present_choices(
    tx: Unit, actor: Actor, gathered: Gathered, offered: Sequence[Choice]
) -> list[ChoiceView]:
    """Put ways out into words for the actor. A reason that speaks of a hidden event loses its figures."""
    eyes = Eyes.of(tx, actor, gathered)
    calendars = calendars_of(tx, actor)
    views = []
    for choice in offered:
        option, change = choice.option, choice.option.change
        reasons = [
            Told(code=reason.code, words=reason.words(eyes.wording))
            for reason in option.reasons
            if eyes.full(getattr(reason, "other", change.uid))
        ]
        why = "; ".join(reason.words for reason in reasons)
        calendar = calendars.get(choice.row.calendar_id)
        views.append(
            ChoiceView(
                id=choice.id,
                kind=change.way,
                sentence=sentence(change.words(eyes.wording) + (f": {why}" if why else "")),
                score=option.score,
                reasons=reasons,
                needs_person=option.needs_person,
                allowed=eyes.full(change.uid) and calendar is not None and calendar.access >= Access.WRITE,
                event_id=choice.row.object_id,
                title=eyes.title(change.uid),
                before=change.before,
                after=change.after,
                resource_id=UUID(change.instead) if isinstance(change, Swap) else None,
                member_id=UUID(change.participant) if isinstance(change, DropParticipant) else None,
            )
        )
    return views


def stored_reasons(choice: Choice) -> list[dict[str, Any]]:
    """Give the reasons as JSON values, with ids in place of titles."""
    return [reason_to_json(reason) for reason in choice.option.reasons]


def choice_record(choice: Choice) -> list[dict[str, Any]]:
    """Give what is kept of a choice that somebody made: its reasons, and what later ones are ranked by."""
    change, category = choice.option.change, choice.row.category_id
    chosen = Chosen(uid=change.uid, way=change.way, category=str(category or ""))
    return [*stored_reasons(choice), reason_to_json(chosen)]


def search_window(conflict: Conflict, now: int) -> tuple[int, int]:
    """Give the time in which other places are looked for, in seconds since 1970."""
    start, end = _seconds(conflict.occasion.start - BACK), _seconds(conflict.occasion.end + AHEAD)
    return max(now, start), max(now + 1, end)


def surroundings(conflict: Conflict, now: int) -> tuple[int, int]:
    """Give the time whose events matter to those places: caps count whole weeks."""
    start, end = search_window(conflict, now)
    return max(now, start - _BESIDE), end + _BESIDE


def interchangeable(tx: Unit, resources: Collection[UUID]) -> frozenset[UUID]:
    """Give resources with all that are of their types, of which one may take another's place."""
    if not resources:
        return frozenset()
    types = select(Thing.type).where(Thing.id.in_(resources))
    return frozenset(tx.execute(select(Thing.id).where(Thing.type.in_(types))).scalars())


def choices(tx: Unit, gathered: Gathered, conflict: Conflict) -> list[Choice]:
    """Rank the ways out of a conflict, keeping the gaps that members like where that leaves any."""
    circumstances = Circumstances(
        diaries={},
        window=Span.of_seconds(*search_window(conflict, _seconds(tx.now))),
        bounds=_bounds(gathered, conflict),
        resources=_resources(gathered),
        broken=_broken(gathered, conflict),
        untouchable=gathered.reservations.keys(),
        habits=habits_of(tx, gathered.rows.categories),
    )
    options: list[Option] = []
    for gaps in (True, False):
        options = resolve(conflict, replace(circumstances, diaries=diaries_of(gathered, gaps=gaps)))
        if any(isinstance(option.change, Move) for option in options):
            break
    return [choice for option in options if (choice := _choice(gathered, option)) is not None]


def _bounds(gathered: Gathered, conflict: Conflict) -> dict[str, Span]:
    bounds = {}
    for claim in conflict.parties:
        for row in gathered.rows_of(claim.event.uid)[:1]:
            own = bounds_of(gathered, row, claim.subject.id, _seconds(claim.span.start))
            if own is not None:
                bounds[claim.event.uid] = own
    return bounds


def _broken(gathered: Gathered, conflict: Conflict) -> Constraint | None:
    """Find the rule that a conflict is about; likings of several members may have one id."""
    named = [each for each in gathered.asked.reported if each.id == conflict.rule]
    return next((each for each in named if each.applies_to(conflict.subject.id)), next(iter(named), None))


def _resources(gathered: Gathered) -> dict[str, Resource]:
    things = gathered.resources.values()
    return {
        str(each.id): Resource(
            id=str(each.id),
            type=each.type,
            location=each.location or "",
            active=each.active,
            stand_ins=frozenset(str(other.id) for other in stand_ins(each, things)),
        )
        for each in things
    }


def _choice(gathered: Gathered, option: Option) -> Choice | None:
    """Find the stored occurrence that the option is about."""
    claim, claims = option.claim, gathered.claims
    uids = [event.uid for event in claims.events]
    subject = [subject.id for subject in claims.subjects].index(claim.subject.id)
    found = np.flatnonzero(
        (claims.event == uids.index(claim.event.uid))
        & (claims.subject == subject)
        & (claims.start == _seconds(claim.span.start))
    )
    if not len(found):
        return None
    index = int(found[0])
    if gathered.row[index] < 0:
        return None  # a reservation that stands alone is its member's to change
    row = gathered.rows.events[int(gathered.row[index])]
    changes = _changes(gathered, row, option)
    if changes is None:
        return None
    key = instance_key(row, gathered.original[index].item())
    target = Target.single(row.object_id, None if key == MASTER else key, row.version)
    return Choice(option=option, row=row, target=target, changes=changes)


def _changes(gathered: Gathered, row: EventRow, option: Option) -> EventChanges | None:
    """Say the way out as an edit; None where the stored event cannot be edited so."""
    change = option.change
    floating = zone(gathered.zone_of(option.claim.subject.id))
    match change:
        case Move() | Shorten() if "T" not in row.start:
            return None  # it takes whole days
        case Move():
            # The length stays as it is written: only the start moves.
            return {"start": local_start(row, _seconds(change.after.start), floating)}
        case Shorten():
            start, end = (
                local_start(row, _seconds(moment), floating)
                for moment in (change.after.start, change.after.end)
            )
            return {"start": start, "end": end}
        case Swap():
            kept = [id for id in gathered.rows.resources_of(row) if str(id) != change.resource]
            return {"resources": [*kept, UUID(change.instead)]}
        case DropParticipant():
            return {
                "participants": [
                    Invitee(member_id=each.member_id, required=each.required, response=each.response)
                    for each in gathered.rows.takers_of(row)
                    if str(each.member_id) != change.participant
                ]
            }
        case Cancel():
            return {"status": Status.CANCELLED}


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)
