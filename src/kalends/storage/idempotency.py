"""Keys of requests that took effect, and what was answered, so that repeating one does nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.database import Unit
from kalends.storage.schema import Scoped, Table

KEPT = timedelta(hours=24)
"""How long a key is known at least."""


class IdempotencyKey(Scoped, Table):
    """A request that took effect. The row is written in the transaction of that effect."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
    )

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(primary_key=True)  # SHA-256
    fingerprint: Mapped[str]  # SHA-256 of what was asked
    at: Mapped[datetime]
    # What was answered. None: it never came to that, or the answer is not for keeping.
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """Who asked, under which key, for what."""

    member_id: UUID
    key_hash: str
    fingerprint: str


def claim(tx: Unit, request: KeyedRequest) -> bool:
    """Store the key, or say that it is taken: of several at once, the unique key lets one through."""
    return tx.claim(
        IdempotencyKey,
        member_id=request.member_id,
        key_hash=request.key_hash,
        fingerprint=request.fingerprint,
        at=tx.now,
    )


def find(tx: Unit, request: KeyedRequest) -> IdempotencyKey | None:
    """Give what is known under the request's key, which may be about another request."""
    return tx.execute(
        select(IdempotencyKey).where(
            IdempotencyKey.member_id == request.member_id, IdempotencyKey.key_hash == request.key_hash
        )
    ).scalar_one_or_none()


def keep_answer(
    tx: Unit, request: KeyedRequest, *, status: int, headers: dict[str, str], body: bytes
) -> None:
    """Store what was answered beside the key."""
    tx.changed(
        update(IdempotencyKey)
        .where(IdempotencyKey.member_id == request.member_id, IdempotencyKey.key_hash == request.key_hash)
        .values(status=status, headers=headers, body=body)
    )


def purge(tx: Unit) -> int:
    """Delete this workspace's keys that were kept long enough, and give their number."""
    return tx.changed(delete(IdempotencyKey).where(IdempotencyKey.at < tx.now - KEPT))
