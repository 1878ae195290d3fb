"""The people of the workspace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from kalends.features.identity.members import MemberChanges
from kalends.features.identity.models import Member, Permission, Role
from kalends.features.scheduling.personal_data import export_member
from kalends.interfaces.rest.context import (
    CurrentActor,
    CurrentServices,
    ExpectedVersion,
    PageCursor,
    PageLimit,
    etag,
)
from kalends.interfaces.rest.identity_shapes import MemberView
from kalends.interfaces.rest.shapes import Given, PageOf, Shown
from kalends.kit.pagination import DEFAULT_LIMIT, Page
from kalends.storage import Unit

router = APIRouter(prefix="/members", tags=["members"])


class NewMember(Given):
    """Somebody who does not sign in themselves; an invitation may give them an account later."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Rui", "role": "child"}]})

    name: str
    role: Role = Role.OTHER
    permission: Permission = Permission.EDITOR
    zone: str | None = Field(default=None, description="IANA name; the workspace's by default.")


class ResetToken(Shown):
    """Leave to set a new password once. Shown now and never again: hand it over."""

    token: str
    expires_in: int = Field(description="Seconds.")


@router.get("", response_model=PageOf[MemberView])
def list_members(
    actor: CurrentActor,
    services: CurrentServices,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> Page[Member]:
    """Give the members in the order in which they came."""
    with services.database.read(actor.workspace_id) as tx:
        return services.identity.members.list(tx, actor, cursor, limit=limit)


@router.post("", status_code=201, response_model=MemberView)
def add_member(body: NewMember, actor: CurrentActor, services: CurrentServices, response: Response) -> Member:
    """Add somebody without an account: for owners."""

    def work(tx: Unit) -> Member:
        return services.identity.members.add(
            tx, actor, name=body.name, role=body.role, permission=body.permission, zone_name=body.zone
        )

    return _tagged(response, services.database.write(actor.workspace_id, work))


@router.get("/{member_id}", response_model=MemberView)
def get_member(member_id: UUID, actor: CurrentActor, services: CurrentServices, response: Response) -> Member:
    """Give one member."""
    with services.database.read(actor.workspace_id) as tx:
        return _tagged(response, services.identity.members.get(tx, actor, member_id))


@router.patch("/{member_id}", response_model=MemberView)
def update_member(
    member_id: UUID,
    body: MemberChanges,
    actor: CurrentActor,
    services: CurrentServices,
    response: Response,
    expected: ExpectedVersion,
) -> Member:
    """Change what is given: owners anyone, others themselves, and never their own role or permission."""

    def work(tx: Unit) -> Member:
        return services.identity.members.change(tx, actor, member_id, body, expected_version=expected)

    return _tagged(response, services.database.write(actor.workspace_id, work))


@router.delete("/{member_id}", status_code=204, response_class=Response)
def remove_member(
    member_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> None:
    """Erase a member with all that is only theirs: owners anyone, others themselves. Cannot be undone."""

    def work(tx: Unit) -> None:
        services.identity.members.remove(tx, actor, member_id, expected_version=expected)

    services.database.write(actor.workspace_id, work)


@router.get("/{member_id}/export")
def export_member_data(member_id: UUID, actor: CurrentActor, services: CurrentServices) -> dict[str, Any]:
    """Give all that is kept of a member: to themselves, and to an owner for one who does not sign in."""
    # A read that writes: the audit log says who took the data.
    more = services.notifications.export, services.calls.export
    return services.database.write(actor.workspace_id, lambda tx: export_member(tx, actor, member_id, *more))


@router.post("/{member_id}/password-reset", status_code=201, response_model=ResetToken)
def reset_member_password(member_id: UUID, actor: CurrentActor, services: CurrentServices) -> ResetToken:
    """Make a token with which the member sets a new password: for owners."""
    token = services.identity.reset_for_member(actor, member_id)
    return ResetToken(token=token, expires_in=int(services.identity.settings.reset_lifetime.total_seconds()))


def _tagged(response: Response, member: Member) -> Member:
    response.headers["ETag"] = etag(member.version)
    return member
