"""Invitations into the workspace."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from kalends.features.identity.issued import Issued
from kalends.features.identity.models import Invitation, Member, Permission, Role
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, PageCursor, PageLimit
from kalends.interfaces.rest.identity_shapes import InvitationToken, MembershipView
from kalends.interfaces.rest.shapes import Given, PageOf, Shown
from kalends.kit.pagination import DEFAULT_LIMIT, Page
from kalends.storage import Unit

router = APIRouter(prefix="/invitations", tags=["invitations"])


class NewInvitation(Given):
    """What the guest will be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Rui", "role": "parent"}]})

    name: str | None = Field(default=None, description="A suggestion: the guest may replace it.")
    role: Role | None = None
    permission: Permission = Permission.EDITOR
    member_id: UUID | None = Field(
        default=None, description="A member without an account, to whom the guest's account will belong."
    )


class InvitationView(Shown):
    """An invitation that may still be accepted."""

    id: UUID
    name: str
    role: Role
    permission: Permission
    member_id: UUID | None
    invited_by: UUID
    created_at: datetime
    expires_at: datetime


class IssuedInvitation(Shown):
    """An invitation and its token. Shown now and never again: hand it over."""

    invitation: InvitationView = Field(validation_alias="row")
    token: str = Field(validation_alias="secret")


@router.get("", response_model=PageOf[InvitationView])
def list_invitations(
    actor: CurrentActor,
    services: CurrentServices,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> Page[Invitation]:
    """Give the invitations that may still be accepted, oldest first: for owners."""
    with services.database.read(actor.workspace_id) as tx:
        return services.identity.invitations.list(tx, actor, cursor, limit=limit)


@router.post("", status_code=201, response_model=IssuedInvitation)
def invite(body: NewInvitation, actor: CurrentActor, services: CurrentServices) -> Issued[Invitation]:
    """Offer a place in the workspace: for owners."""

    def work(tx: Unit) -> Issued[Invitation]:
        return services.identity.invitations.create(
            tx, actor, name=body.name, role=body.role, permission=body.permission, member_id=body.member_id
        )

    return services.database.write(actor.workspace_id, work)


@router.post("/accept", response_model=MembershipView)
def accept_invitation(body: InvitationToken, actor: CurrentActor, services: CurrentServices) -> Member:
    """Join the inviting workspace with this account too; `/auth/switch` goes there."""
    return services.identity.accept_invitation(actor, body.token.get_secret_value())


@router.delete("/{invitation_id}", status_code=204, response_class=Response)
def revoke_invitation(invitation_id: UUID, actor: CurrentActor, services: CurrentServices) -> None:
    """Take an invitation back before it is accepted: for owners."""

    def work(tx: Unit) -> None:
        services.identity.invitations.revoke(tx, actor, invitation_id)

    services.database.write(actor.workspace_id, work)
