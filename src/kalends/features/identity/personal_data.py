"""Identity's part of a member's data: giving it out and taking it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kalends.features.identity.models import Account, ApiKey, AuditEntry, Invitation, Member, SignIn
from kalends.features.identity.preferences import Preferences
from kalends.storage import Unit


def export(tx: Unit, member_id: UUID) -> dict[str, Any]:
    """Give all that identity knows of a member as JSON values, without what would sign somebody in."""
    member = tx.get(Member, member_id)
    account = tx.session.get(Account, member.account_id) if member.account_id else None
    keys = tx.execute(select(ApiKey).where(ApiKey.member_id == member_id).order_by(ApiKey.id)).scalars()
    sign_ins = tx.execute(
        select(SignIn)
        .where(SignIn.workspace_id == tx.workspace_id, SignIn.member_id == member_id)
        .order_by(SignIn.id)
    ).scalars()
    entries = tx.execute(
        select(AuditEntry).where(AuditEntry.actor_member_id == member_id).order_by(AuditEntry.id)
    ).scalars()
    return {
        "member": {
            "id": str(member.id),
            "name": member.name,
            "role": member.role.value,
            "permission": member.permission.value,
            "zone": member.zone,
            "auto_resolve": member.auto_resolve.value,
            "created_at": member.created_at.isoformat(),
        },
        "account": account
        and {
            "username": account.username,
            "email": account.email,
            "created_at": account.created_at.isoformat(),
        },
        "preferences": Preferences.stored(member.preferences).as_json(),
        "api_keys": [
            {"name": key.name, "prefix": key.prefix, "created_at": key.created_at.isoformat()} for key in keys
        ],
        "sign_ins": [
            {"device": row.device, "kind": row.kind.value, "began_at": row.created_at.isoformat()}
            for row in sign_ins
        ],
        "actions": [
            {"at": entry.at.isoformat(), "action": entry.action, "subject": entry.subject}
            for entry in entries
        ],
    }


def erase(tx: Unit, member_id: UUID) -> None:
    """Delete a member with keys, sign-ins and invitations, and the account that is then a member of nothing.

    Audit entries stay: they hold the member's id, which names nobody any more. The other features
    come first; rows of theirs that refer to the member would prevent it.
    """
    member = tx.get(Member, member_id)
    account_id = member.account_id
    tx.changed(delete(Invitation).where(Invitation.invited_by == member_id, Invitation.accepted_at.is_(None)))
    tx.changed(delete(Member).where(Member.id == member_id))  # and what hangs on it: ON DELETE CASCADE
    if account_id is not None:
        # Locked, so that an invitation accepted meanwhile is either seen or finds no account.
        tx.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        elsewhere = select(Member.id).where(Member.account_id == account_id).limit(1)
        if tx.execute(elsewhere.execution_options(across_workspaces="an account is global")).first() is None:
            tx.changed(delete(Account).where(Account.id == account_id))
    tx.session.expire_all()
