"""What tasks, blocks and sessions hold of one member: given out on request, and erased with the member."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from kalends.features.calendars import objects
from kalends.features.calendars.models import Event, Participant
from kalends.features.identity.models import Member
from kalends.features.scheduling.preparing.sessions import PREPARATION
from kalends.features.scheduling.tasks.models import BLOCK, TASK, Block, Task
from kalends.storage import Unit


def erase(tx: Unit, member: Member) -> None:
    """Remove the time that was found for a member on calendars of others; tasks and blocks go with them."""
    objects.lock_all(tx)
    kinds = [Event.holder.startswith(f"{name}:") for name in (TASK, BLOCK, PREPARATION)]
    taking = (
        select(Event.object_id)
        .join(
            Participant,
            (Participant.workspace_id == Event.workspace_id)
            & (Participant.object_id == Event.object_id)
            & (Participant.recurrence_key == Event.recurrence_key),
        )
        .where(Event.holder.is_not(None), or_(*kinds), Participant.member_id == member.id)
    )
    theirs = set(tx.execute(taking).scalars())
    for chunk in objects.chunks(sorted(theirs)):
        others = select(Participant.object_id).where(
            Participant.object_id.in_(chunk), Participant.member_id != member.id
        )
        theirs -= set(tx.execute(others).scalars())
    objects.store(tx, [(row, None) for row in objects.load(tx, theirs).values()])


def export(tx: Unit, member_id: UUID) -> dict[str, Any]:
    """Give the member's tasks and blocks as JSON values."""
    tasks = tx.execute(select(Task).where(Task.member_id == member_id).order_by(Task.id)).scalars()
    blocks = tx.execute(select(Block).where(Block.member_id == member_id).order_by(Block.id)).scalars()
    return {
        "tasks": [
            {
                "title": task.title,
                "notes": task.notes,
                "minutes": task.minutes,
                "deadline": task.deadline.isoformat(),
                "not_before": task.not_before and task.not_before.isoformat(),
                "priority": task.priority and task.priority.value,
                "least_minutes": task.least_minutes,
                "most_minutes": task.most_minutes,
                "state": task.state.value,
                "created_at": task.created_at.isoformat(),
            }
            for task in tasks
        ],
        "blocks": [
            {
                "title": block.title,
                "kind": block.kind.value,
                "times_a_week": block.times_a_week,
                "minutes": block.minutes,
                "days": block.days,
                "since": block.since,
                "until": block.until,
                "active": block.active,
                "created_at": block.created_at.isoformat(),
            }
            for block in blocks
        ],
    }
