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


def _in_workspace(member_column: str) -> ForeignKeyConstraint:
    """A reference to a member of the row's own workspace, gone when the member is."""
    return ForeignKeyConstraint(
        ["workspace_id", member_column], ["member.workspace_id", "member.id"], ondelete="CASCADE"
    )


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
    version: Mapped[int]
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


class Invitation(Identified, Table):
    """An offer to join the workspace, open to whoever holds its token."""

    __tablename__ = "invitation"
    __table_args__ = (_in_workspace("member_id"),)

    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256
    name: Mapped[str]  # the new member's, unless they are one already
    role: Mapped[Role]
    permission: Mapped[Permission]
    member_id: Mapped[UUID | None]  # the member without an account that the guest will be, if any
    invited_by: Mapped[UUID]  # a member; no foreign key, since an offer outlives who made it
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class SignInKind(StrEnum):
    """What proves the sign-in from then on."""

    TOKENS = "tokens"  # an access token and a rotating refresh token
    BROWSER = "browser"  # a cookie


class SignInEnd(StrEnum):
    """Why a sign-in ended before its time."""

    SIGNED_OUT = "signed_out"
    REUSED = "reused"  # an old refresh token came back: one of its two holders is a thief
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    SWITCHED = "switched"
    DISABLED = "disabled"


class SignIn(Table):
    """One sign-in on one device: a family of refresh tokens, or a browser session. Names one member."""

    __tablename__ = "sign_in"
    __table_args__ = (_in_workspace("member_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[UUID]
    member_id: Mapped[UUID]
    kind: Mapped[SignInKind]
    generation: Mapped[int] = mapped_column(default=0)  # of the one refresh token that is still good
    token_hash: Mapped[str | None] = mapped_column(unique=True)  # SHA-256 of the cookie
    device: Mapped[str | None]  # as the client described itself
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[SignInEnd | None]


class ApiKey(Identified, Table):
    """A member's key for a program."""

    __tablename__ = "api_key"
    __table_args__ = (_in_workspace("member_id"),)

    member_id: Mapped[UUID]
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256
    prefix: Mapped[str]  # of the key, so that its holder can tell which one it is
    scopes: Mapped[list[Any]]
    agent_instance: Mapped[str | None]  # whose calls alone it sees and makes
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PasswordReset(Table):
    """Leave to set a new password once, without the old one."""

    __tablename__ = "password_reset"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    # The workspace whose owner made it: void once the account is a member elsewhere. None: an administrator.
    workspace_id: Mapped[UUID | None]
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


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
