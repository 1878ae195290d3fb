"""The audit log: every change leaves an entry that says when, who and what, in the change's transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kalends.features.identity.actor import Actor
from kalends.features.identity.models import AuditEntry
from kalends.kit.errors import InvalidInput
from kalends.kit.ids import least_id
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode_id, page
from kalends.storage import Unit

_NEVER_LOGGED = ("password", "token", "secret", "hash", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries to list: those that match every field that is set."""

    action: str | None = None
    kind: str | None = None
    subject: str | None = None
    actor_member_id: UUID | None = None
    since: datetime | None = None  # inclusive
    until: datetime | None = None  # exclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """That something was done to something of a kind."""

    id: UUID
    workspace_id: UUID
    kind: str
    action: str


def record(
    tx: Unit,
    actor: Actor | None,
    action: str,
    *,
    kind: str,
    subject: UUID | str | None = None,
    **detail: Any,
) -> None:
    """Write down that `actor` (None: the server itself) did `action` to `subject`.

    `detail` holds JSON values: ids, counts and the names of changed fields, not their contents.
    """
    for name in detail:
        if any(word in name for word in _NEVER_LOGGED):
            raise ValueError(f"The audit log must not hold {name!r}.")
    tx.add(
        AuditEntry(
            id=tx.new_id(),
            at=tx.now,
            actor_member_id=actor.member_id if actor else None,
            action=action,
            kind=kind,
            subject=None if subject is None else str(subject),
            detail=detail,
        )
    )


def list_entries(
    tx: Unit,
    actor: Actor,
    filters: AuditFilter | None = None,
    cursor: str | None = None,
    *,
    limit: int = DEFAULT_LIMIT,
) -> Page[AuditEntry]:
    """Give the workspace's entries, newest first. Only an owner may read them (`Forbidden`)."""
    actor.must_own_workspace()
    wanted = filters or AuditFilter()
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(checked_limit(limit) + 1)
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.kind, wanted.kind),
        (AuditEntry.subject, wanted.subject),
        (AuditEntry.actor_member_id, wanted.actor_member_id),
    ):
        if isinstance(value, str) and not value.isprintable():
            raise InvalidInput(f"No entry has such a {column.key}.", field=column.key)
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if cursor is not None:
        query = query.where(AuditEntry.id < decode_id(cursor))
    return page(tx.execute(query).scalars().all(), limit, lambda entry: (str(entry.id),))


def noted_since(
    tx: Unit, since: datetime, *, workspace_ids: Collection[UUID], kinds: Collection[str]
) -> list[Noted]:
    """Give what was done to these kinds of things in these workspaces since an instant, for whoever follows
    the log. Of a transaction that began before, an entry may come to be later than others."""
    query = select(AuditEntry.id, AuditEntry.workspace_id, AuditEntry.kind, AuditEntry.action).where(
        AuditEntry.workspace_id.in_(workspace_ids),
        AuditEntry.id >= least_id(since),  # by the primary key, which grows with time
        AuditEntry.kind.in_(kinds),
    )
    rows = tx.execute(query, across_workspaces="one look serves everyone who listens")
    return [
        Noted(id=id, workspace_id=workspace_id, kind=kind, action=action)
        for id, workspace_id, kind, action in rows
    ]


def purge(tx: Unit, before: datetime) -> int:
    """Delete this workspace's entries older than `before` and give their number."""
    return tx.changed(delete(AuditEntry).where(AuditEntry.at < before))
