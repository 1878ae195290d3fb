"""People, workspaces and sign-ins as REST shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, SecretStr

from kalends.features.identity.models import AutoResolve, Permission, Role, SignInKind
from kalends.interfaces.rest.shapes import Given, Shown


def _is_given(value: Any) -> bool:
    return value is not None


class MemberView(Shown):
    """A person in the workspace."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199a1c2-0000-7000-8000-000000000001",
                    "name": "Ana",
                    "role": "parent",
                    "permission": "owner",
                    "zone": "Europe/Berlin",
                    "default_calendar_id": "0199a1c2-0000-7000-8000-000000000002",
                    "auto_resolve": "flexible",
                    "signs_in": True,
                    "version": 3,
                    "created_at": "2026-03-02T12:00:00Z",
                }
            ]
        }
    )

    id: UUID
    name: str
    role: Role
    permission: Permission
    zone: str = Field(description="IANA name; times that they give without a zone are in it.")
    default_calendar_id: UUID | None
    auto_resolve: AutoResolve = Field(description="What may move by itself after an edit of theirs.")
    signs_in: Annotated[bool, BeforeValidator(_is_given)] = Field(
        validation_alias="account_id", description="Whether they have an account."
    )
    version: int = Field(description="As in the ETag.")
    created_at: datetime


class MembershipView(Shown):
    """One of the members that an account is."""

    member_id: UUID = Field(validation_alias="id")
    workspace_id: UUID
    name: str
    permission: Permission


class HomeView(MembershipView):
    """One of the members that an account is, with the name of the workspace."""

    workspace_name: str


class InvitationToken(Given):
    """An invitation as an owner handed it over."""

    token: SecretStr


class WorkspaceView(Shown):
    """The household or team."""

    id: UUID
    name: str
    zone: str = Field(description="IANA name; new members begin with it.")
    version: int
    created_at: datetime


class SignInView(Shown):
    """A sign-in on one device that has not ended."""

    id: UUID
    workspace_id: UUID
    kind: SignInKind
    device: str | None = Field(description="As the client called itself.")
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


class ActorView(Shown):
    """Who a token, key or cookie stands for."""

    workspace_id: UUID
    member_id: UUID
    account_id: UUID | None
    permission: Permission
    zone: str
    scopes: Annotated[list[str], BeforeValidator(sorted)]
    sign_in_id: UUID | None = Field(description="Null for an API key.")


class TokensView(Shown):
    """What a program sends from now on. Each refresh token is good for one use."""

    access_token: str = Field(validation_alias="access", description="For `Authorization: Bearer`.")
    refresh_token: str = Field(validation_alias="refresh", description="For `/auth/refresh`, once.")
    expires_in: int = Field(description="Seconds until the access token ends.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    actor: ActorView


class SessionView(Shown):
    """What a page needs to act with the browser's cookie, which it cannot read itself."""

    csrf_token: str = Field(validation_alias="csrf", description="For `X-CSRF-Token`, with every change.")
    expires_at: datetime
    actor: ActorView
