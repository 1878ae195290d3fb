"""What is kept of constraints."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Table


class StoredConstraint(Identified, Table):
    """Something that somebody asks of a member's time, or of everybody's."""

    __tablename__ = "scheduling_constraint"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
        Index("ix_scheduling_constraint_member", "workspace_id", "member_id"),
    )

    name: Mapped[str]
    rule: Mapped[str]  # a key of the engine's RULES
    parameters: Mapped[dict[str, Any]]  # as the rule gives them back, and reads them
    hard: Mapped[bool]  # refuses edits that break it; a soft one weighs
    priority: Mapped[int]  # 1 to 10: how much a soft one weighs
    active: Mapped[bool]
    member_id: Mapped[UUID | None]  # None: every member
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]  # no foreign key: the constraint may outlive who made it
    updated_at: Mapped[datetime]
