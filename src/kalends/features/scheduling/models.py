"""What is kept of conflicts. They are computed; rows remember only what computing cannot tell."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Scoped, Table


class ResolvedHow(StrEnum):
    """By what a conflict went away."""

    USER_MANUAL = "user_manual"
    AUTO_CONFIRM = "auto_confirm"
    AGENT_SUGGESTED = "agent_suggested"


class ConflictRecord(Scoped, Table):
    """First seen, ignored, resolved: the memory of one conflict, by its identity."""

    __tablename__ = "conflict_record"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),)

    identity: Mapped[str] = mapped_column(primary_key=True)  # digest of type, subject, rule and UIDs
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    rule: Mapped[str | None]  # the broken constraint, where there is one
    first_seen_at: Mapped[datetime]
    ignored_at: Mapped[datetime | None]
    ignored_by: Mapped[UUID | None]
    ignored_fingerprint: Mapped[str | None]  # of the times; when it differs the ignoring has lapsed
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    resolved_how: Mapped[ResolvedHow | None]
    change_set_id: Mapped[UUID | None]  # that resolved it


class ConflictParty(Scoped, Table):
    """An event of a remembered conflict, so that an edit finds the conflicts of its events."""

    __tablename__ = "conflict_party"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "identity"],
            ["conflict_record.workspace_id", "conflict_record.identity"],
            ondelete="CASCADE",
        ),
        Index("ix_conflict_party_uid", "workspace_id", "uid"),
    )

    identity: Mapped[str] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(primary_key=True)
