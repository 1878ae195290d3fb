"""Applying and undoing change sets: the one door through which every calendar object changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, delete, select, update

from kalends.features.announcements import Announcement, Announcer
from kalends.features.calendars import objects
from kalends.features.calendars.access import Access, calendars_of, require
from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import Calendar, CalendarObject, Event
from kalends.features.calendars.objects import Image, unfolded
from kalends.features.calendars.projection import member_address
from kalends.features.calendars.queries import views_of
from kalends.features.changes.fitting import Fitting
from kalends.features.changes.models import ChangeOperation, ChangeSet, Source, State
from kalends.features.changes.values import HeldBack, Holder, Operation
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.kit.errors import Clash, Forbidden, Stale
from kalends.storage import Unit

_ADDRESS = re.compile(r"urn:uuid:[0-9a-f-]{36}", re.IGNORECASE)

TRASH_KEPT = timedelta(days=30)
"""How long before-images are kept unless configured: so long can a set be undone."""


class UndoBlocked(Clash):
    """The event is not as the set left it; `later` names the change set that touched it since.

    It is None where no change set did: a category was renamed, or a member removed.
    """

    code = "undo_blocked"


class Overtaken(Stale):
    """Somebody changed the event between the plan and its locks: plan it anew."""


class AlreadyUndone(Clash):
    """The set was undone before."""

    code = "already_undone"


class Changes:
    """Applies change sets, asking those who hold events first, and announces each as `changes.applied`.

    `horizon` is how far ahead resources are kept from being promised twice.
    """

    def __init__(
        self,
        holders: Mapping[str, Holder] | None = None,
        *,
        horizon: timedelta = timedelta(days=730),
        announcer: Announcer | None = None,
    ) -> None:
        self._holders = dict(holders or {})
        self._horizon = horizon
        self._announcer = announcer or Announcer()

    def let_hold(self, kind: str, holder: Holder) -> None:
        """Let a feature hold events: those whose holder is `kind:id`."""
        self._holders[kind] = holder

    def apply(
        self,
        tx: Unit,
        actor: Actor,
        operations: Sequence[Operation],
        *,
        source: Source,
        cause_id: UUID | None = None,
        undoes_id: UUID | None = None,
        reasons: Sequence[Mapping[str, Any]] = (),
        own_part_only: bool = False,
    ) -> ChangeSet | None:
        """Carry out all operations or none, and log them as one set; None where they change nothing.

        `own_part_only` says that the operations change no more than the actor's own part in an event, or
        whether what the actor may end takes place: neither needs access to the calendar.
        Raises `Overtaken` when an object is not at the expected version, `Forbidden` without write access,
        `HeldBack` when a holder refuses, `UidTaken` when a calendar would hold a UID twice, `OverCapacity`
        when more would take a resource than it serves; an import stores the event all the same, declined by
        that resource, which then stands among the set's reasons.
        """
        wanted, operations = operations, [op for op in operations if op.before != op.after]
        if not operations:
            if wanted:  # somebody did ask for it
                audit.record(tx, actor, _action(source, wanted), kind="event", subject=wanted[0].object_id)
            return None
        _lock(tx, operations)
        fitting = Fitting.locked(tx, operations, self._horizon)
        stored = objects.load(tx, [op.object_id for op in operations])
        _must_be_current(operations, stored)
        if not own_part_only:
            _must_be_allowed(tx, actor, operations)
        self._ask_holders(tx, actor, operations)
        if source is Source.IMPORT:
            operations, declined = fitting.fitted(tx)
            reasons = [*reasons, *declined]
        else:
            fitting.must_fit(tx, actor)
        versions = objects.store(tx, [(stored.get(op.object_id), op.after) for op in operations])
        change_set = _log(tx, actor, operations, versions, source, cause_id, undoes_id, reasons)
        for op in operations:
            if holder := self._holder_of(op):
                holder.changed(tx, actor, op)
        self._announcer.announce(
            tx, Announcement(name="changes.applied", subject=change_set.id, actor_id=actor.member_id)
        )
        return change_set

    def undo(self, tx: Unit, actor: Actor, change_set_id: UUID) -> ChangeSet:
        """Swap a set back, together with what was moved by itself because of it, as a new set.

        Raises `UndoBlocked` where one of its objects is not as it left it, naming the later set,
        `AlreadyUndone`, and what `apply` raises.
        """
        first = tx.get(ChangeSet, change_set_id)
        rows = tx.execute(operations_of([change_set_id])).scalars().all()
        _lock(tx, [operation_of(row) for row in rows])
        first = tx.get(ChangeSet, change_set_id)
        if first.state is not State.APPLIED:
            raise Clash(
                "A proposal that was not applied has nothing to undo.", change_set_id=str(change_set_id)
            )
        if first.undone_by_id is not None:
            raise AlreadyUndone(
                "This was undone before.", change_set_id=str(first.id), undone_by=str(first.undone_by_id)
            )
        followers = tx.execute(
            select(ChangeSet)
            .where(ChangeSet.cause_id == change_set_id, ChangeSet.undone_by_id.is_(None))
            .order_by(ChangeSet.id)
        ).scalars()
        sets = [first, *followers]
        swaps = _swaps(tx, [change_set.id for change_set in sets])
        undoing = self.apply(tx, actor, swaps, source=Source.UNDO, undoes_id=change_set_id)
        if undoing is None:
            raise AlreadyUndone("All is as it was before this set.", change_set_id=str(change_set_id))
        tx.execute(
            update(ChangeSet)
            .where(ChangeSet.id.in_([change_set.id for change_set in sets]))
            .values(undone_by_id=undoing.id)
        )
        return undoing

    def _holder_of(self, op: Operation) -> Holder | None:
        names = {image.holder.split(":")[0] for image in (op.before, op.after) if image and image.holder}
        return next((self._holders[name] for name in sorted(names) if name in self._holders), None)

    def _ask_holders(self, tx: Unit, actor: Actor, operations: Sequence[Operation]) -> None:
        for op in operations:
            holder = self._holder_of(op)
            refusal = holder and holder.may_change(tx, actor, op)
            if refusal:
                raise HeldBack(
                    refusal.message, reason=refusal.code, object_id=str(op.object_id), **refusal.fields
                )


def purge(tx: Unit, *, before: datetime) -> int:
    """Forget the sets applied before that time, their images with them; gives how many went."""
    return tx.changed(delete(ChangeSet).where(ChangeSet.at < before))


def _lock(tx: Unit, operations: Sequence[Operation]) -> None:
    """Hold the calendars and then the members that the operations touch; resources come after them."""
    images = [image for op in operations for image in (op.before, op.after) if image]
    calendars = {image.calendar_id for image in images}
    tx.lock(Calendar, calendars)
    owners = tx.execute(select(Calendar.owner_member_id).where(Calendar.id.in_(calendars))).scalars()
    named = {address.lower() for image in images for address in _ADDRESS.findall(unfolded(image.text))}
    members = tx.execute(select(Member.id)).scalars()
    tx.lock(Member, {*filter(None, owners), *(id for id in members if member_address(id) in named)})


def _must_be_current(operations: Sequence[Operation], stored: Mapping[UUID, CalendarObject]) -> None:
    for op in operations:
        row = stored.get(op.object_id)
        if op.before is None:
            if row is not None:
                raise Overtaken("The event exists already.", object_id=str(op.object_id), version=row.version)
        elif row is None:
            raise Overtaken("The event was deleted meanwhile.", object_id=str(op.object_id), version=None)
        elif op.expected_version not in (None, row.version) or Image.of(row) != op.before:
            raise Overtaken(
                f"The event is at version {row.version} by now: read it again.",
                object_id=str(op.object_id),
                version=row.version,
            )


def _must_be_allowed(tx: Unit, actor: Actor, operations: Sequence[Operation]) -> None:
    calendars = calendars_of(tx, actor)
    for calendar_id in {image.calendar_id for op in operations for image in (op.before, op.after) if image}:
        require(calendars, calendar_id, Access.WRITE)
    ids = [op.object_id for op in operations if op.before]
    for chunk in objects.chunks(ids):
        private = and_(Event.object_id.in_(chunk), Event.confidential)
        for view in views_of(load_rows(tx, private), actor, calendars):
            if not view.full:
                raise Forbidden(
                    "The event shows you no more than busy time.", object_id=str(view.row.object_id)
                )


def _log(
    tx: Unit,
    actor: Actor,
    operations: Sequence[Operation],
    versions: Mapping[UUID, int],
    source: Source,
    cause_id: UUID | None,
    undoes_id: UUID | None,
    reasons: Sequence[Mapping[str, Any]],
) -> ChangeSet:
    change_set = tx.add(
        ChangeSet(
            id=tx.new_id(),
            at=tx.now,
            actor_member_id=actor.member_id,
            source=source,
            state=State.APPLIED,
            cause_id=cause_id,
            undoes_id=undoes_id,
            reasons=list(reasons),
        )
    )
    tx.insert(
        ChangeOperation,
        (
            {
                "change_set_id": change_set.id,
                "position": position,
                "object_id": op.object_id,
                "before": op.before and op.before.to_json(),
                "after": op.after and op.after.to_json(),
                "before_version": op.expected_version,
                "after_version": versions.get(op.object_id),
            }
            for position, op in enumerate(operations)
        ),
    )
    action = _action(source, operations)
    subject = operations[0].object_id if len(operations) == 1 else None
    audit.record(
        tx,
        actor,
        action,
        kind="event" if subject else "change_set",
        subject=subject or change_set.id,
        change_set=str(change_set.id),
        operations=len(operations),
    )
    return change_set


def _action(source: Source, operations: Sequence[Operation]) -> str:
    if source is not Source.USER:
        return str(source)
    if all(op.before is None for op in operations):
        return "create"
    return "delete" if all(op.after is None for op in operations) else "update"


def operations_of(change_set_ids: Sequence[UUID]) -> Select[ChangeOperation]:
    """Give the query for what these sets did, in order."""
    return (
        select(ChangeOperation)
        .where(ChangeOperation.change_set_id.in_(change_set_ids))
        .order_by(ChangeOperation.change_set_id, ChangeOperation.position)
    )


def operation_of(row: ChangeOperation) -> Operation:
    """Give a stored operation as a value."""
    return Operation(
        before=Image.from_json(row.before) if row.before else None,
        after=Image.from_json(row.after) if row.after else None,
        expected_version=row.after_version,
    )


def _swaps(tx: Unit, change_set_ids: Sequence[UUID]) -> list[Operation]:
    """Give the operations that take each object from what the sets left to what they found."""
    earliest: dict[UUID, Image | None] = {}
    latest: dict[UUID, tuple[Image | None, UUID]] = {}
    for row in tx.execute(operations_of(change_set_ids)).scalars():
        op = operation_of(row)
        earliest.setdefault(op.object_id, op.before)
        latest[op.object_id] = (op.after, row.change_set_id)
    stored = objects.load(tx, latest)
    swaps = []
    for object_id, (after, change_set_id) in latest.items():
        now = stored.get(object_id)
        # Compared by content: a later change that was itself undone stands in nobody's way.
        if (Image.of(now) if now else None) != after:
            raise _blocked(tx, object_id, change_set_id)
        expected = now.version if now else None
        swaps.append(Operation(before=after, after=earliest[object_id], expected_version=expected))
    return swaps


def _blocked(tx: Unit, object_id: UUID, change_set_id: UUID) -> UndoBlocked:
    later: Row[Any] | None = tx.execute(
        select(ChangeOperation.change_set_id)
        .where(ChangeOperation.object_id == object_id, ChangeOperation.change_set_id > change_set_id)
        .order_by(ChangeOperation.change_set_id.desc())
    ).first()
    return UndoBlocked(
        f"The event {object_id} was changed again later: undo that first."
        if later
        else f"The event {object_id} was written anew since, for a category that was renamed or a member who "
        "was removed: no change set can be undone first.",
        object_id=str(object_id),
        later=later and str(later[0]),
    )


def erase(tx: Unit, member: Member) -> None:
    """Forget every set with an image of the member's events, or of one that names them, before they go."""
    owned = select(Calendar.id).where(Calendar.owner_member_id == member.id)
    calendars = {str(id) for id in tx.execute(owned).scalars()}
    address = member_address(member.id)
    columns = select(ChangeOperation.change_set_id, ChangeOperation.before, ChangeOperation.after)
    touched = {
        change_set_id
        for change_set_id, *images in tx.execute(columns.execution_options(yield_per=500))
        for image in images
        if image and (image["calendar_id"] in calendars or address in unfolded(image["text"]))
    }
    for chunk in objects.chunks(sorted(touched)):
        tx.execute(delete(ChangeSet).where(ChangeSet.id.in_(chunk)))
