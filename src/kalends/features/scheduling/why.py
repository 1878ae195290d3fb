"""Why an event is where it is: who put it there, what moved it since, and how firmly it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.engine.reasons import reason_from_json
from kalends.engine.series import Start
from kalends.engine.wording import Reason, sentence
from kalends.features.calendars.models import Status
from kalends.features.calendars.queries import EventView, get_event
from kalends.features.changes import ChangeSet, Kind, OperationView, Source
from kalends.features.changes.history import describe
from kalends.features.changes.models import ChangeOperation, State
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.scheduling.conflicts import ConflictView, Eyes
from kalends.features.scheduling.resolving import Told
from kalends.features.scheduling.telling import about, eyes_on
from kalends.kit.errors import Forbidden
from kalends.storage import Unit

_MOST = 50  # changes that are told of: the latest
_BY_ITSELF = {
    Source.AUTO_RESOLVE: "was moved out of the way",
    Source.OPTIMISE: "was moved for a better week",
    Source.RESOLUTION: "was moved to resolve a conflict",
    Source.UNDO: "was put back",
    Source.IMPORT: "came in with a file",
}


class Step(StrEnum):
    """What a line of the story is about."""

    CREATED = "created"
    MOVED = "moved"
    CHANGED = "changed"
    STANDING = "standing"  # how firmly it stands where it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that made the event what it is."""

    step: Step
    sentence: str
    at: datetime | None = None
    by: UUID | None = None  # member
    source: Source | None = None
    change_set_id: UUID | None = None
    reasons: Sequence[Told] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Why an event is where it is, the oldest first."""

    event_id: UUID
    uid: str
    title: str
    lines: Sequence[Line]
    conflicts: Sequence[ConflictView] = ()  # of it, as they are now


def story_of(tx: Unit, actor: Actor, event_id: UUID) -> Story:
    """Tell why an event is where it is, as far as the actor may know.

    Raises `NotFound` for one that they may not know of, `Forbidden` where it shows them busy time only. What
    was done longer ago than before-images are kept is no longer known.
    """
    event = get_event(tx, actor, event_id).first
    if not event.full:
        raise Forbidden("The event shows you no more than busy time.", event_id=str(event_id))
    sets = _sets_of(tx, event_id)
    done = describe(tx, actor, [each.id for each in sets])
    spoken = {each.id: _reasons(each, event_id) for each in sets}
    eyes = eyes_on(tx, actor, {event.row.uid} | about(r for found in spoken.values() for r in found))
    names = dict(tx.execute(select(Member.id, Member.name)).all())
    lines = [
        _line(each, operation, spoken[each.id], eyes, names)
        for each in sets
        for operation in done[each.id][0]
        if operation.object_id == event_id
    ]
    return Story(
        event_id=event_id,
        uid=event.row.uid,
        title=event.title,
        lines=[*lines, *_standing(event)],
    )


def _sets_of(tx: Unit, event_id: UUID) -> Sequence[ChangeSet]:
    touching = select(ChangeOperation.change_set_id).where(ChangeOperation.object_id == event_id)
    query = select(ChangeSet).where(ChangeSet.id.in_(touching), ChangeSet.state == State.APPLIED)
    found = tx.execute(query.order_by(ChangeSet.id.desc()).limit(_MOST)).scalars().all()
    return found[::-1]


def _reasons(change_set: ChangeSet, event_id: UUID) -> list[Reason]:
    """Give the reasons that were kept for this event; older sets were about one event, and do not say."""
    mine: list[dict[str, Any]] = [
        each for each in change_set.reasons if each.get("object_id") in (None, str(event_id))
    ]
    return [reason for each in mine if (reason := reason_from_json(each)) is not None]


def _line(
    change_set: ChangeSet,
    operation: OperationView,
    reasons: Sequence[Reason],
    eyes: Eyes,
    names: dict[UUID, str],
) -> Line:
    step = {Kind.CREATED: Step.CREATED, Kind.MOVED: Step.MOVED}.get(operation.kind, Step.CHANGED)
    who = names.get(change_set.actor_member_id) if change_set.actor_member_id else None
    told = [Told(code=each.code, words=each.words(eyes.wording)) for each in reasons]
    return Line(
        step=step,
        sentence=_sentence(change_set, operation, who or "somebody who is gone", told),
        at=change_set.at,
        by=change_set.actor_member_id,
        source=change_set.source,
        change_set_id=change_set.id,
        reasons=told,
    )


def _sentence(change_set: ChangeSet, operation: OperationView, who: str, told: Sequence[Told]) -> str:
    what = _BY_ITSELF.get(change_set.source)
    if operation.kind is Kind.CREATED:
        said = f"it {what}, for {who}" if what else f"{who} made it"
    elif operation.kind is Kind.MOVED and operation.before and operation.after:
        times = f"from {_when(operation.before.start)} to {_when(operation.after.start)}"
        said = f"it {what} {times}, for {who}" if what else f"{who} moved it {times}"
    else:
        said = f"it {what}, for {who}" if what else f"{who} changed it"
    why = "; ".join(reason.words for reason in told)
    return sentence(f"{said}: {why}" if why else said)


def _when(start: Start) -> str:
    return f"{start:%a %Y-%m-%d %H:%M}" if isinstance(start, datetime) else f"{start:%a %Y-%m-%d}"


def _standing(event: EventView) -> Iterator[Line]:
    """Say how firmly the event stands: what it is worth, and whether it may be moved by itself."""
    row, category = event.row, event.category
    because = f"its priority is {row.priority}"
    if row.priority is None:
        because = f"{category.name} is of level {category.level}" if category else "it has no category"
    firm = {
        "fixed": "is fixed and never moves by itself",
        "preferred": "moves by itself only where that is needed",
        "flexible": "may move by itself",
    }[row.flexibility]
    if row.priority == "critical":
        firm = "is critical and never moves by itself"
    yield Line(step=Step.STANDING, sentence=f"It has rank {event.rank}, since {because}, and {firm}.")
    if row.holder:
        kind = row.holder.split(":")[0]
        yield Line(step=Step.STANDING, sentence=f"It belongs to a {kind}, which has a say in its time.")
    if row.status is Status.PROPOSED:
        yield Line(step=Step.STANDING, sentence="It is proposed, and waits for somebody to confirm it.")
