"""What is kept of tasks and blocks. Their time is in the calendar: events that they hold."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalends.engine.claims import Priority
from kalends.storage.schema import Identified, Table

TASK = "task"
BLOCK = "block"
"""What holders of their events begin with, before a colon and the id."""


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class BlockKind(StrEnum):
    """What a block is for."""

    FOCUS = "focus"  # time without meetings
    HABIT = "habit"  # something to be done again and again


class Task(Identified, Table):
    """Something to be done before a deadline, in time that it finds by itself."""

    __tablename__ = "task"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
        Index("ix_task_member", "workspace_id", "member_id", "state"),
    )

    member_id: Mapped[UUID]
    # Neither is a foreign key: without its calendar a task goes to the member's default one, without its
    # category it is General.
    calendar_id: Mapped[UUID | None]
    category_id: Mapped[UUID | None]
    title: Mapped[str]
    notes: Mapped[str | None]
    minutes: Mapped[int]  # of work in all
    deadline: Mapped[datetime]
    not_before: Mapped[datetime | None]
    priority: Mapped[Priority | None]
    # Of one piece. None: it is done in one go.
    least_minutes: Mapped[int | None]
    most_minutes: Mapped[int | None]
    state: Mapped[TaskState]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]  # no foreign key: the task may outlive who made it
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]  # when it was done or cancelled


class Block(Identified, Table):
    """Time that is kept for something a number of times each week."""

    __tablename__ = "block"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
        Index("ix_block_member", "workspace_id", "member_id"),
    )

    member_id: Mapped[UUID]
    calendar_id: Mapped[UUID | None]  # as of a task
    category_id: Mapped[UUID | None]
    title: Mapped[str]
    kind: Mapped[BlockKind]
    times_a_week: Mapped[int]  # at most one a day
    minutes: Mapped[int]
    days: Mapped[list[Any]]  # on which it may lie: "mon" to "sun"
    since: Mapped[str]  # "HH:MM" by the member's clock: from then on
    until: Mapped[str]  # and wholly before
    active: Mapped[bool]
    # The day up to which weeks were filled once: what somebody removed before it is not made again by itself.
    filled_until: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    updated_at: Mapped[datetime]
