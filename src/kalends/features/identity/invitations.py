"""Invitations: how somebody with an account, or about to have one, comes into a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.issued import Issued
from kalends.features.identity.members import Members
from kalends.features.identity.models import Invitation, Member, Permission, Role
from kalends.features.identity.names import display_name
from kalends.features.identity.refusals import AlreadyMember, InvitationRefused
from kalends.features.identity.workspaces import workspace_of
from kalends.kit.crypto import hash_token
from kalends.kit.errors import NotFound
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode_id, page
from kalends.storage import Database, Unit

PREFIX = "kali_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a guest is invited to, and by whom."""

    workspace_name: str
    invited_by: str  # a member's name


class Invitations:
    """The open invitations of the unit's workspace. Owners make, see and revoke them."""

    def __init__(self, members: Members, lifetime: timedelta) -> None:
        self._members = members
        self._lifetime = lifetime

    def create(
        self,
        tx: Unit,
        actor: Actor,
        *,
        name: str | None = None,
        role: Role | None = None,
        permission: Permission = Permission.EDITOR,
        member_id: UUID | None = None,
    ) -> Issued[Invitation]:
        """Offer a place to a newcomer (`name` is a suggestion that they may replace) or, with `member_id`,
        an account to a member who has none. Raises `Forbidden`, `NotFound`, `AlreadyMember`, `InvalidInput`.
        """
        actor.must_own_workspace()
        member = tx.get(Member, member_id) if member_id is not None else None
        if member is not None and member.account_id is not None:
            raise AlreadyMember(f"{member.name} has an account already.", member_id=str(member.id))
        secret = PREFIX + tx.new_token()
        invitation = tx.add(
            Invitation(
                id=tx.new_id(),
                token_hash=hash_token(secret),
                name=display_name(name or (member.name if member else "Guest")),
                role=role or (member.role if member else Role.OTHER),
                permission=permission,
                member_id=member_id,
                invited_by=actor.member_id,
                created_at=tx.now,
                expires_at=tx.now + self._lifetime,
                accepted_at=None,
            )
        )
        audit.record(
            tx,
            actor,
            "invitation.created",
            kind="invitation",
            subject=invitation.id,
            permission=permission.value,
        )
        return Issued(row=invitation, secret=secret)

    def list(
        self, tx: Unit, actor: Actor, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT
    ) -> Page[Invitation]:
        """Give the invitations that may still be accepted, oldest first."""
        actor.must_own_workspace()
        query = (
            select(Invitation)
            .where(Invitation.accepted_at.is_(None), Invitation.expires_at > tx.now)
            .order_by(Invitation.id)
            .limit(checked_limit(limit) + 1)
        )
        if cursor is not None:
            query = query.where(Invitation.id > decode_id(cursor))
        return page(tx.execute(query).scalars().all(), limit, lambda row: (str(row.id),))

    def revoke(self, tx: Unit, actor: Actor, invitation_id: UUID) -> None:
        """Take an invitation back before it is accepted, or raise `NotFound`."""
        actor.must_own_workspace()
        open_one = delete(Invitation).where(Invitation.id == invitation_id, Invitation.accepted_at.is_(None))
        if not tx.changed(open_one):
            raise NotFound(
                f"There is no open invitation {invitation_id}.", kind="invitation", id=str(invitation_id)
            )
        audit.record(tx, actor, "invitation.revoked", kind="invitation", subject=invitation_id)

    def redeem(self, tx: Unit, secret: str, account_id: UUID, name: str | None = None) -> Member:
        """Make the account a member as the invitation says. Raises `InvitationRefused`, `AlreadyMember`."""
        mine = Invitation.token_hash == hash_token(secret)
        taken = (
            update(Invitation)
            .where(mine, Invitation.accepted_at.is_(None), Invitation.expires_at > tx.now)
            .values(accepted_at=tx.now)
        )
        if not tx.changed(taken):
            raise InvitationRefused
        invitation = tx.execute(select(Invitation).where(mine)).scalar_one()
        if invitation.member_id is None:
            member = self._members.create(
                tx,
                name=name or invitation.name,
                role=invitation.role,
                permission=invitation.permission,
                account_id=account_id,
            )
        else:
            member = self._members.bind(
                tx,
                invitation.member_id,
                account_id,
                role=invitation.role,
                permission=invitation.permission,
            )
        audit.record(tx, actor_of(member), "invitation.accepted", kind="invitation", subject=invitation.id)
        return member


def purge(tx: Unit, before: datetime) -> int:
    """Delete invitations of all workspaces that ran out before then, and give their number."""
    old = delete(Invitation).where(Invitation.expires_at < before)
    return tx.changed(old.execution_options(across_workspaces="housekeeping"))


def offer(database: Database, secret: str) -> Offer:
    """Say what a token opens to whoever holds it, or raise `InvitationRefused`."""
    invitation = find_open(database, secret)
    with database.read(invitation.workspace_id) as tx:
        return Offer(
            workspace_name=workspace_of(tx).name, invited_by=tx.get(Member, invitation.invited_by).name
        )


def find_open(database: Database, secret: str) -> Invitation:
    """Give the invitation that a token opens, or raise `InvitationRefused`."""
    with database.read(None) as tx:
        invitation: Invitation | None = tx.execute(
            select(Invitation)
            .where(
                Invitation.token_hash == hash_token(secret),
                Invitation.accepted_at.is_(None),
                Invitation.expires_at > tx.now,
            )
            .execution_options(across_workspaces="a token is looked up before its workspace is known")
        ).scalar_one_or_none()
    if invitation is None:
        raise InvitationRefused
    return invitation
