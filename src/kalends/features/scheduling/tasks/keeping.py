"""Making and changing tasks, and who may."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kalends.engine.claims import Priority
from kalends.features.calendars.access import calendars_of
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.scheduling.editing import MAX_TITLE
from kalends.features.scheduling.tasks.models import Task, TaskState
from kalends.features.scheduling.tasks.places import check_place, may_read, must_write
from kalends.kit.errors import (
    Clash,
    InvalidInput,
    NotFound,
    must_be_version,
)
from kalends.kit.text import checked_name, checked_text
from kalends.storage import Unit

MOST_OPEN = 500
MOST_MINUTES = 10_000
MOST_NOTES = 10_000
"""What one member has to do, and what one task asks for, at most."""

MOST_IN_ONE_GO = 720
LEAST_PIECE = 5
"""Minutes: what is done without a break at most, and what is worth beginning with."""


class TooManyTasks(Clash):
    """The member has as many open tasks as may be."""

    code = "too_many_tasks"


def list_tasks(
    tx: Unit,
    actor: Actor,
    *,
    member_id: UUID | None = None,
    states: Collection[TaskState] = (TaskState.OPEN,),
) -> list[Task]:
    """Give the tasks that the actor may know of, in these states, the soonest deadline first."""
    actor.must_have(Scope.READ)
    query = select(Task).where(Task.state.in_(states)).order_by(Task.deadline, Task.id)
    if member_id is not None:
        query = query.where(Task.member_id == member_id)
    calendars = calendars_of(tx, actor)
    return [row for row in tx.execute(query).scalars().all() if may_read(tx, actor, calendars, row)]


def get_task(tx: Unit, actor: Actor, task_id: UUID) -> Task:
    """Give one, or raise `NotFound`."""
    actor.must_have(Scope.READ)
    row = tx.find(Task, task_id)
    if row is None or not may_read(tx, actor, calendars_of(tx, actor), row):
        raise NotFound(f"There is no task {task_id}.", kind="task", id=str(task_id))
    return row


def create_task(
    tx: Unit,
    actor: Actor,
    *,
    title: str,
    minutes: int,
    deadline: datetime,
    not_before: datetime | None = None,
    member_id: UUID | None = None,
    calendar_id: UUID | None = None,
    category_id: UUID | None = None,
    priority: Priority | None = None,
    least_minutes: int | None = None,
    most_minutes: int | None = None,
    notes: str | None = None,
) -> Task:
    """Take something to be done before a deadline, by oneself unless `member_id` says by whom.

    With `least_minutes` and `most_minutes` it may be done in pieces so long. Raises `InvalidInput` by field,
    `NotFound` and `Forbidden` for a calendar that the actor may not write, `TooManyTasks`.
    """
    actor.must_write()
    whose = member_id or actor.member_id
    check_place(tx, actor, whose, calendar_id, category_id)
    if deadline <= tx.now:
        raise InvalidInput("The deadline is over: give one that is to come.", field="deadline")
    theirs = (
        select(func.count()).select_from(Task).where(Task.member_id == whose, Task.state == TaskState.OPEN)
    )
    if tx.execute(theirs).scalar_one() >= MOST_OPEN:
        raise TooManyTasks(f"At most {MOST_OPEN} open tasks: finish one first.", limit=MOST_OPEN)
    row = Task(
        id=tx.new_id(),
        member_id=whose,
        calendar_id=calendar_id,
        category_id=category_id,
        title="",
        notes=None,
        minutes=minutes,
        deadline=deadline,
        not_before=not_before,
        priority=priority,
        least_minutes=least_minutes,
        most_minutes=most_minutes,
        state=TaskState.OPEN,
        version=1,
        created_at=tx.now,
        created_by=actor.member_id,
        updated_at=tx.now,
        finished_at=None,
    )
    _change(row, {"title": title, "notes": notes})
    tx.add(row)
    audit.record(tx, actor, "create", kind="task", subject=row.id)
    return row


def update_task(
    tx: Unit, actor: Actor, task_id: UUID, changes: Mapping[str, Any], expected_version: int | None = None
) -> Task:
    """Change what a task says of itself; whose it is stays. Raises as `create_task`, and `Stale`."""
    row = written(tx, actor, task_id, expected_version)
    place = [changes.get(name, getattr(row, name)) for name in ("calendar_id", "category_id")]
    check_place(tx, actor, row.member_id, *place)
    _change(row, changes)
    row.version += 1
    row.updated_at = tx.now
    tx.session.flush()
    audit.record(tx, actor, "update", kind="task", subject=row.id, changed=sorted(changes))
    return row


def settle_task(
    tx: Unit, actor: Actor, task_id: UUID, state: TaskState, expected_version: int | None = None
) -> Task:
    """Say that a task is done, cancelled, or open again."""
    row = written(tx, actor, task_id, expected_version)
    row.state = state
    row.finished_at = None if state is TaskState.OPEN else tx.now
    row.version += 1
    row.updated_at = tx.now
    tx.session.flush()
    audit.record(tx, actor, "update", kind="task", subject=row.id, state=state.value)
    return row


def delete_task(tx: Unit, actor: Actor, task_id: UUID, expected_version: int | None = None) -> None:
    """Forget a task; its past pieces stay in the calendar."""
    row = written(tx, actor, task_id, expected_version)
    tx.session.delete(row)
    tx.session.flush()
    audit.record(tx, actor, "delete", kind="task", subject=task_id)


def written(tx: Unit, actor: Actor, task_id: UUID, expected_version: int | None = None) -> Task:
    """Give a task that the actor may change, locked. Raises `NotFound`, `Forbidden`, `Stale`."""
    tx.lock(Task, [task_id])
    row = get_task(tx, actor, task_id)
    must_write(tx, actor, row, "task")
    must_be_version("task", row.version, expected_version)
    return row


def _change(row: Task, changes: Mapping[str, Any]) -> None:
    """Set what is to change, and refuse what does not go together."""
    for name, value in changes.items():
        setattr(row, name, value)
    row.title = checked_name(row.title, field="title", limit=MAX_TITLE)
    row.notes = checked_text(row.notes or "", field="notes", limit=MOST_NOTES) or None
    if not LEAST_PIECE <= row.minutes <= MOST_MINUTES:
        raise InvalidInput(f"A task takes {LEAST_PIECE} to {MOST_MINUTES} minutes.", field="minutes")
    if row.not_before is not None and row.deadline - row.not_before < timedelta(minutes=LEAST_PIECE):
        raise InvalidInput("It may begin only when its deadline is over.", field="not_before")
    least, most = row.least_minutes, row.most_minutes
    if (least is None) != (most is None):
        missing = "least_minutes" if least is None else "most_minutes"
        raise InvalidInput("To be split it needs both the least and the most of a piece.", field=missing)
    if least is None or most is None:
        if row.minutes > MOST_IN_ONE_GO:
            raise InvalidInput(
                f"Nobody works {row.minutes} minutes in one go: let it be split.", field="least_minutes"
            )
    elif not LEAST_PIECE <= least <= most <= MOST_IN_ONE_GO:
        raise InvalidInput(
            f"A piece takes {LEAST_PIECE} to {MOST_IN_ONE_GO} minutes, the least no more than the most.",
            field="least_minutes",
        )
    elif row.minutes // least < -(-row.minutes // most):
        raise InvalidInput(
            f"{row.minutes} minutes cannot be cut into pieces of {least} to {most}.", field="least_minutes"
        )
