"""Members' own reminders follow their events, where a series moves or is divided and where that is undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kalends.engine.series import Start
from kalends.engine.starts import parse_start
from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import Event
from kalends.features.calendars.objects import Division, Image
from kalends.features.calendars.projection import recurrence_key
from kalends.features.calendars.row_columns import EventRow
from kalends.features.changes.models import ChangeOperation
from kalends.features.changes.service import operation_of, operations_of
from kalends.features.identity import audit
from kalends.features.reminders.due import has_occurrence
from kalends.features.reminders.models import Reminder, ReminderKind
from kalends.ical import ObjectText
from kalends.ical.shift import Shift
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

_COPIED = ("member_id", "kind", "minutes", "message", "channels", "active")


def follow(tx: Unit, change_set_id: UUID) -> None:
    """Let reminders follow the events of a change set, in its own unit, once it is stored."""
    touched = select(ChangeOperation.object_id).where(ChangeOperation.change_set_id == change_set_id)
    own: dict[UUID | None, list[Reminder]] = defaultdict(list)
    for reminder in tx.execute(select(Reminder).where(Reminder.event_id.in_(touched))).scalars():
        own[reminder.event_id].append(reminder)
    if not own:
        return
    for row in tx.execute(operations_of([change_set_id])).scalars():
        op = operation_of(row)
        if op.before is not None and op.after is not None:
            _keep_up(tx, own[op.object_id], op.before, op.after)
        elif op.after is not None and op.after.divided is not None:
            there = {each.member_id for each in own[op.object_id]}
            _pass_on(tx, own[op.after.divided.object_id], op.after.divided, op.after, there)
        elif op.before is not None and op.before.divided is not None:
            _give_back(tx, own[op.object_id], op.before.divided, op.before)
    tx.session.flush()


def _keep_up(tx: Unit, own: Sequence[Reminder], before: Image, after: Image) -> None:
    """Move what is about one occurrence along with it, where the whole series has moved."""
    some = [each for each in own if each.occurrence]
    old, new = (_start(image) for image in (before, after)) if some else (None, None)
    if old is None or new is None or old == new:
        return
    rows = _rows(tx, after.object_id)
    for reminder in some:
        if not has_occurrence(tx, rows, reminder.occurrence or ""):
            _lead(tx, reminder, after.object_id, rows, Shift.between(old, new))


def _pass_on(tx: Unit, own: Sequence[Reminder], division: Division, later: Image, there: set[UUID]) -> None:
    """Let reminders of a series go on with the part that follows a division.

    That part has what is about one of its occurrences, patterns, and what comes once it has begun. What comes
    before each occurrence both parts have. Who has reminders `there` had them when that was done before.
    """
    shift = Shift.between(parse_start(division.occurrence), _start(later) or parse_start(division.occurrence))
    earlier, rows = _rows(tx, division.object_id), _rows(tx, later.object_id)
    begins = min((row.since_utc for row in rows), default=0)
    for reminder in own:
        if reminder.occurrence:
            if not has_occurrence(tx, earlier, reminder.occurrence):
                _lead(tx, reminder, later.object_id, rows, shift)
        elif reminder.kind is ReminderKind.BEFORE:
            if reminder.member_id not in there:
                same = {name: getattr(reminder, name) for name in _COPIED}
                copy = Reminder(
                    id=tx.new_id(), event_id=later.object_id, version=1, created_at=tx.now, **same
                )
                _note(tx, tx.add(copy))
        elif reminder.at is None or reminder.at.timestamp() >= begins:
            _bring(tx, reminder, later.object_id)


def _give_back(tx: Unit, own: Sequence[Reminder], division: Division, later: Image) -> None:
    """Undo what a division did; what both parts have stays with each."""
    shift = Shift.between(_start(later) or parse_start(division.occurrence), parse_start(division.occurrence))
    rows = _rows(tx, division.object_id)
    for reminder in own:
        if reminder.occurrence:
            _lead(tx, reminder, division.object_id, rows, shift)
        elif reminder.kind is not ReminderKind.BEFORE:
            _bring(tx, reminder, division.object_id)


def _lead(tx: Unit, reminder: Reminder, event_id: UUID, rows: Sequence[EventRow], shift: Shift) -> None:
    """Let a reminder of one occurrence be about the one that it became, if there is such."""
    try:
        moved = shift.apply(parse_start(reminder.occurrence or ""))
    except InvalidInput:
        return
    key = recurrence_key(moved, shift.new)
    if has_occurrence(tx, rows, key):
        reminder.occurrence = key
        _bring(tx, reminder, event_id)


def _bring(tx: Unit, reminder: Reminder, event_id: UUID) -> None:
    reminder.event_id = event_id
    reminder.version += 1
    _note(tx, reminder)


def _note(tx: Unit, reminder: Reminder) -> None:
    audit.record(tx, None, "reminder.followed", kind="reminder", subject=reminder.id)


def _rows(tx: Unit, event_id: UUID) -> Sequence[EventRow]:
    return load_rows(tx, Event.object_id == event_id).events


def _start(image: Image) -> Start | None:
    text = ObjectText.parse(image.text)
    return text.event().start if text.has(None) else None
