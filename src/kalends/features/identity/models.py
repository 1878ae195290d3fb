"""Tables of accounts, workspaces, members and what signs them in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Table


class Role(StrEnum):
    """What a member is to the household or team."""

    PARENT = "parent"
    CHILD = "child"
    OTHER = "other"


class Permission(StrEnum):
    """What a member may do in the workspace."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class AutoResolve(StrEnum):
    """What the engine may move at once after this member's edits."""

    OFF = "off"
    FLEXIBLE = "flexible"
    MOVABLE = "movable"


class Account(Table):
    """A login. Global: one person may be a member of several workspaces."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)  # case-folded, NFKC
    email: Mapped[str | None]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Workspace(Table):
    """A tenant: a household or a team."""

    __tablename__ = "workspace"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]  # IANA; new members begin with it
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class Member(Identified, Table):
    """A person in a workspace, with or without an account."""

    __tablename__ = "member"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        Index("uq_member_workspace_id_account_id", "workspace_id", "account_id", unique=True),
    )

    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    role: Mapped[Role]
    permission: Mapped[Permission]
    zone: Mapped[str]  # IANA
    default_calendar_id: Mapped[UUID | None]
    auto_resolve: Mapped[AutoResolve] = mapped_column(default=AutoResolve.FLEXIBLE)
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class AuditEntry(Identified, Table):
    """Who did what, when. Holds ids and the names of what changed, never a secret or a person's words."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_workspace_id_subject", "workspace_id", "subject"),)

    at: Mapped[datetime]
    actor_member_id: Mapped[UUID | None]  # no foreign key: entries outlive their members; None is the server
    action: Mapped[str]  # object and verb in the past: "member.added"
    kind: Mapped[str]  # what the subject is: "member"
    subject: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
