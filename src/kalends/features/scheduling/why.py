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
from kalends.engine.wording import Reason, Speech, Template, sentence
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
    Source.AUTO_RESOLVE: Template("it was moved out of the way{times}, for {who}"),
    Source.OPTIMISE: Template("it was moved for a better week{times}, for {who}"),
    Source.RESOLUTION: Template("it was moved to resolve a conflict{times}, for {who}"),
    Source.UNDO: Template("it was put back{times}, for {who}"),
    Source.IMPORT: Template("it came in with a file{times}, for {who}"),
}
_PRIORITY = {
    "low": Template("its priority is low"),
    "medium": Template("its priority is medium"),
    "high": Template("its priority is high"),
    "critical": Template("its priority is critical"),
}
_FIRM = {
    "fixed": Template("It has rank {rank}, since {because}, and is fixed and never moves by itself."),
    "preferred": Template(
        "It has rank {rank}, since {because}, and moves by itself only where that is needed."
    ),
    "flexible": Template("It has rank {rank}, since {because}, and may move by itself."),
}
_HOLDERS = {
    "task": Template("task"),
    "block": Template("block"),
    "preparation": Template("preparation"),
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
        lines=[*lines, *_standing(event, eyes.wording)],
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
        sentence=_sentence(
            change_set, operation, who or eyes.wording.say("somebody who is gone"), told, eyes.wording
        ),
        at=change_set.at,
        by=change_set.actor_member_id,
        source=change_set.source,
        change_set_id=change_set.id,
        reasons=told,
    )


def _sentence(
    change_set: ChangeSet, operation: OperationView, who: str, told: Sequence[Told], speech: Speech
) -> str:
    by_itself, times = _BY_ITSELF.get(change_set.source), ""
    if operation.kind is Kind.MOVED and operation.before and operation.after:
        before, after = (speech.dated_moment(each.start) for each in (operation.before, operation.after))
        times = speech.say(" from {before} to {after}", before=before, after=after)
    if by_itself is not None:
        said = speech.say(by_itself, times=times, who=who)
    elif operation.kind is Kind.CREATED:
        said = speech.say("{who} made it", who=who)
    elif times:
        said = speech.say("{who} moved it{times}", who=who, times=times)
    else:
        said = speech.say("{who} changed it", who=who)
    why = "; ".join(reason.words for reason in told)
    return sentence(f"{said}: {why}" if why else said)


def _standing(event: EventView, speech: Speech) -> Iterator[Line]:
    """Say how firmly the event stands: what it is worth, and whether it may be moved by itself."""
    row, category = event.row, event.category
    if row.priority is not None:
        because = speech.say(_PRIORITY[row.priority])
    elif category is not None:
        because = speech.say("{category} is of level {level}", category=category.name, level=category.level)
    else:
        because = speech.say("it has no category")
    firm = _FIRM[row.flexibility]
    if row.priority == "critical":
        firm = Template("It has rank {rank}, since {because}, and is critical and never moves by itself.")
    yield Line(step=Step.STANDING, sentence=speech.say(firm, rank=event.rank, because=because))
    if row.holder:
        kind = row.holder.split(":")[0]
        kind = speech.say(_HOLDERS[kind]) if kind in _HOLDERS else kind
        belongs = speech.say("It belongs to a {kind}, which has a say in its time.", kind=kind)
        yield Line(step=Step.STANDING, sentence=belongs)
    if row.status is Status.PROPOSED:
        proposed = speech.say("It is proposed, and waits for somebody to confirm it.")
        yield Line(step=Step.STANDING, sentence=proposed)
