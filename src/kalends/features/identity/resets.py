"""Password resets: leave to set a new password once, handed over by a person; nothing is mailed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from kalends.features.identity import accounts, audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.issued import Issued
from kalends.features.identity.models import Account, Member, PasswordReset, SignInEnd
from kalends.features.identity.refusals import ResetRefused
from kalends.kit.crypto import hash_token
from kalends.kit.errors import Forbidden, NotFound
from kalends.storage import Unit

PREFIX = "kalp_"


def make_for_member(tx: Unit, actor: Actor, member_id: UUID, lifetime: timedelta) -> Issued[PasswordReset]:
    """Let an owner hand a reset to a member of theirs.

    Raises `Forbidden` when the account is a member elsewhere too: who owns one workspace must not get
    into another.
    """
    actor.must_own_workspace()
    member = tx.get(Member, member_id)
    if member.account_id is None:
        raise NotFound(f"Member {member_id} has no account.", kind="account", id=str(member_id))
    if _is_elsewhere(tx, member.account_id, tx.workspace_id):
        raise Forbidden(
            "This account is a member of other workspaces too; an administrator of the server must reset it.",
            needs="administrator",
        )
    audit.record(tx, actor, "password_reset.created", kind="member", subject=member_id)
    return _make(tx, member.account_id, lifetime, workspace_id=tx.workspace_id)


def make_for_username(tx: Unit, username: str, lifetime: timedelta) -> Issued[PasswordReset]:
    """Let an administrator of the server hand out a reset, or raise `NotFound`."""
    account = accounts.find_account(tx, username)
    if account is None:
        raise NotFound(f"There is no account {username!r}.", kind="account", id=username)
    return _make(tx, account.id, lifetime, workspace_id=None)


def find_open(tx: Unit, secret: str, *, lock: bool = False) -> PasswordReset:
    """Give the reset that a token opens, or raise `ResetRefused`."""
    query = (
        select(PasswordReset)
        .join(Account, Account.id == PasswordReset.account_id)
        .where(
            PasswordReset.token_hash == hash_token(secret),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > tx.now,
            Account.disabled_at.is_(None),
        )
    )
    if lock:
        query = query.with_for_update(of=PasswordReset)
    reset: PasswordReset | None = tx.execute(query).scalar_one_or_none()
    if reset is None:
        raise ResetRefused
    if reset.workspace_id is not None and _is_elsewhere(tx, reset.account_id, reset.workspace_id):
        raise ResetRefused
    return reset


def use(tx: Unit, secret: str, new_hash: str) -> None:
    """Set the new password and end every sign-in of the account, or raise `ResetRefused`."""
    reset = find_open(tx, secret, lock=True)  # of two who come at once, the second finds it used
    accounts.replace_password(tx, reset.account_id, new_hash, SignInEnd.PASSWORD_RESET)


def purge(tx: Unit, before: datetime) -> int:
    """Delete resets that ran out before then, and give their number."""
    return tx.changed(delete(PasswordReset).where(PasswordReset.expires_at < before))


def _make(
    tx: Unit, account_id: UUID, lifetime: timedelta, *, workspace_id: UUID | None
) -> Issued[PasswordReset]:
    secret = PREFIX + tx.new_token()
    reset = PasswordReset(
        id=tx.new_id(),
        account_id=account_id,
        workspace_id=workspace_id,
        token_hash=hash_token(secret),
        created_at=tx.now,
        expires_at=tx.now + lifetime,
        used_at=None,
    )
    tx.session.add(reset)
    tx.session.flush()
    return Issued(row=reset, secret=secret)


def _is_elsewhere(tx: Unit, account_id: UUID, workspace_id: UUID) -> bool:
    return any(member.workspace_id != workspace_id for member in accounts.memberships(tx, account_id))
