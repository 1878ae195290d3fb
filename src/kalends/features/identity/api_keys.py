"""API keys: a member's leave for a program to act as them, within scopes."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope, actor_of
from kalends.features.identity.issued import Issued
from kalends.features.identity.models import Account, ApiKey, Member
from kalends.features.identity.names import display_name
from kalends.features.identity.refusals import TokenRefused
from kalends.kit.crypto import hash_token
from kalends.kit.errors import Clash, Forbidden, InvalidInput, NotFound, Unavailable
from kalends.kit.text import checked_name
from kalends.storage import Database, Unit

PREFIX = "kal_"  # so that scanners and people recognise a key that leaked

_SHOWN = len(PREFIX) + 6
_KEYS_PER_MEMBER = 50
_NOTE_USE_EVERY = timedelta(minutes=1)


def create(
    tx: Unit,
    actor: Actor,
    *,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None = None,
    agent_instance: str | None = None,
) -> Issued[ApiKey]:
    """Make a key for the actor, with scopes that the actor has, or raise `InvalidInput`, `Forbidden`.

    With `agent_instance` it sees and makes the calls of that agent alone; a key of one makes no other's.
    """
    actor.must_have(Scope.ADMIN)
    if not scopes:
        raise InvalidInput("A key needs at least one scope: read, write or admin.", field="scopes")
    if excess := sorted(set(scopes) - actor.scopes):
        raise InvalidInput(f"You cannot give a scope that you lack: {', '.join(excess)}.", field="scopes")
    if actor.agent_instance is not None and agent_instance != actor.agent_instance:
        raise Forbidden(
            f"A key of the agent {actor.agent_instance!r} makes none but its own.", needs=actor.agent_instance
        )
    if expires_at is not None and expires_at <= tx.now:
        raise InvalidInput(f"The key would have expired at {expires_at.isoformat()}.", field="expires_at")
    held = select(func.count()).select_from(ApiKey).where(*_usable(tx), ApiKey.member_id == actor.member_id)
    if tx.execute(held).scalar_one() >= _KEYS_PER_MEMBER:
        raise Clash(f"You have {_KEYS_PER_MEMBER} keys; revoke one that is not used.", limit=_KEYS_PER_MEMBER)
    secret = PREFIX + tx.new_token()
    key = tx.add(
        ApiKey(
            id=tx.new_id(),
            member_id=actor.member_id,
            name=display_name(name),
            key_hash=hash_token(secret),
            prefix=secret[:_SHOWN],
            scopes=sorted(set(scopes)),
            agent_instance=None
            if agent_instance is None
            else checked_name(agent_instance, field="agent_instance"),
            created_at=tx.now,
            expires_at=expires_at,
            last_used_at=None,
            revoked_at=None,
        )
    )
    audit.record(tx, actor, "api_key.created", kind="api_key", subject=key.id, scopes=key.scopes)
    return Issued(row=key, secret=secret)


def list_keys(tx: Unit, actor: Actor, member_id: UUID | None = None) -> tuple[ApiKey, ...]:
    """Give a member's usable keys (the actor's own by default; an owner may see another's), oldest first."""
    actor.must_have(Scope.ADMIN)
    whose = member_id or actor.member_id
    actor.must_be_or_own(whose)
    query = select(ApiKey).where(*_usable(tx), ApiKey.member_id == whose).order_by(ApiKey.id)
    return tuple(tx.execute(query).scalars())


def revoke(tx: Unit, actor: Actor, key_id: UUID) -> None:
    """End one of the actor's keys, or as an owner anybody's, or raise `NotFound`."""
    actor.must_have(Scope.ADMIN)
    ending = update(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
    if not actor.owns_workspace:
        ending = ending.where(ApiKey.member_id == actor.member_id)
    if not tx.changed(ending.values(revoked_at=tx.now)):
        raise NotFound(f"There is no API key {key_id}.", kind="api_key", id=str(key_id))
    audit.record(tx, actor, "api_key.revoked", kind="api_key", subject=key_id)


def verify(database: Database, secret: str) -> Actor:
    """Give the actor of a key, or raise `TokenRefused`."""
    with database.read(None) as tx:
        found = tx.execute(
            select(ApiKey, Member)
            .join(Member, and_(Member.workspace_id == ApiKey.workspace_id, Member.id == ApiKey.member_id))
            .outerjoin(Account, Account.id == Member.account_id)
            .where(ApiKey.key_hash == hash_token(secret), *_usable(tx), Account.disabled_at.is_(None))
            .execution_options(across_workspaces="a key is looked up before its workspace is known")
        ).one_or_none()
        now = tx.now
    if found is None:
        raise TokenRefused("This API key is not valid, was revoked or has expired.")
    key, member = found
    if key.last_used_at is None or now - key.last_used_at >= _NOTE_USE_EVERY:
        _note_use(database, key)
    return actor_of(member, scopes=frozenset(key.scopes), agent_instance=key.agent_instance)


def purge(tx: Unit, before: datetime) -> int:
    """Delete keys of all workspaces that ended before then, and give their number."""
    old = delete(ApiKey).where(or_(ApiKey.revoked_at < before, ApiKey.expires_at < before))
    return tx.changed(old.execution_options(across_workspaces="housekeeping"))


def _usable(tx: Unit) -> tuple[ColumnElement[bool], ...]:
    return (ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > tx.now))


def _note_use(database: Database, key: ApiKey) -> None:
    # Good to know when one looks for unused keys; not worth failing a request for.
    with suppress(Unavailable):
        database.write(
            key.workspace_id,
            lambda tx: tx.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=tx.now)),
        )
