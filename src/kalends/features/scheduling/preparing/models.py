"""What is kept of rules that prepare for events."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Table


class PreparationRule(Identified, Table):
    """Which category asks for sessions of which other, how many, how long, and how soon before."""

    __tablename__ = "preparation_rule"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "category_id"], ["category.workspace_id", "category.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "makes_id"], ["category.workspace_id", "category.id"], ondelete="CASCADE"
        ),
        Index("uq_preparation_rule_pair", "workspace_id", "category_id", "makes_id", unique=True),
    )

    category_id: Mapped[UUID]  # of the events that are prepared for
    makes_id: Mapped[UUID]  # the category of the sessions
    sessions: Mapped[int]  # at most, and at most one a day
    minutes: Mapped[int]  # of each
    days_before: Mapped[int]  # on the days before the event's day, at most so many
    title: Mapped[str]  # of a session; {title} stands for the event's
    active: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
