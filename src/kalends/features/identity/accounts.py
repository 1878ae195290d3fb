"""Logins: the rows behind usernames, and where each is a member."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kalends.features.identity.models import Account, Member, PasswordReset, Permission, SignInEnd, Workspace
from kalends.features.identity.refusals import UsernameTaken
from kalends.features.identity.sign_ins import end
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

_EMAIL_MAX = 254  # RFC 5321 4.5.3.1.3, less the angle brackets


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One of the members that an account is, and where."""

    id: UUID
    workspace_id: UUID
    workspace_name: str
    name: str
    permission: Permission


def add_account(tx: Unit, *, username: str, email: str | None, password_hash: str) -> Account:
    """Store a new account under a normalised username, or raise `UsernameTaken`."""
    account = Account(
        id=tx.new_id(),
        username=username,
        email=email,
        password_hash=password_hash,
        created_at=tx.now,
        disabled_at=None,
    )
    tx.session.add(account)
    try:
        tx.session.flush()
    except IntegrityError:
        # The unique index decides, also between two registrations at the same instant.
        raise UsernameTaken(
            f"The username {username!r} is taken; choose another.", username=username
        ) from None
    return account


def find_account(tx: Unit, username: str) -> Account | None:
    """Give the account with this normalised username, if there is one."""
    return tx.execute(select(Account).where(Account.username == username)).scalar_one_or_none()


def anybody(tx: Unit) -> bool:
    """Say whether there is any account."""
    return tx.execute(select(Account.id).limit(1)).scalar() is not None


def memberships(tx: Unit, account_id: UUID) -> tuple[Member, ...]:
    """Give the members that an account is, in all workspaces, oldest first."""
    query = select(Member).where(Member.account_id == account_id).order_by(Member.id)
    return tuple(tx.execute(query.execution_options(across_workspaces="an account is global")).scalars())


def homes(tx: Unit, account_id: UUID) -> tuple[Home, ...]:
    """Give the members that an account is, each with the name of its workspace, oldest first."""
    query = (
        select(Member, Workspace.name)
        .join(Workspace, Workspace.id == Member.workspace_id)
        .where(Member.account_id == account_id)
        .order_by(Member.id)
    )
    found = tx.execute(query.execution_options(across_workspaces="an account is global"))
    return tuple(
        Home(
            id=member.id,
            workspace_id=member.workspace_id,
            workspace_name=workspace_name,
            name=member.name,
            permission=member.permission,
        )
        for member, workspace_name in found
    )


def replace_password(
    tx: Unit, account_id: UUID, new_hash: str, because: SignInEnd, *, keep: UUID | None = None
) -> None:
    """Store a new password, end the account's sign-ins but `keep`, and void its open resets."""
    tx.changed(update(Account).where(Account.id == account_id).values(password_hash=new_hash))
    end(tx, because, account_id=account_id, but=keep)
    tx.changed(
        update(PasswordReset)
        .where(PasswordReset.account_id == account_id, PasswordReset.used_at.is_(None))
        .values(used_at=tx.now)
    )


def checked_email(text: str | None) -> str | None:
    """Give a mail address back if it could be one, or raise `InvalidInput`; only mail can prove it."""
    if text is None:
        return None
    text = text.strip()
    local, _, domain = text.rpartition("@")
    odd = any(char.isspace() or not char.isprintable() for char in text)
    if not local or not domain or odd or len(text) > _EMAIL_MAX:
        raise InvalidInput("This is not a mail address.", field="email")
    return text
