"""What is kept of a run of the optimiser: what was asked, how far it is, and what it proposes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Table


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"  # it has a proposal, or there is nothing to do better
    CANCELLED = "cancelled"
    FAILED = "failed"


class OptimisationRun(Identified, Table):
    """One run. Its proposal is data with ids; titles are added when it is shown, for who looks."""

    __tablename__ = "optimisation_run"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
    )

    member_id: Mapped[UUID]  # who asked
    since: Mapped[datetime]
    until: Mapped[datetime]
    state: Mapped[RunState]
    done: Mapped[int] = mapped_column(default=0)  # parts solved
    total: Mapped[int] = mapped_column(default=0)
    cancelling: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    beat_at: Mapped[datetime]  # when it last gave a sign of life
    finished_at: Mapped[datetime | None]
    proposal: Mapped[dict[str, Any] | None]
    failure: Mapped[dict[str, Any] | None]  # code and message
