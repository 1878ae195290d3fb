"""The sessions that prepare for an event, as they are stored: events that its preparation holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from kalends.features.calendars.objects import Image
from kalends.features.changes import Operation, OperationView
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.held import Held, held_by
from kalends.ical import project
from kalends.storage import Unit

PREPARATION = "preparation"
_KEPT = ":kept"


def holder_of(event_id: UUID) -> str:
    """Name the preparation for an event as holder of its sessions."""
    return f"{PREPARATION}:{event_id}"


def prepares(thing: Image | OperationView) -> bool:
    """Say whether an event is a session."""
    return bool(thing.holder and thing.holder.startswith(f"{PREPARATION}:"))


def is_kept(session: Held) -> bool:
    """Say whether a person put a session where it is."""
    return session.holder.endswith(_KEPT)


def sessions_of(tx: Unit, actor: Actor, event_ids: Collection[UUID]) -> dict[UUID, list[Held]]:
    """Give the stored sessions of some events, whoever's."""
    plain = {holder_of(id): id for id in event_ids}
    found = held_by(tx, actor, [*plain, *(f"{holder}{_KEPT}" for holder in plain)])
    sessions: dict[UUID, list[Held]] = {}
    for holder, held in found.items():
        sessions.setdefault(plain[holder.removesuffix(_KEPT)], []).extend(held)
    return sessions


def marked(operations: Sequence[Operation]) -> list[Operation]:
    """Mark the sessions that a person puts elsewhere: from then on they stay where they were put."""
    return [_marked(op) for op in operations]


def _marked(op: Operation) -> Operation:
    before, after = op.before, op.after
    if before is None or after is None or not prepares(before) or (after.holder or "").endswith(_KEPT):
        return op
    was, will = ([(e.start, e.length) for e in project(each.text)] for each in (before, after))
    return op if was == will else replace(op, after=replace(after, holder=f"{after.holder}{_KEPT}"))
