"""Tables of change sets: what was changed, by whom, from what to what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Scoped, Table


class Source(StrEnum):
    """Where a change came from."""

    USER = "user"
    IMPORT = "import"
    RESOLUTION = "resolution"
    AUTO_RESOLVE = "auto_resolve"
    OPTIMISE = "optimise"
    UNDO = "undo"
    DEMO = "demo"


class State(StrEnum):
    """Whether a stored set has taken effect."""

    PROPOSED = "proposed"
    APPLIED = "applied"


class ChangeSet(Identified, Table):
    """Operations that took effect together, or are proposed to."""

    __tablename__ = "change_set"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        Index("ix_change_set_cause", "workspace_id", "cause_id"),
    )

    at: Mapped[datetime]
    actor_member_id: Mapped[UUID | None]
    source: Mapped[Source]
    state: Mapped[State]
    cause_id: Mapped[UUID | None]  # the set whose conflicts this one resolved by itself
    undoes_id: Mapped[UUID | None]
    undone_by_id: Mapped[UUID | None]
    reasons: Mapped[list[Any]]  # data: why each move was made; titles are added when shown
    expires_at: Mapped[datetime | None]  # proposals only


class ChangeOperation(Scoped, Table):
    """What one set did to one calendar object."""

    __tablename__ = "change_operation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "change_set_id"],
            ["change_set.workspace_id", "change_set.id"],
            ondelete="CASCADE",
        ),
        Index("ix_change_operation_object", "workspace_id", "object_id"),
    )

    change_set_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    object_id: Mapped[UUID]
    before: Mapped[dict[str, Any] | None]  # images; None: it did not exist
    after: Mapped[dict[str, Any] | None]
    before_version: Mapped[int | None]
    after_version: Mapped[int | None]
